"""The review queue with keys only: blind first, then the judge; leave, and go on where one was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services import runs
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.labels import queue
from readiness_tui.services.review import history
from readiness_tui.services.review.reviews import new_review
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.labels.screen import QueueScreen
from tests.conftest import NOW
from tests.tui.driving import HOSTILE, NARROW, answer, painted, press, read

GATE = "name: strict\nmetrics:\n  - {metric: faithfulness, threshold: '>= 0.8'}\n"


def write_run(path: Path, *, risky: int = 4, plain: int = 30) -> Path:
    rows: list[dict[str, Any]] = [{"run": {"id": "r", "pipeline_version": "v4", "judge": "judge-2026-01-01"}}]
    for n in range(risky + plain):
        rows.append(
            {"case_id": f"case-{n:02}", "question": f"{HOSTILE} {n}?", "output": f"{HOSTILE} answer {n}", "status": "pass",
             "scores": {"faithfulness": {"value": 0.91, "passed": True}}, "error": "grader said great",
             "tags": ["high_risk"] if n < risky else [], "reasoning": "the judge liked it",
             "retrieved_chunks": [{"id": "doc-1", "text": "the text of the chunk"}],
             "tool_calls": [{"name": "lookup", "arguments": "{}", "result": "found"}]}
        )  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """ana's review of a run with four high-risk cases, of which ben has labelled the second."""
    made = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(made, system="bot", release="1")
    gate = tmp_path / "gate.yaml"
    gate.write_text(GATE, encoding="utf-8")
    import_path(made, gate)
    import_path(made, write_run(tmp_path / "run.jsonl"), role="candidate", format="case_record")
    made.who = "ben"
    queue.label(made, "r", "case-01", HumanVerdict.PASS, "as the handbook says")
    made.who = "ana"
    made.seen_scores.clear()
    yield made
    made.close()


@pytest.mark.slow
async def test_three_cases_blind_then_away_and_back(desk: Desk, tmp_path: Path) -> None:
    app = ReadinessApp(desk, here=tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot)
        assert app.view is not None
        await app.go_to("gate/high-risk")  # what Enter does on the line of the Overview
        await press(pilot)
        assert isinstance(app.screen, QueueScreen)
        assert "case-00  0 of 4 reviewed  3 without any label" in read(pilot, "#heading")
        shown = painted(pilot)
        assert all(part in shown for part in ("answer 0", "the text of the chunk", "lookup", "are hidden"))
        assert not any(word in shown for word in ("0.91", "grader", "liked", "ben", "agree"))
        assert "\x1b" not in read(pilot, "#case")

        await press(pilot, "n")
        await answer(pilot, note="no law says so")
        await press(pilot, "f")
        said = read(pilot, "#word")
        assert "you fail, blind: no law says so" in said
        assert "faithfulness 0.910 pass · you fail: disagree" in said
        await press(pilot, "space", "p")
        assert "case-02  2 of 4 reviewed  1 failed, 1 not labelled" in read(pilot, "#heading")
        assert "pass · you pass: agree" in read(pilot, "#word")
        await press(pilot, "space", "space")  # case-03 is skipped: what ben has labelled comes last
        assert "case-01" in read(pilot, "#heading")
        assert "ben" not in read(pilot, "#word")
        await press(pilot, "f")
        assert "ben pass, 24 Nov: as the handbook says · you fail: disagree" in read(pilot, "#word")
        await press(pilot, "p")  # another word after the scores were seen: saved, and not blind
        assert "you pass, not blind" in read(pilot, "#word")

        await press(pilot, "left", "escape")
        assert app.view.gate.unreviewed == ("case-03",)  # the gate knows as soon as one has left
        await press(pilot, "E", "r")
        assert "case-03  3 of 4 reviewed" in read(pilot, "#heading")
        await press(pilot, "u", "space")
        end = read(pilot, "#case")
        assert "Nothing in the queue waits for you." in end
        assert "overall: 1 of 2 cases labelled blind agree; n too small" in end
        assert "1 unsure" in end
        assert "1 not blind, not counted" in end
        assert "ana and ben agree on 1 of 1 case" in end

        await press(pilot, "s")
        assert "DRAWN AT RANDOM" in read(pilot, "#heading")
        assert "0 of 20 reviewed" in read(pilot, "#heading")
        await press(pilot, "p", "t")
        assert "0 of 20 reviewed" in read(pilot, "#heading")  # taken back
    changes = [change.what for change in history.log(desk)]
    assert sum(what.startswith("took back the label") for what in changes) == 1


def test_a_label_is_blind_once_and_can_be_undone(desk: Desk) -> None:
    view = load(desk)

    def task(key: str) -> queue.Task:
        return next(task for task in queue.queue(desk, view.measured, 20).tasks if task.key == key)

    assert queue.give(desk, task("case-00"), HumanVerdict.PASS).blind
    assert queue.give(desk, task("case-00"), HumanVerdict.PASS, "and why").blind  # a note is no second look
    queue.take_back(desk, task("case-00"))
    desk.seen_scores.clear()  # as on another day
    assert not queue.give(desk, task("case-00"), HumanVerdict.FAIL).blind
    runs.case_view(desk, "case-02", view.measured)
    assert not queue.give(desk, task("case-02"), HumanVerdict.PASS).blind

    queue.give(desk, task("case-03"), HumanVerdict.PASS)
    queue.give(desk, task("case-03"), HumanVerdict.FAIL)
    history.undo(desk, history.log(desk, limit=1)[0].id)
    label = task("case-03").label_of("ana")
    assert label is not None
    assert (label.verdict, label.blind) == (HumanVerdict.PASS, True)
    assert load(desk).gate.unreviewed == ()


def test_the_place_is_of_one_person_and_one_candidate(desk: Desk, tmp_path: Path) -> None:
    measured = load(desk).measured
    where = queue.Place(("r",), "case-03", 20, {"case-03": "half a thought"})
    queue.remember(desk, where)
    assert queue.place(desk, measured) == where
    desk.who = "ben"
    assert queue.place(desk, measured) == queue.Place(("r",))
    desk.who = "ana"
    queue.remember(desk, queue.Place(("another",), "case-03"))
    assert queue.place(desk, measured) == queue.Place(("r",))


LOCKED = "name: strict\nmetrics:\n  - {metric: faithfulness, threshold: '>= 0.8', cut: 0.7}\n"


@pytest.mark.slow
async def test_a_batch_to_check_the_judge(tmp_path: Path) -> None:
    """Drawn by the lot, labelled blind on the metric alone; the gate says what people found once it is complete."""
    made = open_desk(tmp_path / "lot.db", "ana", create=True, clock=lambda: NOW)
    new_review(made, system="bot", release="1")
    gate = tmp_path / "gate.yaml"
    gate.write_text(LOCKED, encoding="utf-8")
    import_path(made, gate)
    import_path(made, write_run(tmp_path / "run.jsonl", risky=1, plain=24), role="candidate", format="case_record")
    versions.lock(made)
    app = ReadinessApp(made, here=tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot)
        await app.go_to("gate/high-risk")
        await press(pilot, "s")
        shown = painted(pilot)
        assert "Batch 1: check the judge of faithfulness" in shown
        assert "lot of the locked gate" in shown
        await answer(pilot, size="400")
        assert "Type a number from 1 to 24." in painted(pilot)
        await answer(pilot, size="22")
        assert "CHECK OF THE JUDGE: faithfulness" in read(pilot, "#heading")
        assert "0 of 23 reviewed" in read(pilot, "#heading")
        assert "good enough by this alone: Faithfulness?" in read(pilot, "#word")
        await press(pilot, "p")
        assert "faithfulness 0.910 pass · you pass: agree" in read(pilot, "#word")
        for _ in range(22):
            await press(pilot, "space", "p")
        await press(pilot, "e")
        end = read(pilot, "#case")
        assert "by 23 human labels alone 1.000, surely ≥ 0.851" in end
        assert "recognises good answers 23 of 23 · bad answers: not known, 0 seen" in end
        await press(pilot, "escape")
        assert app.view is not None
        (row,) = app.view.gate.rows
        assert row.judge is not None
        assert row.judge.drawn == 22
    made.close()
