"""Gaps: found by the rules, and living across reviews."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from readiness_tui.domain.checklists.assessment import Dossier
from readiness_tui.domain.checklists.model import Depth, Item
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.incidents.model import Action, Sev
from readiness_tui.domain.verdict.gap import FoundGap, Gap, GapState
from readiness_tui.domain.verdict.gaps import find_gaps, groups, merge, settled_gaps
from readiness_tui.domain.verdict.judge import all_standings, judge
from readiness_tui.domain.verdict.model import Facts
from tests.domain.build import (
    AS_OF,
    BLOCKER,
    MAJOR,
    MINOR,
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
    make_row,
    make_rule,
    make_waiver,
    scored,
)

KEY = "item/reliability/REL-02"


def found(facts: Facts, *, frozen: bool = False) -> dict[str, FoundGap]:
    return {gap.key: gap for gap in find_gaps(facts, all_standings(facts, AS_OF), frozen=frozen)}


def settled(facts: Facts) -> dict[str, GapState]:
    return settled_gaps(facts, all_standings(facts, AS_OF))


def one_item(points: int | None, severity: Any = BLOCKER, **known: Any) -> Facts:
    item = make_item("REL-02", severity)
    return make_facts(make_checklist(item), dossiers=[scored(item, points, **known)])


# --- found


@pytest.mark.parametrize(
    ("severity", "points", "gap"),
    [
        (BLOCKER, 0, BLOCKER),
        (BLOCKER, 1, MAJOR),
        (MAJOR, 0, MAJOR),
        (MAJOR, 1, MINOR),
        (MINOR, 0, MINOR),
        (MINOR, 1, MINOR),
    ],
)
def test_severity_is_the_items_at_0_and_one_step_lower_at_1(severity: Any, points: int, gap: Any):
    one = found(one_item(points, severity))[KEY]
    assert (one.severity, one.points, one.title, one.merged) == (gap, points, "REL-02 Title of REL-02", ())


def test_an_item_at_2_or_not_applicable_is_no_gap():
    assert found(one_item(2)) == {}
    item = make_item("REL-02", MAJOR)
    assert found(make_facts(make_checklist(item), dossiers=[Dossier(item, "reliability", votes=(make_na(),))])) == {}


def test_a_claimed_2_is_a_gap():
    item = make_item("REL-02")
    facts = make_facts(make_checklist(item), points={"REL-02": 2})
    bare = Dossier(item, "reliability", votes=facts.dossiers["REL-02"].votes)
    assert found(make_facts(make_checklist(item), dossiers=[bare]))[KEY].points == 1


def test_undecided_items_are_gaps_only_when_frozen():
    assert found(one_item(None)) == {}
    one = found(one_item(None), frozen=True)[KEY]
    assert (one.severity, one.points) == (BLOCKER, None)
    assert judge(one_item(None), AS_OF).found_gaps == ()


@pytest.mark.parametrize("points", [0, 1, None])
def test_a_live_waiver_is_an_accepted_risk(points: int | None):
    assert found(one_item(points, waiver=make_waiver(TOMORROW)))[KEY].accepted_until == TOMORROW
    expired = found(one_item(points, waiver=make_waiver(YESTERDAY)))
    assert KEY not in expired or expired[KEY].accepted_until is None


def test_a_waiver_on_a_met_item_is_moot():
    assert found(one_item(2, waiver=make_waiver())) == {}


def test_items_outside_the_depth_are_outside_every_gap():
    deep = make_item("REL-09", depth=Depth.FULL)
    assert found(make_facts(make_checklist(deep), points={"REL-09": 0}), frozen=True) == {}


@pytest.mark.parametrize(
    ("result", "required", "severity"),
    [
        (Result.FAIL, True, BLOCKER),
        (Result.MISSING, True, BLOCKER),
        (Result.CHANGED, True, BLOCKER),
        (Result.INCONCLUSIVE, True, MAJOR),
        (Result.FAIL, False, MAJOR),
        (Result.MISSING, False, MAJOR),
        (Result.PASS, True, None),
    ],
)
def test_a_gate_row_that_is_not_pass(result: Result, required: bool, severity: Any):
    row = make_row(make_rule("hit_rate", tags=("high_risk",), required=required), result)
    gaps = found(make_facts(gate=make_outcome(row)))
    assert {key: gap.severity for key, gap in gaps.items()} == (
        {"gate/hit_rate@high_risk": severity} if severity else {}
    )


@pytest.mark.parametrize(
    ("severity", "gap"), [(Sev.SEV1, BLOCKER), (Sev.SEV2, MAJOR), (Sev.SEV3, MINOR), (Sev.SEV4, MINOR)]
)
def test_open_incident_actions(severity: Sev, gap: Any):
    actions = (Action(1, "rotate keys", owner="ben", due=TOMORROW), Action(2, "add alert", done=AS_OF))
    for incident in (make_incident(7, severity, actions=actions), closed_incident(7, severity, actions=actions)):
        (one,) = found(make_facts(incidents=(incident,))).values()
        assert (one.key, one.severity, one.owner, one.due) == ("incident/7/1", gap, "ben", TOMORROW)


def test_the_most_severe_come_first():
    items = [make_item("A", MINOR), make_item("B", BLOCKER), make_item("C", MAJOR)]
    facts = make_facts(make_checklist(*items), points={"A": 0, "B": 0, "C": 0})
    assert [key[-1] for key in found(facts)] == ["B", "C", "A"]


# --- same_as


def grouped(points: dict[str, int | None], **known: Any) -> Facts:
    """REL-01 + REL-02 = DEP-02, each declared once, as the shipped checklists do."""
    reliability = make_checklist(make_item("REL-01"), make_item("REL-02", same_as=("DEP-02",)))
    deployment = make_checklist(make_item("DEP-02", MAJOR, same_as=("REL-01",)), id="deployment")
    facts = make_facts(reliability, deployment, points=points)
    return make_facts(reliability, deployment, points=points, dossiers=[
        scored(facts.dossiers[item_id].item, points.get(item_id, 2), facts.dossiers[item_id].checklist_id, **more)
        for item_id, more in known.items()
    ])  # fmt: skip


FIRST = "item/reliability/REL-01"


def test_a_group_is_one_gap_under_the_first_key_with_the_highest_severity_and_the_lowest_points():
    (one,) = found(grouped({"REL-01": 1, "REL-02": 2, "DEP-02": 0})).values()
    assert (one.key, one.severity, one.points) == (FIRST, MAJOR, 0)
    assert one.merged == (FIRST, "item/deployment/DEP-02")


def test_the_key_stays_while_members_come_and_go():
    (one,) = found(grouped({"DEP-02": 0})).values()
    assert (one.key, one.title, one.merged) == (FIRST, "DEP-02 Title of DEP-02", ("item/deployment/DEP-02",))


def test_a_group_is_accepted_only_if_all_of_it_is_until_the_first_expiry():
    points: dict[str, int | None] = {"REL-01": 0, "DEP-02": 0}
    half = grouped(points, **{"REL-01": {"waiver": make_waiver(TOMORROW)}})
    assert found(half)[FIRST].accepted_until is None
    whole = {"REL-01": {"waiver": make_waiver(TOMORROW)}, "DEP-02": {"waiver": make_waiver()}}
    assert found(grouped(points, **whole))[FIRST].accepted_until == TOMORROW


def test_a_group_holds_both_ways_and_through_a_third():
    facts = grouped({})
    three = ("REL-01", "REL-02", "DEP-02")
    assert groups(facts.checklists, Depth.COURSE) == dict.fromkeys(three, three)


def test_a_member_that_is_not_in_the_review_is_no_member():
    item: Item = make_item("REL-03", same_as=("DEP-01",))
    assert groups([make_checklist(item)], Depth.COURSE) == {"REL-03": ("REL-03",)}


def test_a_groups_gap_is_settled_once_all_of_it_is():
    assert settled(grouped({}))[FIRST] is GapState.VERIFIED
    for points in ({"DEP-02": 1}, {"DEP-02": None}):
        assert FIRST not in settled(grouped(points))


# --- settled


def test_what_settles_a_gap():
    assert settled(one_item(2)) == {KEY: GapState.VERIFIED, "gate/faithfulness": GapState.VERIFIED}
    for points in (0, 1, None):
        assert KEY not in settled(one_item(points))
    item = make_item("REL-02", MAJOR)
    away = make_facts(make_checklist(item), dossiers=[Dossier(item, "reliability", votes=(make_na(),))])
    assert settled(away)[KEY] is GapState.CLOSED
    done = make_incident(7, actions=(Action(1, "x", done=AS_OF), Action(2, "y")))
    actions = settled(make_facts(incidents=(done,)))
    assert actions["incident/7/1"] is GapState.CLOSED
    assert "incident/7/2" not in actions


# --- merge


def merged(stored: list[Gap], *gaps: FoundGap, **changes: Any) -> dict[str, Gap]:
    fields: dict[str, Any] = {"settled": {}, "review_id": 2, "as_of": AS_OF}
    return {gap.key: gap for gap in merge({gap.key: gap for gap in stored}, gaps, **(fields | changes))}


@pytest.mark.parametrize(("severity", "days"), [(BLOCKER, 7), (MAJOR, 21), (MINOR, 60)])
def test_a_new_gap_is_due_by_severity_and_nobodys(severity: Any, days: int):
    one = merged([], FoundGap(KEY, "title", severity))[KEY]
    assert one == Gap(KEY, "title", severity, "", AS_OF + timedelta(days=days), GapState.OPEN, AS_OF, 2, (2,))
    assert DEFAULT_POLICY.gap_days(severity) == days


def test_a_new_gap_keeps_its_sources_owner_and_date():
    one = merged([], FoundGap("incident/7/1", "t", MAJOR, owner="ben", due=YESTERDAY), default_owner="ana")
    assert (one["incident/7/1"].owner, one["incident/7/1"].due) == ("ben", YESTERDAY)
    assert merged([], FoundGap(KEY, "t", MAJOR), default_owner="ana")[KEY].owner == "ana"


@pytest.mark.parametrize("state", [GapState.OPEN, GapState.IN_PROGRESS, GapState.CLAIMED_DONE, GapState.REOPENED])
@pytest.mark.parametrize("due", [YESTERDAY, TOMORROW, None])
def test_the_next_review_updates_the_same_gap(state: GapState, due: date | None):
    old = make_gap(KEY, state=state, due=due, severity=BLOCKER)
    one = merged([old], FoundGap(KEY, "new title", MINOR))[KEY]
    assert (one.title, one.severity, one.reviews, one.first_review) == ("new title", MINOR, (1, 2), 1)
    assert (one.due, one.due_changes, one.state, one.owner, one.created) == (due, (), state, "ben", old.created)
    assert merged([one], FoundGap(KEY, "new title", MINOR))[KEY] == one


@pytest.mark.parametrize("state", GapState)
@pytest.mark.parametrize("end", [GapState.VERIFIED, GapState.CLOSED])
def test_only_a_live_gap_is_verified_or_closed(state: GapState, end: GapState):
    one = merged([make_gap(KEY, state=state)], settled={KEY: end})[KEY]
    assert one.state is (end if state.live else state)
    assert one.reviews == (1,)


def test_what_a_review_says_nothing_about_stays():
    old = make_gap(KEY)
    assert merged([old]) == {KEY: old}


@pytest.mark.parametrize("state", [GapState.VERIFIED, GapState.CLOSED])
def test_found_again_it_is_reopened_and_only_a_kept_promise_gets_a_new_date(state: GapState):
    ahead = merged([make_gap(KEY, state=state, due=TOMORROW)], FoundGap(KEY, "t", MAJOR))[KEY]
    assert (ahead.state, ahead.due, ahead.due_changes) == (GapState.REOPENED, TOMORROW, ())
    past = merged([make_gap(KEY, state=state, due=YESTERDAY)], FoundGap(KEY, "t", MAJOR))[KEY]
    assert (past.state, past.due) == (GapState.REOPENED, AS_OF + timedelta(days=21))
    assert past.due_changes == ("2026-11-22 -> 2026-12-14 by reopening",)


def test_a_live_waiver_accepts_and_its_end_reopens():
    risk = FoundGap(KEY, "t", BLOCKER, accepted_until=TOMORROW)
    assert merged([], risk)[KEY].state is GapState.ACCEPTED
    accepted = merged([make_gap(KEY, state=GapState.CLAIMED_DONE)], risk)[KEY]
    assert accepted.state is GapState.ACCEPTED
    assert merged([accepted], FoundGap(KEY, "t", BLOCKER))[KEY].state is GapState.REOPENED
    assert merged([accepted], settled={KEY: GapState.VERIFIED})[KEY].state is GapState.VERIFIED


def test_a_marked_case_or_trace_is_never_closed_by_a_rule():
    marked = make_gap("trace/t1", marked=True)
    assert merged([marked], settled={"trace/t1": GapState.VERIFIED})["trace/t1"] == marked


def test_a_gap_moves_to_its_groups_first_key_with_its_history():
    old = make_gap("item/deployment/DEP-02", due=TOMORROW, evidence="link")
    both = merged([old], FoundGap(FIRST, "t", MAJOR, merged=(FIRST, "item/deployment/DEP-02")))
    new, left = both[FIRST], both["item/deployment/DEP-02"]
    assert (new.owner, new.due, new.created, new.reviews) == ("ben", TOMORROW, old.created, (1, 2))
    assert (left.state, left.evidence) == (GapState.CLOSED, f"link; continued as {FIRST}")


def test_of_several_siblings_the_oldest_gap_goes_on():
    """Whoever promised first is asked first, whichever of the keys comes first."""
    deployment, operations = "item/deployment/DEP-02", "item/operations/OPS-04"
    stored = [
        make_gap(deployment, owner="late", created=YESTERDAY),
        make_gap(operations, owner="early", created=YESTERDAY - timedelta(days=30)),
    ]
    all_three = merged(stored, FoundGap(FIRST, "t", MAJOR, merged=(FIRST, deployment, operations)))
    assert (all_three[FIRST].owner, all_three[FIRST].created) == ("early", stored[1].created)
    assert all_three[operations].state is GapState.CLOSED
    assert all_three[deployment] == stored[0]


@pytest.mark.parametrize("state", [GapState.VERIFIED, GapState.CLOSED])
def test_a_date_that_is_today_has_not_passed_when_its_gap_is_reopened(state: GapState):
    today = merged([make_gap(KEY, state=state, due=AS_OF)], FoundGap(KEY, "t", MAJOR))[KEY]
    assert (today.state, today.due, today.due_changes) == (GapState.REOPENED, AS_OF, ())
