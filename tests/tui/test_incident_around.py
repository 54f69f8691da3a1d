"""What the traces say around an incident, taken into its note with keys."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from readiness_tui.services.incidents import edit
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.incidents.around import AroundDialog
from readiness_tui.tui.screens.traces.screen import TracesScreen
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.driving import NARROW, WIDE, Size, painted, press, read


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, pytest.param(WIDE, marks=pytest.mark.slow)])
async def test_the_change_that_moved_most_is_taken_first(sample_app: ReadinessApp, size: Size) -> None:
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "I", "down", "b")
        assert isinstance(sample_app.screen, AroundDialog)
        shown = painted(pilot)
        assert "25/56" in shown  # figures stand beside the blocks
        assert "21 Nov 08:40 to 10:52" in shown
        assert "moved 100  → what changed" in shown
        await press(pilot, "enter")
        assert sample_app.desk is not None
        assert (
            edit.get(sample_app.desk, 1)
            .fields["what_changed"]
            .splitlines()[-1]
            .startswith("index | kb-2026-11-02 196 of 196")
        )
        assert "✓ taken index" in painted(pilot)
        assert max(len(row) for row in read(pilot, "#sparklines").splitlines()) <= size[0] - 2

        # The end of the list: the lines for the timeline.
        listed = sample_app.screen.query_one("#proposals", PickList)
        await press(pilot, "end", "enter")
        entry = next(e for e in edit.get(sample_app.desk, 1).timeline if e.text.startswith("Recovery:"))
        assert entry.source == "trace"
        assert listed.current != "change/0"


@pytest.mark.slow
async def test_another_time_is_compared_and_a_wrong_one_refused(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "down", "b", "t")
        sample_app.screen.query_one("#field-hours", Input).value = "six"
        await press(pilot, "enter", "enter")
        assert "not a number of hours" in read(pilot, "#dialog-refusal")
        sample_app.screen.query_one("#field-at", Input).value = "2026-11-20 14:30"
        sample_app.screen.query_one("#field-hours", Input).value = "6"
        await press(pilot, "enter")
        assert "in 6 h before 20 Nov 14:30" in read(pilot, "#around-head")
        assert "prompt" in painted(pilot).splitlines()[9]
        await press(pilot, "g")  # a request of the new prompt
        assert isinstance(sample_app.screen, TracesScreen)
