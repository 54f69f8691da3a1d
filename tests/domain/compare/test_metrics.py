"""Candidate beside baseline, metric by metric; and the cases that a row of the gate loses."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from readiness_tui.domain.compare.metrics import Compared, compare_all, compared
from readiness_tui.domain.gate_result.misses import Miss, misses
from readiness_tui.domain.metrics import NotComputable, RunData
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.runs.model import Aggregate, Case, CaseStatus, Measure, Provenance, Run, Score, ScoreState

UP, DOWN = Direction.HIGHER, Direction.LOWER


def run(name: str, *cases: Case, **changes: object) -> RunData:
    return RunData(Run(name, name, "test", pipeline_version=name, **changes), cases)  # type: ignore[arg-type]


def scored(id: str, metric: str, value: float, repeat: int = 0) -> Case:
    return Case(id, repeat=repeat, scores={metric: Score(value)}, status=CaseStatus.PASS)


def statuses(words: Mapping[str, CaseStatus]) -> list[Case]:
    return [Case(id, status=status) for id, status in words.items()]


def test_flips_are_counted_on_the_shared_cases_and_the_rest_is_named() -> None:
    ours = run(
        "v4", *statuses({"a": CaseStatus.PASS, "b": CaseStatus.FAIL, "c": CaseStatus.PASS, "new": CaseStatus.PASS})
    )
    theirs = run(
        "v3", *statuses({"a": CaseStatus.FAIL, "b": CaseStatus.PASS, "c": CaseStatus.PASS, "old": CaseStatus.FAIL})
    )
    found = compared(Rule("task_success_rate", UP, None), [ours], [theirs])
    assert isinstance(found, Compared)
    assert (found.flips.better, found.flips.worse, found.flips.shared) == (("a",), ("b",), 3)
    assert (found.comparison.new, found.comparison.removed) == (("new",), ("old",))
    assert found.comparison.candidate == found.comparison.baseline == pytest.approx(2 / 3)
    assert found.text.startswith("1 better, 1 worse of 3 shared cases: could be luck (p = 1.00")


def test_repeats_of_a_pass_or_fail_score_count_by_majority() -> None:
    metric = "citation_accuracy"
    ours = run("v4", *(scored("a", metric, value, i) for i, value in enumerate((1, 1, 0))), scored("b", metric, 0))
    theirs = run("v3", *(scored("a", metric, value, i) for i, value in enumerate((0, 1, 0))), scored("b", metric, 0))
    found = compared(Rule(metric, UP, None), [ours], [theirs])
    assert isinstance(found, Compared)
    assert found.shift is None
    assert found.flips.better == ("a",)


def test_a_graded_score_is_not_read_as_pass_or_fail() -> None:
    ours = run("v4", *(scored(f"c{i}", "citation_accuracy", 0.7) for i in range(3)))
    theirs = run("v3", *(scored(f"c{i}", "citation_accuracy", 0.6) for i in range(3)))
    found = compared(Rule("citation_accuracy", UP, None), [ours], [theirs])
    assert isinstance(found, Compared)
    assert found.shift is not None
    assert found.text == "+0.100 on 3 shared cases, 3 better, 0 worse; n too small for an interval"


def test_the_change_of_a_quantile_has_no_interval_and_is_never_called_distinguishable() -> None:
    def timed(id: str, ms: float) -> Case:
        return Case(id, status=CaseStatus.PASS, latency_ms=Measure(ms, Provenance.MEASURED))

    ours = run("v4", *(timed(f"c{i}", 2000.0 + i) for i in range(60)))
    theirs = run("v3", *(timed(f"c{i}", 1000.0 + i / 2) for i in range(60)))
    found = compared(Rule("latency_p95_ms", DOWN, None), [ours], [theirs])
    assert isinstance(found, Compared)
    assert not found.distinguishable
    assert len(found.flips.worse) == 60
    assert found.text.endswith("no interval is computed for the change of a quantile")


def test_all_metrics_of_both_sides_are_compared_task_success_first() -> None:
    sides = [run(name, scored("a", "faithfulness", 0.9), scored("a2", "house style", 1.0)) for name in ("v4", "v3")]
    rows, unpaired = compare_all(sides[:1], sides[1:])
    assert rows[0].metric.key == "task_success_rate"
    assert {"faithfulness", "house style"} <= {row.metric.key for row in rows}
    assert not unpaired
    assert [row.assumed for row in rows if row.metric.key == "house style"] == [True]


def test_a_metric_of_one_side_and_a_figure_without_cases_are_named_with_the_reason() -> None:
    ours = run("v4", scored("a", "faithfulness", 0.9), aggregates={"relevance": Aggregate(0.7, 40)})
    theirs = run("v3", scored("a", "recall@5", 0.9), aggregates={"relevance": Aggregate(0.6, 40)})
    _, unpaired = compare_all([ours], [theirs])
    found = {lone.metric.key: (lone.baseline, lone.candidate, lone.reason) for lone in unpaired}
    assert found["faithfulness"][:2] == (None, 0.9)
    assert found["faithfulness"][2].startswith("the baseline does not carry it: ")
    assert found["recall@5"][2].startswith("the candidate does not carry it: ")
    assert found["relevance"][:2] == (0.6, 0.7)
    assert "shares no case" in found["relevance"][2]


# The cases behind a row


def test_a_threshold_row_loses_what_is_short_of_it_worst_first_then_what_is_missing() -> None:
    lacking = Case("gone", scores={"faithfulness": Score(None, ScoreState.JUDGE_ERROR)}, status=CaseStatus.PASS)
    values = {"a": 0.84, "b": 0.2, "c": 0.85, "d": 1.0}
    data = run("v4", lacking, *(scored(id, "faithfulness", value) for id, value in values.items()))
    found = misses(Rule("faithfulness", UP, 0.85), [data])
    assert found.run_id == "v4"
    assert found.misses == (Miss("b", 0.2), Miss("a", 0.84), Miss("gone", None))


def test_of_a_rate_every_case_that_is_not_all_right_is_listed_whatever_the_threshold() -> None:
    data = run("v4", *statuses({"a": CaseStatus.PASS, "b": CaseStatus.FAIL, "c": CaseStatus.ERROR}))
    assert [miss.key for miss in misses(Rule("task_success_rate", UP, 0.1), [data]).misses] == ["b", "c"]
    assert [miss.key for miss in misses(Rule("error_rate", DOWN, 0.5), [data]).misses] == ["c"]


def test_a_regression_row_lists_what_got_worse_with_both_values() -> None:
    ours = run("v4", scored("a", "faithfulness", 0.5), scored("b", "faithfulness", 0.9))
    theirs = run("v3", scored("a", "faithfulness", 0.8), scored("b", "faithfulness", 0.7))
    rule = Rule("faithfulness", UP, None, max_regression=0.02)
    assert misses(rule, [ours], [theirs]).misses == (Miss("a", 0.5, 0.8),)
    assert misses(rule, [ours], []).note == "no baseline is stored"


def test_without_cases_there_is_nothing_to_list_and_the_reason_is_said() -> None:
    only = run("v4", aggregates={"faithfulness": Aggregate(0.5, 40)})
    assert "without its cases" in misses(Rule("faithfulness", UP, 0.85), [only]).note
    nothing = misses(Rule("faithfulness", UP, 0.85), [])
    assert nothing.run_id is None
    assert nothing.note
    assert isinstance(compared(Rule("faithfulness", UP, None), [], []), NotComputable)
