"""Last time's votes in the next review: beside each item, counting for nothing until somebody confirms them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from readiness_tui.domain.checklists.assessment import Assurance, EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, carry, history, reviews, scorecard
from tests.conftest import NOW

LINK = "https://example.org/notes"


def _items(desk: Desk, *, blocker: bool = False) -> list[str]:
    """Of the first checklist."""
    section = load(desk).facts.checklists[0]
    return [item.id for item in section.at(load(desk).review.depth) if (item.severity.value == "blocker") is blocker]


def _next(desk: Desk, days: int = 14) -> None:
    scorecard.freeze(desk)
    desk.clock = lambda: NOW + timedelta(days=days)
    history.next_review(desk, "2")


def test_last_time_counts_for_nothing_until_it_is_confirmed_and_keeps_the_date_of_its_evidence(desk: Desk) -> None:
    first, second = _items(desk)[:2]
    assess.attach(desk, [first], EvidenceKind.URL, LINK)
    assess.score(desk, [first], 2)
    assess.note(desk, first, "see the notes")
    assess.score(desk, [second], 1)
    _next(desk)

    before = load(desk)
    last = carry.last_time(desk)
    assert {item: last[item].word for item in last} == {first: "2 met", second: "1 partial"}
    assert (last[first].note, last[first].evidence[0].ref, last[first].release) == ("see the notes", LINK, "1")
    assert not any(standing.decided for standing in before.judgement.standings.values())
    assert [before.dossier(item).evidence + before.dossier(item).votes for item in (first, second)] == [(), ()]

    carry.confirm(desk, [first])
    now = load(desk)
    standing, dossier = now.judgement.standings[first], now.dossier(first)
    assert (standing.points, standing.assurance) == (2, Assurance.EVIDENCED)
    assert (dossier.note, dossier.evidence[0].at, dossier.votes[0].at) == ("see the notes", NOW, desk.now())
    assert dossier.votes[0].carried_from == last[first].review_id
    assert not now.judgement.standings[second].decided
    with pytest.raises(ReadinessError, match=f"You have voted on {first}"):
        carry.confirm(desk, [first])
    with pytest.raises(ReadinessError, match="Last time says nothing"):
        carry.confirm(desk, [_items(desk)[3]])


def test_each_confirms_their_own_vote_and_whoever_had_none_where_the_item_stood(desk: Desk) -> None:
    item = _items(desk)[0]
    for who, points in (("ana", 1), ("ben", 0)):
        desk.who = who
        assess.score(desk, [item], points)
    _next(desk)
    for who, points in (("ana", 1), ("ben", 0), ("zoe", 0)):
        desk.who = who
        carry.confirm(desk, [item])
        assert next(vote.points for vote in load(desk).dossier(item).votes if vote.reviewer == who) == points
    assert load(desk).judgement.standings[item].points == 0


def test_a_section_is_confirmed_together_but_for_what_somebody_has_to_look_at(desk: Desk) -> None:
    plain, other, old, touched = _items(desk)[:4]
    blocker = _items(desk, blocker=True)[0]
    desk.clock = lambda: NOW - timedelta(days=80)
    assess.attach(desk, [old], EvidenceKind.URL, LINK)
    desk.clock = lambda: NOW
    assess.attach(desk, [plain], EvidenceKind.URL, LINK)
    assess.score(desk, [plain, other, old, touched, blocker], 1)
    _next(desk)
    made = edit.create(desk, "wrong tool called", Sev.SEV3)
    edit.classify(desk, made.number, None, touched)
    assess.score(desk, [other], 0)

    done = carry.confirm_section(desk, load(desk).facts.checklists[0].id)
    assert done.items == (plain,)
    said = {one.item_id: "; ".join(one.reasons) for one in done.left}
    assert said.keys() == {blocker, old, touched}
    assert said[blocker].startswith("it is a blocker")
    assert "is 94 days old" in said[old]
    assert said[touched] == "touched by INC-1"
    assert load(desk).dossier(plain).votes[0].together
    assert load(desk).dossier(other).votes[0].points == 0
    line = next(line for line in scorecard.current_card(desk).sections[0].items if line.id == plain)
    assert line.carried == "carried, confirmed together by ana"
    with pytest.raises(ReadinessError, match="nothing of last time waits"):
        carry.confirm_section(desk, load(desk).facts.checklists[1].id)
    # A vote of its own is no confirmation any more.
    assess.score(desk, [plain], 1)
    assert load(desk).dossier(plain).votes[0].carried_from is None


def test_of_a_review_that_is_not_frozen_the_votes_stand_there_without_what_proofs_said(desk: Desk) -> None:
    item, claimed = _items(desk)[:2]
    assess.attach(desk, [item], EvidenceKind.URL, LINK)
    assess.score(desk, [item, claimed], 2)
    history.next_review(desk, "2")
    last = carry.last_time(desk)
    assert {one: (last[one].word, last[one].proof) for one in last} == {
        item: ("2 met", None),
        claimed: ("1 partial", None),  # as it counted: nothing was attached
    }
    carry.confirm(desk, [item, claimed])
    assert [load(desk).judgement.standings[one].points for one in (item, claimed)] == [2, 1]
    with pytest.raises(ReadinessError, match="no checklist reliabilty"):
        carry.confirm_section(desk, "reliabilty")


def test_of_votes_that_were_never_revealed_each_has_their_own_vote_and_note_alone(desk: Desk) -> None:
    item, other = _items(desk)[:2]
    ben = replace(desk, who="ben", cache={})
    reviews.set_blind(desk, True)
    for who, points in ((desk, 1), (ben, 0)):
        assess.score(who, [item], points)
        assess.note(who, item, f"{who.who} says {points}")
    assess.score(ben, [other], 0)
    history.next_review(desk, "2")
    for who, points in ((desk, 1), (replace(desk, who="ben", cache={}), 0)):
        last = carry.last_time(who)
        assert [(vote.reviewer, vote.points) for vote in last[item].votes] == [(who.who, points)]
        assert (last[item].points, last[item].note) == (points, f"{who.who} says {points}")
    assert other not in carry.last_time(desk)


def test_nothing_waits_for_an_observer(desk: Desk) -> None:
    item = _items(desk)[0]
    assess.score(desk, [item], 1)
    reviews.set_people(desk, observers=["olga"])
    history.next_review(desk, "2")
    olga = replace(desk, who="olga", cache={})
    assert carry.open_items(load(desk), carry.last_time(desk)) == [item]
    assert carry.open_items(load(olga), carry.last_time(olga)) == []
