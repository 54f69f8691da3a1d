"""What is clicked may have been taken away a moment ago and still stand on the screen: nothing is hit, and nothing breaks."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import MouseDown, MouseEvent, MouseMove, MouseScrollDown, MouseUp
from textual.geometry import Offset
from textual.widgets import Button, Static

from readiness_tui.tui.terminal_app import TerminalApp


class _Page(TerminalApp):
    def compose(self) -> ComposeResult:
        with Vertical(id="part"):
            yield Static("some text that can be selected", id="text")
            yield Button("and a button", id="button")
        yield Static("what stays", id="stays")


def _mouse(kind: type[MouseEvent], at: Offset) -> MouseEvent:
    return kind(None, at.x, at.y, 1, 1, 1, False, False, False, screen_x=at.x, screen_y=at.y)


@pytest.mark.parametrize("selecting", [False, True], ids=["", "while selecting"])
@pytest.mark.parametrize("kind", [MouseDown, MouseUp, MouseMove, MouseScrollDown])
@pytest.mark.parametrize("what", ["#text", "#button"])
async def test_nothing_breaks(what: str, kind: type[MouseEvent], selecting: bool) -> None:
    app = _Page()
    async with app.run_test() as pilot:
        await pilot.pause()
        stays, gone = (app.query_one(one) for one in ("#stays", what))
        at = gone.region.offset + Offset(1, 0)
        if selecting:
            await app.on_event(_mouse(MouseDown, stays.region.offset))
        removing = asyncio.ensure_future(_removed(app))
        while gone.parent is not None:
            await asyncio.sleep(0)
        assert app.get_widget_at(*at)[0] is gone  # it is not laid out anew yet
        await app.on_event(_mouse(kind, at))
        await removing
        await pilot.pause()
        assert await pilot.click("#stays")
        assert app.fault is None


async def _removed(app: _Page) -> None:
    await app.query_one("#part").remove()
