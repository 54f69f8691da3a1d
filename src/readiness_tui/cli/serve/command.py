"""`serve`: the app in the browsers of those who review, one login link for each."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import Session, desk_of, pass_session, say_document, shown, tell, tell_where
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.hosts import bare, loopback
from readiness_tui.domain.text.sanitise import one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from pathlib import Path

    from readiness_tui.web.links import LoginLinks

_HOUR, _MINUTE = 3600.0, 60.0


class _Amount(click.FloatRange):
    """A number in a range; "nan", which is neither below it nor above, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        amount: float = super().convert(value, param, ctx)
        if amount != amount:
            self.fail(f"{value} is not between {self.min:g} and {self.max:g}.", param, ctx)
        return amount


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free port.")
@click.option(
    "--for",
    "names",
    multiple=True,
    help="Whom a link is made for; repeat for each (default: all that the review names).",
)
@click.option("--hours", type=_Amount(0.01, 168), default=8.0, show_default=True,
              help="How long a link is good, and how long a login by it lasts.")  # fmt: skip
@click.option("--idle", type=_Amount(1, 1440), default=60.0, show_default=True,
              help="Minutes without a key or a click after which a window is closed.")  # fmt: skip
@click.option("--link", metavar="NAME", help="Make one more link to the server that runs, print it, and end.")
@click.option("--host", default="127.0.0.1", show_default=True,
              help="The address to listen on. Another than this machine's own is not encrypted.")  # fmt: skip
@click.option("--allow-host", "hosts", multiple=True,
              help="A name besides localhost by which browsers call it (may be repeated).")  # fmt: skip
@click.option("--public-url", default="", help="Where a proxy in front of it offers it, as https://review.example.org.")
@pass_session
def serve_command(
    session: Session,
    port: int,
    names: tuple[str, ...],
    hours: float,
    idle: float,
    link: str | None,
    host: str,
    hosts: tuple[str, ...],
    public_url: str,
) -> int:
    """Serve the app to browsers until Ctrl-C: prints a login link for each person, good once.

    Each is who their link is for, and nobody else. From a browser no path on this machine is read or written, and no
    editor is started on it; exports are downloaded. See docs/browser.md.
    """
    public = _public(public_url)
    if not loopback(host) and host != "localhost" and not (hosts or public):
        raise ReadinessError(
            f"On {one_line(host, 60)} others reach it by a name that it has to know. Name it with --allow-host, or a"
            " proxy's address with --public-url."
        )
    with desk_of(session, frozen=True) as desk:
        from readiness_tui.services.review.reviews import people

        review = people(desk)
        path: Path = desk.store.path
        guests = _each_once(names or (*review.reviewers, review.owner, review.facilitator, *review.observers))
        if link is None:
            tell_where(desk, "For")
    links = _links(path)
    if link is not None:
        print_links(links, links.address(), _each_once([link]), hours)
        return codes.GO
    options = [f"--{name}={said}" for name in ("system", "review") if (said := getattr(session, name))]
    _serve(
        path.resolve(), options, links, guests, port=port, host=host, hosts=hosts, public=public, hours=hours, idle=idle
    )
    return codes.GO


def _serve(
    path: Path,
    options: Sequence[str],
    links: LoginLinks,
    guests: Sequence[str],
    *,
    port: int,
    host: str,
    hosts: Sequence[str],
    public: str,
    hours: float,
    idle: float,
) -> None:
    from readiness_tui.services.core.crash_report import report
    from readiness_tui.web.guard import Guard
    from readiness_tui.web.server import AppServer, Rules, listen
    from readiness_tui.web.window import Opens

    def told(fault: Exception) -> str:
        said = report(fault, "readiness serve")
        tell(f"readiness: our own fault, and the server goes on. {said}")
        return "Whoever runs the server can read more of it there."

    with listen(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        address = public or f"http://{hosts[0] if hosts and not loopback(host) else shown}:{listening.getsockname()[1]}"
        links.serve_at(address)
        try:
            rules = Rules(Guard(hosts, public), Opens(path, options), idle * _MINUTE, public.startswith("https:"))
            server = AppServer(listening, rules, links, told)

            def begun() -> None:
                print_links(links, address, guests, hours)
                if not loopback(host) and host != "localhost":
                    tell(
                        f"! It listens on {one_line(host, 60)}, not on this machine alone, and nothing is encrypted: whoever"
                        " can listen on the network reads the links and all that is shown, and can act as those who log in."
                        " Put a proxy with TLS in front of it (docs/browser.md)."
                    )
                tell(f"Serving {address} · Ctrl-C ends it, every login and every link.")

            asyncio.run(_until_told(lambda ended: server.run(ended, begun)))
        finally:
            links.close()
    tell("The server has ended. What was typed and not saved is kept, and stands where it was typed.")


async def _until_told(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run it until Ctrl-C or SIGTERM; the second signal ends it at once."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    def end(number: int) -> None:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(number)
        ended.set()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            try:
                loop.add_signal_handler(number, end, number)
            except NotImplementedError:  # Windows: Ctrl-C interrupts, and the windows end with the server's pipes
                break
    await run(ended)


def print_links(links: LoginLinks, address: str, guests: Sequence[str], hours: float) -> None:
    """A login link for each, on stdout: the only place where the token stands."""
    until = time.time() + hours * _HOUR
    printed = [shown(one_line(name)) for name in guests]
    wide = max(map(len, printed), default=0)
    for name, told in zip(guests, printed, strict=True):
        say_document(f"{told:{wide}}  {address}/login#{links.make(name, until, hours * _HOUR)}\n")
    tell(
        f"Each link is good once, within {hours:g} hours, and lets its bearer act in that name: send it to nobody else."
    )


def _links(path: Path) -> LoginLinks:
    try:
        import textual_serve.server  # noqa: F401

        from readiness_tui.web.links import LoginLinks
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("readiness_tui"):
            raise
        raise ReadinessError(
            f"Serving to browsers needs the extra `serve`, and {missing.name} is not installed:"
            " pip install 'readiness-tui[serve]'."
        ) from None
    return LoginLinks(path)


def _each_once(names: Iterable[str]) -> list[str]:
    from readiness_tui.domain.checklists.standing import name_key

    found: dict[str, str] = {}
    for name in names:
        if name.strip():
            found.setdefault(name_key(name), name.strip())
    if not found:
        raise ReadinessError("Nobody is named: neither with --for, nor by the review. Name who gets a link with --for.")
    return list(found.values())


def _public(url: str) -> str:
    """A proxy's address without its last slash. Raises ReadinessError for what is none."""
    if not url:
        return ""
    said = urlsplit(url)
    whole = said.scheme in ("http", "https") and bool(bare(said.netloc)) and "@" not in said.netloc
    if not whole or said.path not in ("", "/") or said.query or said.fragment:
        raise ReadinessError(
            f"--public-url {one_line(url, 80)} is not a server's address. Write it as https://review.example.org: the app"
            " has that name for itself, without a path."
        )
    return f"{said.scheme}://{said.netloc}"
