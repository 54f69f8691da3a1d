"""The cases behind a gate: the set that was locked, what it gained, what nobody named, and figures without cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import GateOutcome, Result
from readiness_tui.domain.metrics import RunData, held
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.runs.holding import Shelf, locked_set
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    EvalSet,
    GoldenCase,
    Measure,
    Provenance,
    Run,
    Score,
    Trace,
)
from readiness_tui.domain.traces.listed import RecordedList

AT = datetime(2026, 11, 20, tzinfo=UTC)
RUN = Run("v2", "v2", "own", started_at=datetime(2026, 11, 23, tzinfo=UTC))
BASE = replace(RUN, id="v1", name="v1")
FAITHFUL = Rule("faithfulness", Direction.HIGHER, 0.85)
DROP = Rule("faithfulness", Direction.HIGHER, None, max_regression=0.02)


def a_set(n: int, digest: str = "", name: str = "golden") -> EvalSet:
    cases = tuple(GoldenCase(f"{name}-{i}", f"{name} question {i}?") for i in range(n))
    return EvalSet(name, digest or f"{name}-of-{n}", cases)


SET = a_set(72)
GAINED = a_set(76)


def answered(
    golden: EvalSet, value: float = 0.9, *, run: Run = RUN, leave: int = 0, **fields: object
) -> tuple[Run, list[Case]]:
    scores = {"faithfulness": Score(value)}
    kept = golden.cases[: len(golden.cases) - leave]
    return run, [Case(g.id, question=g.question, status=CaseStatus.PASS, scores=scores, **fields) for g in kept]  # type: ignore[arg-type]


def judge(
    *rules: Rule,
    sets: tuple[EvalSet, ...] = (SET,),
    candidate: tuple[tuple[Run, list[Case]], ...],
    baseline: tuple[tuple[Run, list[Case]], ...] = (),
    locked: tuple[EvalSet, ...] = (SET,),
    variant: str = "",
    must_pass: tuple[str, ...] = (),
) -> GateOutcome:
    main = locked[0].digest if locked else None
    shelf = Shelf.of(sets, variant=variant, locked=[locked_set(one) for one in locked], main=main or "")
    gate = Gate("g", rules or (FAITHFUL,), must_pass, digest="g1")
    return evaluate_gate(
        gate,
        Lock("ana", AT, "g1", main),
        [held(run, cases, shelf) for run, cases in candidate],
        [held(run, cases, shelf, baseline=True) for run, cases in baseline],
        as_of=date(2026, 11, 24),
        locked=shelf.locked,
    )


def results(outcome: GateOutcome) -> list[Result]:
    return [row.result for row in outcome.rows]


def test_a_subset_of_the_set_does_not_carry_it() -> None:
    outcome = judge(candidate=(answered(SET, leave=17),))
    assert results(outcome) == [Result.MISSING]
    assert "55 of 72 cases carry it" in outcome.rows[0].reason


def test_high_risk_and_must_pass_cases_of_the_set_that_the_run_lacks_are_missing() -> None:
    last = SET.cases[-1]
    risky = replace(SET, cases=(*SET.cases[:-1], replace(last, tags=("high_risk",))))
    outcome = judge(sets=(risky,), locked=(risky,), candidate=(answered(risky, leave=1),), must_pass=(last.id,))
    assert outcome.unreviewed == (last.id,)
    assert outcome.must_pass_missing == (last.id,)


def test_easy_cases_outside_the_set_are_left_out_and_said() -> None:
    run, cases = answered(SET, 0.8, run=replace(RUN, dataset_digest=SET.digest))
    easy = [Case(f"easy-{i}", question=f"{i} + {i}?", scores={"faithfulness": Score(1.0)}) for i in range(200)]
    outcome = judge(candidate=((run, [*cases, *easy]),))
    assert results(outcome) == [Result.FAIL]
    assert any("200 cases that the golden set 'golden' does not know are left out" in said for said in outcome.warnings)


def test_a_claim_that_the_questions_contradict_is_changed_since_the_lock() -> None:
    run, cases = answered(SET, run=replace(RUN, dataset_digest=SET.digest))
    cases[3] = replace(cases[3], question="Say hello to everybody")
    outcome = judge(candidate=((run, cases),))
    assert results(outcome) == [Result.CHANGED]
    assert "asks something else than the set under the same id: golden-3" in outcome.rows[0].reason


def test_a_set_that_only_gained_cases_is_not_changed() -> None:
    outcome = judge(
        FAITHFUL, DROP, sets=(GAINED, SET), candidate=(answered(GAINED),), baseline=(answered(SET, run=BASE),)
    )
    assert results(outcome) == [Result.PASS, Result.PASS]
    assert (outcome.changed, "dataset" in outcome.unverified) == ((), False)
    assert any(
        said.startswith("4 cases are new in the golden set since the lock: golden-72") for said in outcome.warnings
    )


def test_new_cases_are_judged_on_the_candidate() -> None:
    outcome = judge(sets=(GAINED, SET), candidate=(answered(SET),))
    assert results(outcome) == [Result.MISSING]  # 72 of 76


def test_a_changed_set_is_changed_since_the_lock() -> None:
    eased = replace(
        SET, digest="eased", cases=(*SET.cases[:-1], replace(SET.cases[-1], question="golden question easy?"))
    )
    assert results(judge(sets=(eased, SET), candidate=(answered(eased),))) == [Result.CHANGED]


def test_a_lock_without_its_cases_goes_by_the_digest_and_says_what_to_do() -> None:
    shelf = Shelf.of((GAINED,))
    outcome = evaluate_gate(
        Gate("g", (FAITHFUL,), digest="g1"), Lock("ana", AT, "g1", SET.digest), [held(*answered(GAINED), shelf)],
        as_of=date(2026, 11, 24),
    )  # fmt: skip
    assert results(outcome) == [Result.CHANGED]
    assert any("Lock again (`readiness gate lock`)" in said for said in outcome.warnings)


def test_the_set_at_hand_has_to_be_the_one_that_run_and_lock_name() -> None:
    """An easier set under the digest that the lock has and the run claims."""
    easier = replace(SET, digest="easier", cases=SET.cases[:60])
    claiming = replace(RUN, dataset_digest=SET.digest)
    assert results(judge(sets=(easier,), candidate=(answered(easier, run=claiming),))) == [Result.CHANGED]
    old = evaluate_gate(
        Gate("g", (FAITHFUL,), digest="g1"), Lock("ana", AT, "g1", SET.digest),
        [held(*answered(easier, run=claiming), Shelf.of((easier,)))], as_of=date(2026, 11, 24),
    )  # fmt: skip
    assert (results(old), "dataset" in old.unverified) == ([Result.PASS], True)  # the lock cannot tell: a condition


def test_a_red_team_set_beside_the_golden_set_is_no_change() -> None:
    attacks = a_set(30, name="attacks")
    resisted = Rule("resisted", Direction.HIGHER, 0.9)
    run = replace(RUN, id="red-team")
    cases = [Case(gold.id, question=gold.question, scores={"resisted": Score(1.0)}) for gold in attacks.cases]
    both = (answered(SET), (run, cases))
    outcome = judge(FAITHFUL, resisted, sets=(attacks, SET), locked=(SET, attacks), candidate=both)
    assert results(outcome) == [Result.PASS, Result.PASS]
    assert "dataset" not in outcome.unverified
    later = judge(FAITHFUL, resisted, sets=(attacks, SET), candidate=both)
    assert (results(later), "dataset" in later.unverified) == ([Result.PASS, Result.PASS], True)
    alone = judge(resisted, sets=(attacks, SET), candidate=((run, cases),))
    assert results(alone) == [Result.CHANGED]  # the locked set was put aside


def test_a_run_outside_every_set_is_a_remark_beside_one_that_is_held() -> None:
    load = replace(RUN, id="load")
    cases = [Case(f"r{i}", latency_ms=Measure(900.0 + i, Provenance.MEASURED)) for i in range(100)]
    slow = Rule("latency_p95_ms", Direction.LOWER, 3500.0)
    outcome = judge(FAITHFUL, slow, candidate=(answered(SET), (load, cases)))
    assert results(outcome) == [Result.PASS, Result.PASS]
    assert "dataset" not in outcome.unverified
    assert any("Run 'load' shares no case with a golden set" in said for said in outcome.warnings)


def test_a_candidate_without_any_run_on_the_golden_set_is_a_condition() -> None:
    """Nothing ran on what was agreed on, the high-risk cases least of all."""
    risky = replace(SET, cases=(*SET.cases[:-2], *(replace(gold, tags=("high_risk",)) for gold in SET.cases[-2:])))
    load = replace(RUN, id="load")
    cases = [Case(f"r{i}", latency_ms=Measure(900.0 + i, Provenance.MEASURED)) for i in range(100)]
    slow = Rule("latency_p95_ms", Direction.LOWER, 3500.0)
    alone = judge(slow, sets=(risky,), locked=(risky,), candidate=((load, cases),))
    assert [(one.name, one.text, one.blocks) for one in alone.findings] == [
        (
            "golden-set-run",
            "no candidate run is held to the golden set 'golden' (72 cases, 2 of them high-risk): bring its run",
            False,
        )
    ]
    assert "dataset" not in alone.unverified  # said once
    without = judge(slow, sets=(), locked=(), candidate=((load, cases),))
    assert not without.findings
    figures = replace(RUN, aggregates={"latency_p95_ms": Aggregate(900.0)})
    assert [one.name for one in judge(slow, candidate=((figures, []),)).findings] == ["figures-only"]


def test_a_run_outside_the_set_never_hides_one_that_is_held_to_it() -> None:
    easy = replace(RUN, id="easy"), [Case(f"e{i}", scores={"faithfulness": Score(1.0)}) for i in range(50)]
    figure = replace(RUN, id="figure", aggregates={"faithfulness": Aggregate(0.99, 500)}), []
    real = answered(SET, 0.8)
    for first in (easy, figure):
        for order in ((first, real), (real, first)):
            (row,) = judge(candidate=order).rows
            assert (row.result, row.run_id, row.remarks[0]) == (Result.FAIL, "v2", "of run 'v2'")
    (alone,) = judge(candidate=(real,)).rows
    assert "of run 'v2'" not in alone.remarks  # there is no other
    base = judge(
        FAITHFUL, DROP, candidate=(real,), baseline=((replace(easy[0], id="b"), easy[1]), answered(SET, 0.9, run=BASE))
    )
    assert base.rows[1].baseline == pytest.approx(0.9)


def graded(golden: EvalSet, values: list[float | None]) -> tuple[Run, list[Case]]:
    said = zip(golden.cases, values, strict=True)
    return RUN, [
        Case(g.id, question=g.question, scores={} if value is None else {"faithfulness": Score(value)})
        for g, value in said
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (0.8, 1.0, "faithfulness (0.800 without them)"),
        (0.9, 1.0, ""),  # holds without them
        (0.9, 0.8, ""),  # honest incidents, and it still holds
        (None, 0.9, "faithfulness (0.900 without them, carried by 62 of 72)"),  # ten of the old ones lack it
    ],
)
def test_a_rule_that_passes_only_with_what_the_set_gained_is_a_condition(
    old: float | None, new: float, said: str
) -> None:
    grown = a_set(272)
    was = [old] * 72 if old is not None else [*[0.9] * 62, *[None] * 10]
    outcome = judge(sets=(grown, SET), candidate=(graded(grown, [*was, *[new] * 200]),))
    assert results(outcome) == [Result.PASS] if new > 0.85 else [Result.FAIL]
    found = [one.text for one in outcome.findings if one.name == "gained-cases"]
    wanted = f"passes only with the 200 cases that the golden set gained since the lock: {said}; lock again before the next run"
    assert found == ([wanted] if said else [])


def test_a_slice_that_only_the_new_cases_have_is_no_dilution() -> None:
    fresh = replace(GAINED, cases=(*GAINED.cases[:72], *(replace(g, tags=("incident",)) for g in GAINED.cases[72:])))
    outcome = judge(replace(FAITHFUL, tags=("incident",)), sets=(fresh, SET), candidate=(answered(fresh),))
    assert (results(outcome), outcome.findings) == ([Result.PASS], ())


def test_a_rule_names_the_set_that_it_means() -> None:
    other = EvalSet("smoke", "smoke", (*SET.cases[:10], GoldenCase("x", "Anything else?")))
    cases = answered(SET)
    unnamed = judge(sets=(other, SET), locked=(), candidate=(cases,))
    (finding,) = [one for one in unnamed.findings if one.name == "golden-set"]
    assert finding.blocks
    assert "smoke, golden" in finding.text
    named = judge(replace(FAITHFUL, dataset="golden"), sets=(other, SET), locked=(), candidate=(cases,))
    assert not named.findings
    assert named.rows[0].total == 72
    smoke = judge(replace(FAITHFUL, dataset="smoke"), sets=(other, SET), locked=(), candidate=(cases,))
    assert (smoke.rows[0].used, smoke.rows[0].total) == (10, 11)
    lost = judge(replace(FAITHFUL, dataset="gone"), sets=(other, SET), locked=(), candidate=(cases,))
    assert "no golden set is called 'gone': there are smoke, golden" in lost.rows[0].reason


# Variants


def test_several_variants_are_never_averaged_and_have_to_be_named() -> None:
    run, bad = answered(SET, 0.8, variant="a")
    _, good = answered(SET, 1.0, variant="b")
    both = ((run, [*bad, *good]),)
    outcome = judge(candidate=both)
    assert results(outcome) == [Result.MISSING]
    (finding,) = outcome.findings
    assert (finding.name, finding.blocks) == ("variant", True)
    assert "run 'v2' has a, b" in finding.text
    assert results(judge(replace(FAITHFUL, variant="a"), candidate=both)) == [Result.FAIL]
    chosen = judge(candidate=both, variant="a")
    assert (results(chosen), chosen.findings) == ([Result.FAIL], ())
    gone = judge(replace(FAITHFUL, variant="c"), candidate=both)
    assert "no variant 'c'; it names a, b" in gone.rows[0].reason


def test_only_the_runs_that_a_rule_looks_at_are_asked_about() -> None:
    hosts = [Case(f"t{i}", variant, status=CaseStatus.PASS) for variant in ("linux", "windows") for i in range(40)]
    matrix = (replace(RUN, id="junit"), hosts)
    success = Rule("task_success_rate", Direction.HIGHER, 0.8)
    assert not judge(FAITHFUL, candidate=(matrix, answered(SET))).findings  # it carries no faithfulness
    for order in ((answered(SET), matrix), (matrix, answered(SET))):
        assert not judge(success, candidate=order).findings  # the run that is held to the set decides
    (finding,) = judge(success, sets=(), locked=(), candidate=(matrix,)).findings
    assert "run 'junit' has linux, windows" in finding.text
    base = ((replace(BASE, id="old"), [*answered(SET, variant="a")[1], *answered(SET, variant="b")[1]]),)
    assert not judge(FAITHFUL, candidate=(answered(SET),), baseline=base).findings
    assert judge(DROP, candidate=(answered(SET),), baseline=base).findings


# Baseline


@pytest.mark.parametrize(
    ("kept", "result"), [(72, Result.PASS), (69, Result.PASS), (68, Result.MISSING), (2, Result.MISSING)]
)
def test_the_baseline_has_to_carry_the_metric_too(kept: int, result: Result) -> None:
    run, cases = answered(SET, run=BASE)
    cases = [case if n < kept else replace(case, scores={}) for n, case in enumerate(cases)]
    outcome = judge(DROP, candidate=(answered(SET),), baseline=((run, cases),))
    assert results(outcome) == [result]
    if result is Result.MISSING:
        assert f"{kept} of 72 cases of the baseline run v1 carry it" in outcome.rows[0].reason


def test_candidate_and_baseline_may_not_lack_different_cases() -> None:
    run, cases = answered(SET, run=BASE, leave=3)
    ours = answered(SET)
    candidate = (ours[0], [replace(case, scores={}) if n < 3 else case for n, case in enumerate(ours[1])])
    outcome = judge(DROP, candidate=(candidate,), baseline=((run, cases),))
    assert results(outcome) == [Result.MISSING]
    assert "66 of 72 cases that both runs have carry it" in outcome.rows[0].reason


def test_without_a_set_half_of_the_cases_have_to_be_shared() -> None:
    def regression(n: int) -> GateOutcome:
        base = answered(SET, run=BASE)
        return judge(DROP, sets=(), locked=(), candidate=(answered(SET),), baseline=((base[0], base[1][:n]),))

    assert results(regression(36)) == [Result.PASS]
    assert results(regression(35)) == [Result.MISSING]


# Figures without cases


def test_figures_without_cases_are_a_condition_and_prove_nothing() -> None:
    run = replace(RUN, aggregates={"faithfulness": Aggregate(0.95, 3)})
    outcome = judge(candidate=((run, []),))
    assert results(outcome) == [Result.PASS]
    (finding,) = outcome.findings
    assert (finding.name, finding.blocks) == ("figures-only", False)
    assert not outcome.unreviewed
    for rule, result in (
        (replace(FAITHFUL, cases_required=True), Result.MISSING),
        (replace(FAITHFUL, confidence=Confidence.REQUIRED), Result.INCONCLUSIVE),
    ):
        assert results(judge(rule, candidate=((run, []),))) == [result]


def test_a_score_against_the_status_is_a_condition() -> None:
    run, cases = answered(SET)
    cases = [replace(case, scores={"task_success": Score(1.0)}) for case in cases]
    cases[:12] = [replace(case, status=CaseStatus.FAIL) for case in cases[:12]]
    outcome = judge(Rule("task_success_rate", Direction.HIGHER, 0.8), candidate=((run, cases),))
    (finding,) = outcome.findings
    assert finding.text.startswith("12 cases of run 'v2' passed by score and failed by status: golden-0")
    assert not judge(candidate=((run, cases),)).findings  # no rule rests on it


# Left out


def timed(n: int, cached: int = 0, cold: int = 0) -> list[Case]:
    made = []
    for i in range(n):
        provenance = Provenance.CACHED if i < cached else Provenance.MEASURED
        extra = {"cold": True} if cached <= i < cached + cold else {}
        made.append(Case(f"golden-{i}", latency_ms=Measure(10.0 if i < cached else 900.0, provenance), extra=extra))
    return made


@pytest.mark.parametrize(
    ("cached", "cold", "limit", "result"),
    [
        (36, 0, None, Result.PASS),
        (37, 0, None, Result.INCONCLUSIVE),
        (0, 7, None, Result.PASS),
        (0, 8, None, Result.INCONCLUSIVE),
        (37, 8, 0.7, Result.PASS),
        (4, 4, 0.1, Result.INCONCLUSIVE),
    ],
)
def test_a_time_over_too_few_requests_does_not_pass(
    cached: int, cold: int, limit: float | None, result: Result
) -> None:
    rule = Rule("latency_p95_ms", Direction.LOWER, 3500.0, max_left_out=limit)
    outcome = judge(rule, candidate=((RUN, timed(72, cached, cold)),))
    assert results(outcome) == [result]
    assert "left out" in outcome.rows[0].reason


def test_traces_that_are_left_out_count_the_same() -> None:
    traces = [Trace(str(i), started_at=AT, latency_ms=900.0 if i else 10, cached=i < 60) for i in range(100)]
    traces = [replace(trace, latency_ms=10.0) if trace.cached else trace for trace in traces]
    rule = Rule("latency_p95_ms", Direction.LOWER, 3500.0, source=From.TRACES)
    data = RunData(RUN, (Case("a"),))
    outcome = evaluate_gate(Gate("g", (rule,)), None, [data], (), RecordedList.of(traces), as_of=date(2026, 11, 24))
    assert results(outcome) == [Result.INCONCLUSIVE]
    assert outcome.rows[0].reason.startswith("60 of 100 traces left out: cached, and at most 50 % may be")


def test_a_second_run_that_misses_is_not_passed_over() -> None:
    worse = answered(SET, 0.5, run=replace(RUN, id="v2-again", name="v2-again"))
    for order in ((answered(SET), worse), (answered(SET), answered(SET, run=replace(RUN, id="v2-too")), worse)):
        (row,) = judge(FAITHFUL, candidate=order).rows
        assert (row.result, row.run_id) == (Result.PASS, "v2")
        said = [remark for remark in row.remarks if "misses it" in remark]
        assert said == ["run 'v2-again' of the candidate misses it (0.500); the first run that carries it decides"]
    (fine,) = judge(FAITHFUL, candidate=(answered(SET), answered(SET, run=replace(RUN, id="v2-too")))).rows
    assert not any("misses it" in remark for remark in fine.remarks)
