"""Requests that an earlier version of the program imported: measured while the app is open already, which says how far it is."""

from __future__ import annotations

from asyncio import get_running_loop
from threading import Event
from typing import TYPE_CHECKING

from textual.app import App

from readiness_tui.domain.text.sanitise import visible
from readiness_tui.tui.host import host
from readiness_tui.tui.screens.room import RoomScreen

if TYPE_CHECKING:
    from readiness_tui.services.core.desk import Desk


async def measure_first(app: App[None], desk: Desk, stop: Event) -> None:
    """Measure what waits, before it is judged for the first time. `stop`: somebody leaves; it goes on there next time.

    In a file that can only be read nothing is measured, nor saved: that is said here, before anybody tries.
    """
    if desk.store.read_only:
        app.notify(visible(desk.store.told), title="Read only", severity="warning", timeout=15, markup=False)
        return
    from readiness_tui.services.core.unmeasured import measure_unmeasured, unmeasured

    waits = await host(app).fetch(unmeasured, desk)
    if waits is None:
        return
    loop = get_running_loop()

    def progress(done: int, total: int) -> bool:
        if not stop.is_set():
            loop.call_soon_threadsafe(_say, app, done, total)
        return not stop.is_set()

    # Where it cannot be done they are read one by one, as slowly as by the version that imported them.
    await host(app).labour(measure_unmeasured, desk, progress)


def _say(app: App[None], done: int, total: int) -> None:
    share = f"{done * 100 // total} % of " if total else ""
    for screen in app.screen_stack:
        if isinstance(screen, RoomScreen):
            screen.show_waiting(f"An earlier version imported these requests: measured once, {share}{total:,} …")
