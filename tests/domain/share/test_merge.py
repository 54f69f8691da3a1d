"""What becomes of an answer beside what the file holds by now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from readiness_tui.domain.checklists.assessment import Vote
from readiness_tui.domain.share.bundle import ItemAnswer
from readiness_tui.domain.share.merge import MergeOutcome, merged_note, merged_vote

EARLY, LATE = (datetime(2026, 11, day, 9, tzinfo=UTC) for day in (24, 25))


def vote(points: int | None, at: datetime = EARLY, reason: str = "") -> Vote:
    return Vote("OBS-01", "chloe", points, na=bool(reason), na_reason=reason, at=at)


def weighed(
    before: Vote | None, now: Vote | None, here: Vote | None, *, steps: tuple[Vote, ...] = (), reworded: bool = False,
    overwrite: bool = False,
) -> MergeOutcome:  # fmt: skip
    said = ItemAnswer("OBS-01", "d", before, steps, now)
    return merged_vote(said, here, reworded=reworded, overwrite=overwrite).outcome


@pytest.mark.parametrize(
    ("before", "now", "here", "outcome"),
    [
        (None, vote(2), None, MergeOutcome.TAKEN),
        (None, vote(2), vote(2, LATE), MergeOutcome.SAME),
        (None, vote(2), vote(1), MergeOutcome.CONFLICT),
        (vote(1), vote(2), vote(1), MergeOutcome.TAKEN),
        (vote(1), vote(2), None, MergeOutcome.CONFLICT),  # taken back here meanwhile
        (vote(1), None, vote(1), MergeOutcome.TAKEN),  # taken back there
        (vote(1), None, None, MergeOutcome.SAME),
        (None, vote(None, reason="no tools"), vote(None, reason="no tools at all"), MergeOutcome.CONFLICT),
        (None, vote(None, reason="no tools"), vote(None, reason="no tools"), MergeOutcome.SAME),
        (None, vote(0), vote(None), MergeOutcome.TAKEN),  # what is stored without points is no vote
    ],
)
def test_a_vote_replaces_only_what_the_bundle_had(
    before: Vote | None, now: Vote | None, here: Vote | None, outcome: MergeOutcome
) -> None:
    assert weighed(before, now, here) is outcome
    asked = weighed(before, now, here, overwrite=True)
    assert asked is (MergeOutcome.TAKEN if outcome is MergeOutcome.CONFLICT else outcome)


def test_a_later_answer_replaces_what_an_earlier_one_brought() -> None:
    first, second = vote(1, EARLY), vote(2, LATE)
    assert weighed(None, second, first, steps=(first, second)) is MergeOutcome.TAKEN
    elsewhere = replace(first, at=LATE)  # the same points, given here at another moment
    assert weighed(None, second, elsewhere, steps=(first, second)) is MergeOutcome.CONFLICT


def test_an_older_answer_does_not_replace_a_newer_one() -> None:
    first, second = vote(1, EARLY), vote(2, LATE)
    assert weighed(None, first, second, steps=(first,)) is MergeOutcome.CONFLICT


def test_points_for_an_older_wording_are_asked_about() -> None:
    assert weighed(None, vote(2), None, reworded=True) is MergeOutcome.CONFLICT
    assert weighed(None, vote(2), vote(2), reworded=True) is MergeOutcome.SAME


@pytest.mark.parametrize(
    ("saw", "here", "new", "own", "outcome"),
    [
        ("", "", "fine", False, MergeOutcome.TAKEN),
        ("a", "a", "b", False, MergeOutcome.TAKEN),
        ("a", "c", "b", False, MergeOutcome.BESIDE),
        ("a", "c", "b", True, MergeOutcome.CONFLICT),
        ("a", "b", "b", False, MergeOutcome.SAME),
        ("a", "a", "", False, MergeOutcome.TAKEN),
    ],
)
def test_two_notes_are_both_kept(saw: str, here: str, new: str, own: bool, outcome: MergeOutcome) -> None:
    said = ItemAnswer("OBS-01", "d", note_before=saw, note=new)
    assert merged_note(said, here, own=own, overwrite=False).outcome is outcome
