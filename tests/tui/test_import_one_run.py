"""A file with several runs, taken as candidate in the app: the refusal lists them, and the path names one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review.reviews import new_review
from readiness_tui.tui.app import ReadinessApp
from tests.conftest import NOW
from tests.shapes.shape import FILES
from tests.tui.driving import WIDE, fill, press


@pytest.mark.slow
async def test_one_run_of_a_file_becomes_the_candidate(tmp_path: Path) -> None:
    file = tmp_path / "two.json"
    file.write_bytes((FILES / "promptfoo" / "promptfoo-two-providers.json").read_bytes())
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "i", "ctrl+r")  # as candidate
        await fill(pilot, str(file))
        await press(pilot, "enter")
        said = str(app.screen.query_one("#result", Static).content)
        assert "#1 openai:m1 · q; #2 openai:m2 · q. Name one:" in said
        assert "--model" not in said  # the app has no options
        assert "mapping" not in said  # the file is understood: no mapping answers which run is meant
        await fill(pilot, f"{file}#2")
        await press(pilot, "enter")
        await press(pilot)
        said = str(app.screen.query_one("#result", Static).content)
        assert "Taken as candidate: #2 openai:m2 · q." in said
    (run,) = [data.run for data in load(desk).measured.candidate]
    assert run.model == "openai:m2"
    desk.close()
