"""`collect`: traces of a running system, as OpenTelemetry's exporters send them."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import Session, desk_of, pass_session, tell, tell_where
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural

if TYPE_CHECKING:
    from readiness_tui.services.core.desk import Desk


@click.command("collect")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=4318,
    show_default=True,
    help="On 127.0.0.1; 0 takes any free port.",
)
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True, help="Seconds between two imports."
)
@pass_session
def collect_command(session: Session, port: int, every: float) -> int:
    """Receive traces and evaluations live over OTLP/HTTP until Ctrl-C.

    Point an exporter at it with OTEL_EXPORTER_OTLP_ENDPOINT, protobuf or JSON. Only programs on this machine can send.
    """
    with desk_of(session) as desk:
        if desk.store.refusal:  # before anything is received that could not be kept
            raise ReadinessError(desk.store.refusal)
        return _collect(desk, port, every, follow=not session.review)


def _collect(desk: Desk, port: int, every: float, *, follow: bool) -> int:
    from readiness_tui.services.importing.collect import Collector

    stop = threading.Event()
    with Collector(desk, port, follow=follow) as collector:
        before = signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
        try:
            tell_where(desk, "For")
            tell(f"Listening. OTEL_EXPORTER_OTLP_ENDPOINT={collector.address} · Ctrl-C ends it.")
            collector.run(every, stop, tell)
        except KeyboardInterrupt:
            pass  # the way to end it
        finally:
            signal.signal(signal.SIGTERM, before)
        collector.close()
        stored = collector.flush()
        if stored is not None:
            tell(stored.summary)
        tell(f"Received {plural(collector.received, 'record')}, rejected {collector.rejected:,}.")
    return codes.GO
