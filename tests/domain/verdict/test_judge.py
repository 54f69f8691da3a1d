"""The VERDICTS block of scoring.md, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.gate_result.model import GateOutcome, Result
from readiness_tui.domain.incidents.model import Action, NoteStatus, Sev
from readiness_tui.domain.verdict.gap import StoredCondition
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Facts, Judgement, Part, Verdict
from tests.domain.build import (
    AS_OF,
    BLOCKER,
    MAJOR,
    MINOR,
    NOW,
    TOMORROW,
    YESTERDAY,
    closed_incident,
    make_checklist,
    make_facts,
    make_gap,
    make_incident,
    make_item,
    make_na,
    make_outcome,
    make_review,
    make_row,
    make_rule,
    make_waiver,
    met,
    scored,
)

GO, CONDITIONS, NO_GO = Verdict.GO, Verdict.CONDITIONS, Verdict.NO_GO


def ruled(facts: Facts) -> Judgement:
    return judge(facts, AS_OF)


def keys(judgement: Judgement, verdict: Verdict) -> set[str]:
    return {cause.key for cause in judgement.causes if cause.verdict is verdict}


def text(judgement: Judgement, key: str) -> str:
    return next(cause.text for cause in judgement.causes if cause.key == key)


def gated(*rows: Any, **changes: Any) -> Judgement:
    return ruled(make_facts(met(), gate=make_outcome(*rows, **changes)))


# --- gate


def test_everything_met_is_go_for_90_days():
    one = gated()
    assert (one.verdict, one.causes, one.conditions) == (GO, (), ())
    assert one.valid_until == date(2027, 2, 21)
    assert (one.headline, one.mean, one.assessed, one.headline_percent) == (1, 1, 1, 100)
    assert (one.flips, one.flips_to, one.after_flips) == ((), None, 0)


@pytest.mark.parametrize(
    ("result", "required", "verdict"),
    [
        (Result.PASS, True, GO),
        (Result.FAIL, True, NO_GO),
        (Result.MISSING, True, NO_GO),
        (Result.CHANGED, True, NO_GO),
        (Result.INCONCLUSIVE, True, CONDITIONS),
        (Result.INCONCLUSIVE, False, CONDITIONS),
        (Result.FAIL, False, CONDITIONS),
        (Result.MISSING, False, CONDITIONS),
        (Result.CHANGED, False, CONDITIONS),
    ],
)
def test_a_row_of_the_gate(result: Result, required: bool, verdict: Verdict):
    row = make_row(make_rule("citation_accuracy", 0.9, required=required), result)
    one = gated(make_row(make_rule()), row)
    assert one.verdict is one.parts[Part.GATE] is verdict
    assert keys(one, verdict) == ({"gate/citation_accuracy"} if verdict is not GO else set())


def test_a_failing_row_says_by_how_much():
    failing = make_row(make_rule("citation_accuracy", 0.9), Result.FAIL, k=35)
    missing = make_row(make_rule("faithfulness", 0.85), Result.MISSING, reason="no run carries it")
    one = gated(failing, missing)
    assert text(one, "gate/citation_accuracy") == "Citation accuracy fails: 35 of 40, needs ≥ 0.90"
    assert text(one, "gate/faithfulness") == "Faithfulness is missing: no run carries it"


@pytest.mark.parametrize(
    ("changes", "key", "verdict", "words"),
    [
        ({"must_pass_failed": ("case-04",)}, "must-pass", NO_GO, "1 must-pass case did not pass: case-04"),
        ({"must_pass_missing": ("c1", "c2")}, "must-pass", NO_GO, "2 must-pass cases did not pass: c1, c2"),
        (
            {"high_risk": tuple("abcdefgh"), "unreviewed": ("a", "b")},
            "high-risk",
            NO_GO,
            "2 of 8 high-risk cases have no human review",
        ),
        (
            {"high_risk": ("a",), "unreviewed": ("a",)},
            "high-risk",
            NO_GO,
            "1 of 1 high-risk case has no human review",
        ),
        (
            {"registered": False, "registration": "never locked"},
            "lock",
            CONDITIONS,
            "run before lock: never locked",
        ),
        (
            {"unverified": ("dataset", "judge")},
            "digest",
            CONDITIONS,
            "unverified digest: dataset, judge; declare what the run's file does not say, and lock again where the lock binds none",
        ),
    ],
)
def test_what_else_the_gate_can_lack(changes: dict[str, Any], key: str, verdict: Verdict, words: str):
    one = gated(**changes)
    assert (one.verdict, keys(one, verdict), text(one, f"gate/{key}")) == (verdict, {f"gate/{key}"}, words)


def test_a_gate_without_a_candidate_run_is_no_go():
    one = gated(ran=False, registered=False, rows=())
    assert keys(one, NO_GO) == {"gate/not-run"}
    assert keys(one, CONDITIONS) == set()


def test_no_gate_or_nothing_required_is_a_condition():
    assert keys(ruled(make_facts(met(), gate=GateOutcome(None, None))), CONDITIONS) == {"gate/none"}
    assert keys(gated(make_row(make_rule(required=False))), CONDITIONS) == {"gate/none-required"}


# --- checklists: the item under test stands beside enough others that no floor is touched

FILLER = met(*[BLOCKER] * 12)


def with_item(severity: Any, points: int | None, **known: Any) -> Judgement:
    item = make_item("REL-02", severity)
    same_section = [make_item(f"REL-1{n}") for n in range(9)]
    facts = make_facts(make_checklist(item, *same_section), FILLER, dossiers=[scored(item, points, **known)])
    return ruled(facts)


def test_an_undecided_blocker_is_no_go():
    one = with_item(BLOCKER, None)
    assert keys(one, NO_GO) == {"item/reliability/REL-02"}
    assert text(one, "item/reliability/REL-02") == "Blocker REL-02 is undecided: Title of REL-02"
    assert keys(one, CONDITIONS) == {"assessed"}
    assert one.valid_until is None
    assert one.undecided == 1


@pytest.mark.parametrize(
    ("severity", "points", "verdict"),
    [
        (BLOCKER, 0, NO_GO),
        (BLOCKER, 1, CONDITIONS),
        (BLOCKER, 2, GO),
        (MAJOR, 0, CONDITIONS),
        (MAJOR, 1, CONDITIONS),
        (MAJOR, 2, GO),
        (MINOR, 0, GO),
        (MINOR, 1, GO),
    ],
)
def test_one_item_below_2_is_one_cause(severity: Any, points: int, verdict: Verdict):
    one = with_item(severity, points)
    assert one.verdict is one.parts[Part.CHECKLISTS] is verdict
    assert len(one.causes) == (verdict is not GO)


def test_a_live_waiver_lifts_the_blocker_rule_into_a_condition():
    one = with_item(BLOCKER, 0, waiver=make_waiver(TOMORROW))
    assert (keys(one, NO_GO), keys(one, CONDITIONS)) == (set(), {"item/reliability/REL-02"})
    assert text(one, "item/reliability/REL-02") == (
        "Blocker REL-02 is not met, waived until 2026-11-24: Title of REL-02"
    )
    assert one.valid_until == one.conditions[0].due == TOMORROW
    assert keys(with_item(BLOCKER, None, waiver=make_waiver()), CONDITIONS) == {"item/reliability/REL-02", "assessed"}
    assert with_item(BLOCKER, 0, waiver=make_waiver(YESTERDAY)).verdict is NO_GO
    assert with_item(BLOCKER, 2, waiver=make_waiver()).verdict is GO


def test_a_waiver_lifts_no_floor():
    item = make_item("REL-02")
    facts = make_facts(make_checklist(item), FILLER, dossiers=[scored(item, 0, waiver=make_waiver())])
    assert keys(ruled(facts), NO_GO) == {"section/reliability"}


def test_a_waiver_on_a_minor_item_lifts_nothing_and_adds_nothing():
    assert with_item(MINOR, 0).verdict is with_item(MINOR, 0, waiver=make_waiver()).verdict is GO


def test_not_applicable_on_a_blocker():
    item = make_item("REL-02")
    lone = make_review(reviewers=("ana",))

    def judged(**changes: Any) -> Judgement:
        known = {"votes": (make_na(),), "na_confirmed_by": changes.pop("by", "")}
        facts = make_facts(FILLER, make_checklist(item), dossiers=[replace(scored(item, None), **known)], **changes)
        return ruled(facts)

    assert keys(judged(), NO_GO) == {"item/reliability/REL-02", "section/reliability"}
    assert judged(by="ben").verdict is GO
    assert "no second person has confirmed it" in text(judged(), "item/reliability/REL-02")
    assert judged(review=lone).verdict is GO


def section_of(*points: int) -> Judgement:
    """A section of minor items of weight 1."""
    items = [make_item(f"M-{n}", MINOR) for n in range(len(points))]
    return ruled(make_facts(make_checklist(*items), points={i.id: p for i, p in zip(items, points, strict=True)}))


def test_section_floors_are_inclusive_at_60_and_80():
    assert section_of(2, 2, 1, 1, 0).verdict is CONDITIONS  # 60 %
    assert section_of(2, 2, 2, 2, 0).verdict is GO  # 80 %
    low = section_of(2, 2, 1, 0, 0)  # 50 %
    assert (low.verdict, text(low, "section/reliability")) == (NO_GO, "Reliability scores 50%, needs 60%")
    middle = section_of(2, 2, 2, 1, 0)  # 70 %
    assert text(middle, "section/reliability") == "Reliability scores 70%, needs 80%"
    assert middle.conditions[0].lifts == ("item/reliability/M-3", "item/reliability/M-4")


def test_assessed_floors_are_inclusive_at_90_and_100():
    def judged(undecided: int) -> Judgement:
        items = [make_item(f"M-{n}", MINOR) for n in range(10)]
        return ruled(make_facts(make_checklist(*items), points={f"M-{n}": None for n in range(undecided)}))

    assert judged(0).verdict is GO
    assert (judged(1).verdict, judged(1).assessed) == (CONDITIONS, Fraction(9, 10))
    assert text(judged(1), "assessed") == "The review is 90% assessed, needs 100%"
    assert judged(1).conditions[0].lifts == ("item/reliability/M-0",)
    assert (judged(2).verdict, text(judged(2), "assessed")) == (NO_GO, "The review is 80% assessed, needs 90%")


def test_nothing_to_weigh_is_no_go():
    info = make_item("REL-09", MAJOR, weight=0)
    for facts in (make_facts(), make_facts(make_checklist(info), points={"REL-09": 0})):
        assert keys(ruled(facts), NO_GO) == {"assessed"}
        assert ruled(facts).flips_to is None


def test_items_outside_the_depth_are_outside_everything():
    deep = make_item("REL-09", depth=Depth.FULL)
    checklist = make_checklist(make_item(), deep)
    course = ruled(make_facts(checklist, points={"REL-09": None}))
    assert (course.verdict, course.undecided, set(course.standings)) == (GO, 0, {"REL-02"})
    full = ruled(make_facts(checklist, points={"REL-09": None}, review=make_review(depth=Depth.FULL)))
    assert full.verdict is NO_GO


def test_an_item_without_a_dossier_is_undecided():
    assert ruled(replace(make_facts(met()), dossiers={})).verdict is NO_GO


# --- incidents


def with_incident(incident: Any, **changes: Any) -> Judgement:
    return ruled(make_facts(met(), incidents=(incident,), **changes))


@pytest.mark.parametrize(
    ("severity", "verdict"), [(Sev.SEV1, NO_GO), (Sev.SEV2, CONDITIONS), (Sev.SEV3, GO), (Sev.SEV4, GO)]
)
def test_an_open_incident(severity: Sev, verdict: Verdict):
    half_closed = (make_incident(7, severity, resolved=NOW), make_incident(7, severity, status=NoteStatus.CLOSED))
    for incident in (make_incident(7, severity), *half_closed):
        one = with_incident(incident)
        assert one.verdict is one.parts[Part.INCIDENTS] is verdict
        assert keys(one, verdict) == ({"incident/7"} if verdict is not GO else set())
    assert with_incident(closed_incident(7, severity)).verdict is GO


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        (Action(3, "rotate keys", due=YESTERDAY), NO_GO),
        (Action(3, "rotate keys", due=AS_OF), GO),
        (Action(3, "rotate keys", due=YESTERDAY, done=YESTERDAY), GO),
        (Action(3, "rotate keys"), GO),
    ],
)
def test_an_overdue_action_of_a_sev1_is_no_go_even_once_it_is_closed(action: Action, verdict: Verdict):
    one = with_incident(closed_incident(7, Sev.SEV1, actions=(action,)))
    assert (one.verdict, keys(one, NO_GO)) == (verdict, {"incident/7/3"} if verdict is NO_GO else set())
    assert with_incident(closed_incident(7, Sev.SEV2, actions=(action,))).verdict is GO


def test_an_action_without_a_date_has_its_gaps():
    incident = closed_incident(7, Sev.SEV1, actions=(Action(3, "rotate keys"),))
    assert with_incident(incident, gaps=[make_gap("incident/7/3", due=YESTERDAY)]).verdict is NO_GO
    assert with_incident(incident, gaps=[make_gap("incident/7/3", due=AS_OF)]).verdict is GO


@pytest.mark.parametrize(("days", "verdict"), [(0, CONDITIONS), (90, CONDITIONS), (91, GO)])
def test_closed_with_a_reason_instead_of_an_eval_case(days: int, verdict: Verdict):
    closed = AS_OF - timedelta(days=days)
    for severity in (Sev.SEV1, Sev.SEV2):
        for reason in ("vendor outage", ""):
            one = with_incident(
                closed_incident(7, severity, eval_cases=(), no_eval_reason=reason, closed=closed, resolved=NOW)
            )
            assert (one.verdict, keys(one, verdict)) == (
                verdict,
                {"incident/7/eval-case"} if verdict is not GO else set(),
            )
    assert with_incident(closed_incident(7, Sev.SEV3, eval_cases=())).verdict is GO


@pytest.mark.parametrize("now", [Sev.SEV3, Sev.SEV4])
def test_a_severity_that_was_lowered_still_counts(now: Sev):
    for worst in (Sev.SEV1, Sev.SEV2):
        still_open = with_incident(make_incident(7, now, peak=worst))
        assert (still_open.verdict, keys(still_open, CONDITIONS)) == (CONDITIONS, {"incident/7"})
        assert f"open {now}, lowered from {worst}" in next(iter(still_open.causes)).text
        closed = closed_incident(7, now, peak=worst, eval_cases=("?c9",))  # a case that is not there yet proves nothing
        assert with_incident(closed).verdict is CONDITIONS
        assert with_incident(replace(closed, eval_cases=("c9",))).verdict is GO
    late = closed_incident(7, now, peak=Sev.SEV1, actions=(Action(3, "rotate keys", due=YESTERDAY),))
    assert with_incident(late).verdict is NO_GO
    assert with_incident(replace(late, peak=Sev.SEV2)).verdict is GO
    assert with_incident(make_incident(7, Sev.SEV1, peak=now)).verdict is NO_GO  # raised since


# --- overall


def test_overall_is_the_worst_of_the_three():
    facts = make_facts(
        met(),
        gate=make_outcome(registered=False),
        incidents=(make_incident(1, Sev.SEV1),),
    )
    one = ruled(facts)
    assert one.parts == {Part.GATE: CONDITIONS, Part.CHECKLISTS: GO, Part.INCIDENTS: NO_GO}
    assert one.verdict is NO_GO
    assert [cause.key for cause in one.causes] == ["incident/1", "gate/lock"]


def test_an_override_is_recorded_and_the_computed_verdict_stays():
    review = make_review(override_verdict="GO", override_by="ana", override_reason="we must ship")
    assert ruled(make_facts(met(), review=review, incidents=(make_incident(1, Sev.SEV1),))).verdict is NO_GO


def test_causes_have_one_key_each_and_so_have_conditions():
    rows = [make_row(make_rule(required=False), Result.FAIL), make_row(make_rule(), Result.FAIL, k=1)]
    one = ruled(make_facts(make_checklist(make_item()), points={"REL-02": 1}, gate=make_outcome(*rows)))

    def unique(found: Iterable[str]) -> bool:
        listed = list(found)
        return len(listed) == len(set(listed))

    assert unique(cause.key for cause in one.causes)
    assert unique(condition.key for condition in one.conditions)
    assert keys(one, NO_GO) == {"gate/faithfulness", "section/reliability"}


def test_a_conditional_go_lapses_at_its_earliest_date_a_waivers_expiry_included():
    item = make_item("REL-02", MAJOR)
    row = StoredCondition("item/reliability/REL-02", "ana", AS_OF + timedelta(days=9))
    facts = make_facts(
        make_checklist(item, make_item("REL-01")),
        dossiers=[scored(item, 1, waiver=make_waiver(AS_OF + timedelta(days=4)))],
        gate=make_outcome(registered=False),
        conditions=[row, StoredCondition("gate/lock", "ben", AS_OF + timedelta(days=5))],
    )
    assert ruled(facts).valid_until == AS_OF + timedelta(days=4)


def test_what_forbids_a_release_stands_above_what_only_limits_it() -> None:
    """Whatever their severity: a waived blocker limits, a major item whose condition nobody owns forbids."""
    waived, major = make_item("A", BLOCKER), make_item("B", MAJOR)
    facts = make_facts(
        make_checklist(waived, major, *met(*[MAJOR] * 8).items),
        dossiers=[scored(waived, 0, waiver=make_waiver()), scored(major, 1)],
        conditions=[StoredCondition("item/reliability/B", "", TOMORROW)],
    )
    assert [(cause.verdict, cause.severity) for cause in ruled(facts).causes] == [
        (NO_GO, MAJOR), (CONDITIONS, BLOCKER), (CONDITIONS, MAJOR),
    ]  # fmt: skip
