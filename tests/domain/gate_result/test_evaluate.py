"""The gate, sentence by sentence as scoring.md states it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.gate.model import CasePolicy, Gate, Lock
from readiness_tui.domain.gate_result.evaluate import case_passed, differ_in, evaluate_gate, latest_complete
from readiness_tui.domain.gate_result.model import CasesRow, GateOutcome, GateRow, Result
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.meets import how_sure, meets
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    Completeness,
    EvalSet,
    GoldenCase,
    HumanLabel,
    HumanVerdict,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ScoreState,
    Trace,
)
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.domain.verdict.ruling import rule_gate

AS_OF = date(2026, 11, 23)
LOCKED = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
STARTED = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)
UP, DOWN = Direction.HIGHER, Direction.LOWER

FAITHFUL = Rule("faithfulness", UP, 0.85, "score")
COUNTED = replace(FAITHFUL, judged=False)  # as if no model had scored it: its bound is one of the truth
HITS = Rule("retrieval_hit_rate", UP, 0.80, "share")
P95 = Rule("latency_p95_ms", DOWN, 3500, "ms")
COST = Rule("cost_per_success", DOWN, 0.08, "USD")


def run_of(*cases: Case, id_: str = "rag-v4", golden: EvalSet | None = None, **fields: object) -> RunData:
    run = Run(id_, id_, "own", started_at=STARTED)
    return RunData(replace(run, **fields), cases, golden)  # type: ignore[arg-type]


def rated(k: int, n: int, name: str = "retrieval_hit_rate") -> tuple[Case, ...]:
    """n cases, the first k of them at 1."""
    return tuple(Case(f"case-{i:03}", scores={name: Score(float(i < k))}) for i in range(n))


def valued(values: list[float], name: str = "faithfulness") -> tuple[Case, ...]:
    return tuple(Case(f"case-{i:03}", scores={name: Score(value)}) for i, value in enumerate(values))


def hold(
    *rules: Rule,
    candidate: RunData | list[RunData],
    baseline: RunData | None = None,
    traces: tuple[Trace, ...] = (),
    lock: Lock | None = None,
    must_pass: tuple[str, ...] = (),
) -> GateOutcome:
    runs = candidate if isinstance(candidate, list) else [candidate]
    gate = Gate("g", rules, must_pass, digest="g1")
    return evaluate_gate(gate, lock, runs, [baseline] if baseline else [], RecordedList(traces), as_of=AS_OF)


def row(rule: Rule, candidate: RunData | list[RunData], baseline: RunData | None = None) -> GateRow:
    (made,) = hold(rule, candidate=candidate, baseline=baseline).rows
    return made


# Results


def test_the_courses_gate() -> None:
    cases = tuple(
        Case(
            f"c{i}",
            status=CaseStatus.PASS if i % 4 else CaseStatus.FAIL,
            scores={"faithfulness": Score(0.85), "hit_rate": Score(float(i >= 8))},
            latency_ms=Measure(3500.0, Provenance.MEASURED),
            cost=Measure(0.06, Provenance.MEASURED),
        )
        for i in range(40)
    )
    rows = hold(FAITHFUL, HITS, P95, COST, candidate=run_of(*cases)).rows
    assert [made.result for made in rows] == [Result.PASS] * 4  # every bound inclusive: 0.85, 32/40, 3500, 0.06/0.75
    assert {made.run_id for made in rows} == {"rag-v4"}


def test_fail_when_the_point_value_misses() -> None:
    made = row(FAITHFUL, run_of(*valued([0.84, 0.8599])))
    assert made.result is Result.FAIL
    assert made.reason == "0.849 misses ≥ 0.85"


def test_rates_meet_thresholds_as_exact_fractions() -> None:
    rule = replace(HITS, threshold=0.90)
    made = row(rule, run_of(*rated(36, 40)))
    assert made.result is Result.PASS
    assert row(rule, run_of(*rated(35, 40))).result is Result.FAIL
    assert row(replace(HITS, threshold=0.29), run_of(*rated(29, 100))).result is Result.PASS


@given(n=st.integers(1, 500), data=st.data())
def test_a_rate_on_its_threshold_meets_it(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    for threshold in (k / n, 0.1, 0.3, 0.7):
        exactly = k * 10 >= round(threshold * 10) * n if threshold in (0.1, 0.3, 0.7) else None
        if exactly is not None:
            assert meets(Estimate(k / n, n, k=k), UP, threshold) == exactly


def test_a_mean_meets_within_an_epsilon() -> None:
    assert row(replace(FAITHFUL, threshold=1.0), run_of(*valued([0.9999999999, 1.0]))).result is Result.PASS
    assert row(replace(FAITHFUL, threshold=1.0), run_of(*valued([0.99999999, 1.0]))).result is Result.FAIL


def test_inconclusive_only_where_confidence_is_required() -> None:
    strict = replace(HITS, confidence=Confidence.REQUIRED)
    assert row(HITS, run_of(*rated(34, 40))).result is Result.PASS
    assert row(strict, run_of(*rated(34, 40))).result is Result.INCONCLUSIVE
    assert row(strict, run_of(*rated(38, 40))).result is Result.PASS
    assert row(strict, run_of(*rated(31, 40))).result is Result.FAIL
    small = replace(COUNTED, confidence=Confidence.REQUIRED)
    made = row(small, run_of(*valued([0.9, 0.95] * 5)))
    assert (made.result, made.sure) == (Result.INCONCLUSIVE, "n too small")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (run_of(*rated(3, 3, "other")), "no golden set"),
        (run_of(), "the run has no cases"),
        (run_of(*valued([math.nan, math.inf], "hit_rate")), "none of the 2 cases"),
        (run_of(aggregates={"hit_rate": Aggregate(math.nan, 9)}), "not a finite number"),
    ],
)
def test_missing_when_absent_or_not_finite(data: RunData, reason: str) -> None:
    made = row(HITS, data)
    assert made.result is Result.MISSING
    assert reason in made.reason


def test_missing_cost_per_success_without_a_success() -> None:
    failed = Case("a", status=CaseStatus.FAIL, cost=Measure(0.1, Provenance.MEASURED))
    made = row(COST, run_of(failed))
    assert (made.result, made.used, made.total) == (Result.MISSING, 1, 1)
    assert "no success" in made.reason


def test_missing_when_fewer_than_95_percent_carry_it() -> None:
    for lacking, result in ((2, Result.PASS), (3, Result.MISSING)):
        cases = (*valued([0.95] * (40 - lacking)), *(Case(f"lost-{i}") for i in range(lacking)))
        made = row(FAITHFUL, run_of(*cases))
        assert (made.result, made.used, made.total) == (result, 40 - lacking, 40)
    assert made.reason == "37 of 40 cases carry it (92 %), 95 % are needed; missing: lost-0, lost-1, lost-2"


def test_decided_by_missing_cases() -> None:
    def made(score: float) -> GateRow:
        return row(FAITHFUL, run_of(*valued([score] * 38), Case("lost-0"), Case("lost-1")))

    assert made(0.95).by_missing is False
    assert "worst case 0.902" in made(0.95).reason
    decided = made(0.86)
    assert (decided.result, decided.by_missing) == (Result.INCONCLUSIVE, True)
    assert decided.reason.startswith("decided by missing cases: 0.817 at their worst; 0.86")
    assert made(0.84).result is Result.FAIL  # what misses anyway fails


def test_a_lower_is_better_rate_counts_missing_cases_as_hits() -> None:
    rule = Rule("attack_success_rate", DOWN, 0.05, "share")
    cases = (*rated(1, 39, "attack_success_rate"), Case("lost", scores={"asr": Score(None, ScoreState.JUDGE_ERROR)}))
    made = row(rule, run_of(*cases))
    assert (made.result, made.by_missing) == (Result.PASS, False)  # 2 of 40 is still 0.05
    made = row(replace(rule, threshold=0.03), run_of(*cases))
    assert (made.result, made.by_missing) == (Result.INCONCLUSIVE, True)


def test_a_metric_without_end_has_no_worst_case() -> None:
    rule = Rule("brand_tone", UP, 4, "points")
    made = row(rule, run_of(*valued([4.5] * 39, "brand_tone"), Case("lost")))
    assert (made.result, made.by_missing) == (Result.INCONCLUSIVE, True)
    assert "decided by missing cases: without limit at their worst" in made.reason


def test_a_system_error_fails_the_task_and_is_missing_elsewhere() -> None:
    good = [Case(f"c{i}", status=CaseStatus.PASS, scores={"faithfulness": Score(0.9)}) for i in range(19)]
    data = run_of(*good, Case("e", status=CaseStatus.ERROR, scores={"faithfulness": Score(0.0)}))
    task, faithful = hold(Rule("task_success_rate", UP, 0.95), FAITHFUL, candidate=data).rows
    assert (task.estimate and task.estimate.k, task.used, task.result) == (19, 20, Result.PASS)
    assert (faithful.used, faithful.total, faithful.result) == (19, 20, Result.PASS)


def test_an_aggregate_without_n_says_so() -> None:
    made = row(HITS, run_of(aggregates={"hit_rate": Aggregate(0.85)}))
    assert (made.result, made.sure, made.used, made.total) == (Result.PASS, "n unknown", None, None)
    strict = row(replace(HITS, confidence=Confidence.REQUIRED), run_of(aggregates={"hit_rate": Aggregate(0.85)}))
    assert strict.result is Result.INCONCLUSIVE


@pytest.mark.parametrize("n", [0, -3])
def test_an_aggregate_of_no_case_is_missing(n: int) -> None:
    made = row(HITS, run_of(aggregates={"hit_rate": Aggregate(0.85, n)}))
    assert (made.result, made.reason) == (
        Result.MISSING,
        f"the run's own figure, 0.85, rests on no case (n = {n})",
    )


@pytest.mark.parametrize("completeness", [Completeness.PARTIAL, Completeness.ERRORED])
def test_an_unfinished_run_fails_closed(completeness: Completeness) -> None:
    data = run_of(*valued([0.9] * 40), completeness=completeness)
    made = row(FAITHFUL, data)
    assert made.result is Result.MISSING
    assert str(completeness) in made.reason
    golden = EvalSet("g", "d", tuple(GoldenCase(f"case-{i:03}", "?") for i in range(42)))
    assert row(FAITHFUL, replace(data, golden=golden)).result is Result.PASS  # 40 of 42 carry it
    golden = EvalSet("g", "d", tuple(GoldenCase(f"case-{i:03}", "?") for i in range(80)))
    made = row(FAITHFUL, replace(data, golden=golden))
    assert (made.result, made.used, made.total) == (Result.MISSING, 40, 80)


@pytest.mark.parametrize("rule", [COUNTED, replace(COUNTED, confidence=Confidence.REQUIRED)])
def test_one_case_alone_may_fail_a_rule_and_never_passes_it(rule: Rule) -> None:
    made = row(rule, run_of(*valued([0.9])))
    assert made.result is Result.INCONCLUSIVE
    assert made.reason.startswith("one case alone decides nothing; ")
    assert row(rule, run_of(*valued([0.8]))).result is Result.FAIL
    repeats = [replace(case, repeat=n) for n, case in enumerate(valued([0.9]) * 5)]
    assert row(rule, run_of(*repeats)).result is Result.INCONCLUSIVE
    lone = row(replace(DROP, confidence=rule.confidence), run_of(*valued([0.9])), run_of(*valued([0.9]), id_="base"))
    assert lone.result is Result.INCONCLUSIVE
    own = run_of(aggregates={"faithfulness": Aggregate(0.9, 1)})
    assert row(rule, own).result is Result.INCONCLUSIVE


def test_errors_gate_apart_from_the_pass_rate() -> None:
    """19 of 20 pass: enough; the one that did not was the system's error, and that is one too many."""
    cases = [Case(f"c{i}", output="x", status=CaseStatus.PASS) for i in range(19)]
    data = run_of(*cases, Case("broken", status=CaseStatus.ERROR))
    passes, errors = hold(Rule("pass_rate", UP, 0.9, "share"), Rule("error_rate", DOWN, 0.02), candidate=data).rows
    assert (passes.result, errors.result) == (Result.PASS, Result.FAIL)
    assert errors.reason == "1 of 20, at most 0"
    wrong = run_of(*cases, Case("wrong", output="y", status=CaseStatus.FAIL))  # an answer, and a bad one: no error
    assert row(Rule("error_rate", DOWN, 0.02), wrong).result is Result.PASS
    logged = (traced(22, 5, "a"), traced(22, 5, "b"), replace(traced(22, 5, "c"), outcome=Outcome.ERROR))
    (made,) = hold(Rule("error_rate", DOWN, 0.02, source=From.TRACES), candidate=data, traces=logged).rows
    assert (made.result, made.reason.split("; ")[0]) == (Result.FAIL, "1 of 3, at most 0")


# How sure


@pytest.mark.parametrize(
    ("k", "n", "threshold", "words"),
    [
        (18, 20, 0.85, "could be luck; 119 more cases would tell; approximate"),
        (90, 100, 0.85, "could be luck; 39 more cases would tell"),
        (34, 40, 0.80, "could be luck; 134 more cases would tell"),
        (38, 40, 0.80, "holds at 95 %"),
        (17, 20, 0.85, "could be luck; approximate"),
        (35, 40, 0.90, "one case short"),
        (33, 40, 0.90, "3 cases short"),
        (20, 40, 0.90, "16 cases short; misses at 95 %; approximate"),
        (60, 100, 0.90, "30 cases short; misses at 95 %"),
    ],
)
def test_how_sure_a_rate_is(k: int, n: int, threshold: float, words: str) -> None:
    assert row(replace(HITS, threshold=threshold), run_of(*rated(k, n))).sure == words


def test_how_many_a_lower_is_better_rate_has_too_many() -> None:
    made = row(Rule("over_refusal_rate", DOWN, 0.05, "share", judged=False), run_of(*rated(3, 40, "over_refusal_rate")))
    assert (made.result, made.sure, made.reason) == (Result.FAIL, "one case too many", "3 of 40, at most 2")


def test_the_reason_counts_cases() -> None:
    assert row(replace(HITS, threshold=0.90), run_of(*rated(35, 40))).reason == "35 of 40, needs 36"


def test_how_sure_a_mean_is() -> None:
    spread = [0.80 + 0.005 * (i % 21) for i in range(42)]  # mean 0.85
    assert row(replace(COUNTED, threshold=0.80), run_of(*valued(spread))).sure == "holds at 95 %"
    near = row(replace(COUNTED, threshold=0.848), run_of(*valued(spread))).sure
    assert near.startswith("could be luck; ")
    assert row(COUNTED, run_of(*valued([0.9] * 40))).sure == "n too small: all values equal"
    assert row(COUNTED, run_of(*valued([0.9, 0.91] * 14))).sure == "n too small"
    assert row(replace(COUNTED, threshold=0.95), run_of(*valued(spread))).sure == "misses at 95 %"


def test_how_sure_a_quantile_is() -> None:
    def timed(n: int, slowest: float = 3400) -> RunData:
        times = [1000.0] * (n - 2) + [slowest] * 2
        return run_of(*(Case(f"c{i}", latency_ms=Measure(t, Provenance.MEASURED)) for i, t in enumerate(times)))

    assert row(P95, timed(58)).sure == "n too small: none below n = 59"
    assert row(P95, timed(59)).sure == "holds at 95 %"
    assert row(P95, timed(59, 9000)).sure == "could be luck"
    strict = replace(P95, confidence=Confidence.REQUIRED)
    assert row(strict, timed(58)).result is Result.INCONCLUSIVE
    assert row(strict, timed(59)).result is Result.PASS


def test_how_sure_a_ratio_is() -> None:
    estimate = Estimate(0.06, 40, 0.05, 0.072, "log-delta t")
    assert how_sure(estimate, DOWN, 0.08) == "holds at 95 %"
    assert how_sure(estimate, DOWN, 0.065) == "could be luck; 160 more cases would tell"


# Which run


def test_the_first_run_that_carries_a_metric_wins_and_is_named() -> None:
    quality = run_of(*valued([0.9, 0.91]), id_="quality")
    cases = [Case(f"c{i}", scores={"faithfulness": Score(0.1), "hit_rate": Score(1.0)}) for i in range(2)]
    both = run_of(*cases, id_="both")
    faithful, hits = hold(FAITHFUL, HITS, candidate=[quality, both]).rows
    assert (faithful.run_id, faithful.result) == ("quality", Result.PASS)
    assert (hits.run_id, hits.result, hits.total) == ("both", Result.PASS, 2)


def test_candidate_unset_is_a_gate_that_was_not_run() -> None:
    outcome = evaluate_gate(Gate("g", (FAITHFUL,)), None, [], as_of=AS_OF)
    assert (outcome.ran, outcome.rows) == (False, ())


def test_no_gate_still_looks_at_high_risk_cases() -> None:
    outcome = evaluate_gate(None, None, [run_of(Case("a", tags=("high_risk",)))], as_of=AS_OF)
    assert (outcome.gate, outcome.ran, outcome.unreviewed) == (None, False, ("a",))


@dataclass(frozen=True)
class Info:
    run: Run
    imported_at: datetime | None
    digest: str


def test_latest_complete_by_start_then_import_then_digest() -> None:
    def info(id_: str, started: datetime | None, imported: datetime, digest: str, **fields: object) -> Info:
        return Info(replace(Run(id_, id_, "own", started_at=started), **fields), imported, digest)  # type: ignore[arg-type]

    late, early = STARTED, LOCKED
    broken = info("broken", late + timedelta(days=1), late, "z", completeness=Completeness.PARTIAL)
    unknown = info("unknown", None, late + timedelta(days=9), "z")
    older = info("older", early, late, "z")
    first = info("first", late, late, "z")
    zoned = info("zoned", late.astimezone(timezone(timedelta(hours=5))), late + timedelta(hours=1), "a")
    last = info("last", late, late + timedelta(hours=1), "b")
    future = info("future", late + timedelta(days=365), late, "z")  # a start that had not come is not known
    picked = latest_complete([last, zoned, first, older, unknown, broken])
    assert picked is last
    assert latest_complete([zoned, first, older, unknown]) is zoned
    assert latest_complete([first, older, unknown]) is first
    assert latest_complete([unknown, older]) is older
    assert latest_complete([future, older]) is older
    assert latest_complete([unknown, broken]) is unknown
    assert latest_complete([broken]) is None


# Slices and traces


def test_a_slice_by_tags_is_its_own_row() -> None:
    cases = tuple(
        Case(f"c{i}", tags=("high_risk",) if i < 10 else (), scores={"hit_rate": Score(float(i > 4))})
        for i in range(40)
    )
    whole, part = hold(HITS, replace(HITS, tags=("high_risk",)), candidate=run_of(*cases)).rows
    assert (whole.result, whole.total) == (Result.PASS, 40)
    assert (part.result, part.total, part.rule.key) == (Result.FAIL, 10, "retrieval_hit_rate@high_risk")


def traced(day: int, latency: float, id_: str) -> Trace:
    return Trace(id_, datetime(2026, 11, day, 12, tzinfo=UTC), latency_ms=latency, outcome=Outcome.SUCCESS)


def test_traces_in_a_window_that_ends_with_as_of() -> None:
    rule = replace(P95, source=From.TRACES, window_days=7)
    traces = (traced(16, 9000, "old"), traced(17, 100, "first"), traced(23, 200, "last"), traced(24, 9000, "new"))
    (made,) = hold(rule, candidate=run_of(Case("a")), traces=(*traces, Trace("undated", latency_ms=1))).rows
    assert (made.result, made.used, made.run_id) == (Result.PASS, 2, None)
    assert made.estimate is not None
    assert made.estimate.value == 200
    assert "7 days to 2026-11-23 (UTC days); 1 trace without a start time left out" in made.reason


def test_no_traces_in_the_window_is_missing() -> None:
    rule = replace(P95, source=From.TRACES, window_days=7)
    (made,) = hold(rule, candidate=run_of(Case("a")), traces=(traced(1, 5, "old"),)).rows
    assert (made.result, made.reason) == (Result.MISSING, "there are no traces in 7 days to 2026-11-23 (UTC days)")


# Must-pass and high-risk cases


def test_must_pass_cases() -> None:
    cases = (
        Case("ok", status=CaseStatus.PASS),
        Case("flaky", status=CaseStatus.PASS),
        Case("flaky", status=CaseStatus.FAIL, repeat=1),
        Case("broken", status=CaseStatus.ERROR),
        Case("silent"),
    )
    outcome = hold(candidate=run_of(*cases), must_pass=("ok", "flaky", "broken", "silent", "absent"))
    assert outcome.must_pass_failed == ("flaky", "broken")
    assert outcome.must_pass_missing == ("silent", "absent")  # fails closed


def test_a_must_pass_case_has_to_pass_in_every_candidate_run() -> None:
    one, two = run_of(Case("a", status=CaseStatus.PASS)), run_of(Case("a", status=CaseStatus.FAIL), id_="two")
    assert hold(candidate=[one, two], must_pass=("a",)).must_pass_failed == ("a",)


@pytest.mark.parametrize(
    ("scores", "passed"),
    [
        ({"x": Score(1.0, passed=True), "y": Score(0.2)}, True),
        ({"x": Score(1.0, passed=True), "y": Score(0.2, passed=False)}, False),
        ({"x": Score(1.0, passed=True), "y": Score(None, ScoreState.JUDGE_ERROR)}, None),
        ({"x": Score(1.0)}, None),
        ({}, None),
    ],
)
def test_a_case_without_status_goes_by_the_tools_flags(scores: dict[str, Score], passed: bool | None) -> None:
    assert case_passed(Case("a", scores=scores)) is passed
    assert case_passed(Case("a", status=CaseStatus.PASS, scores=scores)) is True


def test_high_risk_cases_need_a_human_label() -> None:
    label = HumanLabel(HumanVerdict.PASS, "ana")
    golden = EvalSet(
        "g", "d", (GoldenCase("by-gold", "?", tags=("high_risk",)), GoldenCase("lost", "?", tags=("high_risk",)))
    )
    cases = (
        Case("plain"),
        Case("seen", tags=("high_risk",), human=label),
        Case("once", tags=("high_risk",)),
        Case("once", tags=("high_risk",), repeat=1, human=replace(label, verdict=HumanVerdict.FAIL)),
        Case("unseen", tags=("high_risk",)),
        Case("by-gold"),
    )
    outcome = hold(candidate=run_of(*cases, golden=golden))
    assert outcome.high_risk == ("seen", "once", "unseen", "by-gold", "lost")
    assert outcome.unreviewed == ("unseen", "by-gold", "lost")
    assert outcome.failed == ("once",)
    assert [(held.name, held.blocks) for held in outcome.findings] == [("high-risk-failed", True)]
    assert "1 high-risk case failed by a person: once (ana, run rag-v4)" in outcome.findings[0].text


def test_each_variant_of_a_high_risk_case_needs_its_own_label() -> None:
    label = HumanLabel(HumanVerdict.PASS, "ana")
    cases = (
        Case("a", "short", tags=("high_risk",), human=label),
        Case("a", "long", tags=("high_risk",)),
    )
    outcome = hold(candidate=run_of(*cases))
    assert (outcome.high_risk, outcome.unreviewed) == (("a@short", "a@long"), ("a@long",))


# Lock


def locked(**fields: object) -> Lock:
    return replace(Lock("ana", LOCKED, "g1"), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("started", "registered", "why"),
    [
        (STARTED, True, ""),
        (LOCKED, True, ""),
        (LOCKED - timedelta(seconds=1), False, "before the lock"),
        (datetime(2026, 11, 20, 9, 14), True, ""),  # without a zone: UTC
        (datetime(2026, 11, 20, 10, 0, tzinfo=timezone(timedelta(hours=2))), False, "before the lock"),
        (None, False, "does not say when it started"),
    ],
)
def test_a_run_is_registered_if_it_started_after_the_lock(started: datetime | None, registered: bool, why: str) -> None:
    outcome = hold(FAITHFUL, candidate=run_of(*valued([0.9]), started_at=started), lock=locked())
    assert outcome.registered is registered
    assert why in outcome.registration


def test_one_unregistered_run_is_enough_and_so_is_no_lock() -> None:
    early = run_of(*valued([0.9]), id_="early", started_at=LOCKED - timedelta(days=1))
    outcome = hold(FAITHFUL, candidate=[run_of(*valued([0.9])), early], lock=locked())
    assert not outcome.registered
    assert "'early' started 19 Nov 2026 09:14 UTC, before the lock of 20 Nov 2026 09:14 UTC" in outcome.registration
    assert hold(FAITHFUL, candidate=early).registration == "the gate was never locked"


def test_a_gate_that_changed_since_the_lock_changes_every_row() -> None:
    outcome = hold(FAITHFUL, HITS, candidate=run_of(*valued([0.9])), lock=locked(gate_digest="g0"))
    rows = outcome.rows
    assert [made.result for made in rows] == [Result.CHANGED] * 2
    assert outcome.changed == ("the gate: g0 when locked, g1 now",)
    assert rows[0].reason == "the gate changed since the lock"
    assert rows[0].estimate is not None


@pytest.mark.parametrize("what", ["dataset", "judge"])
def test_a_changed_dataset_or_judge_changes_the_rows_of_its_run(what: str) -> None:
    field = f"{what}_digest"
    old = run_of(*valued([0.9] * 2), id_="old", **{field: "new"})
    other = run_of(*rated(2, 2), id_="other", **{field: "one"})
    outcome = hold(FAITHFUL, HITS, candidate=[old, other], lock=locked(**{field: "one"}))
    rows = outcome.rows
    assert outcome.changed == (f"the {what} of run 'old': one when locked, new now",)
    assert [made.result for made in rows] == [Result.CHANGED, Result.PASS]
    assert rows[0].reason == f"the {what} changed since the lock"


def test_changed_takes_digests_known_on_both_sides() -> None:
    for lock in (locked(), locked(dataset_digest="d"), locked(judge_digest="j")):
        assert hold(FAITHFUL, candidate=run_of(*valued([0.9] * 2)), lock=lock).rows[0].result is Result.PASS


def test_unverified_digests() -> None:
    def unverified(lock: Lock | None, rule: Rule = FAITHFUL, **fields: object) -> tuple[str, ...]:
        cases = (Case("c", scores={"faithfulness": Score(0.9), "hit_rate": Score(1.0)}),)
        return hold(rule, candidate=run_of(*cases, **fields), lock=lock).unverified  # type: ignore[arg-type]

    both = {"dataset_digest": "d", "judge_digest": "j"}
    assert unverified(locked(**both), **both) == ()
    assert unverified(locked(), **both) == ()  # nobody can bind them any more: the lock says so in a remark
    assert unverified(locked(**both)) == ("dataset", "judge")
    assert unverified(locked(**both), dataset_digest="d") == ("judge",)
    assert unverified(locked(dataset_digest="d"), HITS, dataset_digest="d") == ()  # no judge in a hit rate


def test_a_run_that_a_golden_set_holds_has_its_digest() -> None:
    golden = EvalSet("g", "d", (GoldenCase("case-000", "?"), GoldenCase("case-001", "?")))
    hit = replace(HITS, threshold=0.5)

    def held(n: int, **fields: object) -> GateOutcome:
        return hold(hit, candidate=run_of(*rated(n, n), golden=golden, **fields), lock=locked(dataset_digest="d"))

    assert [held(n).unverified for n in (1, 2, 3)] == [(), (), ()]
    assert held(1).rows[0].result is Result.MISSING  # the other case is not there
    assert held(2, dataset_digest="e").changed


# Baseline

DROP = Rule("faithfulness", UP, None, "score", max_regression=0.02)


def test_a_regression_rule_without_a_baseline_is_missing() -> None:
    made = row(DROP, run_of(*valued([0.9] * 40)))
    assert (made.result, made.reason) == (Result.MISSING, "no baseline is stored")
    assert made.rule.key == "faithfulness#max_regression"


def test_a_threshold_and_a_margin_are_two_rows() -> None:
    base = run_of(*valued([0.9] * 40), id_="base")
    rows = hold(replace(FAITHFUL, max_regression=0.02), candidate=run_of(*valued([0.89] * 40)), baseline=base).rows
    assert [made.rule.key for made in rows] == ["faithfulness", "faithfulness#max_regression"]
    assert rows[0].baseline == pytest.approx(0.9)
    assert rows[0].change == pytest.approx(-0.01)


@pytest.mark.parametrize(
    ("now", "result", "relative"),
    [(0.88, Result.PASS, False), (0.879, Result.FAIL, False), (0.95, Result.PASS, False), (0.882, Result.PASS, True)],
)
def test_the_margin_is_inclusive(now: float, result: Result, relative: bool) -> None:
    base = run_of(*valued([0.9] * 40), id_="base")
    assert row(replace(DROP, relative=relative), run_of(*valued([now] * 40)), base).result is result


def test_a_relative_margin_is_of_the_baseline() -> None:
    base = run_of(*valued([0.5] * 40), id_="base")
    assert row(replace(DROP, relative=True), run_of(*valued([0.491] * 40)), base).result is Result.PASS
    assert row(replace(DROP, relative=True), run_of(*valued([0.489] * 40)), base).result is Result.FAIL


def test_non_inferiority_is_the_bound_of_the_paired_difference() -> None:
    before = [0.70 + 0.004 * i for i in range(40)]
    base = run_of(*valued(before), id_="base")
    steady = run_of(*valued([v - 0.01 + 0.002 * (-1) ** i for i, v in enumerate(before)]))
    noisy = run_of(*valued([v - 0.01 + 0.06 * (-1) ** i for i, v in enumerate(before)]))
    strict = replace(DROP, confidence=Confidence.REQUIRED, judged=False)
    assert (row(strict, steady, base).result, row(strict, steady, base).sure) == (Result.PASS, "holds at 95 %")
    made = row(strict, noisy, base)
    assert made.result is Result.INCONCLUSIVE
    assert made.sure.startswith("could be luck; ")
    assert row(DROP, noisy, base).result is Result.PASS  # advise: the point rule decides
    assert made.estimate is not None
    assert made.estimate.value == pytest.approx(-0.01)
    assert made.estimate.method == "paired t over cases"
    assert made.estimate.low is not None
    assert made.estimate.low < -0.02


def test_only_shared_cases_are_compared_and_the_others_listed() -> None:
    base = run_of(*valued([0.9] * 38), Case("gone", scores={"faithfulness": Score(0.1)}), id_="base")
    made = row(DROP, run_of(*valued([0.9] * 40)), base)
    assert (made.result, made.used, made.total) == (Result.PASS, 38, 41)
    assert "drop 0.000 over 38 shared cases, at most 0.020 allowed" in made.reason
    assert "3 unmatched: case-038, case-039, gone" in made.reason
    assert (
        row(DROP, run_of(*valued([0.9])), run_of(Case("x", scores={"faithfulness": Score(1)}))).result is Result.MISSING
    )


def test_a_rise_in_latency_is_a_regression() -> None:
    def timed(value: float, id_: str = "rag-v4") -> RunData:
        return run_of(*(Case(f"c{i}", latency_ms=Measure(value, Provenance.MEASURED)) for i in range(60)), id_=id_)

    rule = Rule("latency_p95_ms", DOWN, None, "ms", max_regression=0.1, relative=True)
    assert row(rule, timed(1100), timed(1000, "base")).result is Result.PASS
    made = row(rule, timed(1101), timed(1000, "base"))
    assert (made.result, made.change) == (Result.FAIL, pytest.approx(101))
    strict = row(replace(rule, confidence=Confidence.REQUIRED), timed(1000), timed(1000, "base"))
    assert strict.result is Result.INCONCLUSIVE  # no bound for the change of a quantile


def test_traces_have_no_baseline() -> None:
    rule = replace(DROP, source=From.TRACES)
    base = run_of(*valued([0.9]), id_="base")
    (made,) = hold(rule, candidate=run_of(*valued([0.9])), baseline=base, traces=(traced(22, 1, "t"),)).rows
    assert made.result is Result.MISSING


# Comparisons that explain less than they seem to


def test_runs_differ_in_what_both_say() -> None:
    a = Run("a", "a", "own", prompt_version="p1", model="m1", pipeline_version="v1")
    assert differ_in(a, replace(a, id="b")) == ()
    assert differ_in(a, replace(a, prompt_version="p2", model=None)) == ("prompt",)
    assert differ_in(a, replace(a, prompt_version="p2", model="m2", pipeline_version="v2")) == (
        *("pipeline version", "prompt", "model"),
    )


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({}, "differ in nothing"),
        ({"prompt_version": "p2", "model": "m2"}, "differ in prompt and model"),
        ({"prompt_version": "p2", "pipeline_version": "v2"}, None),
    ],
)
def test_a_comparison_of_nothing_or_of_several_things_warns(fields: dict[str, str], warning: str | None) -> None:
    known = {"prompt_version": "p1", "model": "m1", "pipeline_version": "v1"}
    base = run_of(*valued([0.9]), id_="base", **known)
    outcome = hold(FAITHFUL, candidate=run_of(*valued([0.9]), **{**known, **fields}), baseline=base)
    assert [w for w in outcome.warnings if "differ" in w] == [w for w in outcome.warnings if warning and warning in w]
    assert any("differ" in w for w in outcome.warnings) is (warning is not None)


def test_comparing_by_position_warns() -> None:
    by_position = (Case("1", id_from="position", scores={"faithfulness": Score(0.9)}),)
    outcome = hold(FAITHFUL, candidate=run_of(*by_position), baseline=run_of(*by_position, id_="base"))
    assert any("by position" in warning for warning in outcome.warnings)
    assert not any("by position" in warning for warning in hold(FAITHFUL, candidate=run_of(*by_position)).warnings)


# Regressions: evidence, a minimum effect, and figures that are no mean


def timed(values: list[float]) -> tuple[Case, ...]:
    return tuple(Case(f"c{i}", latency_ms=Measure(v, Provenance.MEASURED)) for i, v in enumerate(values))


def moved(step: float, noise: float, n: int = 40) -> tuple[RunData, RunData]:
    """A run whose faithfulness lies `step` below its baseline's on average, the cases `noise` around that."""
    before = [0.60 + 0.001 * i for i in range(n)]
    after = [value - step + noise * (-1) ** i for i, value in enumerate(before)]
    return run_of(*valued(after)), run_of(*valued(before), id_="base")


EFFECT = replace(DROP, max_regression=0.0, min_effect=0.02)


@pytest.mark.parametrize(
    ("step", "noise", "result", "words"),
    [
        (-0.01, 0.001, Result.PASS, "drop 0.000"),
        (0.019, 0.001, Result.PASS, "smaller than the minimum effect of 0.020"),  # certain, and too small to matter
        (0.03, 0.001, Result.FAIL, "drop 0.03"),
        (0.03, 0.2, Result.INCONCLUSIVE, "and could be luck"),  # large, and could be chance
    ],
)
def test_with_a_minimum_effect_a_regression_fails_on_evidence_and_size_together(
    step: float, noise: float, result: Result, words: str
) -> None:
    candidate, base = moved(step, noise)
    made = row(EFFECT, candidate, base)
    assert (made.result, words in made.reason) == (result, True), made
    assert row(replace(EFFECT, min_effect=None), candidate, base).result is (
        Result.PASS if step < 0 else Result.FAIL  # the point rule alone
    )


def test_a_minimum_effect_may_be_of_the_baseline_and_few_cases_soften_nothing() -> None:
    candidate, base = moved(0.03, 0.001)
    wide = replace(EFFECT, min_effect=0.05, min_effect_relative=True)  # 5 % of about 0.62
    assert row(wide, candidate, base).result is Result.PASS  # 0.03 is less
    few, few_base = moved(0.03, 0.001, n=20)
    assert row(EFFECT, few, few_base).result is Result.FAIL  # there is no bound: the point value decides
    strict = replace(EFFECT, confidence=Confidence.REQUIRED)
    assert row(strict, *moved(0.0, 0.2)).result is Result.INCONCLUSIVE  # not even shown to be smaller
    assert row(strict, *moved(0.0, 0.001)).result is Result.PASS


def test_a_rate_that_did_not_move_is_shown_not_to_have_dropped() -> None:
    rule = replace(HITS, threshold=None, max_regression=0.05, confidence=Confidence.REQUIRED)
    made = row(rule, run_of(*rated(60, 72)), run_of(*rated(60, 72), id_="base"))
    assert (made.result, made.sure) == (Result.PASS, "holds at 95 %")
    few = row(rule, run_of(*rated(20, 24)), run_of(*rated(20, 24), id_="base"))
    assert few.result is Result.INCONCLUSIVE
    assert few.sure.startswith("could be luck")


def test_the_rise_of_a_quantile_and_of_a_ratio_have_bounds() -> None:
    before = [1000.0 + 17 * (i * 7 % 80) for i in range(80)]
    rule = Rule("latency_p95_ms", DOWN, None, "ms", max_regression=0.10, relative=True, confidence=Confidence.REQUIRED)
    base = run_of(*timed(before), id_="base")
    assert row(rule, run_of(*timed([v + (i % 3) for i, v in enumerate(before)])), base).result is Result.PASS
    assert row(rule, run_of(*timed([v * 1.3 + (i % 3) for i, v in enumerate(before)])), base).result is Result.FAIL
    few = row(rule, run_of(*timed([v + 1 for v in before[:58]])), run_of(*timed(before[:58]), id_="base"))
    assert (few.result, few.sure) == (Result.INCONCLUSIVE, "n too small: none below n = 59")

    def priced(factor: float, id_: str) -> RunData:
        cases = (
            Case(
                f"c{i}",
                status=CaseStatus.PASS if i % 5 else CaseStatus.FAIL,
                cost=Measure(factor * (0.01 + 0.001 * (i % 7)) + 0.0001 * (i % 2), Provenance.MEASURED),
            )
            for i in range(40)
        )
        return run_of(*cases, id_=id_)

    cost = Rule("cost_per_success", DOWN, None, "USD", max_regression=0.10, relative=True, min_effect=0.05)
    cost = replace(cost, min_effect_relative=True)
    assert row(cost, priced(1.0, "now"), priced(1.0, "base")).result is Result.PASS
    assert row(cost, priced(1.5, "now"), priced(1.0, "base")).result is Result.FAIL  # on evidence


# Cases that only one side has


def compared(new: CasePolicy, removed: CasePolicy, baseline: RunData | None) -> GateOutcome:
    gate = Gate("g", (FAITHFUL,), digest="g1", new_cases=new, removed_cases=removed)
    runs = [run_of(*valued([0.9] * 3), Case("added", scores={"faithfulness": Score(0.9)}))]
    return evaluate_gate(gate, locked(), runs, [baseline] if baseline else [], as_of=AS_OF)


@pytest.mark.parametrize(
    ("new", "removed", "verdict", "keys"),
    [
        (CasePolicy.ALLOW, CasePolicy.ALLOW, Verdict.CONDITIONS, []),
        (CasePolicy.ALLOW, CasePolicy.WARN, Verdict.CONDITIONS, ["gate/cases-removed"]),
        (CasePolicy.WARN, CasePolicy.ALLOW, Verdict.CONDITIONS, ["gate/cases-new"]),
        (CasePolicy.FAIL, CasePolicy.FAIL, Verdict.NO_GO, ["gate/cases-new", "gate/cases-removed"]),
    ],
)
def test_new_and_removed_cases_are_held_to_the_policy(
    new: CasePolicy, removed: CasePolicy, verdict: Verdict, keys: list[str]
) -> None:
    lost = (Case(f"lost-{i}", scores={"faithfulness": Score(0.9)}) for i in range(2))
    outcome = compared(new, removed, run_of(*valued([0.9] * 3), *lost, id_="base"))
    assert outcome.cases == (CasesRow("new", new, ("added",)), CasesRow("removed", removed, ("lost-0", "lost-1")))
    said, causes = rule_gate(outcome)
    assert said is verdict  # with the digests that nobody recorded: a condition in each
    assert [cause.key for cause in causes if "cases" in cause.key] == keys
    texts = {cause.key: cause.text for cause in causes}
    assert texts.get("gate/cases-new", "1 case is new since the baseline: added") == (
        "1 case is new since the baseline: added"
    )


def test_without_a_baseline_only_fail_asks_for_one() -> None:
    assert compared(CasePolicy.WARN, CasePolicy.WARN, None).cases == ()
    outcome = compared(CasePolicy.ALLOW, CasePolicy.FAIL, None)
    assert outcome.cases == (CasesRow("removed", CasePolicy.FAIL, None),)
    assert rule_gate(outcome)[0] is Verdict.NO_GO
    assert compared(CasePolicy.FAIL, CasePolicy.FAIL, run_of(*valued([0.9] * 3), id_="base")).cases == (
        CasesRow("new", CasePolicy.FAIL, ("added",)),
    )
