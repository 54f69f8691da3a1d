"""In the app: what a run's file does not say is declared on its row, and a failed high-risk case's risk accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.labels import queue
from readiness_tui.services.review.reviews import new_review
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from tests.conftest import NOW
from tests.tui.driving import NARROW, answer, painted, press


@pytest.mark.slow
async def test_facts_are_declared_and_a_risk_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text('name: bot\nthresholds: {task_success_rate: ">= 0.8"}\n', encoding="utf-8")
    rows = [{"case_id": f"c{i}", "question": f"Question {i}?", "output": f"x{i}", "status": "pass",
             "tags": ["high_risk"] if i == 0 else []} for i in range(6)]  # fmt: skip
    head = {"run": {"id": "r1", "version": "v2"}}
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (head, *rows)), encoding="utf-8")
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    import_path(desk, tmp_path / "gate.yaml")
    import_path(desk, tmp_path / "run.jsonl", role="candidate")
    queue.label(desk, "r1", "c0", HumanVerdict.FAIL)
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "E")
        assert "1 high-risk case failed by a person" in " ".join(painted(pilot).split())
        await press(pilot, "a")
        assert isinstance(app.screen, FormDialog)
        await answer(pilot, reason="a banner warns", until="2027-12-01")
        assert "within 90 days" in " ".join(painted(pilot).split()) or "90 days on" in " ".join(painted(pilot).split())
        await answer(pilot, reason="a banner warns", until="2026-12-10")
        await press(pilot)
        assert not isinstance(app.screen, FormDialog)
        assert load(desk).gate.failed == ()
        for _ in range(4):  # to the runs tab
            if "the latest first" in painted(pilot):
                break
            await press(pilot, "right_square_bracket")
        assert "the latest first" in painted(pilot)
        await press(pilot, "f")
        assert isinstance(app.screen, FormDialog)
        shown = " ".join(painted(pilot).replace("│", " ").split())
        assert "The file says:" in shown
        assert "version v2." in shown
        await answer(pilot, started="2099-01-01T00:00Z", judge="judge-1", dataset="")
        assert "cannot have started after that" in " ".join(painted(pilot).replace("│", " ").split())
        await answer(pilot, started=(NOW).strftime("%Y-%m-%dT%H:%MZ"), judge="judge-1", dataset="")
        await press(pilot)
        assert not isinstance(app.screen, FormDialog)
        assert "declared by ana" in painted(pilot)
    run = load(desk).measured.candidate[0].run
    assert [(one.fact.value, one.by) for one in run.declared] == [("started", "ana"), ("judge", "ana")]
    desk.close()
