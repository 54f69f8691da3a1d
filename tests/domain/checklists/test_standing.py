"""What an item counts: every sentence of scoring.md's "Item", "Probe" and "Several reviewers"."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from readiness_tui.domain.checklists.assessment import Assurance, Consensus, Dossier, EvidenceKind, Override, Standing
from readiness_tui.domain.checklists.model import ProbeKind
from readiness_tui.domain.checklists.standing import item_standing
from tests.domain.build import (
    AS_OF,
    MAJOR,
    TOMORROW,
    YESTERDAY,
    make_evidence,
    make_item,
    make_na,
    make_proposal,
    make_review,
    make_vote,
    make_waiver,
)

CLAIMED, EVIDENCED, PROVEN = Assurance.CLAIMED, Assurance.EVIDENCED, Assurance.PROVEN


def standing(*votes: Any, review: Any = None, viewer: str = "", item: Any = None, **known: Any) -> Standing:
    dossier = Dossier(item or make_item(), "reliability", votes=votes, **known)
    return item_standing(dossier, review=review or make_review(), as_of=AS_OF, viewer=viewer)


def test_no_vote_is_undecided_and_counts_0():
    one = standing()
    assert (one.points, one.counts, one.decided, one.in_sum, one.word) == (None, 0, False, True, "undecided")


def test_a_vote_taken_back_is_undecided():
    assert not standing(make_vote(None)).decided


@pytest.mark.parametrize(("given", "counts"), [(0, 0), (1, 1), (2, 1)])
def test_claimed_counts_at_most_1_and_the_vote_is_kept(given: int, counts: int):
    one = standing(make_vote(given))
    assert (one.points, one.vote, one.assurance) == (counts, given, CLAIMED)


@pytest.mark.parametrize(
    ("evidence", "lifts"),
    [
        (make_evidence(EvidenceKind.URL), True),
        (make_evidence(EvidenceKind.PATH), True),
        (make_evidence(EvidenceKind.RUN), True),
        (make_evidence(EvidenceKind.TRACE), True),
        (make_evidence(EvidenceKind.INCIDENT), True),
        (make_evidence(EvidenceKind.URL, ref="  "), False),
        (make_evidence(EvidenceKind.DRILL), False),
        (make_evidence(EvidenceKind.DRILL, dated=AS_OF), True),
        (make_evidence(EvidenceKind.DRILL, dated=TOMORROW), False),
        (make_evidence(EvidenceKind.SHOWN), False),
        (make_evidence(EvidenceKind.SHOWN, witness="ana"), False),
        (make_evidence(EvidenceKind.SHOWN, witness=" Ana "), False),
        (make_evidence(EvidenceKind.SHOWN, witness="ben"), True),
    ],
)
def test_evidence_lifts_a_claimed_2(evidence: Any, lifts: bool):
    one = standing(make_vote(2), evidence=(evidence,))
    assert (one.points, one.assurance) == ((2, EVIDENCED) if lifts else (1, CLAIMED))


@pytest.mark.parametrize(
    ("vote", "proposal", "points", "assurance"),
    [
        (2, make_proposal(2, PROVEN), 2, PROVEN),
        (2, make_proposal(2, PROVEN, ProbeKind.FACT), 2, PROVEN),
        (2, make_proposal(2, EVIDENCED), 2, EVIDENCED),
        (1, make_proposal(1, PROVEN, ProbeKind.FACT), 1, PROVEN),
        (1, make_proposal(2, PROVEN), 1, CLAIMED),  # the proposal is for another vote
        (0, make_proposal(0, PROVEN), 0, EVIDENCED),
        (2, make_proposal(None, EVIDENCED, ProbeKind.SUPPORT), 2, EVIDENCED),
        (2, make_proposal(None, None, ProbeKind.SUPPORT), 1, CLAIMED),  # no figure yet
        (2, make_proposal(None, None, ProbeKind.REFUTE), 1, CLAIMED),  # a scan without a hit never raises
        (2, make_proposal(2, PROVEN, ProbeKind.REFUTE), 1, CLAIMED),
    ],
)
def test_what_a_probe_does_to_a_vote(vote: int, proposal: Any, points: int, assurance: Assurance):
    one = standing(make_vote(vote), proposal=proposal)
    assert (one.points, one.assurance, one.conflict) == (points, assurance, False)


def test_a_proposal_is_not_a_vote():
    assert standing(proposal=make_proposal(2, PROVEN)).points is None


@pytest.mark.parametrize("kind", [ProbeKind.SHARE, ProbeKind.FACT, ProbeKind.REFUTE])
def test_a_proposal_below_the_vote_is_a_conflict_and_counts(kind: ProbeKind):
    one = standing(make_vote(2), evidence=(make_evidence(),), proposal=make_proposal(0, EVIDENCED, kind))
    assert (one.points, one.vote, one.conflict, one.word) == (0, 2, True, "conflict")


def test_an_override_holds_until_the_data_changes():
    known = {"evidence": (make_evidence(),), "override": Override("REL-02", "ana", "sampling bug", "d1")}
    held = standing(make_vote(2), proposal=make_proposal(1, digest="d1"), **known)
    assert (held.points, held.conflict, held.overridden) == (2, False, True)
    changed = standing(make_vote(2), proposal=make_proposal(1, digest="d2"), **known)
    assert (changed.points, changed.conflict, changed.overridden) == (1, True, False)


def test_an_override_is_no_evidence():
    override = Override("REL-02", "ana", "sampling bug", "d1")
    assert standing(make_vote(2), proposal=make_proposal(0), override=override).points == 1


def test_not_applicable_leaves_the_sums_where_it_has_a_reason_and_is_allowed():
    major = make_item("REL-05", MAJOR)
    assert not standing(make_na(), item=major).in_sum
    assert standing(make_na(), item=major).decided
    assert not standing(make_na(reason=" "), item=major).decided
    assert not standing(make_na(), item=make_item("REL-05", MAJOR, na_allowed=False)).decided


def test_a_blocker_waits_for_a_second_person():
    for confirmed_by in ("", "ana", " ANA"):
        one = standing(make_na(), na_confirmed_by=confirmed_by)
        assert (one.applicable, one.na_awaiting, one.decided) == (True, True, False)
    one = standing(make_na(), na_confirmed_by="ben")
    assert (one.applicable, one.na_awaiting, one.decided) == (False, False, True)
    assert not standing(make_na("ana"), make_na("ben")).applicable  # two people said so


@pytest.mark.parametrize("reviewers", [(), ("ana",), ("ana", "Ana ")])
def test_a_lone_reviewers_not_applicable_is_enough(reviewers: tuple[str, ...]):
    one = standing(make_na(), review=make_review(reviewers=reviewers))
    assert (one.applicable, one.na_awaiting, one.decided) == (False, False, True)


@pytest.mark.parametrize(
    ("points", "expires", "waived"),
    [(0, AS_OF, True), (1, TOMORROW, True), (None, AS_OF, True), (2, TOMORROW, False), (0, YESTERDAY, False)],
)
def test_a_waiver_is_inclusive_moot_at_2_and_never_raises(points: int | None, expires: Any, waived: bool):
    votes = () if points is None else (make_vote(points),)
    one = standing(*votes, evidence=(make_evidence(),), waiver=make_waiver(expires))
    assert (one.points, one.waived) == (points, waived)


# --- several reviewers


BLIND = make_review(blind=True)


def test_before_the_reveal_shared_outputs_hide_and_my_screen_shows_mine():
    votes = (make_vote(1, "ana"), make_vote(0, "ben"))
    shared = standing(*votes, review=BLIND)
    assert (shared.points, shared.vote, shared.spread, shared.agreed) == (None, None, 0, True)
    mine = standing(*votes, review=BLIND, viewer="ana")
    assert (mine.points, mine.vote, mine.spread, mine.agreed) == (1, 1, 0, True)
    assert standing(*votes, review=BLIND, viewer="chloe").points is None


def test_a_consensus_says_nothing_before_the_reveal():
    agreed = Consensus("REL-02", 0, False, "ana", "talked it over")
    assert standing(make_vote(1, "ben"), review=BLIND, viewer="ben", consensus=agreed).points == 1


@pytest.mark.parametrize("review", [make_review(blind=True, revealed=True), make_review()])
def test_in_the_open_the_lowest_effective_vote_stands_with_its_assurance(review: Any):
    votes = (make_vote(2, "ana"), make_vote(1, "ben"), make_vote(2, "chloe"))
    for order in permutations(votes):
        one = standing(*order, review=review, proposal=make_proposal(2, PROVEN))
        assert (one.points, one.vote, one.assurance, one.spread, one.agreed) == (1, 1, CLAIMED, 1, False)


def test_the_conflict_is_that_of_the_vote_that_stands():
    one = standing(make_vote(2, "ana"), make_vote(1, "ben"), evidence=(make_evidence(),), proposal=make_proposal(1))
    assert (one.points, one.vote, one.conflict) == (1, 1, False)


def test_points_beside_not_applicable_are_the_lowest_points():
    one = standing(make_na("ana"), make_vote(2, "ben"), make_vote(1, "chloe"), evidence=(make_evidence(),))
    assert (one.points, one.applicable, one.agreed, one.spread) == (1, True, False, 1)
    assert not standing(make_na("ana"), make_vote(2, "ben")).agreed


def test_unanimous_votes_agree():
    one = standing(make_vote(1, "ana"), make_vote(1, "ben"))
    assert (one.agreed, one.spread) == (True, 0)


def test_a_consensus_replaces_the_lowest_vote_and_still_needs_evidence():
    votes = (make_vote(2, "ana"), make_vote(0, "ben"))
    agreed = Consensus("REL-02", 2, False, "chloe", "ben saw the drill")
    bare = standing(*votes, consensus=agreed)
    assert (bare.points, bare.vote, bare.spread, bare.agreed) == (1, 2, 2, False)
    assert standing(*votes, consensus=agreed, evidence=(make_evidence(),)).points == 2


def test_a_consensus_of_not_applicable_needs_two_people_on_a_blocker():
    away = Consensus("REL-02", None, True, "ana", "no side effects")
    assert standing(make_vote(1, "ana"), consensus=away).na_awaiting
    assert not standing(make_na("ben"), make_vote(1, "ana"), consensus=away).applicable
    assert not standing(make_vote(1, "ana"), consensus=away, na_confirmed_by="ben").applicable
    major = make_item("REL-05", MAJOR)
    assert not standing(make_vote(1, "ana"), item=major, consensus=away).applicable
