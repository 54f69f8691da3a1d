"""The quick lab with keys only, from the greeting to a review on its own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.lab.screen import LabScreen
from tests.tui.driving import HOSTILE, NARROW, answer, painted, press


@pytest.mark.slow
async def test_from_the_greeting_to_a_review(tmp_path: Path) -> None:
    app = ReadinessApp(who="zoe", here=tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "l")
        assert isinstance(app.screen, LabScreen)
        assert "case-04" in painted(pilot)
        await press(pilot, "a")
        await answer(pilot, question=HOSTILE, source="billing-guide", texts="PDF", risk="no")
        shown = painted(pilot)
        assert "case-11" in shown
        assert "\x1b" not in shown
        await press(pilot, "end", "d")  # and out again
        assert "case-11" not in painted(pilot)
        await press(pilot, "enter")
        assert "8 of 10 meet >= 0.80" in painted(pilot)
        await press(pilot, "e")
        await answer(pilot, limit="most of them")
        assert "is not a threshold" in painted(pilot)  # refused; what was typed stays
        await answer(pilot, limit=">= 0.70")
        await press(pilot, "enter")
        assert "✗ not found" in painted(pilot)
        await press(pilot, "enter", "down", "enter")  # the second change
        assert "2 answers left" in painted(pilot)
        await press(pilot, "p", "f")
        assert "Would you deploy?" in painted(pilot)
        await press(pilot, "y")
        shown = painted(pilot)
        assert "NO-GO   You would deploy. You and the gate disagree" in shown
        assert "1 better, 0 worse of 10" in shown
        await press(pilot, "enter", "enter")
        assert app.view is not None
        assert app.view.review.system == "Quick lab"
        assert [row.rule.threshold for row in app.view.gate.rows] == [0.7, 0.8, 0.0012]
    assert app.desk is not None
    app.desk.close()
