"""Tries are counted by version, golden set and start day; who passes after a failure has to say what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.model import Result, Tries, Try
from readiness_tui.domain.gate_result.tries import Attempt, attempt, count, covers, failed_before, may_count
from readiness_tui.domain.gate_result.words import tries_text
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.runs.model import Aggregate, Case, CaseStatus, Completeness, Run, Score

LOCKED = datetime(2026, 11, 20, 9, tzinfo=UTC)
LOCK = Lock("ana", LOCKED, "g")
FAITHFUL = Rule("faithfulness", Direction.HIGHER, 0.85, "score")


def made(key: int, version: str = "v4", *, days: float = 1.0, result: Result = Result.PASS, **run: object) -> Attempt:
    own = {"pipeline_version": version, "started_at": LOCKED + timedelta(days=days), **run}
    return Attempt(
        key, replace(Run(f"r{key}", "n", "own"), **own), "d", LOCKED + timedelta(days=30), {"faithfulness": result}  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_try_is_a_version_a_set_and_a_day() -> None:
    again = made(2, days=1.2)
    other_set = replace(made(3, days=1.3), dataset="e")
    tries = count([made(1), again, other_set, made(4, days=2.0), made(5, "v5", days=2.0)], {5})
    assert tries is not None
    assert [one.runs for one in tries.all] == [("r1", "r2"), ("r3",), ("r4",), ("r5",)]
    assert tries.number == 4


def test_the_runs_of_a_candidate_are_one_try_whatever_their_days() -> None:
    tries = count([made(1), made(2, days=3.0)], {1, 2})
    assert tries is not None
    assert (len(tries.all), tries.number, tries.all[0].runs) == (1, 1, ("r1", "r2"))


def test_a_try_fails_where_one_of_its_runs_does_and_a_metric_is_missing_where_none_has_it() -> None:
    tries = count([made(1), made(2, result=Result.FAIL), made(3, days=2, result=Result.MISSING)], {3})
    assert tries is not None
    assert [one.result for one in tries.all] == [Result.FAIL, Result.MISSING]
    half = [made(1, result=Result.MISSING), made(2, result=Result.INCONCLUSIVE)]
    both = count(half, {2})
    assert both is not None
    assert both.all[0].result is Result.INCONCLUSIVE


def test_without_a_candidate_nothing_is_counted() -> None:
    assert count([made(1)], set()) is None
    assert failed_before([made(1, result=Result.FAIL)], set()) is None


@pytest.mark.parametrize(
    ("before", "now", "held"),
    [
        ({}, {}, True),
        ({"prompt_version": "p1"}, {}, True),  # what only one of them names may be the same
        ({"prompt_version": "p1"}, {"prompt_version": "p2"}, False),
        ({"model": "m1"}, {"model": "m2"}, False),
        ({"index_version": "i1"}, {"index_version": "i2"}, False),
        ({"pipeline_version": "v3"}, {}, False),
        ({"pipeline_version": None}, {}, True),  # a version that nobody names may be this one
        ({"pipeline_version": None}, {"pipeline_version": None}, True),
    ],
)
@pytest.mark.parametrize("days", [(1, 2), (2, 1)])  # the later of two picked, or the earlier
def test_failed_and_then_passed(before: dict[str, str], now: dict[str, str], held: bool, days: tuple[int, int]) -> None:
    failed, passed = made(1, days=days[0], result=Result.FAIL, **before), made(2, days=days[1], **now)
    found = failed_before([failed, passed], {2})
    assert (found is not None) is held
    assert found is None or ("with nothing known to have changed: rec" in found.text and not found.blocks)
    assert failed_before([failed, passed], {1}) is None  # the one that fails is held for that


def test_what_may_count() -> None:
    run, seen = Run("r", "r", "own", started_at=LOCKED), LOCKED + timedelta(days=1)
    assert may_count(run, seen, 95, LOCK, 100)
    assert not may_count(run, seen, 94, LOCK, 100)
    assert not may_count(replace(run, started_at=LOCKED - timedelta(seconds=1)), seen, 100, LOCK, 100)
    assert may_count(replace(run, started_at=None), seen, 100, LOCK, 100)  # by its import
    assert may_count(replace(run, started_at=datetime(2099, 1, 1, tzinfo=UTC)), seen, 100, LOCK, 100)
    assert not may_count(replace(run, started_at=None), LOCKED - timedelta(days=1), 100, LOCK, 100)
    assert not may_count(replace(run, completeness=Completeness.ERRORED), seen, 100, LOCK, 100)
    assert not may_count(replace(run, tags=("nightly", " Draft")), seen, 100, LOCK, 100)


def test_a_system_error_covers_nothing() -> None:
    wanted = {f"c{n}" for n in range(100)}
    cases = tuple(Case(f"c{n}", status=CaseStatus.ERROR if n < 5 else CaseStatus.PASS) for n in range(100))
    assert covers(RunData(Run("r", "r", "own"), cases), wanted)
    assert not covers(RunData(Run("r", "r", "own"), cases[:-1]), wanted)
    assert not covers(RunData(Run("r", "r", "own"), cases), set())


def test_figures_without_cases_are_of_the_set_that_they_are_held_against() -> None:
    figures = Run("r", "r", "own", started_at=LOCKED, aggregates={"faithfulness": Aggregate(0.9)})
    assert may_count(figures, LOCKED, 0, LOCK, 100)
    assert covers(RunData(figures, ()), {"c0"})
    assert not may_count(replace(figures, aggregates={}), LOCKED, 0, LOCK, 100)


def test_only_required_rules_over_runs_are_held_and_a_must_pass_case() -> None:
    gate = Gate("g", (FAITHFUL, replace(FAITHFUL, metric="relevance", required=False)), ("c0",))
    cases = tuple(
        Case(f"c{n}", status=CaseStatus.PASS if n else CaseStatus.FAIL, scores={"faithfulness": Score(0.9)})
        for n in range(40)
    )
    found = attempt(1, gate, RunData(Run("r", "r", "own"), cases), (), LOCKED, date(2026, 11, 24))
    assert found.results == {"faithfulness": Result.PASS, "must-pass cases": Result.FAIL}
    assert found.failed == ("must-pass cases",)
    strict = Gate("g", (replace(FAITHFUL, confidence=Confidence.REQUIRED),))
    assert attempt(1, strict, RunData(Run("r", "r", "own"), cases), (), LOCKED, date(2026, 11, 24)).failed == ()


def a_try(name: str, result: Result = Result.FAIL) -> Try:
    return Try(name, date(2026, 11, 21), result, (name,))


@pytest.mark.parametrize(
    ("tries", "text"),
    [
        (Tries((a_try("v4"),), 1), "first try against this lock"),
        (
            Tries((a_try("rag-v4"), a_try("rag-v4a"), a_try("rag-v5", Result.PASS)), 3),
            "third try against this lock; earlier: rag-v4 FAIL, rag-v4a FAIL",
        ),
        (
            Tries((a_try("a"), a_try("b", Result.PASS), a_try("c")), 2),
            "second of 3 tries against this lock; earlier: a FAIL; later: c FAIL",
        ),
        (
            Tries(tuple(a_try(f"v{n}") for n in range(12)), 12),
            "12th try against this lock; earlier: v3 FAIL, v4 FAIL, v5 FAIL, v6 FAIL, v7 FAIL, v8 FAIL, v9 FAIL,"
            " v10 FAIL, and 3 before",
        ),
        (Tries(tuple(a_try("v") for _ in range(22)), 22), "22nd try against this lock"),
        (Tries(tuple(a_try("v") for _ in range(113)), 113), "113th try against this lock"),
    ],
)
def test_tries_in_words(tries: Tries, text: str) -> None:
    assert tries_text(tries).startswith(text)


def failing(number: int, days: float | None = None, **run: object) -> Attempt:
    return made(number, f"v4-{number}", days=number if days is None else days, result=Result.FAIL, **run)


def test_failed_again_and_again_under_other_names_is_a_condition_from_three_on() -> None:
    for failed in range(6):
        found = failed_before([*(failing(n) for n in range(1, failed + 1)), made(9, "v5", days=9)], {9})
        assert (found is not None and found.name == "tried-until-passed") == (failed >= 3), failed
        assert found is None or not found.blocks
    assert found is not None
    assert found.text.startswith(
        "5 earlier tries failed against this lock (the last: v4-3, v4-4, v4-5), and nothing but"
    )
    assert "record what changed (prompt, model, index), or test on fresh cases" in found.text


@pytest.mark.parametrize(
    ("theirs", "ours", "said"),
    [
        ({"prompt_version": "p1"}, {"prompt_version": "p2"}, False),  # a prompt recorded beside the version
        ({"model": "m1"}, {"model": "m2"}, False),
        ({"index_version": "i1"}, {"index_version": "i2"}, False),
        ({"prompt_version": "p1"}, {}, True),  # what only one records may be the same
        ({"prompt_version": "p1"}, {"prompt_version": "p1"}, True),
        ({"pipeline_version": None, "prompt_version": "p1"}, {"pipeline_version": None, "prompt_version": "p2"}, True),
        ({}, {"prompt_version": "v5"}, True),  # the name once more
    ],
)
def test_a_recorded_change_is_more_than_a_name(theirs: dict[str, object], ours: dict[str, object], said: bool) -> None:
    tries = [*(failing(n, **theirs) for n in (1, 2, 3)), made(9, "v5", days=9, **ours)]
    if "pipeline_version" in theirs:  # else all are one version that failed and passes
        tries = [
            replace(one, run=replace(one.run, prompt_version=f"{one.run.prompt_version}-{one.key}")) for one in tries
        ]
    found = failed_before(tries, {9})
    assert (found is not None) == said
    assert found is None or found.name == "tried-until-passed"


def test_only_earlier_tries_count_and_the_files_of_one_are_one() -> None:
    later = [failing(n, days=10 + n) for n in (1, 2, 3)]
    assert failed_before([*later, made(9, "v5", days=9)], {9}) is None
    halves = [made(n, "v4", days=1.1, result=Result.FAIL) for n in (1, 2, 3)]
    assert failed_before([*halves, made(9, "v5", days=9)], {9}) is None
    still = [failing(1), failing(2), failing(3), made(9, "v5", days=9, result=Result.FAIL)]
    assert failed_before(still, {9}) is None  # it has not passed
