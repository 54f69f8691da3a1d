"""A room that is left, and taken down, while it still reads what it shows: nothing breaks, and nothing is shown of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from textual.css.query import NoMatches

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.explaining import ExplainDialog
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.driving import NARROW, painted, press

ROOMS = ("checklists", "evals", "traces", "incidents", "gaps", "scorecard", "history", "meeting", "overview")


@pytest.mark.slow
@pytest.mark.parametrize("held_at", [1, 2, 3])
@pytest.mark.parametrize("room", ROOMS)
async def test_a_room_that_was_left_is_not_filled(
    room: str, held_at: int, sample_app: ReadinessApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot)
        await sample_app.action_jump(room)
        await press(pilot)
        screen = sample_app.screen
        assert isinstance(screen, RoomScreen)
        await sample_app.action_jump("checklists" if room == "overview" else "overview")
        await press(pilot)
        go, calls = asyncio.Event(), 0

        def holding(ask: Callable[..., Any]) -> Callable[..., Any]:
            async def held(*args: Any, **kwargs: Any) -> Any:
                nonlocal calls
                found = await ask(*args, **kwargs)
                calls += 1
                if calls == held_at:
                    await go.wait()
                return found

            return held

        for name in ("fetch", "search", "reckon"):
            monkeypatch.setattr(sample_app, name, holding(getattr(sample_app, name)))
        filling = asyncio.ensure_future(screen.refresh_view())
        for _ in range(200):
            await asyncio.sleep(0.01)
            if filling.done() or calls == held_at:
                break
        sample_app.uninstall_screen(screen)
        await screen.remove()
        go.set()
        await asyncio.wait_for(filling, 20)
        await press(pilot)
        assert sample_app.is_running
        assert sample_app._exception is None
        assert "release" in painted(pilot)


async def test_a_widget_that_is_missing_in_a_room_that_stands_is_a_fault(
    sample_app: ReadinessApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot)
        screen = sample_app.screen
        assert isinstance(screen, RoomScreen)

        async def show(view: object) -> None:
            screen.query_one("#nowhere")

        monkeypatch.setattr(screen, "show", show)
        with pytest.raises(NoMatches):
            await screen.refresh_view()


@pytest.mark.parametrize("left", [True, False])
async def test_what_waits_for_a_refresh_is_a_fault_only_where_its_dialog_still_stands(
    left: bool, sample_app: ReadinessApp
) -> None:
    """Whichever screen is on top by then does it."""
    with nullcontext() if left else pytest.raises(NoMatches):
        async with sample_app.run_test(size=NARROW) as pilot:
            await press(pilot, "f1")
            dialog = sample_app.screen
            assert isinstance(dialog, ExplainDialog)
            await press(pilot, "escape")
            assert not isinstance(sample_app.screen, ExplainDialog)
            asked = dialog if left else sample_app.screen
            sample_app.screen._invoke_later(lambda: asked.query_one("#dialog-text"), dialog)
            sample_app.screen.refresh()
            await press(pilot)
            if left:
                assert sample_app._exception is None
                assert "release" in painted(pilot)


async def test_a_key_of_a_list_that_was_taken_away_does_nothing(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C")
        listed = sample_app.focused
        assert isinstance(listed, PickList)
        assert listed.check_action("letter", ("j", "cursor_down"))
        await listed.remove()
        assert not listed.check_action("letter", ("j", "cursor_down"))


async def test_a_line_to_find_in_speaks_before_it_is_on_the_screen(sample_app: ReadinessApp) -> None:
    """Its list was shown anew while `/` was still opening it."""
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C")
        listed = sample_app.focused
        assert isinstance(listed, PickList)
        await asyncio.gather(listed.action_find(), *(_soon(listed) for _ in range(3)))
        await press(pilot)
        assert " of " in painted(pilot)
        assert "Esc shows all" in painted(pilot)


async def _soon(listed: PickList) -> None:
    rows = list(listed._all)
    for _ in range(20):
        listed.refill(rows)
        await asyncio.sleep(0)
