"""What lies over a room closes itself and once, whatever is pressed meanwhile; and lists bear having no room."""

from __future__ import annotations

import asyncio

import pytest
from textual.css.query import NoMatches
from textual.events import Resize
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import Field, FormDialog
from readiness_tui.tui.dialogs.palette import Palette
from readiness_tui.tui.screens.overview.screen import OverviewScreen
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.driving import press, settle


class Slow:
    """A save that takes until it is told to be done."""

    def __init__(self) -> None:
        self.done = asyncio.Event()
        self.saves = 0

    async def __call__(self, values: dict[str, str]) -> None:
        self.saves += 1
        await self.done.wait()


@pytest.mark.parametrize("meanwhile", [["escape"], ["ctrl+s"], ["ctrl+s", "escape", "escape"]], ids=str)
async def test_a_form_that_takes_a_moment_closes_once(sample_app: ReadinessApp, meanwhile: list[str]) -> None:
    async with sample_app.run_test() as pilot:
        await settle(pilot)
        slow, answers = Slow(), []
        sample_app.push_screen(FormDialog("Name", [Field("name", "Name", saves=True)], slow), answers.append)
        await pilot.pause()
        await pilot.press("x")
        for key in ("ctrl+s", *meanwhile):  # the pilot would wait until each is dealt with
            sample_app.simulate_key(key)
        await asyncio.sleep(0.2)
        assert slow.saves == 1
        slow.done.set()
        await settle(pilot)
        assert isinstance(sample_app.screen, OverviewScreen)
        assert len(sample_app.screen_stack) == 2
        assert answers == [True]


async def test_a_form_under_another_takes_only_that_along(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test() as pilot:
        await settle(pilot)
        form = FormDialog("Name", [Field("name", "Name")], Slow())
        await sample_app.push_screen(form)
        await press(pilot, "ctrl+p")
        form.dismiss(True)
        await settle(pilot)
        assert isinstance(sample_app.screen, OverviewScreen)
        form.dismiss(True)  # it has gone: nothing more goes with it
        await settle(pilot)
        assert isinstance(sample_app.screen, OverviewScreen)


@pytest.mark.slow
async def test_work_that_ends_after_its_screen_is_no_fault_and_before_it_is_one(sample_app: ReadinessApp) -> None:
    class Asking(ClosesItself, ModalScreen[None]):
        async def ask(self) -> None:
            self.query_one("#no-such-widget")

    with pytest.raises(NoMatches):  # noqa: PT012 - the app raises it at its end
        async with sample_app.run_test() as pilot:
            await settle(pilot)
            asking = Asking()
            await sample_app.push_screen(asking)
            await pilot.pause()
            sample_app._screen_stack.remove(asking)  # as between its leaving and its end
            asking.call_later(asking.ask)
            await asyncio.sleep(0.2)
            assert sample_app.fault is None
            room = sample_app.screen
            room.call_later(lambda: room.query_one("#no-such-widget"))
            await asyncio.sleep(0.2)
    assert isinstance(sample_app.fault, NoMatches)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["pageup", "pagedown", "end", "enter", "escape"])
async def test_the_palette_before_it_lists_anything(sample_app: ReadinessApp, key: str) -> None:
    async with sample_app.run_test() as pilot:
        await settle(pilot)
        sample_app.action_command_palette()
        await pilot.pause()
        assert isinstance(sample_app.screen, Palette)
        for _ in range(3):
            await pilot.press("x", "q", "z", key)
        await pilot.pause()
        assert sample_app.is_running


@pytest.mark.slow
async def test_lists_bear_a_terminal_without_room(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "C")
        listed = sample_app.screen.query_one("#items", PickList)
        for width, height in ((1, 1), (2, 3), (8, 2), (20, 5), (3, 40), (80, 24)):
            size = Size(width, height)
            sample_app._driver._size = (width, height)  # type: ignore[union-attr]
            sample_app.post_message(Resize(size, size))
            await settle(pilot)
            for key in ("pagedown", "pageup", "end", "home"):
                await press(pilot, key)
        assert listed.option_count


async def test_a_list_of_long_words_without_width(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test() as pilot:
        await settle(pilot)
        listed = OptionList(Option("long" * 50))
        listed.styles.width = 0
        await sample_app.screen.mount(listed)
        await settle(pilot)
        assert sample_app.is_running


async def test_the_palette_of_themes_closes_once(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test() as pilot:
        await settle(pilot)
        sample_app.action_change_theme()
        await pilot.pause()
        assert isinstance(sample_app.screen, Palette)
        for _ in range(3):
            sample_app.simulate_key("escape")
        await settle(pilot)
        assert isinstance(sample_app.screen, OverviewScreen)
        assert len(sample_app.screen_stack) == 2
