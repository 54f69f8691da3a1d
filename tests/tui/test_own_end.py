"""Whoever has a screen go in its own work does not wait for its end: both would wait for ever, and no key be heard any more."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from textual.events import Click
from textual.screen import Screen

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.review import reviews
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.gaps.screen import GapsScreen
from readiness_tui.tui.screens.history.screen import HistoryScreen
from readiness_tui.tui.screens.overview.screen import OverviewScreen
from readiness_tui.tui.switching import move_to
from readiness_tui.tui.widgets.bars import RoomTab
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.driving import settle


@pytest.mark.slow
@pytest.mark.parametrize("way", ["key", "click"])
async def test_the_greeting_makes_way_for_what_is_chosen_in_it(way: str, tmp_path: Path) -> None:
    """By Enter, or a click, on a row: once opened so, the sample heard no key."""
    app = ReadinessApp(who="zoe", here=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        rows = app.screen.query_one("#choices", PickList)
        at = rows.get_option_index("sample")
        if way == "key":
            rows.highlighted = at
            await pilot.press("enter")
        else:
            rows.post_message(_click(rows, at))
        await _stands(app, OverviewScreen)
        await pilot.press("G")
        await _stands(app, GapsScreen)
        app.exit()
    assert app.desk is not None
    app.desk.close()


@pytest.mark.slow
async def test_another_review_is_gone_to_by_a_room_that_goes_with_the_old_one(sample_desk: Desk) -> None:
    other = reviews.new_review(sample_desk, system="Search", release="2")
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        room = app.screen
        moved = replace(sample_desk, review_id=other.id)
        room.call_later(lambda: move_to(app, moved))
        async with asyncio.timeout(30):
            while app.screen is room or app.view is None or app.view.review.id != other.id:
                await asyncio.sleep(0.01)
        await _stands(app, OverviewScreen)
        await pilot.press("G")
        await _stands(app, GapsScreen)
        app.exit()


@pytest.mark.slow
async def test_a_meeting_that_was_paused_is_left_by_its_own_tab(sample_desk: Desk) -> None:
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await app.action_meeting()
        await settle(pilot)
        meeting = app.screen
        await app.action_jump("gaps")
        await app.go_back()
        assert app.screen is meeting
        meeting.post_message(RoomTab.Chosen("gaps"))
        await _stands(app, GapsScreen)
        await pilot.press("H")
        await _stands(app, HistoryScreen)
        app.exit()


def _click(rows: PickList, row: int) -> Click:
    return Click(rows, 0, row, 0, 0, 1, False, False, False, style=Style.from_meta({"option": row}))


async def _stands(app: ReadinessApp, kind: type[Screen[Any]]) -> None:
    """It is on top, and the app hears."""
    async with asyncio.timeout(30):
        while not isinstance(app.screen, kind):
            await asyncio.sleep(0.01)
        heard = asyncio.Event()
        app.call_later(heard.set)
        await heard.wait()
