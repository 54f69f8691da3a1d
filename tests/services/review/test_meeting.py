"""What a meeting does in one step: whose the vote is, who sees to what, what was decided, and what a freeze asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.decision import Topic
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.preview import preview_vote
from readiness_tui.reports.decisions import decisions_markdown
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, gaps, history, meeting, people, reviews, scorecard
from readiness_tui.services.review.decisions import decisions
from readiness_tui.services.review.freezing import freeze_question
from readiness_tui.services.review.promises import promise, saw
from readiness_tui.services.review.remarks import record
from tests.conftest import NOW

DAY = date(2026, 12, 8)


def as_ben(desk: Desk) -> Desk:
    return replace(desk, who="ben", cache={})


def votes(desk: Desk, item: str) -> dict[str, int | None]:
    return {vote.reviewer: vote.points for vote in load(desk).dossier(item).votes}


# Who sees to it


def test_an_initial_is_the_person_and_an_unknown_name_is_asked_about_once(desk: Desk) -> None:
    meeting.set_attendees(desk, "ana, Grace, greta, GRACE")
    assess.score(desk, ["REL-02"], 1)
    key = load(desk).workings.gap_keys["REL-02"]
    gaps.set_owner(desk, key, " b ")
    assert load(desk).gaps[key].owner == "ben"  # a reviewer, who is not here
    with pytest.raises(ReadinessError, match="“g” is Grace or greta: type the name"):
        gaps.set_owner(desk, key, "g")
    gaps.set_owner(desk, key, "GRACE")
    assert load(desk).gaps[key].owner == "Grace"
    gaps.set_condition(desk, f"item/{key}", owner="grece", due=DAY)
    promise(desk, ["OBS-01"], owner="grece")
    promise(desk, ["OBS-02"], owner="hugo")
    asked = {one.name: one for one in people.strangers(desk)}
    assert (asked["grece"].like, asked["hugo"].like) == ("Grace", "")
    people.settle_names(desk, {"grece": "Grace", "hugo": "hugo"})
    assert people.strangers(desk) == ()
    assert {gap.owner for gap in load(desk).gaps.values()} == {"Grace", "hugo"}
    promise(desk, ["OBS-02"], owner="h")  # known from now on
    assert load(desk).gaps[load(desk).workings.gap_keys["OBS-02"]].owner == "hugo"


def test_a_voter_whom_nobody_knows_is_asked_about_with_the_owners(desk: Desk) -> None:
    """What a misspelt reviewer voted becomes theirs; where both spellings voted, it is said which stands."""
    meeting.set_attendees(desk, "ana, ben")
    bem = replace(desk, who="bem", cache={})
    assess.score(bem, ["OBS-01", "OBS-02"], 1)
    assess.score(as_ben(desk), ["OBS-02"], 2)
    promise(desk, ["OBS-03"], owner="bem")
    (asked,) = people.strangers(desk)
    assert (asked.name, asked.like, asked.voted, len(asked.owns)) == ("bem", "ben", 2, 1)
    assert any("Nobody here is called bem (voted and owns something)" in line for line in freeze_question(desk))
    (merged,) = people.settle_names(desk, {"bem": "ben"})
    assert merged.startswith("OBS-02: ")
    assert people.strangers(desk) == ()
    assert votes(desk, "OBS-01") == {"ben": 1}
    reviews.set_people(desk, observers=["olga"])
    assess.score(replace(desk, who="ogla", cache={}), ["OBS-01"], 1)
    with pytest.raises(ReadinessError, match="observers do not vote"):
        people.settle_names(desk, {"ogla": "olga"})
    people.settle_names(desk, {"ogla": "ogla"})  # somebody all the same
    assert people.strangers(desk) == ()


def test_a_typist_of_a_room_in_which_each_has_voted_is_told_that_nothing_changes(desk: Desk) -> None:
    room = ("ana", "ben")
    for who in room:
        assess.score(replace(desk, who=who, cache={}), ["OBS-01"], 1)
    guest = replace(desk, who="guest", cache={})
    before = history.log(desk, limit=1)
    assert assess.voters(guest, "OBS-01", room) == ()
    for act in (
        lambda: assess.score(guest, ["OBS-02", "OBS-01"], 2, room=room),
        lambda: assess.score(guest, ["OBS-01"], None, room=room),
        lambda: assess.not_applicable(guest, "OBS-01", "not ours", room=room),
    ):
        with pytest.raises(ReadinessError, match="Everybody in the room has typed a vote of their own on OBS-01"):
            act()
    assert history.log(desk, limit=1) == before
    assess.score(guest, ["OBS-02"], 2, room=room)
    assert votes(desk, "OBS-02") == {"ana": 2, "ben": 2}


def test_a_promise_does_not_go_over_what_somebody_agreed_on_meanwhile(desk: Desk) -> None:
    """Of many items too, of one that nobody had decided, and from the line of the evidence."""
    base = saw(load(desk), ["OBS-01", "OBS-02"])
    promise(as_ben(desk), ["OBS-01"], owner="ben", due=DAY)
    kept = promise(desk, ["OBS-01", "OBS-02"], owner="ana", base=base)
    assert kept is not None
    assert (kept.value, kept.title) == ("ana", "owner of the gap OBS-01")
    view = load(desk)
    owners = {item: view.gaps[view.workings.gap_keys[item]].owner for item in ("OBS-01", "OBS-02")}
    assert owners == {"OBS-01": "ben", "OBS-02": "ana"}
    late = record(desk, ["OBS-01"], "https://example.org/log @ana +3", base=base)
    assert late.rival is not None
    assert load(desk).gaps[view.workings.gap_keys["OBS-01"]].owner == "ben"


def test_an_undecided_blocker_has_owner_and_date_and_the_vote_finds_its_gap(desk: Desk) -> None:
    """The gap is made early, under the key that the freeze gives it; a vote of 2 with evidence verifies it."""
    assert load(desk).gaps == {}
    promise(desk, ["REL-02", "OBS-01"], owner="ben", due=DAY)
    view = load(desk)
    key = view.workings.gap_keys["REL-02"]
    gap = view.gaps[key]
    assert (gap.owner, gap.due, gap.state, gap.due_changes) == ("ben", DAY, GapState.OPEN, ())
    flips = {flip.item_id: (flip.owner, flip.due) for flip in view.judgement.flips}
    assert flips["REL-02"] == ("ben", DAY)
    assert view.judgement.undecided == len(view.judgement.standings)

    assess.score(desk, ["REL-02"], 0)
    assert (load(desk).gaps[key].owner, load(desk).gaps[key].due) == ("ben", DAY)
    promise(desk, ["REL-02"], due=DAY + timedelta(days=7))  # somebody owned it: that is a slip
    assert load(desk).gaps[key].due_changes == ("2026-12-08 -> 2026-12-15 by ana",)

    record(desk, ["OBS-01"], "https://example.org/log")
    assess.score(desk, ["OBS-01"], 2)
    own = load(desk).workings.gap_keys["OBS-01"]
    assert load(desk).gaps[own].state is GapState.VERIFIED
    with pytest.raises(ReadinessError, match="OBS-01 is met or does not apply"):
        promise(desk, ["OBS-01"], owner="ben")


def test_a_first_agreed_day_is_no_slip(desk: Desk) -> None:
    assess.score(desk, ["OBS-02"], 1)  # the rule gives the gap its day
    promise(desk, ["OBS-02"], owner="ben", due=date(2027, 2, 1))
    gap = load(desk).gaps[load(desk).workings.gap_keys["OBS-02"]]
    assert (gap.due, gap.due_changes) == (date(2027, 2, 1), ())


def test_one_line_takes_evidence_owner_and_day(desk: Desk) -> None:
    assess.score(desk, ["OBS-01", "OBS-02"], 1)
    record(desk, ["OBS-01", "OBS-02"], "https://example.org/log @b +14")
    view = load(desk)
    for item in ("OBS-01", "OBS-02"):
        gap = view.gaps[view.workings.gap_keys[item]]
        assert [piece.ref for piece in view.dossier(item).evidence] == ["https://example.org/log"]
        assert (gap.owner, gap.due) == ("ben", DAY)
    # A name that is two people's saves nothing at all.
    meeting.set_attendees(desk, "mia, max")
    with pytest.raises(ReadinessError, match="mia or max"):
        record(desk, ["OBS-01"], "https://example.org/other @m")
    assert len(load(desk).dossier("OBS-01").evidence) == 1
    # Enter alone names the proposed owner where there is none.
    record(desk, ["OBS-01"], "", owner="mia")
    assert load(desk).gaps[view.workings.gap_keys["OBS-01"]].owner == "ben"
    # What cannot be kept is said.
    assess.score(desk, ["OBS-01"], 2)
    assert "is met" in record(desk, ["OBS-01"], "https://example.org/more @mia").remark


# Whose the vote is


def test_the_vote_of_the_room_leaves_a_vote_that_somebody_typed(desk: Desk) -> None:
    reviews.set_people(desk, add=["chloe"])
    assess.score(as_ben(desk), ["REL-02"], 0)
    review = reviews.people(desk)
    assert meeting.room(desk, review, ()) == ()  # nobody said who is here
    assert meeting.room(desk, review, ("ben", "chloe")) == ()  # the typist is not among them
    room = meeting.room(desk, review, ("Chloe", "guest", "ANA", "ben"))
    assert room == ("ana", "ben", "chloe")
    assess.score(desk, ["REL-02", "OBS-01"], 2, room=room)
    assert votes(desk, "REL-02") == {"ana": 2, "ben": 0, "chloe": 2}
    assert votes(desk, "OBS-01") == {"ana": 2, "ben": 2, "chloe": 2}
    assert history.log(desk, limit=1)[0].what == "score REL-02, OBS-01: 2, the room: ana, ben, chloe"
    assess.score(desk, ["REL-02", "OBS-01"], 1, room=room)  # what the room gave, the room changes
    assert votes(desk, "REL-02") == {"ana": 1, "ben": 0, "chloe": 1}
    assert votes(desk, "OBS-01") == {"ana": 1, "ben": 1, "chloe": 1}
    with pytest.raises(ReadinessError, match="guest is no reviewer here"):
        assess.score(desk, ["OBS-01"], 1, room=["ana", "guest"])
    reviews.set_blind(desk, True)
    assert meeting.room(desk, reviews.people(desk), ("ana", "ben")) == ()
    with pytest.raises(ReadinessError, match="each person types their own"):
        assess.score(desk, ["OBS-01"], 2, room=room)


def test_the_typist_takes_the_room_vote_back_and_nobody_else_does(desk: Desk) -> None:
    reviews.set_people(desk, add=["chloe"])
    assess.score(desk, ["REL-02"], 1, room=("ana", "ben", "chloe"))
    given = history.log(desk, limit=1)[0].id
    with pytest.raises(ReadinessError, match="only ana takes back"):
        history.undo(as_ben(desk), given)
    history.undo(desk, given)
    assert votes(desk, "REL-02") == {}


def test_an_observer_types_for_those_who_are_here_and_has_no_vote(desk: Desk) -> None:
    reviews.set_people(desk, observers=["olga"])
    olga = replace(desk, who="olga", cache={})
    review = reviews.people(desk)
    assert meeting.room(olga, review, ("ana", "ben")) == ()  # she is not here herself
    room = meeting.room(olga, review, ("olga", "ben"))
    assert room == ("ben",)
    assess.score(olga, ["REL-02"], 1, room=room)
    assert votes(desk, "REL-02") == {"ben": 1}
    history.undo(olga, history.log(olga, limit=1)[0].id)
    assert votes(desk, "REL-02") == {}


def test_what_a_score_would_do_is_said_of_the_whole_room(desk: Desk) -> None:
    reviews.set_people(desk, add=["chloe"])
    assess.score(as_ben(desk), ["REL-02"], 1)
    room = ("ana", "ben", "chloe")
    assess.score(desk, ["REL-02"], 0, room=room)
    together = assess.voters(desk, "REL-02", room)
    assert together == ("ana", "chloe")
    told = preview_vote(load(desk).workings, "ana", "REL-02", 2, together)
    assess.score(desk, ["REL-02"], 2, room=room)
    assert told.standing.counts == load(desk).judgement.standings["REL-02"].counts == 1


def test_a_vote_is_copied_to_the_items_of_the_same_gap(desk: Desk) -> None:
    record(desk, ["DEP-01"], "https://example.org/roles")
    with pytest.raises(ReadinessError, match="no vote of yours"):
        assess.copy_to(desk, "DEP-01", ["REL-03"])
    assess.score(desk, ["DEP-01"], 2)
    assess.copy_to(desk, "DEP-01", ["REL-03"], room=("ana", "ben"))
    assess.copy_to(desk, "DEP-01", ["REL-03"])  # again: the evidence is there already
    assert votes(desk, "REL-03") == {"ana": 2, "ben": 2}
    assert len(load(desk).dossier("REL-03").evidence) == 1


def test_a_blocker_gets_no_zero_unseen(sample_desk: Desk) -> None:
    view = load(sample_desk)
    assert view.proposals["REL-03"].points == 0
    both = assess.acceptance(view, ["REL-03", "OBS-01"])
    assert (dict(both.votes).keys(), both.left_out) == ({"OBS-01"}, ("REL-03",))
    assert assess.accept(sample_desk, ["REL-03", "OBS-01"]) == ("OBS-01",)
    assert votes(sample_desk, "REL-03") == {"ben": 2}
    with pytest.raises(ReadinessError, match="changed meanwhile"):
        assess.accept(sample_desk, ["REL-03"], shown={"REL-03": 2})  # what was shown is not what it would vote
    assert assess.accept(sample_desk, ["REL-03"]) == ("REL-03",)  # looked at by itself
    assert votes(sample_desk, "REL-03")["ana"] == 0


# What was decided


def test_decisions_since_the_meeting_began(desk: Desk) -> None:
    assess.score(desk, ["OBS-03"], 1)  # before it
    begun = meeting.open_meeting(desk)
    assert decisions(desk, load(desk), begun) == ()
    assess.score(desk, ["OBS-01"], 1)
    record(desk, ["OBS-01"], "https://example.org/log @b 8 Dec")
    assess.score(desk, ["OBS-02"], 2)
    history.undo(desk, history.log(desk, limit=1)[0].id)  # a slip of the finger is no decision
    promise(desk, ["REL-02"], owner="ben", due=DAY)
    promise(desk, ["REL-02"], owner="ben", due=DAY, deferred=True)  # as agreed before: put off all the same
    assess.waive(desk, "REL-04", "known | risk", "ana", DAY)
    desk.clock = lambda: NOW + timedelta(hours=2, minutes=59)
    assert meeting.open_meeting(desk) == begun  # opened again, it goes on
    found = decisions(desk, load(desk), begun)
    assert [(one.topic, one.about, one.owner, one.due) for one in found] == [
        (Topic.SCORE, "OBS-01", "ben", DAY),
        (Topic.WAIVER, "REL-04", "", load(desk).gaps["item/reliability/REL-04"].due),
        (Topic.DEFERRED, "REL-01", "ben", DAY),
    ]
    written = decisions_markdown("Decided: bot 1", DAY, found)
    assert (
        "## Put off\n\n- [ ] **REL-01** Timeout and retry policies are explicit (with REL-02, DEP-02) · ben" in written
    )
    assert "until 2026-12-08, approved by ana: known \\| risk" in written
    desk.clock = lambda: NOW + timedelta(hours=3)
    assert meeting.open_meeting(desk).since > begun.since
    assert "Nothing was decided." in decisions_markdown(
        "x", DAY, decisions(desk, load(desk), meeting.open_meeting(desk))
    )


# The freeze


def test_the_freeze_says_who_signs_and_what_becomes_of_the_rest(desk: Desk) -> None:
    assess.score(desk, ["OBS-01"], 1)
    assess.score(as_ben(desk), ["OBS-01"], 0)
    scorecard.dissent(desk, "ben", "too early")
    reviews.set_people(desk, add=["chloe"])
    said = "\n".join(freeze_question(desk))
    assert "bot 1 closes as NO-GO" in said
    assert "Signed by who voted: ana, ben.\nWithout a vote: chloe." in said
    assert "ben disagrees: too early\nReviewers differ, and no consensus is recorded: OBS-01." in said
    left = len(load(desk).judgement.standings) - 1
    assert f"{left} undecided items become gaps: OBS-02," in said
    assert f"and {left - 6} more." in said
    reviews.set_blind(desk, True)
    with pytest.raises(ReadinessError, match="Reveal them first"):
        freeze_question(desk)
    reviews.reveal(desk)
    scorecard.freeze(desk)
    with pytest.raises(ReadinessError, match="frozen on 24 Nov 2026 already"):
        freeze_question(desk)


def test_what_was_shown_needs_one_of_those_present(desk: Desk) -> None:
    meeting.set_attendees(desk, "ana, ben, guest")
    record(desk, ["OBS-01"], "the alert, live", kind=EvidenceKind.SHOWN, witness="g")
    assert load(desk).dossier("OBS-01").evidence[0].witness == "guest"
