"""Which lock a gate is held to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.gate import Result
from readiness_tui.services import gates
from readiness_tui.services.desk import Desk, open_desk
from readiness_tui.services.imports import import_path
from readiness_tui.services.reviews import new_review
from readiness_tui.services.view import load

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path):
    desk = open_desk(tmp_path / "r.db", "ana", create=True, clock=lambda: START)
    new_review(desk, system="bot", release="1")
    run = tmp_path / "run.jsonl"
    run.write_text(
        '{"run": {"id": "r1", "pipeline_version": "v1", "started_at": "2026-11-21T00:00:00Z"}}\n'
        '{"case_id": "c1", "output": "x", "status": "success"}\n'
        '{"case_id": "c2", "output": "x", "status": "success"}\n',
        encoding="utf-8",
    )
    import_path(desk, run, role="candidate")
    yield desk
    desk.close()


def take(desk: Desk, folder: Path, name: str, least: float) -> None:
    path = folder / f"{name}-{least}.yaml"
    path.write_text(f"name: {name}\nmetrics:\n  - metric: task_success_rate\n    threshold: '>= {least}'\n", "utf-8")
    gates.read_gate(desk, path)


def test_locking_again_registers_later_runs_only(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    gates.lock(desk)
    desk.clock = lambda: START + timedelta(days=3)  # after the run
    gates.lock(desk)
    assert load(desk).gate.registered


def test_an_earlier_versions_lock_shows_as_changed(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    gates.lock(desk)
    take(desk, tmp_path, "bot", 0.7)
    assert {row.result for row in load(desk).gate.rows} == {Result.CHANGED}


def test_another_gates_lock_says_nothing_about_this_one(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "billing", 0.9)
    gates.lock(desk)
    take(desk, tmp_path, "bot", 0.8)
    view = load(desk)
    assert view.gate.lock is None
    assert {row.result for row in view.gate.rows} == {Result.PASS}
    assert any(cause.key == "gate/lock" for cause in view.judgement.causes)
