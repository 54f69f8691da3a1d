"""Labels: which hold, who still has to look, and what counts as the judge's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.labels.lines import Answers, LabelLine, apply
from readiness_tui.domain.labels.queue import (
    Why,
    answer_digest,
    answers,
    every_label,
    judge_agreement,
    judge_verdicts,
    labels_of,
    people_verdict,
    queue,
    reviewer_agreement,
    with_labels,
)
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.runs.model import Case, CaseStatus, HumanLabel, HumanVerdict, Run, Score, ScoreState

PASS, FAIL, UNSURE = HumanVerdict.PASS, HumanVerdict.FAIL, HumanVerdict.UNSURE
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
GATE = Gate("g", (Rule("faithfulness", Direction.HIGHER, 0.8), Rule("policy_violation_rate", Direction.LOWER, 0.0)))


def label(verdict: HumanVerdict, by: str = "ana", *, blind: bool = True, answer: str | None = None) -> HumanLabel:
    return HumanLabel(verdict, by, AT, blind=blind, answer=answer)


def case(id_: str, *labels: HumanLabel, risky: bool = False, **changes: object) -> Case:
    return Case(id_, tags=("high_risk",) if risky else (), labels=labels, output=f"answer {id_}", **changes)  # type: ignore[arg-type]


def data(*cases: Case, run: str = "r") -> RunData:
    return RunData(Run(run, run, "t"), cases)


# By case


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "x"])), max_size=6))
def test_a_case_stands_with_all_of_its_repeats(names: list[tuple[str, str]]) -> None:
    cases = [Case(name, variant, repeat) for repeat, (name, variant) in enumerate(names)]
    together = {(c.id, c.variant): tuple(o for o in cases if (o.id, o.variant) == (c.id, c.variant)) for c in cases}
    assert list(answers(data(*cases))) == [(f"{n}@{v}" if v else n, found) for (n, v), found in together.items()]


# Which hold


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3), st.none() | st.text()), max_size=6))
def test_the_digest_of_an_answer_does_not_depend_on_the_order_of_its_repeats(
    outputs: list[tuple[int, str | None]],
) -> None:
    repeats = [Case("c", repeat=place, output=text) for place, (_, text) in enumerate(outputs)]
    assert answer_digest(repeats) == answer_digest(reversed(repeats))
    other = [*repeats, Case("c", repeat=9, output="more")]
    assert answer_digest(other) != answer_digest(repeats)


def test_a_given_label_goes_before_an_imported_one_of_the_same_person_only() -> None:
    imported = Case("c", output="yes", human=label(FAIL, "ben"))
    mine = label(PASS, answer=answer_digest([imported]))
    (both,) = with_labels([imported], {("c", ""): (mine,)})
    assert labels_of([both]) == (mine, imported.human)
    (bens,) = with_labels([imported], {("c", ""): (label(PASS, "ben"),)})
    assert labels_of([bens]) == (label(PASS, "ben"),)
    assert with_labels([imported], {("c", ""): (replace(mine, answer="another"),)}) == [imported]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [((), UNSURE), ((UNSURE,), UNSURE), ((UNSURE, PASS), PASS), ((FAIL, FAIL), FAIL), ((PASS, FAIL), None)],
)
def test_what_people_say_together(said: tuple[HumanVerdict, ...], verdict: HumanVerdict | None) -> None:
    assert people_verdict(label(one) for one in said) is verdict


# Who still has to look


def test_first_what_holds_the_gate_then_a_second_look_then_the_draw_then_where_people_disagree() -> None:
    cases = (
        case("seconded", label(PASS, "ben"), risky=True),
        case("open", risky=True),
        case("mine", label(PASS), risky=True),
        case("split", label(PASS, "ben"), label(FAIL, "chloe")),
        *(case(f"plain-{n}") for n in range(9)),
    )
    tasks = queue([data(*cases)], "ana")
    assert [(task.key, task.why) for task in tasks] == [
        ("mine", Why.HIGH_RISK),
        ("open", Why.HIGH_RISK),
        ("seconded", Why.HIGH_RISK),
        ("split", Why.SPLIT),
    ]
    more = queue([data(*cases)], "ana", 3, tasks)
    assert [task.key for task in more[:4]] == [task.key for task in tasks]
    drawn = [task.key for task in queue([data(*cases)], "ana", 3) if task.why is Why.SAMPLE]
    assert drawn == [task.key for task in queue([data(*reversed(cases))], "ben", 3) if task.why is Why.SAMPLE]
    assert {task.key for task in more} == {task.key for task in tasks} | set(drawn)
    # Of two runs the one in which somebody has looked at the case.
    assert (
        queue([data(case("c", risky=True)), data(case("c", label(PASS), risky=True), run="s")], "ana")[0].run_id == "s"
    )


# What the judge says


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"faithfulness": Score(0.79)}, {"faithfulness": False}),
        ({"groundedness": Score(0.8)}, {"faithfulness": True}),
        ({"policy_violation_rate": Score(1.0)}, {"policy_violation_rate": False}),
        ({"faithfulness": Score(0.1, passed=True)}, {"": True, "faithfulness": True}),
        ({"faithfulness": Score(None, ScoreState.JUDGE_ERROR)}, {}),
        ({"tone": Score(0.9)}, {}),  # neither a flag nor a threshold
        ({"citation_accuracy": Score(1.0, passed=False)}, {}),  # no judge's
    ],
)
def test_a_metric_passes_by_its_flag_or_by_the_gate(scores: dict[str, Score], said: dict[str, bool]) -> None:
    assert {word.metric: word.passed for word in judge_verdicts([case("c", scores=scores)], GATE)} == said


def test_repeats_are_one_case() -> None:
    low, high = case("c", scores={"faithfulness": Score(0.7)}), case("c", repeat=1, scores={"faithfulness": Score(0.9)})
    (word,) = judge_verdicts([low, high], GATE)
    assert (word.value, word.passed) == (pytest.approx(0.8), True)
    good, bad = (case("c", status=status) for status in (CaseStatus.PASS, CaseStatus.FAIL))
    assert [word.passed for word in judge_verdicts([good, bad], None)] == [False]
    assert judge_verdicts([replace(good, status=CaseStatus.ERROR)], None) == ()


# Who agrees


def test_only_blind_decided_and_undisputed_cases_are_compared() -> None:
    good = {"status": CaseStatus.PASS, "scores": {"faithfulness": Score(0.9)}}
    run = data(
        case("agree", label(PASS), label(PASS, "ben"), **good),
        case("apart", label(FAIL), **good),
        case("unsure", label(UNSURE), **good),
        case("split", label(PASS), label(FAIL, "ben"), **good),
        case("seen", label(PASS, blind=False), **good),
        case("half-seen", label(FAIL, blind=False), label(PASS, "ben"), **good),  # ben's word alone
        case("unscored", label(PASS), status=CaseStatus.PASS),
        case("nobody", **good),
    )
    whole, faithfulness = judge_agreement([run], GATE)
    assert (whole.metric, whole.both_pass, whole.judge_only, whole.n) == ("", 3, 1, 4)
    assert (whole.unsure, whole.split, whole.not_blind, whole.unjudged, whole.apart) == (1, 1, 1, 0, ("apart",))
    assert (faithfulness.metric, faithfulness.n, faithfulness.unjudged) == ("faithfulness", 3, 1)
    assert judge_agreement([data(case("c", **good))], GATE) == ()
    (pair,) = reviewer_agreement([run])
    assert (pair.one, pair.other, pair.agreed, pair.n, pair.apart) == ("ana", "ben", 1, 3, ("split", "half-seen"))


# Labels in a file


def test_a_line_is_about_the_very_same_answer_or_any_of_its_run() -> None:
    own = [Case("row-1", output="yes"), Case("row-2", output="no")]
    answers = Answers.of("new", own, [replace(own[0], id="case-1"), own[1]])

    def applied(run: str, name: str, answer: str | None) -> list[tuple[str, str]]:
        line = LabelLine(1, run, name, "", label(PASS, answer=answer))
        return [*apply([line], answers).values()]

    digest = answer_digest(own[:1])
    assert applied("old", "case-1", digest) == applied("new", "row-1", None) == [("row-1", "")]
    assert applied("old", "row-1", None) == []  # another run, and not said which answer
    assert applied("new", "row-2", digest) == applied("new", "case-9", None) == []
    silent = Case("row-3")
    line = LabelLine(1, "old", "row-3", "", label(PASS, answer=answer_digest([silent])))
    assert apply([line], Answers.of("new", [silent], [silent])) == {}  # no answer is recorded: nothing to recognise


def test_one_person_under_two_spellings_is_one() -> None:
    labels = tuple(
        HumanLabel(verdict, name) for name, verdict in (("Ana", HumanVerdict.FAIL), (" ana", HumanVerdict.PASS))
    )
    assert every_label([Case("c1", output="a", labels=labels)]) == labels[:1]
