"""Giving a label: whether it is blind, and what becomes of an earlier one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.queue import Task
from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.labels import queue
from readiness_tui.services.review.reviews import new_review
from tests.conftest import NOW

PASS, FAIL = HumanVerdict.PASS, HumanVerdict.FAIL


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """ana's review of a run with two high-risk cases and one other, which nobody has labelled."""
    made = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(made, system="bot", release="1")
    run = tmp_path / "run.jsonl"
    lines = [{"run": {"id": "r", "pipeline_version": "v4"}}]
    lines += [
        {
            "case_id": f"case-{n}",
            "question": "?",
            "output": "!",
            "status": "pass",
            "tags": ["high_risk"] if n < 2 else [],
        }
        for n in range(3)
    ]
    run.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    import_path(made, run, role="candidate", format="case_record")
    yield made
    made.close()


def tasks(desk: Desk, drawn: int = 0) -> tuple[Task, ...]:
    return queue.queue(desk, load(desk).measured, drawn).tasks


def test_a_label_is_blind_until_its_giver_has_seen_the_scores(desk: Desk) -> None:
    first, second = tasks(desk)
    assert queue.give(desk, first, PASS).blind
    desk.seen_scores.add((second.run_id, second.key))  # the case was looked at under Evals
    assert not queue.give(desk, second, PASS).blind
    desk.who = "ben"
    desk.seen_scores.clear()
    assert queue.give(desk, second, FAIL).blind  # he has not


def test_the_same_word_again_stays_blind_and_another_one_does_not(desk: Desk) -> None:
    first, second = tasks(desk)
    queue.give(desk, first, PASS)
    assert queue.give(desk, first, PASS, "as the handbook says").blind
    assert not queue.give(desk, first, FAIL).blind
    # Taken back and given otherwise: the scores have been seen in between.
    queue.give(desk, second, PASS)
    desk.seen_scores.clear()
    queue.take_back(desk, second)
    assert not queue.give(desk, second, FAIL).blind


def test_another_spelling_is_the_same_person(desk: Desk) -> None:
    first, second = tasks(desk)
    queue.give(desk, first, PASS)
    queue.give(desk, second, PASS)
    desk.who, desk.seen_scores = " ANA", set()
    assert not queue.give(desk, first, FAIL).blind  # another word after the scores were seen
    assert [label.reviewer for label in tasks(desk)[0].labels] == ["ana"]
    queue.take_back(desk, second)
    assert tasks(desk)[1].labels == ()
    assert not queue.give(desk, second, FAIL).blind


def test_a_note_stays_until_another_is_written(desk: Desk) -> None:
    first, _ = tasks(desk)
    assert queue.give(desk, first, PASS, " as the handbook says ").note == "as the handbook says"
    assert queue.give(desk, first, FAIL).note == "as the handbook says"
    assert queue.give(desk, first, FAIL, "no law says so").note == "no law says so"
    assert queue.give(desk, first, FAIL, "").note == ""
    (label,) = tasks(desk)[0].labels
    assert (label.verdict, label.note, label.at) == (FAIL, "", NOW)


def test_what_waits_and_what_a_draw_could_add(desk: Desk) -> None:
    found = queue.queue(desk, load(desk).measured)
    assert ([task.key for task in found.tasks], found.lacking, found.absent, found.left) == (
        ["case-0", "case-1"], ("case-0", "case-1"), (), 1,
    )  # fmt: skip
    queue.give(desk, found.tasks[0], PASS)
    found = queue.queue(desk, load(desk).measured, drawn=1)
    assert ([task.key for task in found.tasks], found.lacking, found.left) == (
        ["case-0", "case-1", "case-2"], ("case-1",), 0,
    )  # fmt: skip


def test_a_place_is_kept_for_one_person_and_one_candidate(desk: Desk) -> None:
    measured = load(desk).measured
    assert queue.place(desk, measured) == queue.Place(("r",))
    here = queue.Place(("r",), "case-1", 20, {"case-1": "half a thought"})
    queue.remember(desk, here)
    assert queue.place(desk, measured) == here
    assert queue.place(desk, replace(measured, candidate_runs=())) == queue.Place(())
    desk.who = "ben"
    assert queue.place(desk, measured) == queue.Place(("r",))


@pytest.mark.parametrize(("typed", "verdict"), [("p", PASS), (" Fail ", FAIL), ("u", HumanVerdict.UNSURE)])
def test_the_beginning_of_a_verdict_is_enough(typed: str, verdict: HumanVerdict) -> None:
    assert queue.parse_verdict(typed) is verdict


@pytest.mark.parametrize("typed", ["", " ", "x", "passed"])
def test_anything_else_is_asked_for_again(typed: str) -> None:
    with pytest.raises(ReadinessError, match="Type pass, fail or unsure"):
        queue.parse_verdict(typed)
