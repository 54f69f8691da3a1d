"""Data that has no answer: every estimate has a defined result and a sentence; never a crash, and never a pass."""

from __future__ import annotations

import math
import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain import intervals as iv
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import NotComputable, Observed, RunData, observe, observe_traces
from readiness_tui.domain.metrics.meets import bound_meets, how_sure, meets
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.metrics.words import bound_text, interval_text
from readiness_tui.domain.runs.model import (
    Case,
    CaseStatus,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ScoreState,
    Trace,
)
from readiness_tui.domain.traces.listed import RecordedList

UP, DOWN = Direction.HIGHER, Direction.LOWER
#: All that a float can be, ties and extremes more often than chance has them.
NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -0.0, 0.5, 1e-320, 1e100, -1e100, 0.1 + 0.2, 5e-324]),
    st.floats(-1e100, 1e100),
    st.floats(0, 1),
)
QUICK = settings(max_examples=40, deadline=None)
SAMPLES = st.one_of(st.lists(NUMBERS, max_size=50), st.builds(lambda x, n: [x] * n, NUMBERS, st.integers(0, 80)))


def check(estimate: Estimate) -> None:
    """What holds of every estimate."""
    if math.isnan(estimate.value):
        assert (estimate.low, estimate.high, estimate.interval) == (None, None, None)
        assert estimate.note
        assert not meets(estimate, UP, -1e300)
        assert not meets(estimate, DOWN, 1e300)
    for bound in (estimate.low, estimate.high):
        assert bound is None or not math.isnan(bound)
    if estimate.low is None or estimate.high is None:
        assert estimate.note
    slack = 1e-9 * max(1.0, abs(estimate.value))
    if estimate.low is not None:
        assert estimate.low <= estimate.value + slack
    if estimate.high is not None:
        assert estimate.high >= estimate.value - slack
    if estimate.interval is not None and estimate.low is not None and estimate.high is not None:
        assert estimate.interval[0] <= estimate.low + slack
        assert estimate.interval[1] >= estimate.high - slack
    for direction in Direction:
        assert how_sure(estimate, direction, 0.5)


@QUICK
@given(values=SAMPLES)
def test_means_and_quantiles_of_anything(values: list[float]) -> None:
    check(iv.mean_t(values))
    for q in (0.5, 0.95, 0.99):
        check(iv.quantile(values, q))


@QUICK
@given(values=SAMPLES, groups=st.integers(1, 12))
def test_clusters_of_anything(values: list[float], groups: int) -> None:
    clusters = [i % groups for i in range(len(values))]
    check(iv.mean_clustered(values, clusters))
    check(iv.quantile(values, 0.95, clusters))


@QUICK
@given(data=st.data(), clustered=st.booleans())
def test_ratios_of_anything(data: st.DataObject, clustered: bool) -> None:
    costs = [abs(x) for x in data.draw(SAMPLES)]
    won = data.draw(st.lists(st.sampled_from([0.0, 1.0, 1 / 3]), min_size=len(costs), max_size=len(costs)))
    check(iv.ratio(costs, won, [i // 3 for i in range(len(costs))] if clustered else None))


@QUICK
@given(k=st.integers(0, 3000), extra=st.integers(0, 3000))
def test_rates_of_anything(k: int, extra: int) -> None:
    check(iv.wilson(k, k + extra))
    if k + extra:
        values = [1.0] * k + [0.0] * extra
        check(iv.rate_clustered(values, [i // 4 for i in range(k + extra)]))
        check(iv.rate_clustered(values, [i % 13 for i in range(k + extra)]))


def cases(seed: int) -> tuple[Case, ...]:
    """Cases with whatever a file may hold, ties and gaps more often than chance has them."""
    pick = random.Random(seed)
    odd = [math.nan, math.inf, -math.inf, 1e200, None, 0.0, 1.0, 0.3, -1e-300]
    kinds: list[list[float | None]] = [odd, [1.0], [0.0], [0.7], [0.0, 1.0], [0.8, 0.9, 0.95, None]]
    values, money = pick.choice(kinds), pick.choice([odd, [0.0], [0.01], [0.01, 0.02, 1e-300]])
    return tuple(
        Case(
            f"c{pick.randrange(60)}",
            repeat=i,
            status=pick.choice(list(CaseStatus)),
            scores={
                name: Score(pick.choice(values), pick.choice([ScoreState.OK] * 9 + [ScoreState.NOT_APPLICABLE]))
                for name in ("faithfulness", "hit_rate", "brand_tone")
                if pick.random() < 0.95
            },
            latency_ms=Measure(pick.choice(money), pick.choice(list(Provenance))),
            cost=Measure(pick.choice(money), Provenance.MEASURED),
            extra={"cluster": pick.choice(["a", 3, "", None, True, ["x"]])} if pick.random() < 0.5 else {},
        )
        for i in range(pick.choice([0, 1, 2, 35, 70]))
    )


RULES = tuple(
    Rule(metric, direction, threshold, unit, max_regression=margin, confidence=confidence)
    for metric, direction, threshold, unit in (
        ("faithfulness", UP, 0.0, "score"),
        ("retrieval_hit_rate", UP, 0.0, "share"),
        ("brand_tone", UP, -1e300, ""),
        ("latency_p95_ms", DOWN, 1e300, "ms"),
        ("cost_per_success", DOWN, 1e300, "USD"),
        ("task_success_rate", UP, 0.0, "share"),
    )
    for margin in (None, 0.5)
    for confidence in Confidence
)


@pytest.mark.parametrize("seed", range(40))
def test_no_gate_crashes_and_what_has_no_value_never_passes(seed: int) -> None:
    runs = [RunData(Run(name, name, "own"), cases(n)) for name, n in (("a", seed), ("b", 1000 + seed))]
    gate = Gate("g", RULES, digest="d")
    outcome = evaluate_gate(gate, None, runs[:1], runs[1:], as_of=date(2026, 11, 25))
    for made in outcome.rows:
        assert made.reason
        assert (made.result is Result.MISSING) or made.sure
        if made.estimate is None or not math.isfinite(made.estimate.value):
            assert made.result is Result.MISSING
        else:
            check(made.estimate)
            assert bound_text(made.estimate, made.rule)
            assert "nan" not in interval_text(made.estimate)
        if made.rule.confidence is Confidence.REQUIRED and made.result is Result.PASS:
            assert made.estimate is not None
            assert made.rule.threshold is None or bound_meets(made.estimate, made.rule.direction, made.rule.threshold)


def gate_row(metric: str, threshold: float, *cases: Case, confidence: Confidence = Confidence.REQUIRED) -> GateRow:
    """As if no model had judged it: the bound is one of the truth."""
    direction = DOWN if metric == "cost_per_success" else UP
    rule = Rule(metric, direction, threshold, confidence=confidence, judged=False)
    outcome = evaluate_gate(
        Gate("g", (rule,), digest="d"), None, [RunData(Run("a", "a", "own"), cases)], as_of=date(2026, 11, 25)
    )
    (row,) = outcome.rows
    return row


def scored(*values: float | None, name: str = "faithfulness") -> list[Case]:
    return [Case(f"c{i}", scores={name: Score(value)}) for i, value in enumerate(values)]


def paid(*pairs: tuple[float, CaseStatus]) -> list[Case]:
    return [
        Case(f"c{i}", status=status, cost=Measure(cost, Provenance.MEASURED)) for i, (cost, status) in enumerate(pairs)
    ]


@pytest.mark.parametrize(
    ("metric", "threshold", "cases", "result", "words"),
    [
        ("faithfulness", 0.5, [], Result.MISSING, "the run has no cases"),
        ("faithfulness", 0.5, scored(*[math.nan] * 40), Result.MISSING, "none of the 40 cases"),
        ("faithfulness", 0.5, scored(math.nan, *[0.9] * 9), Result.MISSING, "9 of 10 cases carry it (90 %)"),
        ("brand_tone", 0.5, scored(*[0.9] * 9, 1e200, name="brand_tone"), Result.MISSING, "c9 carries 1e+200"),
        ("faithfulness", 0.5, scored(0.9), Result.INCONCLUSIVE, "n too small"),
        ("faithfulness", 0.5, scored(*[0.9] * 50), Result.INCONCLUSIVE, "n too small: all values equal"),
        ("faithfulness", 0.5, scored(*[1.0] * 50), Result.INCONCLUSIVE, "n too small: all values equal"),
        ("retrieval_hit_rate", 0.5, scored(1.0, name="hit_rate"), Result.INCONCLUSIVE, "could be luck"),
        ("retrieval_hit_rate", 0.5, scored(*[0.0] * 40, name="hit_rate"), Result.FAIL, "misses at 95 %"),
        ("cost_per_success", 0.5, paid(*[(0.0, CaseStatus.FAIL)] * 40), Result.MISSING, "no success among the 40"),
        ("cost_per_success", 0.5, paid(*[(0.1, CaseStatus.FAIL)] * 40), Result.MISSING, "no success among the 40"),
        ("cost_per_success", 0.5, paid(*[(0.0, CaseStatus.PASS)] * 40), Result.INCONCLUSIVE, "all values equal"),
        (
            "cost_per_success",
            0.5,
            paid(*[(0.0, CaseStatus.PASS), (0.0, CaseStatus.FAIL)] * 20),
            Result.INCONCLUSIVE,
            "no positive value",
        ),
    ],
)
def test_each_kind_of_bad_data_has_its_result_and_its_sentence(
    metric: str, threshold: float, cases: list[Case], result: Result, words: str
) -> None:
    row = gate_row(metric, threshold, *cases)
    assert row.result is result
    assert words in f"{row.reason}; {row.sure}"


@pytest.mark.parametrize("confidence", Confidence)
def test_approximate_changes_no_result(confidence: Confidence) -> None:
    skewed = scored(*[1.0] * 36, *[0.5, 0.4, 0.9, 0.95], name="brand_tone")  # of no known range: only t
    row = gate_row("brand_tone", 0.85, *skewed, confidence=confidence)
    assert (row.result, row.sure) == (Result.PASS, "holds at 95 %; approximate")
    assert "skewed values: the bound needs" in row.reason
    assert bound_text(row.estimate, row.rule).startswith("≥~0.9")


def test_required_asks_the_bound_that_holds_whatever_the_scores_shape() -> None:
    """t would pass 0.93 on these scores; a bad answer in thirty would not have shown."""
    skewed = scored(*[1.0] * 36, *[0.5, 0.4, 0.9, 0.95])
    enough = (
        iv.decisive_shape_free([score.value or 0.0 for case in skewed for score in case.scores.values()], 0.90) or 0
    )
    advised, required = (gate_row("faithfulness", 0.90, *skewed, confidence=confidence) for confidence in Confidence)
    assert (advised.result, advised.sure) == (Result.PASS, "holds at 95 %; approximate")
    assert (required.result, required.sure) == (
        Result.INCONCLUSIVE,
        f"could be luck; {enough - 40} more cases would tell",
    )
    assert 40 < enough < 100
    said = "a fault in fewer than 1 of 13 answers may not show in 40; ≥ 0.866 holds whatever the scores' shape"
    assert advised.remarks == required.remarks
    assert advised.remarks[0] == said
    loose = gate_row("faithfulness", 0.85, *skewed)
    assert (loose.result, loose.sure) == (Result.PASS, "holds at 95 %")
    assert not any("may not show" in remark for remark in loose.remarks)


# Clusters, from the files' fields to the bound


def in_sessions(field: str, where: str, n: int = 78) -> RunData:
    def extra(i: int) -> dict[str, object]:
        named: dict[str, object] = {field: i // 6}
        return {"metadata": named} if where == "metadata" else named

    made = tuple(Case(f"c{i}", scores={"hit_rate": Score(float(i // 6 % 3 > 0))}, extra=extra(i)) for i in range(n))
    return RunData(Run("a", "a", "own"), made)


@pytest.mark.parametrize("field", ["cluster", "document", "session"])
@pytest.mark.parametrize("where", ["itself", "metadata"])
def test_cases_name_their_cluster(field: str, where: str) -> None:
    seen = observe("retrieval_hit_rate", in_sessions(field, where))
    assert isinstance(seen, Observed)
    assert (seen.estimate.method, seen.estimate.k, seen.estimate.n) == ("Wilson over clusters", 48, 78)
    alone = observe("retrieval_hit_rate", in_sessions("other", where))
    assert isinstance(alone, Observed)
    assert alone.estimate.method == "Wilson"
    assert seen.estimate.low is not None
    assert alone.estimate.low is not None
    assert seen.estimate.low < alone.estimate.low - 0.1


def test_a_case_without_a_cluster_stands_alone() -> None:
    data = in_sessions("cluster", "itself")
    more = tuple(Case(f"d{i}", scores={"hit_rate": Score(1.0)}) for i in range(20))
    seen = observe("retrieval_hit_rate", RunData(data.run, (*data.cases, *more)))
    assert isinstance(seen, Observed)
    assert (seen.estimate.method, seen.estimate.n) == ("Wilson over clusters", 98)
    assert "differ much in size" in seen.estimate.low_doubt


def test_a_clustered_rate_without_a_failure_counts_each_cluster_once() -> None:
    made = tuple(Case(f"c{i}", scores={"hit_rate": Score(1.0)}, extra={"cluster": i // 6}) for i in range(72))
    seen = observe("retrieval_hit_rate", RunData(Run("a", "a", "own"), made))
    assert isinstance(seen, Observed)
    assert (seen.estimate.method, seen.estimate.k, seen.estimate.n) == ("Wilson over clusters", 72, 72)
    assert seen.estimate.low == pytest.approx(12 / (12 + iv.t_quantile(11) ** 2))


def test_a_traces_session_is_its_cluster() -> None:
    traces = [
        Trace(f"t{i}", outcome=Outcome.SUCCESS if i // 6 % 3 else Outcome.FAIL, latency_ms=100.0 + i, cost=0.01 + i / 1e4,
              session=f"s{i // 6}")
        for i in range(120)
    ]  # fmt: skip
    methods = {}
    for metric in ("task_success_rate", "latency_p95_ms", "cost_per_success", "latency_p50_ms"):
        seen = observe_traces(metric, RecordedList.of(traces))
        assert isinstance(seen, Observed)
        methods[metric] = seen.estimate.method
    assert methods == {
        "task_success_rate": "Wilson over clusters",
        "latency_p95_ms": "order statistic, clusters",
        "latency_p50_ms": "order statistic, clusters",
        "cost_per_success": "cluster-robust log-delta t",
    }


def test_the_change_against_a_baseline_is_clustered_too() -> None:
    def run(name: str, drop: float) -> RunData:
        made = tuple(
            Case(
                f"c{i}",
                scores={"faithfulness": Score(0.9 - drop * (i // 6 % 2) - 0.001 * i)},
                extra={"document": i // 6},
            )
            for i in range(60)
        )
        return RunData(Run(name, name, "own"), made)

    rule = Rule("faithfulness", UP, None, "score", max_regression=0.05)
    outcome = evaluate_gate(
        Gate("g", (rule,), digest="d"), None, [run("b", 0.02)], [run("a", 0.0)], as_of=date(2026, 11, 25)
    )
    (row,) = outcome.rows
    assert row.estimate is not None
    assert row.estimate.method == "paired cluster-robust t"


def test_repeats_of_few_cases_leave_a_quantile_approximate() -> None:
    made = tuple(
        Case(f"c{i % 3}", repeat=i // 3, latency_ms=Measure(100.0 + i, Provenance.MEASURED)) for i in range(90)
    )
    seen = observe("latency_p95_ms", RunData(Run("a", "a", "own"), made))
    assert isinstance(seen, Observed)
    assert seen.estimate.high is not None
    assert "needs 5 clusters" in seen.estimate.high_doubt
    rule = Rule("latency_p95_ms", DOWN, 300, "ms", source=From.RUN)
    assert bound_text(seen.estimate, rule) == "≤~189"


def test_nothing_to_observe_is_not_computable() -> None:
    assert isinstance(observe("faithfulness", RunData(Run("a", "a", "own"), ())), NotComputable)
