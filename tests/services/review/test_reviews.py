"""Opening a review: who holds it, with which checklists, and what blind voting allows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.review import DEFAULT_CHECKLISTS
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import target
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history, reviews
from readiness_tui.tui.screens.checklists import item_text
from tests.conftest import NOW

OWN = """\
id: own
title: Our own
version: "1"
items:
  - {id: OWN-91, title: First, why: a, evidence: b, improve: c, severity: major, depth: course}
"""


def test_whoever_opens_a_review_owns_it_votes_and_leads_unless_others_are_named(empty_desk: Desk) -> None:
    made = reviews.new_review(empty_desk, system=" bot ", release=" 1 ")
    assert (made.system, made.release, made.held_on) == ("bot", "1", NOW.date())
    assert (made.owner, made.reviewers, made.facilitator) == ("ana", ("ana",), "ana")
    assert made.checklists == tuple(DEFAULT_CHECKLISTS)
    made = reviews.new_review(
        empty_desk, system="bot", release="2", owner=" chloe ", reviewers=("ben ", "", "ana", "ben"), facilitator="dan"
    )
    assert (made.owner, made.reviewers, made.facilitator) == ("chloe", ("ben", "ana"), "dan")


@pytest.mark.parametrize(("system", "release", "words"), [(" ", "1", "Which system"), ("bot", "", "Which release")])
def test_a_review_needs_a_system_and_a_release(empty_desk: Desk, system: str, release: str, words: str) -> None:
    with pytest.raises(ReadinessError, match=words):
        reviews.new_review(empty_desk, system=system, release=release)
    assert target.all_headings(empty_desk) == []


def test_a_folder_brings_its_own_checklists_and_no_others(empty_desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "checklists"
    folder.mkdir()
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    some = DEFAULT_CHECKLISTS[:1]
    assert reviews.new_review(empty_desk, system="bot", release="1", checklists=some, folders=[folder]).checklists == (
        *some, "own",
    )  # fmt: skip
    reviews.set_checklists(empty_desk, ["own"])  # kept with the review: the folder is not asked again
    assert [item.id for item in load(empty_desk).items] == ["OWN-91"]
    with pytest.raises(ReadinessError, match="There is no checklist other"):
        reviews.set_checklists(empty_desk, ["other"])


def test_a_consensus_waits_for_the_reveal_and_is_the_facilitators(desk: Desk) -> None:
    item = load(desk).items[0].id
    reviews.set_blind(desk, True)
    assess.score(desk, [item], 0)
    with pytest.raises(ReadinessError, match="Reveal them before"):
        assess.agree(desk, item, 1, "we looked at it together")
    reviews.reveal(desk)
    assess.agree(desk, item, 1, "we looked at it together")
    assert load(desk).judgement.standings[item].vote == 1
    desk.who = "ben"
    with pytest.raises(ReadinessError, match="the facilitator's to record: ana"):
        assess.agree(desk, item, 0, "I think otherwise")


def test_blind_votes_and_an_older_consensus_are_seen_by_nobody_else_before_the_reveal(desk: Desk) -> None:
    item = load(desk).items[0].id
    assess.score(desk, [item], 0)
    assess.agree(desk, item, 1, "we looked at it together")
    reviews.set_blind(desk, True)
    mine = load(desk)
    assert [vote.points for vote in mine.dossier(item).votes] == [0]
    assert "your vote alone" in item_text.detail(mine, mine.judgement.standings[item], mine.dossier(item), None).plain
    assert load(desk, shared=True).dossier(item).votes == ()
    desk.who = "zoe"
    theirs = load(desk)
    shown = item_text.detail(theirs, theirs.judgement.standings[item], theirs.dossier(item), None).plain
    assert (theirs.dossier(item).votes, theirs.dossier(item).consensus) == ((), None)
    assert "VOTES" not in shown
    assert "your vote" not in shown
    desk.who = "ana"
    reviews.reveal(desk)
    assert (
        "VOTES     ana 0 · consensus 1 by ana: we looked at it together"
        in item_text.detail(load(desk), load(desk).judgement.standings[item], load(desk).dossier(item), None).plain
    )


def test_the_day_that_one_review_is_pinned_to_is_not_the_next_ones(empty_desk: Desk) -> None:
    pinned = NOW.date() - timedelta(days=30)
    reviews.new_review(empty_desk, system="bot", release="1", as_of=pinned)
    history.next_review(empty_desk, "2")
    assert (load(empty_desk).review.as_of, load(empty_desk).as_of) == (None, NOW.date())
