"""Who promises what by when, and when a promise is no longer one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from readiness_tui.domain.verdict.gap import GapState, StoredCondition
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Condition, Judgement, Verdict
from tests.domain.build import (
    AS_OF,
    BLOCKER,
    MAJOR,
    YESTERDAY,
    make_checklist,
    make_facts,
    make_gap,
    make_item,
    make_outcome,
    make_review,
    make_waiver,
    met,
    scored,
)

KEY = "item/reliability/REL-02"


def days(number: int) -> date:
    return AS_OF + timedelta(days=number)


def partial(severity: Any = BLOCKER, points: int | None = 1, *, waiver: Any = None, **changes: Any) -> Judgement:
    item = make_item("REL-02", severity)
    beside = [make_item(f"REL-1{n}") for n in range(9)]
    facts = make_facts(
        make_checklist(item, *beside), met(*[BLOCKER] * 9), dossiers=[scored(item, points, waiver=waiver)], **changes
    )
    return judge(facts, AS_OF)


def the(judgement: Judgement, key: str = KEY) -> Condition:
    return next(condition for condition in judgement.conditions if condition.key == key)


def test_without_gap_or_waiver_it_is_the_review_owners_in_21_days():
    one = judge(make_facts(met(), gate=make_outcome(registered=False)), AS_OF)
    assert (the(one, "gate/lock").owner, the(one, "gate/lock").due) == ("ana", days(21))
    undecided = the(partial(MAJOR, None))
    assert (undecided.owner, undecided.due) == ("ana", days(21))


@pytest.mark.parametrize(("severity", "points", "due"), [(BLOCKER, 1, 21), (MAJOR, 0, 21), (MAJOR, 1, 60)])
def test_a_gap_that_has_no_row_yet_brings_the_date_it_will_get(severity: Any, points: int, due: int):
    assert the(partial(severity, points)).due == days(due)


def test_its_gaps_owner_and_date_come_first():
    gaps = [make_gap(KEY, owner="ben", due=days(3))]
    assert (the(partial(gaps=gaps)).owner, the(partial(gaps=gaps)).due) == ("ben", days(3))


def test_a_gap_without_an_owner_leaves_it_to_the_waiver_then_to_the_review():
    gaps = [make_gap(KEY, owner="")]
    assert the(partial(gaps=gaps)).owner == "ana"
    assert the(partial(gaps=gaps, waiver=make_waiver(approver="chloe"))).owner == "chloe"


@pytest.mark.parametrize(("gap_due", "expires", "due"), [(3, 5, 3), (5, 3, 3)])
def test_due_is_the_earlier_of_gap_and_waiver(gap_due: int, expires: int, due: int):
    one = partial(gaps=[make_gap(KEY, due=days(gap_due))], waiver=make_waiver(days(expires)))
    assert the(one).due == days(due)


@pytest.mark.parametrize("state", [GapState.VERIFIED, GapState.CLOSED])
def test_a_gap_that_was_closed_brings_no_date_from_its_past(state: GapState):
    one = partial(gaps=[make_gap(KEY, state=state, due=YESTERDAY)])
    assert (the(one).due, one.verdict) == (days(21), Verdict.CONDITIONS)


def test_a_stored_row_wins():
    row = StoredCondition(KEY, "dan", days(2))
    one = the(partial(gaps=[make_gap(KEY)], conditions=[row], waiver=make_waiver(days(1))))
    assert (one.owner, one.due, one.problem) == ("dan", days(2), "")


@pytest.mark.parametrize(
    ("row", "problem", "ends"),
    [
        (StoredCondition(KEY, "", days(2)), "no owner", {"owner"}),
        (StoredCondition(KEY, "dan", None), "no date", {"due"}),
        (StoredCondition(KEY, "dan", YESTERDAY), "overdue", {"due"}),
        (StoredCondition(KEY, " ", None), "no owner, no date", {"owner", "due"}),
        (StoredCondition(KEY, "dan", AS_OF), "", set()),
    ],
)
def test_only_a_cleared_owner_or_date_or_a_past_date_makes_it_no_go(row: StoredCondition, problem: str, ends: set[str]):
    one = partial(conditions=[row])
    assert the(one).problem == problem
    assert one.verdict is (Verdict.NO_GO if problem else Verdict.CONDITIONS)
    no_go = {cause.key for cause in one.causes if cause.verdict is Verdict.NO_GO}
    assert no_go == {f"condition/{KEY}/{end}" for end in ends}


def test_a_past_gap_date_makes_the_condition_no_go():
    assert partial(gaps=[make_gap(KEY, due=YESTERDAY)]).verdict is Verdict.NO_GO


def test_a_review_without_an_owner_has_conditions_without_one():
    assert the(partial(review=make_review(owner=""))).problem == "no owner"


@pytest.mark.parametrize("waived", [False, True])
@pytest.mark.parametrize("points", [0, 1])
def test_the_row_is_found_again_whatever_state_the_item_is_in(waived: bool, points: int):
    row = StoredCondition(KEY, "dan", days(2))
    one = partial(MAJOR, points, conditions=[row], waiver=make_waiver() if waived else None)
    assert the(one).owner == "dan"


def test_conditions_are_listed_under_a_no_go_too():
    one = partial(gate=make_outcome(ran=False, rows=()))
    assert one.verdict is Verdict.NO_GO
    assert [condition.key for condition in one.conditions] == [KEY]
