"""The figure that is shown adds up to the one that the gate judged, for every kind of metric."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.explanation.gate_rows import figure_sum, metric_of, row_explained
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.metrics import Observed, RunData, observe
from readiness_tui.domain.metrics.rule import Direction, From, Rule
from readiness_tui.domain.runs.model import Case, CaseStatus, Measure, Provenance, Run, Score
from tests.domain.build import make_row, make_rule

RUN = Run("rag-v4", "rag-v4", "own")
METRICS = ("faithfulness", "retrieval_hit_rate", "latency_p95_ms", "cost_per_success", "error_rate")


def rule_of(metric: str) -> Rule:
    lower = metric in METRICS[2:]
    return Rule(metric, Direction.LOWER if lower else Direction.HIGHER, 0.5)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, ...]:
    """Cases with repeats, some without a figure."""
    made = []
    for place in range(draw(st.integers(1, 12))):
        for repeat in range(draw(st.integers(1, 2))):
            share = draw(st.none() | st.integers(0, 8).map(lambda n: n / 8))
            hit = draw(st.sampled_from([0.0, 1.0]))
            scores = {"retrieval_hit_rate": Score(hit)} | ({} if share is None else {"faithfulness": Score(share)})
            made.append(
                Case(
                    f"c{place}",
                    repeat=repeat,
                    scores=scores,
                    status=draw(st.sampled_from([CaseStatus.PASS, CaseStatus.PASS, CaseStatus.FAIL])),
                    latency_ms=Measure(float(draw(st.integers(1, 9000))), Provenance.MEASURED),
                    cost=Measure(draw(st.integers(1, 90)) / 1000, Provenance.MEASURED),
                )
            )
    return tuple(made)


@pytest.mark.parametrize("metric", METRICS)
@settings(deadline=None)
@given(made=cases())
def test_the_sum_is_the_value(metric: str, made: tuple[Case, ...]) -> None:
    rule = rule_of(metric)
    seen = observe(metric, RunData(RUN, made), direction=rule.direction)
    if not isinstance(seen, Observed):
        return
    told = figure_sum(metric_of(rule), seen)
    assert told is not None
    assert math.isclose(told.value, seen.estimate.value, rel_tol=1e-9, abs_tol=1e-12)
    if not told.rank:
        assert math.isclose(told.above, math.fsum(value for _, value, _ in told.terms))
        assert math.isclose(told.above / told.below, told.value)


def explained(rule: Rule, data: RunData) -> str:
    (row,) = evaluate_gate(Gate("g", (rule,), digest="d"), None, [data], [], as_of=date(2026, 11, 25)).rows
    made = row_explained(row, [data])
    said = [made.title]
    for one in made.passages:
        said += [one.heading, *one.lines, *(" ".join(cells) for cells in one.rows), one.total]
    return "\n".join(said)


def test_a_row_says_metric_formula_cases_bound_and_mark() -> None:
    right = [Case(f"c{n}", scores={"retrieval_hit_rate": Score(float(n > 1))}) for n in range(40)]
    said = explained(rule_of("retrieval_hit_rate"), RunData(RUN, tuple(right)))
    assert "The formula: cases that are right, divided by the cases to which it applies." in said
    assert "40 of 40 cases carry it." in said
    assert "38 of 40 = 0.950" in said
    assert said.index("c0 0") < said.index("c5 1")  # the worst first
    assert "● pass: the value meets the rule" in said
    assert "95 times of 100" in said
    assert "Formula: Wilson" in said


def test_what_no_case_stands_behind_is_not_added_up() -> None:
    assert "There is no figure" in explained(rule_of("faithfulness"), RunData(RUN, (Case("c0"),)))
    row = make_row(make_rule("latency_p95_ms", source=From.TRACES, direction=Direction.LOWER), Result.PASS)
    assert "from the requests that were imported" in "".join(
        line for one in row_explained(row, ()).passages for line in one.lines
    )
