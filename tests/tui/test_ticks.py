"""The seven evaluation types of EVA-14, ticked off with keys in Checklists and in meeting mode."""

from __future__ import annotations

import pytest

from readiness_tui.domain.checklists.model import Depth
from readiness_tui.services.core.view import load
from readiness_tui.services.review import history, reviews
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.checklists.tick_dialog import TickDialog
from readiness_tui.tui.screens.meeting.screen import MeetingScreen
from tests.tui.driving import NARROW, WIDE, Size, notices, painted, press, read


def ticked(app: ReadinessApp) -> tuple[str, ...]:
    assert app.desk is not None
    return load(app.desk).dossier("EVA-14").ticks


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_by_number_and_with_the_arrows(sample_app: ReadinessApp, size: Size) -> None:
    assert sample_app.desk is not None
    reviews.set_depth(sample_app.desk, Depth.FULL)
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot)
        await sample_app.go_to("item/evaluation/EVA-14")
        await press(pilot)
        assert "TICKED    0 of 7   x ticks" in read(pilot, "#item")
        await press(pilot, "x")
        assert isinstance(sample_app.screen, TickDialog)
        screen = painted(pilot)
        assert "· 1 unit tests for deterministic logic" in screen
        assert "· 7 online experiments when applicable" in screen
        await press(pilot, "2", "down", "down", "space", "7", "7", "9")
        assert ticked(sample_app) == ("prompt regression", "retrieval quality")
        assert "✓ 3 retrieval quality" in painted(pilot)
        await press(pilot, "enter", "escape")
        assert ticked(sample_app) == ("prompt regression",)
        shown = read(pilot, "#item")
        assert "TICKED    1 of 7" in shown
        assert "✓ 2 prompt regression" in shown
        assert "· 3 retrieval quality" in shown
        await press(pilot, "2")
        assert "voted 2 with 1 of 7 ticked: met means each that applies · x ticks" in read(pilot, "#item")
        # Undone in History, as any vote is.
        change = next(one for one in history.log(sample_app.desk) if one.what == "EVA-14: prompt regression ticked")
        await press(pilot, "question_mark")
        assert "Tick off the item's parts, where it has any" in painted(pilot)
        await press(pilot, "escape")
        history.undo(sample_app.desk, change.id)
        await sample_app.reload()
        await press(pilot)
        assert "TICKED    0 of 7" in read(pilot, "#item")


@pytest.mark.slow
async def test_in_the_meeting_and_not_where_an_item_has_no_parts(sample_app: ReadinessApp) -> None:
    assert sample_app.desk is not None
    reviews.set_depth(sample_app.desk, Depth.FULL)
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "m", "x")
        assert notices(pilot)[-1].endswith(
            "has no parts to tick. EVA-14 has, in the evaluation checklist at full depth."
        )
        assert isinstance(sample_app.screen, MeetingScreen)
        while sample_app.screen.item_id != "EVA-14":
            await pilot.press("space")
        await press(pilot, "x", "1", "escape")
        assert isinstance(sample_app.screen, MeetingScreen)
        assert ticked(sample_app) == ("unit tests for deterministic logic",)
        assert "TICKED    1 of 7" in read(pilot, "#item")
