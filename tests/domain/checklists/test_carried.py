"""What a confirmation of last time votes, and which items a person has to look at one by one."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Consensus, Dossier, Vote
from readiness_tui.domain.checklists.carried import (
    OLD_EVIDENCE_DAYS,
    LastTime,
    carried_text,
    confirming_vote,
    looked_at_alone,
)
from readiness_tui.domain.checklists.standing import item_standing
from tests.domain.build import (
    AS_OF,
    MAJOR,
    make_evidence,
    make_item,
    make_na,
    make_proposal,
    make_review,
    make_vote,
)
from tests.domain.strategies import dossiers

NOW = datetime.combine(AS_OF, time(9), UTC)
ITEM = make_item("A-1", MAJOR)


def last(**known) -> LastTime:
    return LastTime(ITEM, 1, "2026.11", **({"points": 2, "proof": ""} | known))


def alone(was: LastTime, now: Dossier | None = None, incidents: tuple[str, ...] = ()) -> str:
    return "; ".join(looked_at_alone(was, now or Dossier(ITEM, "observability"), incidents, AS_OF))


def aged(days: int, **changes):
    return make_evidence(at=NOW - timedelta(days=days), **changes)


@pytest.mark.parametrize(
    ("was", "who", "points"),
    [
        ({"points": 0, "votes": (make_vote(2), make_vote(0, "ben"))}, "ana", 2),
        ({"points": 0, "votes": (make_vote(2), make_vote(0, "ben"))}, " BEN", 0),
        ({"points": 0, "votes": (make_vote(2), make_vote(0, "ben"))}, "chloe", 0),
        (
            {"points": 1, "votes": (make_vote(2),), "consensus": Consensus("A-1", 1, False, "ana", "agreed")},
            "ana",
            1,
        ),
    ],
)
def test_a_confirmation_votes_what_one_voted_then_or_agreed_to_else_where_the_item_stood(was, who, points):
    vote = confirming_vote(last(**was), who, NOW, together=True)
    assert vote == Vote("A-1", who, points, at=NOW, carried_from=1, together=True)


def test_what_did_not_apply_is_confirmed_with_its_reason_and_what_nobody_decided_not_at_all():
    na = last(points=None, not_applicable="no such part", votes=(make_na(),))
    assert [(v.na, v.na_reason, v.points) for who in ("ana", "ben") if (v := confirming_vote(na, who, NOW))] == [
        (True, "no such part", None)
    ] * 2
    assert confirming_vote(last(points=None), "ana", NOW) is None


@given(st.data())
def test_who_confirms_what_they_alone_said_stands_where_they_stood(data):
    then = data.draw(dossiers(ITEM))
    then = Dossier(ITEM, "o", votes=tuple(v for v in then.votes if v.reviewer == "ana"), evidence=then.evidence)
    review = make_review(reviewers=("ana",))
    stood = item_standing(then, review=review, as_of=AS_OF)
    reason = next((vote.na_reason for vote in then.votes if vote.na), "")
    was = last(points=stood.points, not_applicable="" if stood.applicable else reason, votes=then.votes)
    vote = confirming_vote(was, "ana", NOW)
    now = Dossier(ITEM, "o", votes=() if vote is None else (vote,), evidence=then.evidence)
    assert item_standing(now, review=review, as_of=AS_OF) == stood


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ({}, {}, ""),
        ({"evidence": (aged(OLD_EVIDENCE_DAYS),)}, {}, ""),
        ({"evidence": (aged(OLD_EVIDENCE_DAYS + 1),)}, {}, "is 91 days old"),
        ({"evidence": (aged(1, dated=AS_OF - timedelta(days=120)),)}, {}, "is 120 days old"),
        ({"evidence": (make_evidence(),)}, {}, "nobody knows from when"),
        ({"proof": "d1"}, {"proposal": make_proposal(2)}, ""),
        ({"proof": "d0"}, {"proposal": make_proposal(2)}, "rests on other data"),
        ({"proof": "d0"}, {}, "says nothing now"),
        ({"proof": ""}, {"proposal": make_proposal(2)}, "did not last time"),
        ({"proof": None}, {"proposal": make_proposal(2)}, "was not kept"),
        ({"proof": None}, {}, ""),
        ({"votes": (make_vote(2), make_vote(2, "ben"))}, {}, ""),
        ({"votes": (make_vote(2), make_vote(0, "ben"))}, {}, "votes differed"),
    ],
)
def test_why_an_item_is_looked_at_by_itself(was, now, words):
    said = alone(last(**was), Dossier(ITEM, "observability", **now))
    assert words in said
    assert bool(said) == bool(words)


def test_blockers_reworded_items_and_those_an_incident_touched_are_looked_at():
    blocker = make_item("A-1")
    assert alone(LastTime(blocker, 1, "1", 2, proof=""), Dossier(blocker, "o")) == "it is a blocker"
    assert "worded or weighed otherwise" in alone(last(), Dossier(make_item("A-1", MAJOR, title="Other"), "o"))
    assert alone(last(), incidents=("INC-1", "INC-7")) == "touched by INC-1, INC-7"


def test_it_is_said_who_confirmed_and_how():
    votes = [
        Vote("i", "ana", 2, carried_from=1, together=True),
        Vote("i", "ben", 2, carried_from=1),
        Vote("i", "zoe", 2, carried_from=1, together=True),
        Vote("i", "dan", 2),
    ]
    assert carried_text(votes) == "carried, confirmed by ben; confirmed together by ana, zoe"
    assert carried_text(votes[:1]) == "carried, confirmed together by ana"
    assert carried_text(votes[3:]) == ""
