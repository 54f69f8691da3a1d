"""What a bound assumes: rare faults that did not show, and cases that share a source nobody named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.intervals import mean_t, rate_clustered, ratio, wilson
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import Observed, RunData, observe
from readiness_tui.domain.metrics.assumptions import rare_fault_text
from readiness_tui.domain.metrics.meets import bound_meets, deciding
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase, Run, Score

UP = Direction.HIGHER
RUN = Run("rag-v4", "rag-v4", "own")


def run_of(values: Sequence[float], sources: Sequence[object], name: str = "hit_rate", run: Run = RUN) -> RunData:
    """A run with a golden set: the i-th case expects the i-th source; None expects nothing."""
    cases = tuple(Case(f"c{i}", scores={name: Score(value)}) for i, value in enumerate(values))
    gold = tuple(
        GoldenCase(f"c{i}", f"q{i}", expected_sources=() if source is None else (str(source),))
        for i, source in enumerate(sources)
    )
    return RunData(run, cases, EvalSet("golden", "d1", gold))


def seen(metric: str, data: RunData) -> Observed:
    found = observe(metric, data)
    assert isinstance(found, Observed)
    return found


def row(rule: Rule, data: RunData, *baseline: RunData) -> GateRow:
    (made,) = evaluate_gate(Gate("g", (rule,), digest="d"), None, [data], list(baseline), as_of=date(2026, 11, 25)).rows
    return made


# Rare faults


def test_what_never_came_up_in_n_may_be_as_frequent_as_three_in_n() -> None:
    values = [0.9 + i % 2 / 50 for i in range(72)]
    assert rare_fault_text(mean_t(values)) == "a fault in fewer than 1 of 24 answers may not show in 72"
    assert rare_fault_text(mean_t(values), "request") == "a fault in fewer than 1 of 24 requests may not show in 72"
    assert "1 of 24 answers" in rare_fault_text(ratio(values, [1.0] * 72))
    clustered = rate_clustered([float(i % 9 > 0) for i in range(72)], [i // 6 for i in range(72)])
    assert rare_fault_text(clustered) == "a fault in fewer than 1 of 4 sources may not show in 12"


@pytest.mark.parametrize("estimate", [wilson(60, 72), mean_t([0.9] * 72), mean_t([0.9, 0.8]), Estimate(0.9, None)])
def test_where_a_bound_allows_for_it_or_there_is_none_nothing_is_said(estimate: Estimate) -> None:
    assert rare_fault_text(estimate) == ""


def test_the_remark_stands_on_rows_of_means_and_differences_until_a_bound_allows_for_it() -> None:
    values = [0.88 + 0.02 * (i % 5) for i in range(72)]
    data = run_of(values, [None] * 72, "mrr")
    tight, loose = (row(Rule("mrr", UP, limit, "score"), data) for limit in (0.90, 0.80))
    assert tight.remarks == (
        "a fault in fewer than 1 of 24 answers may not show in 72; ≥ 0.868 holds whatever the scores' shape",
    )
    assert (loose.result, loose.remarks) == (Result.PASS, ())
    missed = row(Rule("mrr", UP, 0.95, "score"), data)
    assert (missed.result, missed.remarks) == (Result.FAIL, ())
    drop = Rule("mrr", UP, None, "score", max_regression=0.03, confidence=Confidence.REQUIRED)
    before = run_of([v + 0.004 * (i % 3 - 1) for i, v in enumerate(values)], [None] * 72, "mrr", Run("b", "b", "own"))
    against = row(drop, data, before)
    assert against.result is Result.PASS
    said = next(remark for remark in against.remarks if "fault" in remark)
    assert said.startswith("a fault in fewer than 1 of 24 answers may not show in 72; ≤ 0.0")


# Sources that nobody named


def test_cases_that_expect_the_same_source_are_counted_as_such() -> None:
    """12 sources with two or three cases, one of them broken; 41 cases of their own."""
    sources: list[object] = [f"doc-{i % 12}" for i in range(31)] + [f"own-{i}" for i in range(41)]
    values = [0.0 if source == "doc-1" else 1.0 for source in sources]
    found = seen("hit_rate", run_of(values, sources))
    assert found.estimate.method == "Wilson"
    assert found.implied is not None
    assert (found.implied.cases, found.implied.sources) == (31, 12)
    assert found.implied.estimate.units == 53
    assert found.estimate.low is not None
    assert found.implied.estimate.low is not None
    assert found.implied.estimate.low < found.estimate.low
    advised = row(Rule("retrieval_hit_rate", UP, 0.88, "share"), run_of(values, sources))
    assert advised.remarks[0] == "31 cases share 12 sources: counted as such, ≥~0.828"
    assert advised.result is Result.PASS


def test_the_lower_of_both_bounds_decides_where_confidence_is_required() -> None:
    sources: list[object] = [f"doc-{i // 4}" for i in range(80)]
    values = [0.0 if source in ("doc-1", "doc-7") else 1.0 for source in sources]
    data, alone = run_of(values, sources), run_of(values, range(80))
    rule = Rule("retrieval_hit_rate", UP, 0.80, "share", confidence=Confidence.REQUIRED)
    assert row(rule, alone).result is Result.PASS
    assert row(rule, data).result is Result.INCONCLUSIVE
    found = seen("hit_rate", data)
    assert found.implied is not None
    worse = deciding(found.estimate, found.implied.estimate)
    assert worse.low == found.implied.estimate.low
    assert bound_meets(worse, UP, 0.80) is False
    assert bound_meets(found.estimate, UP, 0.80) is True


def test_too_few_shared_sources_leave_no_bound_where_one_is_required() -> None:
    values = [float(i % 20 > 0) for i in range(72)]
    data = run_of(values, [f"doc-{i % 6}" for i in range(72)])
    rule = Rule("retrieval_hit_rate", UP, 0.80, "share", confidence=Confidence.REQUIRED)
    made = row(rule, data)
    assert made.result is Result.INCONCLUSIVE
    words = "too few independent sources: 6, worth 6 of one size, 12 are needed"
    assert words in made.sure
    assert made.remarks[0] == (
        f"72 cases share 6 sources: counted as such, {words}; where they are independent, give each a cluster"
    )


def test_whoever_names_a_cluster_says_it_otherwise() -> None:
    values = [float(i % 20 > 0) for i in range(72)]
    data = run_of(values, [f"doc-{i % 6}" for i in range(72)])
    own = tuple(Case(case.id, scores=case.scores, extra={"cluster": case.id}) for case in data.cases)
    found = seen("hit_rate", RunData(data.run, own, data.golden))
    assert found.implied is None
    assert found.estimate.method == "Wilson"


@pytest.mark.parametrize("field", ["doc_id", "Source Document", "conversation_id", "thread-id"])
@pytest.mark.parametrize("inner", [False, True])
def test_a_document_or_session_by_another_name_is_a_source_too(field: str, inner: bool) -> None:
    def extra(i: int) -> dict[str, object]:
        named: dict[str, object] = {field: f"x{i // 3}"}
        return {"metadata": named} if inner else named

    cases = tuple(Case(f"c{i}", scores={"hit_rate": Score(float(i % 7 > 0))}, extra=extra(i)) for i in range(60))
    found = seen("hit_rate", RunData(RUN, cases))
    assert found.implied is not None
    assert (found.implied.cases, found.implied.sources, found.implied.estimate.units) == (60, 20, 20)


def test_cases_of_several_sources_share_only_all_of_them() -> None:
    gold = [
        GoldenCase("a", "q", expected_sources=("one", "two")),
        GoldenCase("b", "q", expected_sources=("two", "one")),
        GoldenCase("c", "q", expected_sources=("one",)),
    ]
    cases = tuple(Case(name, scores={"hit_rate": Score(1.0)}) for name in "abc")
    found = seen("hit_rate", RunData(RUN, cases, EvalSet("g", "d", tuple(gold))))
    assert found.implied is not None
    assert (found.implied.cases, found.implied.sources) == (2, 1)


def test_the_repeats_of_one_case_share_nothing_with_themselves() -> None:
    cases = tuple(Case(f"c{i // 3}", repeat=i % 3, scores={"hit_rate": Score(1.0)}) for i in range(30))
    gold = tuple(GoldenCase(f"c{i}", "q", expected_sources=(f"doc-{i}",)) for i in range(10))
    assert seen("hit_rate", RunData(RUN, cases, EvalSet("g", "d", gold))).implied is None


def test_a_change_is_counted_by_source_too() -> None:
    sources: list[object] = [f"doc-{i // 4}" for i in range(80)]
    before = run_of([1.0] * 80, sources, run=Run("b", "b", "own"))
    now = run_of([0.0 if source == "doc-3" else 1.0 for source in sources], sources)
    rule = Rule("retrieval_hit_rate", UP, None, "share", max_regression=0.13, confidence=Confidence.REQUIRED)
    alone = run_of([0.0 if source == "doc-3" else 1.0 for source in sources], range(80))
    assert row(rule, alone, before).result is Result.PASS
    made = row(rule, now, before)
    assert made.result is Result.INCONCLUSIVE
    assert made.remarks[1].startswith("80 cases share 20 sources: counted as such, ≤")
