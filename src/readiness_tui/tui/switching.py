"""From one review of the open file to another, of the same system or of another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import App

from readiness_tui.services.core import target
from readiness_tui.tui.dialogs.reviews import ReviewDialog
from readiness_tui.tui.host import host
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.texts.places import empty_sentence
from readiness_tui.tui.way import close_top
from readiness_tui.tui.widgets.bars import ROOMS

if TYPE_CHECKING:
    from readiness_tui.services.core.desk import Desk


def ask_first(app: App[None], desk: Desk, several: Sequence[target.Heading]) -> None:
    """Of several systems nobody knows which one is meant: asked before anything is shown. Without an answer, leave."""

    async def chosen(number: int | None) -> None:
        at = None if number is None else await host(app).fetch(target.moved, desk, number)
        if at is None:
            app.exit()
        else:
            await host(app).open_desk(at)

    title = "This file holds several systems. Which one?"
    app.push_screen(ReviewDialog(several, title=title, leaves="quits"), chosen)


async def ask_which(app: App[None]) -> None:
    """Let another review of the open file be chosen, and go to it."""
    desk, view = host(app).desk, host(app).view
    if desk is None or view is None:
        return
    found = await host(app).fetch(target.all_headings, desk)
    if found is None:
        return
    if len(found) == 1:
        host(app).tell(empty_sentence("this review alone", app.screen))
        return

    async def chosen(number: int | None) -> None:
        if number is None or number == view.review.id:
            return
        other = await host(app).fetch(target.moved, desk, number)
        if other is not None:
            await move_to(app, other)

    await app.push_screen(ReviewDialog(found, at=view.review.id), chosen)


async def move_to(app: App[None], desk: Desk) -> None:
    """Work on another review of the open file, in the same room: every room begins anew, with nothing of the old one."""
    rooms = [one.ROOM for one in reversed(app.screen_stack) if isinstance(one, RoomScreen)]
    room = next((one for one in rooms if one in ROOMS), "overview")  # a meeting is over with its review
    while len(app.screen_stack) > 1:
        await close_top(app)
    for name in ROOMS:
        if app.is_screen_installed(name):
            old = app.get_screen(name)
            app.uninstall_screen(name)
            await old.remove()
    await host(app).open_desk(desk)
    await host(app).action_room(room)
