"""`collect`: traces of a running system, as OpenTelemetry's exporters send them."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import Session, desk_of, pass_session, tell, tell_where
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from readiness_tui.services.core.desk import Desk

_LEAST, _MOST = 0.1, 3600.0
_ENDS_WITHIN = 4.0  # seconds


def _seconds(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    if not _LEAST <= value <= _MOST:  # so is "nan", which is neither below nor above
        raise click.BadParameter(f"{value:g} is not between {_LEAST:g} and {_MOST:g} seconds.")
    return value


@click.command("collect")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=4318,
    show_default=True,
    help="On 127.0.0.1; 0 takes any free port.",
)
@click.option(
    "--every",
    type=float,
    default=10.0,
    show_default=True,
    callback=_seconds,
    help="Seconds between two imports, from 0.1 to 3600.",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    help="A name besides localhost by which programs call it, such as host.docker.internal (may be repeated).",
)
@pass_session
def collect_command(session: Session, port: int, every: float, hosts: tuple[str, ...]) -> int:
    """Receive traces and evaluations live over OTLP/HTTP until Ctrl-C.

    Point an exporter at it with OTEL_EXPORTER_OTLP_ENDPOINT, protobuf or JSON. Only programs on this machine can send.
    What is acknowledged is on the disk beside the file, and is imported by the next `collect` if this one is killed.
    """
    with desk_of(session) as desk:
        if desk.store.refusal:  # before anything is received that could not be kept
            raise ReadinessError(desk.store.refusal)
        return _collect(desk, port, every, hosts, follow=not session.review)


def _collect(desk: Desk, port: int, every: float, hosts: tuple[str, ...], *, follow: bool) -> int:
    from readiness_tui.services.importing.collect import Collector

    stop = threading.Event()
    with _ended_by_signals(stop), Collector(desk, port, follow=follow, hosts=hosts) as collector:
        tell_where(desk, "For")
        tell(f"Listening. OTEL_EXPORTER_OTLP_ENDPOINT={collector.address} · Ctrl-C ends it.")
        collector.run(every, stop, tell)
        collector.close()
        collector.finish(tell)
        tell(f"Received {plural(collector.received, 'record')}, rejected {collector.rejected:,}.")
    return codes.GO


@contextmanager
def _ended_by_signals(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM ends it in order, the second one at once. Where the order takes too long, because one
    request's import does, the process ends without it."""
    ended = threading.Event()

    def watch() -> None:
        stop.wait()
        if not ended.wait(_ENDS_WITHIN):
            _end_at_once()

    def end(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    before = [(number, signal.signal(number, end)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        ended.set()
        stop.set()
        for number, handler in before:
            signal.signal(number, handler)


def _end_at_once() -> None:
    """As kill -9 would, which neither the database nor what was acknowledged minds."""
    tell(
        "What was acknowledged and is not imported yet waits on the disk: the next `readiness collect` stores it first."
    )
    os._exit(codes.GO)
