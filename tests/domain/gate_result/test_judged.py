"""Rows of judged metrics: what they say before and after people have checked the judge, and when labels change a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.labels.lot import Batch, lot_order
from readiness_tui.domain.labels.queue import answer_digest
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.runs.model import Case, Drawn, HumanLabel, HumanVerdict, Run, Score

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LOCK = Lock("ana", AT, "locked")
RULE = Rule("faithfulness", Direction.HIGHER, 0.75, "score", cut=0.7)
STRICT = replace(RULE, confidence=Confidence.REQUIRED)
PASS, FAIL, UNSURE = HumanVerdict.PASS, HumanVerdict.FAIL, HumanVerdict.UNSURE

Says = Callable[[int, bool], HumanVerdict | None]  # what people say of the i-th case of the lot, which is good or not


def truth(_: int, good: bool) -> HumanVerdict:
    return PASS if good else FAIL


def run_of(n: int, good: float, passed_bad: float, name: str = "faithfulness", risky: int = 0) -> RunData:
    """A run in the lot's order: every `good` share of cases is good and passed by the judge, of the others `passed_bad`.

    The last `risky` cases are high-risk.
    """
    order = lot_order("locked", [f"c{i:03}" for i in range(n)])
    cases, bad = [], 0
    for i, key in enumerate(order):
        fine = int((i + 1) * good + 1e-9) > int(i * good + 1e-9)
        bad += not fine
        passed = fine or int(bad * passed_bad + 1e-9) > int((bad - 1) * passed_bad + 1e-9)
        tags = ("high_risk",) if i >= n - risky else ()
        extra = {"good": fine}
        cases.append(
            Case(key, output=f"answer {i}", scores={name: Score(0.9 if passed else 0.2)}, tags=tags, extra=extra)
        )
    return RunData(Run("r", "r", "own"), tuple(cases))


def labelled(data: RunData, count: int, says: Says = truth, metric: str = "faithfulness", **fields: object) -> RunData:
    """The first `count` cases of the lot labelled blind, and every high-risk one."""
    made, drawn = [], 0
    for i, case in enumerate(data.cases):
        risky = "high_risk" in case.tags
        verdict = says(i, case.extra["good"]) if risky or drawn < count else None
        drawn += not risky
        if verdict is None:
            made.append(case)
            continue
        label = HumanLabel(
            verdict,
            "ana",
            AT + timedelta(hours=2),
            "",
            True,
            answer_digest([case]),
            metric,
            Drawn.ALL if risky else Drawn.LOT,
        )
        made.append(replace(case, labels=(replace(label, **fields),)))  # type: ignore[arg-type]
    return replace(data, cases=tuple(made))


def batches(*sizes: int, metric: str = "faithfulness") -> list[Batch]:
    return [Batch("locked", "r", metric, i, size, "ana", AT + timedelta(hours=1)) for i, size in enumerate(sizes, 1)]


def held(rule: Rule, data: RunData, *made: Batch, base: RunData | None = None, lock: Lock | None = LOCK) -> GateRow:
    gate = Gate("g", (rule,), digest="locked")
    outcome = evaluate_gate(gate, lock, [data], [base] if base else [], as_of=date(2026, 11, 25), batches=made)
    return outcome.rows[-1]


ISSUE = run_of(200, 0.70, 0.45)  # truth 0.70; the judge passes 45 of 100 bad answers, so that it counts 0.83


def test_nobody_checked_the_judge() -> None:
    row = held(RULE, ISSUE)
    assert row.result is Result.PASS
    assert "holds" not in row.sure
    assert "judge not checked against people" in row.sure
    assert row.remarks == ()
    strict = held(STRICT, ISSUE)
    assert strict.result is Result.INCONCLUSIVE
    assert strict.reason.startswith("judge not checked against people, and the rule needs a bound; ")
    assert "label a batch of 50 drawn cases" in strict.act


def test_the_issues_example_does_not_hold_any_more() -> None:
    data = labelled(ISSUE, 50)
    row = held(RULE, data, *batches(50))
    assert row.result is Result.INCONCLUSIVE
    assert "people's labels contradict the judge: corrected by 50 human labels 0.713, surely ≥ 0.591" in row.reason
    assert row.judge is not None
    assert row.judge.corrected == pytest.approx(0.70, abs=0.015)
    assert row.judge.contradicts
    assert "recognises good answers 35 of 35, bad ones 9 of 15" in row.remarks[0]
    assert "PPI++" in row.judge.method
    assert not any("PPI" in remark for remark in row.remarks)
    assert held(STRICT, data, *batches(50)).result is Result.INCONCLUSIVE


def test_a_good_judge_of_a_good_system_holds_with_people_behind_it() -> None:
    data = labelled(run_of(300, 0.92, 0.1), 100)
    row = held(STRICT, data, *batches(100))
    assert row.result is Result.PASS
    assert row.sure.endswith("surely met by people's labels")
    assert row.estimate is not None
    assert row.judge is not None
    assert row.estimate.low == row.judge.bound
    assert 0.75 <= (row.judge.bound or 0) < (row.judge.corrected or 0)
    assert row.judge.confidence == 0.975
    tolerant = replace(RULE, threshold=0.90, tolerate=0.75)
    assert held(tolerant, data, *batches(100)).result is Result.PASS
    assert held(replace(tolerant, confidence=Confidence.REQUIRED), data, *batches(100)).result is Result.INCONCLUSIVE


def test_few_labels_are_a_remark_and_say_how_many_more() -> None:
    row = held(RULE, labelled(ISSUE, 30), *batches(30))
    assert row.result is Result.PASS
    assert "by the labels it misses; they decide from 50 drawn ones on, 20 more" in row.remarks
    good = held(replace(RULE, threshold=0.80), labelled(run_of(300, 0.85, 0.2), 50), *batches(50))
    assert good.result is Result.PASS
    assert "labels do not contradict the judge" in good.remarks
    assert "more labels would decide" in good.remarks[0]


def test_inside_a_batch_nothing_is_shown() -> None:
    row = held(RULE, labelled(ISSUE, 49), *batches(50))
    assert row.result is Result.PASS
    assert row.judge is not None
    assert (row.judge.labels, row.judge.bound) == (0, None)
    assert row.remarks == ("batch 1: 1 of 50 cases wait for a label",)
    second = held(RULE, labelled(ISSUE, 70), *batches(50, 50))
    assert "corrected by 50 human labels" in second.reason
    assert "batch 2: 30 of 50 cases wait for a label" in second.remarks[0]


def test_skipping_or_doubting_hard_cases_does_not_help() -> None:
    """Whoever leaves bad answers out, or is unsure of them, has them counted as bad."""

    def skip(_: int, good: bool) -> HumanVerdict | None:
        return PASS if good else None

    def doubt(_: int, good: bool) -> HumanVerdict:
        return PASS if good else UNSURE

    closed = [*batches(50), replace(batches(50)[0], number=2, size=10)]
    skipped = held(STRICT, labelled(ISSUE, 50, skip), *closed)
    doubted = held(STRICT, labelled(ISSUE, 50, doubt), *batches(50))
    for row in (skipped, doubted):
        assert row.result is Result.INCONCLUSIVE
        assert row.judge is not None
        assert (row.judge.corrected or 0) < 0.75


@pytest.mark.parametrize(
    "fields",
    [
        {"blind": False},
        {"answer": "0" * 64},
        {"answer": None},
        {"reviewer": ""},
        {"drawn": Drawn.OTHER},
        {"metric": ""},
        {"metric": "relevance"},
    ],
)
def test_labels_that_do_not_count_correct_nothing(fields: dict[str, object]) -> None:
    row = held(STRICT, labelled(run_of(300, 0.95, 0.0), 100, **fields), *batches(100))
    assert row.result is Result.INCONCLUSIVE
    assert row.judge is None or row.judge.corrected is None


def test_cases_of_ones_own_choice_are_no_lot() -> None:
    data = run_of(300, 0.80, 0.5)
    easy = labelled(data, 300, lambda _, good: PASS if good else None)
    row = held(STRICT, easy)  # no batch, and the first bad answer of the lot ends the labels that count
    assert row.result is Result.INCONCLUSIVE
    assert row.judge is not None
    assert row.judge.drawn < 20


def test_without_a_stored_batch_there_is_no_bound() -> None:
    row = held(STRICT, labelled(run_of(300, 0.95, 0.0), 100))
    assert row.result is Result.INCONCLUSIVE
    assert "the size of the batch was not stored" in row.remarks[0]


def test_without_a_lock_nothing_is_drawn() -> None:
    row = held(STRICT, labelled(run_of(300, 0.95, 0.0), 100), *batches(100), lock=None)
    assert row.result is Result.INCONCLUSIVE
    assert row.remarks[0].startswith("100 labels of it do not count: not blind, of another answer, or not drawn")
    assert row.judge is not None
    assert row.judge.labels == 0


def test_all_labelled_need_no_judge() -> None:
    data = run_of(60, 0.95, 1.0)  # a judge that passes everything
    row = held(STRICT, labelled(data, 60, drawn=Drawn.OTHER))
    assert row.result is Result.PASS
    assert row.judge is not None
    assert row.judge.corrected == pytest.approx(57 / 60)
    assert row.judge.method.startswith("Clopper–Pearson")


def test_high_risk_cases_are_labelled_in_full_and_weighed() -> None:
    data = run_of(200, 0.90, 0.3, risky=20)
    row = held(STRICT, labelled(data, 60), *batches(60))
    assert row.judge is not None
    assert (row.judge.labels, row.judge.drawn) == (80, 60)
    assert row.judge.corrected == pytest.approx(0.90, abs=0.02)
    some = labelled(data, 60, lambda i, good: None if i == 199 else truth(i, good))
    lacking = held(STRICT, some, *batches(60))
    assert lacking.result is Result.INCONCLUSIVE
    assert "1 high-risk case lacks a label of this metric" in " ".join(lacking.remarks)
    assert held(RULE, some, *batches(60)).result is Result.PASS  # a remark


def test_a_judge_no_better_than_chance_cannot_be_corrected() -> None:
    data = run_of(200, 0.85, 1.0)  # it passes everything
    row = held(STRICT, labelled(data, 50), *batches(50))
    assert row.result is Result.INCONCLUSIVE
    assert "cannot be corrected" in row.reason
    bad = run_of(200, 0.60, 1.0)
    assert held(RULE, labelled(bad, 50), *batches(50)).result is Result.INCONCLUSIVE  # people alone contradict it


def test_labels_of_one_class_leave_the_other_figure_unknown() -> None:
    row = held(RULE, labelled(run_of(200, 1.0, 0.0), 50), *batches(50))
    assert "recognises good answers 50 of 50 · bad answers: not known, 0 seen" in row.remarks[0]
    none = held(RULE, labelled(run_of(200, 1.0, 0.0), 50, lambda *_: FAIL), *batches(50))
    assert none.result is Result.INCONCLUSIVE
    assert "good answers: not known, 0 seen" in none.remarks[0]


def test_two_people_who_disagree_give_no_bound() -> None:
    data = labelled(run_of(300, 0.95, 0.0), 100)
    cases = list(data.cases)
    for i in range(10):
        (label,) = cases[i].labels
        other = FAIL if 1 <= i < 4 and label.verdict is PASS else label.verdict
        cases[i] = replace(cases[i], labels=(label, replace(label, reviewer="ben", verdict=other)))
    row = held(STRICT, replace(data, cases=tuple(cases)), *batches(100))
    assert row.result is Result.INCONCLUSIVE
    assert "people agree on 7 of the 10 cases that two of them labelled" in " ".join(row.remarks)
    assert row.judge is not None
    assert row.judge.agreed == (7, 10)


def test_graded_scores_are_corrected_by_graded_labels_alone() -> None:
    mean = replace(RULE, cut=None)
    data = run_of(200, 0.95, 0.0)
    row = held(replace(mean, confidence=Confidence.REQUIRED), labelled(data, 60), *batches(60))
    assert row.result is Result.INCONCLUSIVE
    assert "not corrected: labels are on another scale" in row.reason
    graded = labelled(data, 60, value=0.9)
    row = held(replace(mean, threshold=0.80), graded, *batches(60))
    assert row.judge is not None
    assert row.judge.corrected is not None
    assert row.judge.bound is not None


def test_a_verdict_on_the_whole_speaks_for_task_success_alone() -> None:
    rule = Rule("task_success_rate", Direction.HIGHER, 0.75, "share", judged=True)
    cases = tuple(
        replace(case, scores={"task_success_rate": Score(float((case.scores["x"].value or 0) > 0.5))})
        for case in run_of(200, 0.9, 0.2, name="x").cases
    )
    data = RunData(Run("r", "r", "own"), cases)
    row = held(rule, labelled(data, 50, metric=""), *batches(50, metric=""))
    assert row.judge is not None
    assert row.judge.labels == 50
    assert held(replace(rule, judged=None), labelled(data, 50, metric=""), *batches(50, metric="")).judge is None


def test_where_less_is_better_a_pass_is_the_absence_of_the_fault() -> None:
    rule = Rule("policy_violation_rate", Direction.LOWER, 0.20, "share", confidence=Confidence.REQUIRED)
    made = run_of(300, 0.95, 0.5, name="x")
    cases = tuple(
        replace(case, scores={"policy_violation_rate": Score(float((case.scores["x"].value or 0) < 0.5))})
        for case in made.cases
    )
    data = labelled(replace(made, cases=cases), 100, metric="policy_violation_rate")
    row = held(rule, data, *batches(100, metric="policy_violation_rate"))
    assert row.result is Result.PASS
    assert row.judge is not None
    assert row.judge.judge == pytest.approx(0.025, abs=0.01)
    assert row.judge.corrected == pytest.approx(0.05, abs=0.015)
    assert row.judge.corrected < (row.judge.bound or 0) <= 0.20
    assert "surely ≤ 0." in row.remarks[0]


def test_a_regression_is_by_the_judges_own_count() -> None:
    rule = replace(RULE, threshold=None, max_regression=0.5, cut=None)
    row = held(rule, run_of(60, 0.9, 0.2), base=replace(run_of(60, 0.9, 0.4), run=Run("b", "b", "own")))
    assert row.result is Result.PASS
    assert "holds" not in row.sure
    assert "by the judge's own count: judges favour systems" in row.remarks


def test_an_unknown_metric_counts_as_judged_until_the_gate_says_otherwise() -> None:
    rule = Rule("our_score", Direction.HIGHER, 0.5, "score", confidence=Confidence.REQUIRED)
    data = run_of(60, 0.9, 0.2, name="our_score")
    row = held(rule, data)
    assert row.result is Result.INCONCLUSIVE
    assert any("`judged: false`" in remark for remark in row.remarks)
    assert "`judged: false`" in row.act
    assert held(replace(rule, judged=False), data).result is Result.PASS


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("n", [1, 2, 3, 25])
def test_few_cases_and_few_labels_are_defined(n: int, count: int) -> None:
    row = held(STRICT, labelled(run_of(n, 1.0, 0.0), count), *batches(max(count, 1)))
    assert row.result is Result.INCONCLUSIVE
    assert all("nan" not in remark for remark in row.remarks)


def test_a_slice_of_high_risk_cases_is_labelled_in_full() -> None:
    data = run_of(200, 0.95, 0.5, risky=40)
    row = held(replace(STRICT, tags=("high_risk",)), labelled(data, 0))
    assert row.result is Result.PASS
    assert row.judge is not None
    assert (row.judge.labels, row.judge.corrected) == (40, pytest.approx(38 / 40))
    assert row.judge.method.startswith("Clopper–Pearson")


def test_a_second_person_labels_ten_of_the_same_cases_or_there_is_no_bound() -> None:
    data = labelled(run_of(300, 0.95, 0.0), 100)
    cases = list(data.cases)
    for i in range(20, 60):
        (label,) = cases[i].labels
        cases[i] = replace(cases[i], labels=(replace(label, reviewer="ben"),))
    row = held(STRICT, replace(data, cases=tuple(cases)), *batches(100))
    assert row.result is Result.INCONCLUSIVE
    assert "two people labelled, and 0 of the drawn cases both: a bound needs 10" in " ".join(row.remarks)


def test_an_answer_that_the_run_did_not_keep_cannot_be_labelled() -> None:
    data = run_of(300, 0.95, 0.0)
    silent = replace(data, cases=tuple(replace(case, output=None) for case in data.cases))
    row = held(STRICT, labelled(silent, 100), *batches(100))
    assert row.result is Result.INCONCLUSIVE
    assert row.judge is None
    assert row.remarks == ("the run keeps no answers, so no label can be shown to be of them",)
    some = replace(data, cases=tuple(replace(c, output=None) if i == 3 else c for i, c in enumerate(data.cases)))
    row = held(STRICT, labelled(some, 100), *batches(100))  # one of the drawn ones: it counts as fail
    assert row.result is Result.PASS
    assert row.judge is not None
    assert row.judge.people == pytest.approx(0.94)


def test_traces_cannot_be_labelled_and_the_row_names_what_can_be_done() -> None:
    from readiness_tui.domain.metrics.rule import From
    from readiness_tui.domain.runs.model import Trace
    from readiness_tui.domain.traces.listed import RecordedList

    rule = Rule("faithfulness", Direction.HIGHER, 0.5, "score", source=From.TRACES, confidence=Confidence.REQUIRED)
    traces = [Trace(f"t{i}", started_at=AT, scores={"faithfulness": 0.9 - i / 1000}) for i in range(60)]
    outcome = evaluate_gate(
        Gate("g", (rule,), digest="locked"),
        LOCK,
        [run_of(3, 1, 0)],
        [],
        RecordedList.of(traces),
        as_of=date(2026, 11, 25),
    )
    (row,) = outcome.rows
    assert row.result is Result.INCONCLUSIVE
    assert "people label the answers of a run, not traces" in row.act


def test_a_miss_that_could_be_luck_says_how_many_labels_decide() -> None:
    row = held(replace(RULE, threshold=0.85), labelled(run_of(400, 0.84, 0.3), 60), *batches(60))
    assert row.result is Result.PASS
    (said,) = [remark for remark in row.remarks if "could be luck" in remark]
    assert "more decide" in said


@pytest.mark.parametrize(
    ("rule", "act"),
    [
        (STRICT, "label faithfulness itself, pass or fail"),
        (replace(STRICT, cut=None), "label faithfulness itself with a value, or state `cut:` before the next lock"),
    ],
)
def test_verdicts_on_the_whole_answer_are_on_another_scale_and_no_fifty_more_of_them_help(rule: Rule, act: str) -> None:
    whole = labelled(ISSUE, 200, metric="")
    row = held(rule, whole)
    scale = "not corrected: labels are on another scale (of the whole answer, which speaks for task success alone)"
    assert row.reason.startswith(f"judge not checked against people, and the rule needs a bound; {scale}; ")
    assert row.act.startswith(act)
    assert "50" not in row.act
    advised = held(replace(rule, confidence=Confidence.ADVISE), whole)
    assert advised.result is Result.PASS
    assert advised.remarks[0].startswith(f"{scale}: {act}")
    risky = labelled(run_of(200, 0.70, 0.45, risky=6), 0, metric="")
    assert "label a batch of 50" in held(rule, risky).act  # those are labelled as a whole whatever a judge says


def test_what_would_help_fits_every_reason() -> None:
    """Cases that are missing and labels that are missing: both, not one for the other."""
    data = run_of(200, 0.9, 0.0)
    lost = replace(data, cases=tuple(replace(c, scores={}) if i < 8 else c for i, c in enumerate(data.cases)))
    row = held(replace(STRICT, threshold=0.88), lost)
    assert row.result is Result.INCONCLUSIVE
    assert row.act.split("; ")[0].startswith("label a batch of 50 drawn cases")
    assert row.act.endswith("run the cases that are missing")
    only = held(replace(RULE, threshold=0.88), lost)
    assert (only.result, only.act) == (Result.INCONCLUSIVE, "run the cases that are missing")


def test_to_tolerate_less_softens_no_contradiction() -> None:
    """The corrected value is the aim's: a bound above what is tolerated does not make up for it."""
    tolerant = replace(RULE, tolerate=0.3)
    row = held(tolerant, labelled(ISSUE, 50), *batches(50))
    assert row.result is Result.INCONCLUSIVE
    assert "people's labels contradict the judge" in row.reason


def test_where_no_more_cases_are_there_no_more_labels_are_asked_for() -> None:
    small = run_of(40, 0.5, 0.8)
    row = held(RULE, labelled(small, 40), *batches(40))
    assert row.result is Result.PASS  # below 50 drawn labels an `advise` row only tells
    said = " ".join(row.remarks)
    assert "people labelled all 40 answers, and by them it misses" in said
    assert "10 more" not in said
    most = " ".join(held(RULE, labelled(small, 30), *batches(30)).remarks)
    assert "more than there are" in most


def test_a_gate_that_calls_a_judged_metric_unjudged_says_so() -> None:
    row = held(replace(RULE, judged=False), ISSUE)
    assert any("`judged: false`" in remark for remark in row.remarks)
    assert not any("`judged: false`), which" in remark for remark in held(replace(RULE, judged=True), ISSUE).remarks)
