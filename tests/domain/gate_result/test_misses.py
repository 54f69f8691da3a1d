"""The cases behind a row of the gate: which it loses, and which it loses most by."""

from __future__ import annotations

from readiness_tui.domain.gate_result.misses import Miss, Misses, misses
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.runs.model import Case, Measure, Provenance, Run, Score

UP, DOWN = Direction.HIGHER, Direction.LOWER


def data(run: str, metric: str, values: dict[str, float | None]) -> RunData:
    if metric == "latency_ms":
        cases = [Case(key, latency_ms=Measure(value, Provenance.MEASURED)) for key, value in values.items()]
    else:
        cases = [Case(key, scores={metric: Score(value)}) for key, value in values.items()]
    return RunData(Run(run, run, "t"), tuple(cases))


def test_those_that_miss_most_come_first_and_those_without_the_metric_last() -> None:
    run = data("r", "faithfulness", {"a": 0.8, "b": 0.5, "c": 0.9, "d": None, "e": 0.7, "f": 0.85})
    assert misses(Rule("faithfulness", UP, 0.85), [run]) == Misses(
        "r", (Miss("b", 0.5), Miss("e", 0.7), Miss("a", 0.8), Miss("d", None))
    )
    slow = data("r", "latency_ms", {"a": 100.0, "b": 4000.0, "c": 3500.0, "d": 9000.0})
    assert misses(Rule("latency_p95_ms", DOWN, 3500, "ms"), [slow]).misses == (Miss("d", 9000.0), Miss("b", 4000.0))


def test_of_a_rate_every_case_counts_that_is_not_all_right() -> None:
    run = data("r", "hit_rate", {"a": 1.0, "b": 0.0, "c": 1.0, "d": 1.0})
    assert misses(Rule("hit_rate", UP, 0.5), [run]).misses == (Miss("b", 0.0),)  # though the row passes


def test_a_regression_loses_the_cases_that_got_worse() -> None:
    rule = Rule("faithfulness", UP, None, max_regression=0.02)
    now = data("r", "faithfulness", {"a": 0.8, "b": 0.3, "c": 0.9, "new": 0.1})
    before = data("b", "faithfulness", {"a": 0.9, "b": 0.9, "c": 0.9, "gone": 0.1})
    assert misses(rule, [now], [before]).misses == (Miss("b", 0.3, 0.9), Miss("a", 0.8, 0.9))
    assert misses(rule, [now]).note


def test_why_there_is_nothing_to_list_is_said() -> None:
    nothing = misses(Rule("faithfulness", UP, 0.85), [])
    assert (nothing.run_id, nothing.misses, bool(nothing.note)) == (None, (), True)
