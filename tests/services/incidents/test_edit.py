"""Incidents through their services: what is refused, what a close takes, what a reviewed note does to the review."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Action, ActionState, FailureClass, Incident, NoteStatus, Sev, Written
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.model import Part, Verdict
from readiness_tui.services.core.choices import choose
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.incidents import cases, edit, log
from readiness_tui.services.review import assess, gaps, history, scorecard
from readiness_tui.sources.kit.shipped import shipped_folder
from tests.conftest import NOW
from tests.incident_lines import write_line

CLOSED, IN_REVIEW = 1, 2  # the sample's incidents: a closed sev2, and a sev3 whose note is in review


def opened(desk: Desk, severity: Sev = Sev.SEV1, **values: datetime) -> Incident:
    return edit.create(desk, "Refund booked twice", severity, **values)


# -- as it happens --------------------------------------------------------------------------------------------------


def test_an_open_sev1_is_no_go_and_an_open_sev2_a_condition(sample_desk: Desk) -> None:
    assert load(sample_desk).judgement.parts[Part.INCIDENTS] is Verdict.GO
    made = opened(sample_desk, Sev.SEV2)
    assert (made.name, made.started, made.status) == ("INC-3", NOW, NoteStatus.DRAFT)
    assert load(sample_desk).judgement.parts[Part.INCIDENTS] is Verdict.CONDITIONS
    edit.set_title(sample_desk, made.number, "Refund booked twice", Sev.SEV1)
    assert load(sample_desk).judgement.parts[Part.INCIDENTS] is Verdict.NO_GO


def test_the_open_ones_are_listed_first_then_the_worst(sample_desk: Desk) -> None:
    opened(sample_desk, Sev.SEV4)
    opened(sample_desk, Sev.SEV1)
    assert [incident.number for incident in edit.listed(sample_desk)] == [4, IN_REVIEW, 3, CLOSED]


@pytest.mark.parametrize("title", ["", "  \n"])
def test_an_incident_needs_a_title(sample_desk: Desk, title: str) -> None:
    with pytest.raises(ReadinessError, match="needs a title"):
        edit.create(sample_desk, title, Sev.SEV1)
    assert len(edit.listed(sample_desk)) == 2


def test_nothing_happens_in_the_future(sample_desk: Desk) -> None:
    soon = NOW + timedelta(minutes=1)
    with pytest.raises(ReadinessError, match=r"24 Nov 2026 14:03 UTC, and it is 24 Nov 2026 14:02 UTC"):
        opened(sample_desk, started=soon)
    with pytest.raises(ReadinessError, match="in the future"):
        edit.set_time(sample_desk, IN_REVIEW, "resolved", soon)
    with pytest.raises(ReadinessError, match="in the future"):
        write_line(sample_desk, IN_REVIEW, "the log line is blanked", at=soon)
    assert edit.get(sample_desk, IN_REVIEW).resolved is None


def test_times_are_in_order(sample_desk: Desk) -> None:
    with pytest.raises(ReadinessError, match=r"Resolved .* would be before mitigated \(23 Nov 2026 16:20 UTC\)"):
        edit.set_time(sample_desk, IN_REVIEW, "resolved", datetime(2026, 11, 23, 16, 19, tzinfo=UTC))
    edit.set_time(sample_desk, IN_REVIEW, "resolved", datetime(2026, 11, 23, 16, 20, tzinfo=UTC))
    edit.set_time(sample_desk, IN_REVIEW, "mitigated", None)
    with pytest.raises(ReadinessError, match=r"Acknowledged .* would be before detected"):
        edit.set_time(sample_desk, IN_REVIEW, "detected", NOW)
    with pytest.raises(ReadinessError, match="not a time"):
        edit.set_time(sample_desk, IN_REVIEW, "noticed", NOW)


def test_the_timeline_is_in_the_order_of_its_times(sample_desk: Desk) -> None:
    made = opened(sample_desk, started=NOW - timedelta(hours=2))
    write_line(sample_desk, made.number, "second")
    write_line(sample_desk, made.number, " first ", at=NOW - timedelta(hours=1), source="log")
    timeline = edit.get(sample_desk, made.number).timeline
    assert [(entry.text, entry.source, entry.by) for entry in timeline] == [
        ("first", "log", "ana"),
        ("second", "person", "ana"),
    ]
    with pytest.raises(ReadinessError, match="needs words"):
        write_line(sample_desk, made.number, "  ")
    with pytest.raises(ReadinessError, match="no incident INC-99"):
        write_line(sample_desk, 99, "lost?")


# -- the note -------------------------------------------------------------------------------------------------------


def test_sections_are_written_and_emptied_one_by_one(sample_desk: Desk) -> None:
    before = edit.get(sample_desk, IN_REVIEW).fields
    edit.set_field(sample_desk, IN_REVIEW, "went_well", "The key was revoked within the hour.\n")
    edit.set_field(sample_desk, IN_REVIEW, "harm", "")
    after = edit.get(sample_desk, IN_REVIEW).fields
    assert after == {k: v for k, v in before.items() if k != "harm"} | {
        "went_well": "The key was revoked within the hour."
    }
    with pytest.raises(ReadinessError, match="not a section"):
        edit.set_field(sample_desk, IN_REVIEW, "blame", "ben")


def test_two_texts_of_one_section_are_both_kept_until_somebody_settles_them(sample_desk: Desk) -> None:
    before = edit.get(sample_desk, IN_REVIEW).fields["harm"]
    ben = replace(sample_desk, who="ben")
    assert edit.set_field(sample_desk, IN_REVIEW, "harm", "ana's text", base=before) is None
    kept = edit.set_field(ben, IN_REVIEW, "harm", "ben's text", base=before)
    assert kept is not None
    assert edit.set_field(ben, IN_REVIEW, "harm", "ben's text", base=before) == kept  # saved again, not twice
    assert edit.set_field(ben, IN_REVIEW, "harm", "ana's text", base=before) is None  # the same words: no rival

    found = edit.get(sample_desk, IN_REVIEW)
    assert found.fields["harm"] == "ana's text"
    assert found.written["harm"] == Written("ana", NOW)
    assert found.rivals == (kept,)
    assert (kept.section, kept.text, kept.by, kept.at) == ("harm", "ben's text", "ben", NOW)

    again = edit.settle(ben, IN_REVIEW, kept.id, "both", base="what ben saw before ana wrote")
    assert again is not None  # the stored text moved meanwhile: nothing is lost
    assert [rival.text for rival in edit.get(ben, IN_REVIEW).rivals] == ["both"]
    assert edit.settle(ben, IN_REVIEW, again.id, "ana's and ben's text", base="ana's text") is None
    found = edit.get(ben, IN_REVIEW)
    assert (found.fields["harm"], found.rivals) == ("ana's and ben's text", ())
    with pytest.raises(ReadinessError, match="settled meanwhile"):
        edit.settle(sample_desk, IN_REVIEW, again.id, "late")


def test_a_section_taken_out_while_somebody_writes_it_is_a_rival_too(sample_desk: Desk) -> None:
    before = edit.get(sample_desk, IN_REVIEW).fields["harm"]
    edit.set_field(sample_desk, IN_REVIEW, "harm", "")
    kept = edit.set_field(sample_desk, IN_REVIEW, "harm", "a new text", base=before)
    assert kept is not None
    assert "harm" not in edit.get(sample_desk, IN_REVIEW).fields
    edit.settle(sample_desk, IN_REVIEW, kept.id, kept.text, base="")
    assert edit.get(sample_desk, IN_REVIEW).fields["harm"] == "a new text"


def test_lines_and_actions_of_two_people_never_clash(sample_desk: Desk, sample_db: Path) -> None:
    other = open_desk(sample_db, "ben", clock=lambda: NOW)
    lines, actions = (len(part) for part in (lambda one: (one.timeline, one.actions))(edit.get(other, IN_REVIEW)))
    for desk in (sample_desk, other):
        write_line(desk, IN_REVIEW, f"seen by {desk.who}")
        edit.put_action(desk, IN_REVIEW, Action(0, f"Test of {desk.who}"))
    other.close()
    found = edit.get(sample_desk, IN_REVIEW)
    assert (len(found.timeline), len(found.actions)) == (lines + 2, actions + 2)


def test_a_line_is_changed_or_taken_out_and_undo_brings_it_back(sample_desk: Desk) -> None:
    first = edit.get(sample_desk, IN_REVIEW).timeline[0]
    edit.put_entry(sample_desk, IN_REVIEW, replace(first, text="The key is pasted"))
    changed = edit.get(sample_desk, IN_REVIEW).timeline[0]
    assert (changed.text, changed.uid, changed.by) == ("The key is pasted", first.uid, first.by)
    edit.remove_entry(sample_desk, IN_REVIEW, first.id)
    for gone in (lambda: edit.remove_entry(sample_desk, IN_REVIEW, first.id),
                 lambda: edit.put_entry(sample_desk, IN_REVIEW, first)):  # fmt: skip
        with pytest.raises(ReadinessError, match="no such line"):
            gone()
    history.undo(sample_desk, history.log(sample_desk, limit=1)[0].id)
    assert edit.get(sample_desk, IN_REVIEW).timeline[0] == changed


def test_the_item_that_did_not_hold_is_one_of_the_checklists(sample_desk: Desk) -> None:
    edit.classify(sample_desk, IN_REVIEW, FailureClass.TOOL, "rel-04")
    found = edit.get(sample_desk, IN_REVIEW)
    assert (found.failure_class, found.item_id) == (FailureClass.TOOL, "REL-04")
    with pytest.raises(ReadinessError, match=r"REL-99.*not an item"):
        edit.classify(sample_desk, IN_REVIEW, None, "REL-99")


def test_links_are_added_once_and_replaced_as_a_whole(sample_desk: Desk) -> None:
    edit.link(sample_desk, IN_REVIEW, traces=["trace-0001", "trace-0924"], eval_cases=["case-31"])
    found = edit.get(sample_desk, IN_REVIEW)
    assert (found.traces, found.eval_cases) == (("trace-0924", "trace-0001"), ("case-31",))
    edit.set_links(sample_desk, IN_REVIEW, traces=["trace-0001"], eval_cases=[])
    found = edit.get(sample_desk, IN_REVIEW)
    assert (found.traces, found.eval_cases) == (("trace-0001",), ())
    assert edit.unknown_traces(sample_desk, ["trace-0001", "trace-9999"]) == ("trace-9999",)


@pytest.mark.parametrize(
    ("typed", "meant"), [("sev2", Sev.SEV2), ("SEV1", Sev.SEV1), (" 3 ", Sev.SEV3), ("9", None), ("sev", None), ("", None)]
)  # fmt: skip
def test_a_word_is_chosen_by_any_part_of_it_that_is_its_own(typed: str, meant: Sev | None) -> None:
    if meant:
        assert choose(Sev, typed, "a severity") is meant
    else:
        with pytest.raises(ReadinessError, match="Type sev1, sev2, sev3 or sev4"):
            choose(Sev, typed, "a severity")


# -- actions --------------------------------------------------------------------------------------------------------


def test_an_action_is_a_gap_until_it_is_done(sample_desk: Desk) -> None:
    made = opened(sample_desk)
    edit.put_action(sample_desk, made.number, Action(0, "A refund carries an idempotency key", owner="ben"))
    action = edit.get(sample_desk, made.number).actions[0]
    key = f"incident/{made.number}/{action.id}"
    gap = load(sample_desk).gaps[key]
    assert (gap.owner, gap.due, gap.severity.value, gap.state) == ("ben", date(2026, 12, 1), "blocker", GapState.OPEN)
    edit.finish_action(sample_desk, made.number, action.id, date(2026, 11, 24))
    assert load(sample_desk).gaps[key].state is GapState.CLOSED
    edit.finish_action(sample_desk, made.number, action.id, None)
    assert load(sample_desk).gaps[key].state is GapState.REOPENED


def test_an_action_without_a_date_of_its_own_leaves_its_gap_the_date_it_has(sample_desk: Desk) -> None:
    made = opened(sample_desk)
    number = edit.put_action(sample_desk, made.number, Action(0, "Cap the retries", owner="ben"))
    key = f"incident/{made.number}/{number}"
    edit.begin_action(sample_desk, made.number, number)
    gap = load(sample_desk).gaps[key]
    assert (gap.state, gap.due, gap.due_changes) == (GapState.IN_PROGRESS, date(2026, 12, 1), ())
    edit.put_action(sample_desk, made.number, Action(number, "Cap the retries at 3", owner=" chloe "))
    gap = load(sample_desk).gaps[key]
    assert (gap.owner, gap.due, gap.due_changes) == ("chloe", date(2026, 12, 1), ())


def test_owner_and_date_of_an_action_are_those_of_its_gap(sample_desk: Desk) -> None:
    action = edit.get(sample_desk, IN_REVIEW).actions[0]
    key = f"incident/{IN_REVIEW}/{action.id}"
    edit.put_action(sample_desk, IN_REVIEW, Action(action.id, action.text, owner="chloe", due=date(2026, 12, 8)))
    gap = load(sample_desk).gaps[key]
    assert (gap.owner, gap.due, gap.due_changes) == (
        "chloe",
        date(2026, 12, 8),
        ("2026-12-01 -> 2026-12-08 by ana",),
    )
    gaps.set_owner(sample_desk, key, "deniz")
    gaps.set_due(sample_desk, key, date(2026, 12, 9))
    moved = edit.get(sample_desk, IN_REVIEW).actions[0]
    assert (moved.owner, moved.due) == ("deniz", date(2026, 12, 9))


def test_the_state_of_an_action_is_that_of_its_gap_both_ways(sample_desk: Desk) -> None:
    (action,) = edit.get(sample_desk, IN_REVIEW).actions
    key = f"incident/{IN_REVIEW}/{action.id}"

    def states() -> tuple[ActionState, GapState]:
        return edit.get(sample_desk, IN_REVIEW).actions[0].state, load(sample_desk).gaps[key].state

    edit.begin_action(sample_desk, IN_REVIEW, action.id)
    assert states() == (ActionState.IN_PROGRESS, GapState.IN_PROGRESS)
    gaps.set_state(sample_desk, key, GapState.OPEN)
    assert states() == (ActionState.OPEN, GapState.OPEN)
    gaps.set_state(sample_desk, key, GapState.IN_PROGRESS)
    assert states() == (ActionState.IN_PROGRESS, GapState.IN_PROGRESS)
    gaps.set_state(sample_desk, key, GapState.CLAIMED_DONE)
    assert states() == (ActionState.DONE, GapState.CLOSED)
    assert edit.get(sample_desk, IN_REVIEW).actions[0].done == date(2026, 11, 24)
    edit.begin_action(sample_desk, IN_REVIEW, action.id)
    assert states() == (ActionState.IN_PROGRESS, GapState.REOPENED)

    scorecard.freeze(sample_desk)
    edit.finish_action(sample_desk, IN_REVIEW, action.id, date(2026, 11, 24))
    assert states() == (ActionState.DONE, GapState.CLOSED)


def test_an_action_is_not_done_tomorrow_and_belongs_to_its_incident(sample_desk: Desk) -> None:
    action = edit.get(sample_desk, IN_REVIEW).actions[0]
    with pytest.raises(ReadinessError, match="has not come yet"):
        edit.finish_action(sample_desk, IN_REVIEW, action.id, date(2026, 11, 25))
    with pytest.raises(ReadinessError, match=f"INC-{CLOSED} has no action {action.id}"):
        edit.put_action(sample_desk, CLOSED, action)
    with pytest.raises(ReadinessError, match="one can verify"):
        edit.put_action(sample_desk, IN_REVIEW, Action(0, " "))


def test_an_overdue_action_of_a_sev1_is_no_go(sample_desk: Desk) -> None:
    made = opened(sample_desk, started=NOW - timedelta(hours=1))
    edit.set_time(sample_desk, made.number, "resolved", NOW)
    edit.link(sample_desk, made.number, eval_cases=["case-31"])
    edit.set_status(sample_desk, made.number, NoteStatus.CLOSED)
    edit.put_action(sample_desk, made.number, Action(0, "Idempotency key", owner="ben", due=date(2026, 11, 24)))
    assert load(sample_desk).judgement.parts[Part.INCIDENTS] is Verdict.GO
    assert load(sample_desk, as_of=date(2026, 11, 25)).judgement.parts[Part.INCIDENTS] is Verdict.NO_GO


# -- status ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", [Sev.SEV1, Sev.SEV2])
def test_a_severe_one_closes_with_an_eval_case_or_a_reason(sample_desk: Desk, severity: Sev) -> None:
    made = opened(sample_desk, severity)
    with pytest.raises(ReadinessError, match="not resolved yet"):
        edit.set_status(sample_desk, made.number, NoteStatus.CLOSED, no_eval_reason="hardware")
    edit.set_time(sample_desk, made.number, "resolved", NOW)
    with pytest.raises(ReadinessError, match="linked eval case, or with the reason"):
        edit.set_status(sample_desk, made.number, NoteStatus.CLOSED)
    assert edit.get(sample_desk, made.number).status is NoteStatus.DRAFT
    edit.set_status(sample_desk, made.number, NoteStatus.CLOSED, no_eval_reason="a burnt cable, not the model")
    closed = edit.get(sample_desk, made.number)
    assert (closed.open, closed.closed) == (False, date(2026, 11, 24))
    # Closed with a reason instead of an eval case: a condition for 90 days.
    assert load(sample_desk).judgement.parts[Part.INCIDENTS] is Verdict.CONDITIONS
    edit.link(sample_desk, made.number, eval_cases=["case-31"])
    assert load(sample_desk).judgement.parts[Part.INCIDENTS] is Verdict.GO


def test_lowered_closed_and_raised_again_slips_past_nothing(sample_desk: Desk) -> None:
    def part() -> Verdict:
        return load(sample_desk).judgement.parts[Part.INCIDENTS]

    made = opened(sample_desk, Sev.SEV1)
    assert part() is Verdict.NO_GO
    edit.set_title(sample_desk, made.number, made.title, Sev.SEV3)
    assert part() is Verdict.CONDITIONS  # lowered while it is open: a condition, and no less
    edit.set_time(sample_desk, made.number, "resolved", NOW)
    with pytest.raises(ReadinessError, match="was a sev1: it closes with a linked eval case"):
        edit.set_status(sample_desk, made.number, NoteStatus.CLOSED)
    edit.set_status(sample_desk, made.number, NoteStatus.CLOSED, no_eval_reason="a false alarm")
    closed = edit.get(sample_desk, made.number)
    assert (closed.severity, closed.worst) == (Sev.SEV3, Sev.SEV1)
    assert part() is Verdict.CONDITIONS
    # One that never was severe closes as it is, and is not raised afterwards without what would have closed it.
    mild = opened(sample_desk, Sev.SEV4)
    edit.set_time(sample_desk, mild.number, "resolved", NOW)
    edit.set_status(sample_desk, mild.number, NoteStatus.CLOSED)
    with pytest.raises(ReadinessError, match="is closed, and a sev2 closes only with"):
        edit.set_title(sample_desk, mild.number, mild.title, Sev.SEV2)
    with pytest.raises(ReadinessError, match="is closed, and a sev1 closes only with"):
        log.note_line(sample_desk, mild.number, "/sev1 all of it")
    assert edit.get(sample_desk, mild.number).severity is Sev.SEV4
    edit.link(sample_desk, mild.number, eval_cases=["case-31"])
    edit.set_title(sample_desk, mild.number, mild.title, Sev.SEV2)
    assert edit.get(sample_desk, mild.number).worst is Sev.SEV2


def test_an_eval_case_that_is_linked_is_there_or_said_to_be_missing(sample_desk: Desk, tmp_path: Path) -> None:
    made = opened(sample_desk, Sev.SEV2)
    edit.set_time(sample_desk, made.number, "resolved", NOW)
    with pytest.raises(
        ReadinessError, match=r"case-99: no golden set and no run .* link it as still missing: \?case-99"
    ):
        edit.link(sample_desk, made.number, eval_cases=["case-31", "case-99"])
    assert edit.get(sample_desk, made.number).eval_cases == ()
    edit.link(sample_desk, made.number, eval_cases=["?case-99", "?case-31", " ? "])
    assert edit.get(sample_desk, made.number).eval_cases == ("?case-99", "case-31")
    edit.set_links(sample_desk, made.number, traces=[], eval_cases=["?case-99"])
    with pytest.raises(ReadinessError, match="case-99 is not there yet"):
        edit.set_status(sample_desk, made.number, NoteStatus.CLOSED)
    golden = tmp_path / "more.jsonl"
    golden.write_text('{"id": "case-99", "question": "And now?", "must_include": ["yes"]}\n', encoding="utf-8")
    import_path(sample_desk, golden)
    edit.set_status(sample_desk, made.number, NoteStatus.CLOSED)
    assert edit.get(sample_desk, made.number).proving_cases == ("case-99",)


def test_closing_a_closed_note_again_does_not_move_its_day(sample_desk: Desk) -> None:
    """As whoever adds the reason later does: the ninety days of its condition go on."""
    before, today = edit.get(sample_desk, CLOSED).closed, load(sample_desk).as_of
    assert before is not None
    assert before < today
    edit.set_status(sample_desk, CLOSED, NoteStatus.CLOSED, no_eval_reason="the supplier is gone")
    again = edit.get(sample_desk, CLOSED)
    assert (again.closed, again.no_eval_reason) == (before, "the supplier is gone")
    edit.set_status(sample_desk, CLOSED, NoteStatus.REVIEWED)
    edit.set_status(sample_desk, CLOSED, NoteStatus.CLOSED)  # it was open in between
    assert edit.get(sample_desk, CLOSED).closed == today


@pytest.mark.parametrize("severity", [Sev.SEV3, Sev.SEV4])
def test_a_small_one_closes_without(sample_desk: Desk, severity: Sev) -> None:
    made = opened(sample_desk, severity)
    edit.set_time(sample_desk, made.number, "resolved", NOW)
    edit.set_status(sample_desk, made.number, NoteStatus.CLOSED)
    assert not edit.get(sample_desk, made.number).open


def test_a_closed_note_keeps_its_end_until_it_is_moved_back(sample_desk: Desk) -> None:
    with pytest.raises(ReadinessError, match="Move it back"):
        edit.set_time(sample_desk, CLOSED, "resolved", None)
    edit.set_status(sample_desk, CLOSED, NoteStatus.REVIEWED)
    again = edit.get(sample_desk, CLOSED)
    assert again.open
    assert again.closed is None
    edit.set_time(sample_desk, CLOSED, "resolved", None)
    assert edit.get(sample_desk, CLOSED).resolved is None


def test_a_reviewed_note_reopens_what_did_not_hold(sample_desk: Desk) -> None:
    before = load(sample_desk)
    assert before.judgement.standings["SAF-03"].points == 1
    shown = edit.reopening(sample_desk, IN_REVIEW, NoteStatus.REVIEWED)
    assert shown is not None
    assert shown.items == ("REL-03", "SAF-03")
    assert (shown.before, shown.after) == (before.judgement.verdict, Verdict.NO_GO)
    assert not load(sample_desk).review.frozen_at
    assert load(sample_desk).judgement.standings["SAF-03"].points == 1  # looking changes nothing

    edit.set_status(sample_desk, IN_REVIEW, NoteStatus.REVIEWED)
    after = load(sample_desk)
    for item in shown.items:
        assert not after.judgement.standings[item].decided
        assert after.dossier(item).evidence == before.dossier(item).evidence
        assert after.dossier(item).note == before.dossier(item).note
    assert after.judgement.standings["REL-04"].points == 2  # all others stand as they did
    assert edit.reopening(sample_desk, IN_REVIEW, NoteStatus.CLOSED) is None  # once is enough

    # The votes are in the history, and one undo brings all of it back.
    history.undo(sample_desk, history.log(sample_desk, limit=1)[0].id)
    restored = load(sample_desk)
    assert restored.dossier("REL-03").votes == before.dossier("REL-03").votes
    assert edit.get(sample_desk, IN_REVIEW).status is NoteStatus.IN_REVIEW


def test_going_straight_to_closed_reopens_too(sample_desk: Desk) -> None:
    edit.set_time(sample_desk, IN_REVIEW, "resolved", NOW)
    edit.set_status(sample_desk, IN_REVIEW, NoteStatus.CLOSED)
    assert not load(sample_desk).judgement.standings["SAF-03"].decided


def test_what_held_or_is_undecided_is_not_reopened(sample_desk: Desk) -> None:
    edit.set_status(sample_desk, CLOSED, NoteStatus.IN_REVIEW)
    # EVA-02 is said to be absent and DEP-04 to have held; OBS-06 failed, but nobody has voted on it.
    assert edit.reopening(sample_desk, CLOSED, NoteStatus.REVIEWED) is None
    assess.score(sample_desk, ["OBS-06"], 1)
    found = edit.reopening(sample_desk, CLOSED, NoteStatus.REVIEWED)
    assert found is not None
    assert found.items == ("OBS-06",)


def test_a_frozen_review_keeps_its_votes_while_incidents_go_on(sample_desk: Desk) -> None:
    scorecard.freeze(sample_desk)
    frozen = scorecard.text(sample_desk)
    made = opened(sample_desk, Sev.SEV2)
    write_line(sample_desk, made.number, "seen in production")
    edit.put_action(sample_desk, made.number, Action(0, "Roll back", owner="ben"))
    edit.set_status(sample_desk, IN_REVIEW, NoteStatus.REVIEWED)
    assert load(sample_desk).judgement.standings["SAF-03"].points == 1
    assert scorecard.text(sample_desk) == frozen
    assert len(edit.get(sample_desk, made.number).timeline) == 1

    # The next review finds the action as a gap and the incident as a cause.
    history.next_review(sample_desk, "2026.12", date(2026, 12, 8))
    view = load(sample_desk)
    assert [key for key in view.gaps if key.startswith(f"incident/{made.number}/")]
    assert view.judgement.parts[Part.INCIDENTS] is Verdict.CONDITIONS


def test_every_change_is_in_the_history_under_its_name(sample_desk: Desk) -> None:
    made = opened(sample_desk)
    edit.set_field(sample_desk, made.number, "went_well", "nothing")
    edit.set_time(sample_desk, made.number, "mitigated", NOW)
    said = [change.what for change in history.log(sample_desk, limit=3)]
    assert said == [
        f"INC-{made.number}: mitigated: 24 Nov 2026 14:02 UTC",
        f"INC-{made.number}: went well written",
        "new incident: Refund booked twice (sev1)",
    ]


# -- eval cases -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_trace_becomes_the_skeleton_of_an_eval_case(sample_desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "golden.jsonl"
    file.write_text('{"id": "case-1", "question": "Hi?", "must_include": ["hello"]}', encoding="utf-8")  # no newline
    cases.add_case(sample_desk, IN_REVIEW, "trace-0924", "inc-2-1", file)
    first, second = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(first)["id"] == "case-1"
    case = json.loads(second)
    assert case["id"] == "inc-2-1"
    assert case["question"].strip()
    assert case["tags"] == ["incident", "INC-2"]
    assert edit.get(sample_desk, IN_REVIEW).eval_cases == ("?inc-2-1",)  # in the file, and in no golden set yet

    # The file is still an eval set, and the next case is proposed for it.
    result = import_path(sample_desk, file)[0]
    assert "2 golden cases" in result.summary
    assert not result.rejected
    assert cases.propose_file(sample_desk, tmp_path) == "golden.jsonl"
    assert cases.propose_file(sample_desk, tmp_path / "elsewhere") == cases.NEW_CASES


def test_a_case_whose_adding_was_killed_is_added_by_the_next_try(
    sample_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "golden.jsonl"

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cases, "link", killed)  # after the file, before the database
    with pytest.raises(KeyboardInterrupt):
        cases.add_case(sample_desk, IN_REVIEW, "trace-0924", "inc-2-1", file)
    monkeypatch.undo()
    written = file.read_text(encoding="utf-8")
    cases.add_case(sample_desk, IN_REVIEW, "trace-0924", "inc-2-1", file)
    assert file.read_text(encoding="utf-8") == written
    assert edit.get(sample_desk, IN_REVIEW).eval_cases == ("?inc-2-1",)


def test_a_case_that_another_process_adds_meanwhile_stays(
    sample_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until this one has the writer's lock somebody else may write; after that nobody can."""
    file = tmp_path / "golden.jsonl"
    write = sample_desk.store.write

    def late(*given: object, **how: object):
        monkeypatch.undo()
        file.write_text('{"id": "theirs", "question": "Hi?"}\n', encoding="utf-8")
        return write(*given, **how)

    monkeypatch.setattr(sample_desk.store, "write", late)
    cases.add_case(sample_desk, IN_REVIEW, "trace-0924", "mine", file)
    assert [json.loads(line)["id"] for line in file.read_text(encoding="utf-8").splitlines()] == ["theirs", "mine"]


def test_a_case_carries_neither_secrets_nor_personal_data(sample_desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    question = "I am jane@shop.org, +49 170 1234567, card 4111 1111 1111 1111, key AKIAIOSFODNN7EXAMPLE"
    log.write_text(
        json.dumps(
            {
                "trace_id": "t-1",
                "started_at": "2026-11-24T09:00:00Z",
                "prompt_version": "v1",
                "model": "m",
                "question": question,
                "answer": "Hi",
            }
        )
        + "\n"
    )
    import_path(sample_desk, log)
    cases.add_case(sample_desk, IN_REVIEW, "t-1", "inc-2-9", tmp_path / "set.jsonl")
    case = json.loads((tmp_path / "set.jsonl").read_text(encoding="utf-8"))
    assert case["question"] == ("I am [masked email], [masked phone], card [masked card], key [masked aws-access-key]")


def test_the_shipped_eval_set_is_never_proposed(sample_desk: Desk) -> None:
    sample = shipped_folder("sample_data")
    assert (sample / "golden_set.jsonl").is_file()  # the sample's imports name it
    assert cases.propose_file(sample_desk, sample.parent) == cases.NEW_CASES


@pytest.mark.parametrize(
    ("trace", "case", "name", "says"),
    [
        ("trace-9999", "new", "set.jsonl", "was imported"),
        ("trace-0924", " ", "set.jsonl", "needs an id"),
        ("trace-0924", "case-1", "set.jsonl", "a case case-1 already"),
        ("trace-0924", "new", "set.yaml", "JSON lines"),
        ("trace-0924", "new", "no/such/set.jsonl", "does not exist"),
    ],
)
def test_a_case_that_cannot_be_added_leaves_file_and_incident_alone(
    sample_desk: Desk, tmp_path: Path, trace: str, case: str, name: str, says: str
) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"id": "case-1", "question": "Hi?"}\n', encoding="utf-8")
    with pytest.raises(ReadinessError, match=says):
        cases.add_case(sample_desk, IN_REVIEW, trace, case, tmp_path / name)
    assert file.read_text(encoding="utf-8") == '{"id": "case-1", "question": "Hi?"}\n'
    assert edit.get(sample_desk, IN_REVIEW).eval_cases == ()
