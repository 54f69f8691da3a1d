"""To which cases a metric applies, which leave it, and that nobody takes one out by saying so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from readiness_tui.domain.metrics import NotComputable, Observed, RunData, contradictions, observe, observe_traces
from readiness_tui.domain.metrics.ingredients import Absent
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    EvalSet,
    GoldenCase,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ScoreState,
    Trace,
)
from readiness_tui.domain.traces.listed import RecordedList

RUN = Run("v2", "v2", "own")
NOT_APPLICABLE = Score(None, ScoreState.NOT_APPLICABLE)
#: Three in ten have no expected source, as an honest set does.
GOLD = EvalSet("g", "d" * 64, tuple(GoldenCase(f"c{n}", f"Q{n}?", ("doc",) if n < 7 else ()) for n in range(10)))


def seen(metric: str, cases: Sequence[Case], golden: EvalSet | None = None, run: Run = RUN) -> Observed:
    found = observe(metric, RunData(run, tuple(cases), golden))
    assert isinstance(found, Observed), found
    return found


def scored(name: str, values: Sequence[float | Score | None], **fields: object) -> list[Case]:
    scores = [value if isinstance(value, Score) else None if value is None else Score(value) for value in values]
    return [
        Case(f"c{n}", scores={} if score is None else {name: score}, **fields)  # type: ignore[arg-type]
        for n, score in enumerate(scores)
    ]


def test_cases_without_gold_are_outside_however_well_they_are_scored() -> None:
    found = seen("retrieval_hit_rate", scored("retrieval_hit_rate", [0.0] * 2 + [1.0] * 8), GOLD)
    assert (found.estimate.k, found.total) == (5, 7)


def test_a_set_without_gold_for_a_metric_leaves_it_to_the_run() -> None:
    plain = EvalSet("g", "d" * 64, tuple(GoldenCase(f"c{n}", "?") for n in range(10)))
    assert seen("retrieval_hit_rate", scored("retrieval_hit_rate", [1.0] * 10), plain).total == 10


@pytest.mark.parametrize("metric", ["faithfulness", "retrieval_hit_rate"])
def test_not_applicable_said_where_the_set_has_the_case_is_not_carried(metric: str) -> None:
    found = seen(metric, scored(metric, [NOT_APPLICABLE, *[1.0] * 6]), GOLD)
    assert "c0" in found.missing_ids
    assert found.worst is not None
    assert found.worst.value < found.estimate.value


def test_without_a_set_not_applicable_leaves_the_figure_and_is_counted() -> None:
    found = seen("faithfulness", scored("faithfulness", [NOT_APPLICABLE, 0.5, 1.0]))
    assert (found.used, found.total) == (2, 2)
    assert found.left_out == ((Absent.SAID, 1),)
    assert "1 of 3 cases left out: said to be not applicable" in found.note


def test_task_success_applies_to_every_case_with_a_status_or_an_error() -> None:
    name = "task_success"
    failing = Case("c1", status=CaseStatus.FAIL, scores={name: NOT_APPLICABLE})
    blank = Case("c2", status=CaseStatus.FAIL, scores={name: Score(None, ScoreState.MISSING)})
    errored = Case("c3", status=CaseStatus.ERROR, scores={name: NOT_APPLICABLE})
    unsaid = Case("c4", status=CaseStatus.PASS)
    broken = Case("c5", error="connection reset")
    cases = [Case("c0", status=CaseStatus.PASS, scores={name: Score(1.0)}), failing, blank, errored, unsaid, broken]
    found = seen("task_success_rate", cases)
    assert found.per_case == {"c0": 1.0, "c1": 0.0, "c2": 0.0, "c3": 0.0, "c5": 0.0}
    assert found.missing_ids == ("c4",)  # a pass without its score is not known to be one


def test_a_system_error_is_missing_for_other_metrics_whatever_its_score_says() -> None:
    cases = scored("faithfulness", [1.0, 1.0, NOT_APPLICABLE])
    cases[0] = Case("c0", status=CaseStatus.ERROR, scores={"faithfulness": Score(1.0)})
    assert seen("faithfulness", cases).missing_ids == ("c0",)


def test_scores_and_statuses_that_do_not_agree_are_counted() -> None:
    cases = [
        Case("c0", status=CaseStatus.FAIL, scores={"task_success": Score(1.0)}),
        Case("c1", status=CaseStatus.PASS, scores={"task_success": Score(0.0)}),
        Case("c2", status=CaseStatus.FAIL, scores={"task_success": Score(0.8, passed=True)}),
        Case("c3", status=CaseStatus.PASS, scores={"task_success": Score(1.0)}),
        Case("c4", status=CaseStatus.PASS, scores={"task_success": Score(0.8)}),
        Case("c5", scores={"task_success": Score(1.0)}),
        Case("c6", status=CaseStatus.FAIL, scores={"faithfulness": Score(1.0)}),
    ]
    assert contradictions(RunData(RUN, tuple(cases))) == (("c0", "c2"), ("c1",))
    assert contradictions(RunData(RUN, tuple(cases[-1:]))) == ((), ())


# Cached and cold requests


def timed(id_: str, ms: float, provenance: Provenance = Provenance.MEASURED, **fields: object) -> Case:
    return Case(id_, latency_ms=Measure(ms, provenance), cost=Measure(ms / 1e6, provenance), **fields)  # type: ignore[arg-type]


def test_what_is_left_out_of_a_time_is_counted() -> None:
    cases = [timed("a", 100), timed("b", 200), timed("c", 5, Provenance.CACHED), timed("d", 9000, extra={"cold": True})]
    found = seen("latency_p95_ms", cases)
    assert (found.estimate.value, found.requests) == (200, 4)
    assert found.left_out == ((Absent.CACHED, 1), (Absent.COLD, 1))
    assert "2 of 4 cases left out: cached 1, cold 1" in found.note
    assert seen("total_cost", cases).left_out == found.left_out


def test_a_cached_request_slower_than_the_median_of_the_others_counts() -> None:
    cases = [timed("a", 100), timed("b", 200), timed("c", 300), timed("d", 9000, Provenance.CACHED)]
    assert seen("latency_p95_ms", cases).estimate.value == 9000
    assert seen("latency_p95_ms", [*cases[:3], timed("d", 200, Provenance.CACHED)]).estimate.value == 300
    assert seen("total_cost", cases).left_out == ()


def test_a_cached_trace_slower_than_the_median_of_the_others_counts() -> None:
    fields = {"outcome": Outcome.SUCCESS, "cost": 0.01}
    traces = [Trace(str(n), latency_ms=100 + n, **fields) for n in range(5)]  # type: ignore[arg-type]
    slow, hit = (
        Trace(i, latency_ms=ms, cached=True, cost=0.0, outcome=Outcome.SUCCESS) for i, ms in (("s", 8000), ("h", 2))
    )
    found = observe_traces("latency_p95_ms", RecordedList.of([*traces, slow, hit]))
    assert isinstance(found, Observed)
    assert found.estimate.value == 8000
    assert (found.left_out, found.requests) == (((Absent.CACHED, 1),), 7)
    cost = observe_traces("cost_per_success", RecordedList.of([*traces, slow, hit]))
    assert isinstance(cost, Observed)
    assert (cost.left_out, cost.requests) == (((Absent.CACHED, 2),), 7)  # both cost nothing


def test_where_all_is_cached_nothing_is_left() -> None:
    found = observe("latency_p95_ms", RunData(RUN, tuple(timed(str(n), 5, Provenance.CACHED) for n in range(4))))
    assert isinstance(found, NotComputable)
    assert found.reason == "no case is left: 4 of 4 cases left out: cached"


# Figures without cases


def test_the_n_of_a_figure_is_held_against_the_golden_set() -> None:
    run = Run("v2", "v2", "own", aggregates={"faithfulness": Aggregate(0.9, 3)})
    found = seen("faithfulness", (), GOLD, run)
    assert found.aggregate
    assert (found.estimate.low, found.estimate.high) == (None, None)
    assert "by the run of 3 cases, and the golden set has 10" in found.note
