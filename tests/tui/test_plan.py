"""The plan on the Evals screen: in the gate's place before a run, and to read at any time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Static

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.gate.versions import read_gate
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.evals import plan_text
from tests.conftest import NOW
from tests.tui.driving import HOSTILE, press
from tests.tui.test_evals import rows, said

SAMPLE = Path(__file__).parents[2] / "sample_data"
HOSTILE_GATE = """\
name: "see [/closed]"
metrics:
  - {metric: "a [b] metric", direction: higher, unit: share, threshold: ">= 0.5", tags: ["[/x]"]}
"""


def read(app: ReadinessApp) -> str:
    """The text in the reading dialog."""
    assert isinstance(app.screen, ReadingDialog)
    return str(app.screen.query_one("#dialog-fields Static", Static).visual)


@pytest.mark.slow
async def test_before_a_run_the_gate_shows_what_it_needs(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    for name in ("gate.yaml", "golden_set.jsonl"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    read_gate(desk, tmp_path / "gate.yaml")
    import_path(desk, tmp_path / "golden_set.jsonl")
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "E")
        assert "The gate was not run" in said(app, "sentence")
        (success,) = (row for row in rows(app) if row.startswith("task success rate"))
        assert success.split() == ["task", "success", "rate", "≥", "0.80", "72", "58", "right", "64", "right"]
        assert "a first run tells" in said(app, "about")
        assert all(cell_len(row) <= 75 for row in rows(app))
        (tmp_path / "gate.yaml").write_text(HOSTILE_GATE, encoding="utf-8")
        await app.act(read_gate, desk, tmp_path / "gate.yaml")
        await press(pilot, "n")
        assert "a [b] metric" in read(app)
    desk.close()


@pytest.mark.slow
async def test_the_plan_and_the_golden_set_are_read_from_the_gate(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "E", "n")
        shown = read(sample_app)
        assert "now 59 of 69: could be luck; 74 more cases at this figure would tell (143)" in " ".join(shown.split())
        assert max(map(cell_len, shown.splitlines())) <= plan_text.WIDTH
        await press(pilot, "escape", "d")
        assert "72 cases, fine" in read(sample_app)
        assert "none in 1,304 traces" in read(sample_app)


def test_a_report_is_shown_as_text_and_wrapped_behind_its_indent() -> None:
    shown = plan_text.dataset(f"✗ set: 2 cases\n      {HOSTILE} {'word ' * 20}").plain.splitlines()
    assert "see [/closed]" in shown[1]
    assert "\x1b" not in shown[1]
    assert all(line.startswith("      ") and cell_len(line) <= plan_text.WIDTH for line in shown[1:])
