"""The cases of a run: the same filter language, with a run's own scores; orders and counts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters.case_filter import (
    CaseOrder,
    case_orders,
    case_vocabulary,
    in_order,
    met,
    metric_keys,
    score_of,
)
from readiness_tui.domain.filters.language import parse
from readiness_tui.domain.runs.model import Case, CaseStatus, Measure, Provenance, Score, ScoreState
from readiness_tui.services.run_cases import survey


def took(value: float | None) -> Measure:
    return Measure() if value is None else Measure(value, Provenance.MEASURED)


A = Case("a", status=CaseStatus.PASS, question="Refund?", output="Yes", latency_ms=took(900), cost=took(0.01), tags=("billing",),
         scores={"faithfulness": Score(0.9), "Answer relevance": Score(0.4)}, tokens_in=10, tokens_out=5)  # fmt: skip
B = Case("b", "v2", status=CaseStatus.FAIL, question="Card?", output="No refund", latency_ms=took(3500), tags=("billing", "high_risk"),
         scores={"faithfulness": Score(0.5)})  # fmt: skip
C = Case(
    "c", status=CaseStatus.ERROR, error="Timeout: 30 s", scores={"faithfulness": Score(None, ScoreState.JUDGE_ERROR)}
)
D = Case("d", latency_ms=took(100), cost=took(0.05))
CASES = [A, B, C, D]
METRICS = metric_keys(CASES)


def listed(typed: str) -> str:
    wanted = parse(typed, case_vocabulary(METRICS), date(2026, 11, 24))
    return "".join(case.id for case in met(CASES, wanted, METRICS))


def test_scores_are_typed_by_names_without_spaces() -> None:
    assert METRICS == {"Answer_relevance": "Answer relevance", "faithfulness": "faithfulness"}
    assert metric_keys([Case("x", scores={"cost": Score(1), "2nd try": Score(1)})]) == {
        "nd_try": "2nd try",
        "cost_": "cost",
    }


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("", "abcd"),
        ("status:fail", "b"),
        ("status:FAIL,error", "bc"),
        ("status:unknown", "d"),
        ("-status:pass", "bcd"),
        ("error", "c"),
        ("error:timeout", "c"),
        ("tag:high_risk", "b"),
        ("tag:none", "cd"),
        ("tag:bill*", "ab"),
        ("variant:v2", "b"),
        ("refund", "ab"),
        ('"no refund"', "b"),
        ("latency>1000", "b"),
        ("latency:none", "c"),
        ("cost<0.02", "a"),
        ("tokens=15", "a"),
        ("faithfulness<0.8", "b"),
        ("faithfulness:none", "cd"),  # a judge that failed gives no score
        ("answer_relevance<0.5", ""),
        ("Answer_relevance<0.5", "a"),
        ("tag:billing -latency>1000", "a"),
    ],
)
def test_which_cases_meet_a_filter(typed: str, ids: str) -> None:
    if typed.startswith("answer"):
        with pytest.raises(ReadinessError, match="Did you mean Answer_relevance<"):
            listed(typed)
        return
    assert listed(typed) == ids


def test_orders_put_cases_without_the_figure_last() -> None:
    orders = {order.said: "".join(case.id for case in in_order(CASES, order)) for order in case_orders(METRICS)}
    assert orders == {
        "as in the file": "abcd",
        "status, what failed first": "cbda",
        "latency, the slowest first": "badc",
        "latency, the fastest first": "dabc",
        "cost, the costliest first": "dabc",
        "cost, the cheapest first": "adbc",
        "Answer relevance, the lowest first": "abcd",
        "Answer relevance, the highest first": "abcd",
        "faithfulness, the lowest first": "bacd",
        "faithfulness, the highest first": "abcd",
    }
    assert score_of(C, "faithfulness") is None


def test_counts_are_those_of_the_cases() -> None:
    counts = survey(CASES, {})
    assert counts.total == 4
    assert counts.facet("status").counts == (("error", 1), ("fail", 1), ("pass", 1), ("unknown", 1))
    assert counts.facet("tag").counts == ((None, 2), ("billing", 2), ("high_risk", 1))
    assert counts.facet("error").counts == (("Timeout", 1),)
    assert (counts.bars["latency"].total, counts.bars["latency"].missing) == (3, 1)


@given(
    st.lists(
        st.builds(Case, st.uuids().map(str), latency_ms=st.builds(took, st.none() | st.floats(0, 1e6))), max_size=20
    ),
    st.booleans(),
)
def test_an_order_keeps_every_case(cases: list[Case], down: bool) -> None:
    found = in_order(cases, CaseOrder("latency", down))
    assert sorted(case.id for case in found) == sorted(case.id for case in cases)
    known = [case.latency_ms.value for case in found if case.latency_ms.value is not None]
    assert known == sorted(known, reverse=down)
    assert survey(cases, {}).total == len(cases)
    bars = survey(cases, {}).bars.get("latency")
    assert (bars.total if bars else 0) == len(known)
