"""Checking a judge in the app's queue: the batch is stored first, drawn by the lot, and what its labels say reaches the gate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.labels.lot import lot_order
from readiness_tui.domain.labels.queue import Task, Why
from readiness_tui.domain.runs.model import Drawn, HumanVerdict
from readiness_tui.reports.labels import labels_text
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.gate.offline import check_files
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.labels import files, queue
from readiness_tui.services.review import history
from readiness_tui.services.review.reviews import new_review
from readiness_tui.store import label_batches

PASS, FAIL = HumanVerdict.PASS, HumanVerdict.FAIL
GATE = "name: strict\nmetrics:\n  - {metric: faithfulness, threshold: '>= 0.6', cut: 0.7}\n"
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def write_run(path: Path, *, n: int = 64, risky: int = 4) -> Path:
    """The judge passes every second bad answer; every third answer is bad."""
    rows: list[dict[str, Any]] = [
        {
            "run": {
                "id": "r",
                "pipeline_version": "v4",
                "judge": "judge-2026-01-01",
                "started_at": "2026-11-24T10:00:00Z",
            }
        }
    ]
    rows += [
        {
            "case_id": f"c{i:02}",
            "question": f"Question {i}?",
            "output": f"{'bad' if i % 3 == 0 else 'good'} answer {i}",
            "status": "pass",
            "scores": {"faithfulness": 0.2 if i % 6 == 0 else 0.9},
            "tags": ["high_risk"] if i < risky else [],
        }
        for i in range(n)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture
def clock() -> list[datetime]:
    return [AT]


@pytest.fixture
def desk(tmp_path: Path, clock: list[datetime]) -> Iterator[Desk]:
    """ana's review of a run of 60 cases and four high-risk ones; its gate is locked."""
    made = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: clock[0])
    new_review(made, system="bot", release="1")
    gate = tmp_path / "gate.yaml"
    gate.write_text(GATE, encoding="utf-8")
    import_path(made, gate)
    versions.lock(made, folder=tmp_path)
    clock[0] += timedelta(hours=2)
    import_path(made, write_run(tmp_path / "run.jsonl"), role="candidate", format="case_record")
    yield made
    made.close()


def batch_tasks(desk: Desk) -> list[Task]:
    found = queue.queue(desk, load(desk).measured)
    return [task for task in found.tasks if task.why is Why.BATCH]


def verdict(task: Task) -> HumanVerdict:
    return FAIL if (task.case.output or "").startswith("bad") else PASS


def label_all(desk: Desk) -> None:
    for task in batch_tasks(desk):
        if task.asked and task.label_of(desk.who) is None:
            queue.give(desk, task, verdict(task))
    queue.settle(desk)


def test_a_batch_is_stored_before_its_cases_are_shown(desk: Desk) -> None:
    asked = queue.queue(desk, load(desk).measured)
    assert batch_tasks(desk) == []
    (question,) = asked.questions
    assert (question.metric, question.number, question.left, question.proposed) == ("faithfulness", 1, 60, 50)
    made = queue.draw(desk, load(desk).measured, "faithfulness", 50)
    lock = load(desk).gate.lock
    assert lock is not None
    assert (made.lock, made.run_id, made.by) == (lock.gate_digest, "r", "ana")
    with desk.store.read() as conn:
        assert label_batches.all(conn, "bot") == (made,)
    tasks = batch_tasks(desk)
    assert [task.how for task in tasks] == [Drawn.ALL] * 4 + [Drawn.LOT] * 50
    assert [task.key for task in tasks[4:]] == list(lot_order(made.lock, (f"c{i:02}" for i in range(4, 64))))[:50]
    last = history.log(desk, limit=1)[0]
    assert "drew 50 cases by the lot: batch 1 of faithfulness of r" in last.what
    with pytest.raises(ReadinessError, match="cannot be undone"):
        history.undo(desk, last.id)  # whoever has seen the cases could choose another size


def test_the_next_batch_waits_for_this_one(desk: Desk) -> None:
    measured = load(desk).measured
    with pytest.raises(ReadinessError, match="1 to 60 cases"):
        queue.draw(desk, measured, "faithfulness", 61)
    queue.draw(desk, measured, "faithfulness", 50)
    with pytest.raises(ReadinessError, match="Batch 1 of faithfulness still waits for 50 labels"):
        queue.draw(desk, measured, "faithfulness", 10)
    with pytest.raises(ReadinessError, match="No batch can be drawn"):
        queue.draw(desk, measured, "relevance", 10)
    label_all(desk)
    assert queue.draw(desk, load(desk).measured, "faithfulness", 10).number == 2


def test_what_the_labels_say_reaches_the_gate(desk: Desk) -> None:
    before = load(desk).gate.rows[0]
    assert before.result is Result.PASS
    assert before.sure.endswith("judge not checked against people")
    queue.draw(desk, load(desk).measured, "faithfulness", 50)
    label_all(desk)
    row = load(desk).gate.rows[0]
    assert row.judge is not None
    assert (row.judge.labels, row.judge.drawn) == (54, 50)
    assert row.judge.corrected == pytest.approx(2 / 3, abs=0.05)  # the judge itself counts 0.83
    assert row.judge.bound is not None
    assert "corrected by 54 human labels" in row.remarks[0]
    assert any(
        "faithfulness (right from 0.7): judge 0.8" in line for line in queue.queue(desk, load(desk).measured).checks
    )


def test_high_risk_answers_stay_blind_until_all_is_asked(desk: Desk) -> None:
    """The verdict on the whole does not reveal the judge's word while faithfulness is still asked."""
    queue.draw(desk, load(desk).measured, "faithfulness", 5)
    found = queue.queue(desk, load(desk).measured)
    whole = next(task for task in found.tasks if task.key == "c00" and task.why is Why.HIGH_RISK)
    metric = next(task for task in found.tasks if task.key == "c00" and task.why is Why.BATCH)
    assert ("r", "c00") in found.covered
    assert queue.give(desk, whole, FAIL, covered=True).blind
    given = queue.give(desk, metric, FAIL)
    assert (given.blind, given.metric, given.drawn) == (True, "faithfulness", Drawn.ALL)
    again = queue.queue(desk, load(desk).measured)
    assert ("r", "c00") not in again.covered
    assert queue.take_back(desk, metric)
    assert [label.metric for label in next(iter(again.tasks)).labels] == [""]


def test_a_second_person_is_asked_ten_of_the_same(desk: Desk) -> None:
    queue.draw(desk, load(desk).measured, "faithfulness", 30)
    label_all(desk)
    desk.who = "ben"
    desk.seen_scores.clear()
    waiting = [task for task in batch_tasks(desk) if task.asked and task.label_of("ben") is None]
    assert [task.key for task in waiting] == [task.key for task in batch_tasks(desk)[4:14]]
    label_all(desk)
    row = load(desk).gate.rows[0]
    assert row.judge is not None
    assert row.judge.agreed == (10, 10)


def test_nothing_is_drawn_before_the_lock(tmp_path: Path) -> None:
    made = open_desk(tmp_path / "other.db", "ana", create=True, clock=lambda: AT)
    new_review(made, system="bot", release="1")
    gate = tmp_path / "gate.yaml"
    gate.write_text(GATE, encoding="utf-8")
    import_path(made, gate)
    import_path(made, write_run(tmp_path / "run.jsonl"), role="candidate", format="case_record")
    assert queue.queue(made, load(made).measured).questions == ()
    with pytest.raises(ReadinessError, match="Lock the gate"):
        queue.draw(made, load(made).measured, "faithfulness", 50)
    made.close()


def test_the_same_in_ci_and_in_another_database(desk: Desk, tmp_path: Path, clock: list[datetime]) -> None:
    queue.draw(desk, load(desk).measured, "faithfulness", 50)
    label_all(desk)
    mine = load(desk).gate.rows[0]
    labels = tmp_path / "labels.jsonl"
    assert files.export(desk, labels) == 54
    assert "on faithfulness · blind · drawn by the lot" in labels_text(files.every(desk))
    assert json.loads(labels.read_text(encoding="utf-8").splitlines()[0])["batch"] == 1
    check = check_files(
        tmp_path / "gate.yaml", tmp_path / "gate.lock", [tmp_path / "run.jsonl"], labels=labels, as_of=AT.date()
    )
    row = check.gate.rows[0]
    assert row.judge == mine.judge
    assert row.remarks == mine.remarks

    other = open_desk(tmp_path / "other.db", "cleo", create=True, clock=lambda: clock[0])
    new_review(other, system="bot", release="1")
    import_path(other, tmp_path / "run.jsonl", role="candidate", format="case_record")
    done = files.import_file(other, labels)
    assert (done.stored, done.refused) == (54, ())
    assert files.import_file(other, labels).kept == 54
    with other.store.read() as conn, desk.store.read() as ours:
        assert label_batches.all(conn, "bot") == label_batches.all(ours, "bot")
    other.close()
