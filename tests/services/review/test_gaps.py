"""The closing list: what somebody marks by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Action, Sev
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import gaps
from tests.conftest import NOW

TODAY = NOW.date()


@pytest.mark.parametrize(("severity", "days"), [("blocker", 7), ("major", 21), ("minor", 60)])
def test_a_marked_gap_is_due_by_its_severity_and_its_markers(desk: Desk, severity: str, days: int) -> None:
    gap = gaps.mark(desk, "trace", "t1", "Answers in the wrong language", Severity(severity))
    assert (gap.owner, gap.created, gap.due) == ("ana", TODAY, TODAY + timedelta(days=days))
    assert load(desk).gaps["trace/t1"] == gap


def test_a_case_is_marked_once_while_its_gap_lives_and_again_once_it_is_closed(desk: Desk) -> None:
    gaps.mark(desk, "case", "c1", "Refund twice")
    with pytest.raises(ReadinessError, match="case c1 is a gap already: Refund twice"):
        gaps.mark(desk, "case", "c1", "Refund three times")
    gaps.unmark(desk, "case/c1")
    assert load(desk).gaps["case/c1"].state is GapState.CLOSED
    gaps.mark(desk, "case", "c1", "Refund three times")
    again = load(desk).gaps["case/c1"]
    assert (again.state, again.title) == (GapState.OPEN, "Refund three times")


def test_only_what_a_person_may_say_of_a_gap_is_taken(desk: Desk) -> None:
    gaps.mark(desk, "case", "c1", "Refund twice")
    for state in (GapState.VERIFIED, GapState.ACCEPTED, GapState.CLOSED, GapState.REOPENED):
        with pytest.raises(ReadinessError, match="not by hand"):
            gaps.set_state(desk, "case/c1", state)
    with pytest.raises(ReadinessError, match="There is no gap case/c2"):
        gaps.set_owner(desk, "case/c2", "ben")
    gaps.set_due(desk, "case/c1", None)
    gaps.set_due(desk, "case/c1", TODAY)
    gap = load(desk).gaps["case/c1"]
    assert (gap.due, gap.due_changes) == (TODAY, ("2026-12-15 -> none by ana", "none -> 2026-11-24 by ana"))


def test_the_action_behind_a_gap_is_begun_and_done_with_it_and_no_such_gap_closes_by_hand(desk: Desk) -> None:
    number = edit.create(desk, "Refund booked twice", Sev.SEV3).number
    action = edit.put_action(desk, number, Action(0, "Add a key to the booking"))
    key = f"incident/{number}/{action}"
    for state, begun, done in (
        (GapState.IN_PROGRESS, True, None),
        (GapState.OPEN, False, None),
        (GapState.CLAIMED_DONE, False, TODAY),
    ):
        gaps.set_state(desk, key, state)
        (now,) = edit.get(desk, number).actions
        assert (now.in_progress, now.done) == (begun, done)
        if state is GapState.OPEN:
            with pytest.raises(ReadinessError, match="marked by hand"):
                gaps.unmark(desk, key)
            assert load(desk).gaps[key].state.live
