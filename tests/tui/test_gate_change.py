"""A changed gate in the app: what it changed, why, and the cases that left with the baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from tests.conftest import NOW
from tests.tui.driving import NARROW, answer, fill, painted, press, read


def write_run(path: Path, run: str, cases: int) -> Path:
    rows = [
        {"case_id": f"case-{i}", "question": f"Question {i}?", "output": "x", "status": "pass"} for i in range(cases)
    ]
    head = {"run": {"id": run, "prompt_version": run, "started_at": "2026-11-23T10:00:00Z"}}
    path.write_text("".join(json.dumps(row) + "\n" for row in (head, *rows)), encoding="utf-8")
    return path


@pytest.mark.slow
async def test_a_changed_gate_asks_why_and_removed_cases_have_a_row(tmp_path: Path) -> None:
    gate = tmp_path / "gate.yaml"
    gate.write_text('name: bot\nthresholds: {task_success_rate: ">= 0.8"}\n', encoding="utf-8")
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    import_path(desk, gate)
    import_path(desk, write_run(tmp_path / "new.jsonl", "v2", 3), role="candidate")
    import_path(desk, write_run(tmp_path / "old.jsonl", "v1", 5), role="baseline")
    gate.write_text('name: bot\nthresholds: {task_success_rate: ">= 0.7"}\n', encoding="utf-8")
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "i")
        await fill(pilot, str(gate))
        await press(pilot, "enter")
        await press(pilot)
        assert isinstance(app.screen, FormDialog)
        assert "task_success_rate: ≥ 0.80 → ≥ 0.70" in painted(pilot)
        await answer(pilot, reason="  ")
        assert "Type a sentence" in painted(pilot)  # a refusal stays in the form
        await answer(pilot, reason="[b]agreed[/b] with support")
        await press(pilot, "escape", "E")
        assert "removed cases" in painted(pilot)
        assert "◐ warn" in painted(pilot)
        await press(pilot, "down", "v")
        shown = " ".join(read(pilot, "#dialog-text").split())
        assert "[b]agreed[/b] with support" in shown
        assert "2 cases of the baseline were removed: case-3," in shown
    revision = load(desk).gate.revision
    assert revision is not None
    assert revision.reason == "[b]agreed[/b] with support"
    desk.close()
