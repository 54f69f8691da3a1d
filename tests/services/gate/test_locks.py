"""Which lock a gate is held to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import lock_witness, versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources.settings.lock import read_lock

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path):
    desk = open_desk(tmp_path / "r.db", "ana", create=True, clock=lambda: START + timedelta(days=2))
    new_review(desk, system="bot", release="1")
    run = tmp_path / "run.jsonl"
    run.write_text(
        '{"run": {"id": "r1", "pipeline_version": "v1", "started_at": "2026-11-21T00:00:00Z"}}\n'
        '{"case_id": "c1", "output": "x", "status": "success"}\n'
        '{"case_id": "c2", "output": "x", "status": "success"}\n',
        encoding="utf-8",
    )
    import_path(desk, run, role="candidate")
    desk.clock = lambda: START  # what follows is typed before the run
    yield desk
    desk.close()


def take(desk: Desk, folder: Path, name: str, least: float) -> None:
    path = folder / f"{name}-{least}.yaml"
    path.write_text(f"name: {name}\nmetrics:\n  - metric: task_success_rate\n    threshold: '>= {least}'\n", "utf-8")
    versions.read_gate(desk, path)


def test_locking_again_registers_later_runs_only(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    versions.lock(desk)
    desk.clock = lambda: START + timedelta(days=3)  # after the run
    versions.lock(desk)
    assert load(desk).gate.registered


def test_an_earlier_versions_lock_shows_as_changed(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    versions.lock(desk)
    take(desk, tmp_path, "bot", 0.7)
    assert {row.result for row in load(desk).gate.rows} == {Result.CHANGED}


def test_another_gates_lock_says_nothing_about_this_one(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "billing", 0.9)
    versions.lock(desk)
    take(desk, tmp_path, "bot", 0.8)
    view = load(desk)
    assert view.gate.lock is None
    assert {row.result for row in view.gate.rows} == {Result.PASS}
    assert any(cause.key == "gate/lock" for cause in view.judgement.causes)


def test_a_lock_is_bound_to_the_data_and_the_judge_known_then(desk: Desk, tmp_path: Path) -> None:
    """What the gate does not declare itself: the newest eval set, and the judge that scored the baseline."""
    gold, old = tmp_path / "gold.jsonl", tmp_path / "old.jsonl"
    gold.write_text('{"id": "c1", "question": "Does it ship?", "must_include": ["yes"]}\n', encoding="utf-8")
    old.write_text(
        '{"run": {"id": "r0", "pipeline_version": "v0", "judge_digest": "j0"}}\n'
        '{"case_id": "c1", "output": "x", "status": "success"}\n',
        encoding="utf-8",
    )
    import_path(desk, gold)
    take(desk, tmp_path, "bot", 0.8)
    assert versions.lock(desk)[0].judge_digest is None  # nobody scored anything yet
    import_path(desk, old, role="baseline")
    made, _ = versions.lock(desk)
    assert (made.judge_digest, len(made.dataset_digest or "")) == ("j0", 64)
    # What the gate declares goes before what happens to be known.
    declared = tmp_path / "declared.yaml"
    digests = {name: letter * 64 for name, letter in (("dataset_digest", "d"), ("judge_digest", "e"))}
    told = "".join(f"{name}: {digest}\n" for name, digest in digests.items())
    declared.write_text(f"name: bot\n{told}metrics:\n  - {{metric: task_success_rate, threshold: 0.8}}\n", "utf-8")
    versions.read_gate(desk, declared)
    made, _ = versions.lock(desk)
    assert (made.dataset_digest, made.judge_digest) == (digests["dataset_digest"], digests["judge_digest"])


def test_the_databases_lock_and_the_one_in_the_folder(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    versions.lock(desk, folder=tmp_path)
    mine = load(desk).gate.lock
    assert "in no git repository" in lock_witness.of_folder(tmp_path, mine, [])
    assert lock_witness.of_folder(tmp_path / "elsewhere", mine, []) == ""
    desk.clock = lambda: START + timedelta(days=3)
    versions.lock(desk, folder=tmp_path)  # again, for later runs: the review is held to the first
    assert "another lock than the review's: ana locked it on 23 Nov 2026" in lock_witness.of_folder(tmp_path, mine, [])
    (tmp_path / "gate.lock").write_text("by: ana\n", encoding="utf-8")
    assert "gate.lock:1:1: the fields at and gate_digest are missing" in lock_witness.of_folder(tmp_path, mine, [])


def judged_by(desk: Desk, folder: Path, judge: str, at: datetime) -> None:
    """A further run, of another judge, as the candidate."""
    path = folder / f"run-{judge}.jsonl"
    head = f'{{"id": "run-{judge}", "pipeline_version": "v-{judge}", "started_at": "{at.isoformat()}", "judge": "{judge}"}}'
    cases = (
        '{"case_id": "c1", "output": "y", "status": "success"}\n{"case_id": "c2", "output": "y", "status": "success"}\n'
    )
    path.write_text(f'{{"run": {head}}}\n{cases}', "utf-8")
    desk.clock = lambda: at + timedelta(hours=1)
    import_path(desk, path, role="candidate")


def test_a_judge_named_after_the_first_lock_is_bound_from_then_on(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    versions.lock(desk)
    versions.lock(desk, judge="strict")
    versions.lock(desk)  # names none, and takes nothing back
    judged_by(desk, tmp_path, "mild", START + timedelta(hours=5))
    assert {row.result for row in load(desk).gate.rows} == {Result.CHANGED}
    judged_by(desk, tmp_path, "strict", START + timedelta(hours=7))
    outcome = load(desk).gate
    assert outcome.registered
    assert Result.CHANGED not in {row.result for row in outcome.rows}


def test_another_judge_locked_again_holds_for_later_runs_only(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    versions.lock(desk)
    versions.lock(desk, judge="strict")
    judged_by(desk, tmp_path, "mild", START + timedelta(hours=5))
    desk.clock = lambda: START + timedelta(hours=7)
    versions.lock(desk, judge="mild")
    outcome = load(desk).gate
    assert not outcome.registered
    assert Result.CHANGED not in {row.result for row in outcome.rows}
    judged_by(desk, tmp_path, "mild", START + timedelta(hours=9))
    outcome = load(desk).gate
    assert outcome.lock is not None
    assert outcome.lock.judge_digest == "name:mild"


def test_a_lock_with_long_names_can_be_read_again(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, "bot", 0.8)
    desk.who = "ana " * 40
    made, path = versions.lock(desk, folder=tmp_path, judge="strict " * 60)
    assert path is not None
    assert read_lock(path).judge_digest == made.judge_digest
    versions.lock(desk, folder=tmp_path, judge="lenient")
    assert read_lock(path).judge_digest == "name:lenient"
