"""What meets a screen that was left is no fault; and who met it goes on hearing, be it a list, a room or the app itself."""

from __future__ import annotations

import asyncio

import pytest
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.events import Click
from textual.message_pump import MessagePump
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.tui.terminal_app import TerminalApp
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pick_list import OpeningRows, Pick, PickList


class _Over(ClosesItself, ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Static("over the room", id="over")


class _Page(TerminalApp):
    def compose(self) -> ComposeResult:
        with Vertical(id="part"):
            yield PickList(id="rows")
        yield Static("what stays", id="stays")


async def _heard(hears: MessagePump) -> bool:
    heard = asyncio.Event()
    hears.call_later(heard.set)
    await asyncio.wait_for(heard.wait(), 20)
    return True


@pytest.mark.parametrize("who", ["a widget", "a screen", "the app"])
async def test_who_asked_what_was_left_goes_on_hearing(who: str) -> None:
    app = _Page()
    async with app.run_test() as pilot:
        over = _Over()
        await app.push_screen(over)
        await over.dismiss()
        await pilot.pause()
        hears: MessagePump = {"a widget": app.query_one("#stays"), "a screen": app.screen, "the app": app}[who]
        hears.call_later(lambda: over.query_one("#over"))
        assert await _heard(hears)
        assert app.fault is None


@pytest.mark.parametrize("who", ["a widget", "a screen", "the app"])
async def test_what_is_missing_where_all_stands_is_a_fault(who: str) -> None:
    app = _Page()
    with pytest.raises(NoMatches):  # noqa: PT012 - the app raises it at its end
        async with app.run_test() as pilot:
            hears: MessagePump = {"a widget": app.query_one("#stays"), "a screen": app.screen, "the app": app}[who]
            hears.call_later(lambda: app.screen.query_one("#nowhere"))
            await pilot.pause(0.2)
    assert isinstance(app.fault, NoMatches)


@pytest.mark.parametrize("who", ["a widget", "a screen", "the app"])
async def test_a_widget_that_was_taken_away_has_no_screen_and_that_is_no_fault(who: str) -> None:
    app = _Page()
    async with app.run_test():
        rows = app.query_one("#rows")
        await app.query_one("#part").remove()
        hears: MessagePump = {"a widget": app.query_one("#stays"), "a screen": app.screen, "the app": app}[who]
        hears.call_later(lambda: rows.screen)
        assert await _heard(hears)
        assert app.fault is None


async def test_what_waits_behind_the_end_finds_nothing_to_stand_in() -> None:
    """Textual's list of keys is mounted by whoever comes to it, also after Ctrl+Q."""
    app = _Page()
    async with app.run_test():
        app.exit()
        app.call_later(app.action_show_help_panel)
    assert app.fault is None
    assert app.return_code == 0


class _Lists(TerminalApp):
    def compose(self) -> ComposeResult:
        yield OptionList(*map(Option, "abc"), id="textual")
        yield OpeningRows(id="opening")


@pytest.mark.parametrize("which", ["#textual", "#opening"])
async def test_a_click_on_a_row_that_is_no_more_hits_nothing(which: str) -> None:
    """The rows of the palette are other ones with each letter; the click was aimed at what was painted."""
    app = _Lists()
    async with app.run_test() as pilot:
        rows = app.query_one(which, OptionList)
        rows.set_options([Pick(Content(word), id=word) for word in "abc"])
        await pilot.pause()
        last = _click(rows, 2)
        rows.set_options([Pick(Content("a"), id="a")])
        rows.post_message(last)
        assert await _heard(rows)
        assert app.fault is None
        rows.highlighted = None
        rows.post_message(_click(rows, 0))
        assert await _heard(rows)
        assert rows.highlighted == 0


def _click(rows: OptionList, row: int) -> Click:
    return Click(rows, 0, row, 0, 0, 1, False, False, False, style=Style.from_meta({"option": row}))
