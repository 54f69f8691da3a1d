"""Who may do what: facilitator, reviewer, observer, author, somebody unknown; and nobody takes another's vote back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import locate
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history, mend, people, reviews, roles, scorecard, votes
from readiness_tui.store import assessments
from readiness_tui.tui.screens.checklists.offers import offers
from tests.blind_voting import make_files

ACTS: dict[str, Callable[[Desk], object]] = {
    "vote": lambda desk: assess.score(desk, ["OBS-01"], 1),
    "say it does not apply": lambda desk: assess.not_applicable(desk, "OBS-03", "there is none"),
    "attach evidence": lambda desk: assess.attach(desk, ["OBS-01"], None, "https://wiki.example/x"),
    "write a note": lambda desk: assess.note(desk, "OBS-01", "seen"),
    "record a consensus": lambda desk: assess.agree(desk, "OBS-01", 1, "we looked"),
    "vote blind": lambda desk: reviews.set_blind(desk, True),
    "dissent": lambda desk: scorecard.dissent(desk, desk.who, "too early"),
    "freeze": lambda desk: scorecard.freeze(desk),
}
#: What each may not do; everything else is everybody's.
REFUSED = {
    "ana": set(),  # facilitates
    "ben": {"record a consensus", "vote blind"},
    "deniz": {"record a consensus", "vote blind"},  # an author, who reviews too
    "otto": {"vote", "say it does not apply", "record a consensus", "vote blind"},
    "stranger": {"record a consensus", "vote blind"},
}


@pytest.fixture
def room(desk: Desk) -> Desk:
    reviews.set_people(desk, add=["deniz"], authors=["Deniz"], observers=["otto"])
    return desk


@pytest.mark.parametrize("who", REFUSED)
def test_who_may_do_what(who: str, room: Desk) -> None:
    for name, act in ACTS.items():
        room.who = f" {who.upper()}"
        if name in REFUSED[who]:
            with pytest.raises(ReadinessError, match=r"facilitator|observers do not vote"):
                act(room)
        else:
            act(room)
        if name == "vote blind" and name not in REFUSED[who]:
            reviews.reveal(room)  # a freeze waits for it


def test_with_one_reviewer_there_are_no_roles(empty_desk: Desk) -> None:
    reviews.new_review(empty_desk, system="bot", release="1", reviewers=["Ana "], facilitator="chloe", authors=["ana"])
    with pytest.raises(ReadinessError, match="nobody to hide votes from"):
        reviews.set_blind(empty_desk, True)
    with pytest.raises(ReadinessError, match="nobody to hide votes from"):
        reviews.new_review(empty_desk, system="bot", release="2", blind=True)
    assess.score(empty_desk, ["OBS-01"], 1)
    assess.agree(empty_desk, "OBS-01", 1, "no facilitator is needed")
    assess.not_applicable(empty_desk, "OBS-02", "no model")  # a blocker: nobody has to confirm
    assert not load(empty_desk).judgement.standings["OBS-02"].applicable
    assert "met by authors" not in scorecard.text(empty_desk)
    scorecard.freeze(empty_desk)


def test_blind_voting_ends_by_itself_with_the_last_other_reviewer_unless_they_voted(desk: Desk) -> None:
    reviews.set_blind(desk, True)
    assess.score(desk, ["OBS-01"], 1)
    reviews.set_people(desk, remove=["BEN"])
    assert not load(desk).review.blind
    reviews.set_people(desk, add=["ben"])
    reviews.set_blind(desk, True)
    assess.score(replace(desk, who="ben", cache={}), ["OBS-01"], 0)
    reviews.set_people(desk, remove=["ben"])
    assert load(desk).review.secret
    with pytest.raises(ReadinessError, match="voted blind already"):
        reviews.set_blind(desk, False)
    reviews.reveal(desk)
    assert roles.voted_too(desk) == ("ben",)


def test_nobody_observes_and_votes(desk: Desk) -> None:
    with pytest.raises(ReadinessError, match="Ben cannot observe and vote"):
        reviews.set_people(desk, observers=["Ben"])
    reviews.set_people(desk, observers=["otto, eve"])
    reviews.set_people(desk, add=["OTTO"])
    assert reviews.people(desk).observers == ("eve",)
    reviews.set_people(desk, observers=[""])
    assert reviews.people(desk).observers == ()


#: The ways in which somebody says who votes, each given the names.
VOTERS = {
    "set_people": lambda desk, names: reviews.set_people(
        desk, add=names, remove=[one for one in reviews.people(desk).reviewers if one not in names]
    ),
    "edit_review": lambda desk, names: mend.edit_review(desk, reviewers=names),
    "edit_review in a form": lambda desk, names: mend.edit_review(desk, reviewers=names, base=reviews.people(desk)),
    "new_review": lambda desk, names: reviews.new_review(desk, system="bot", release="2", reviewers=names),
}


@pytest.mark.parametrize("way", VOTERS)
def test_whoever_says_who_votes_people_are_seated_alike(way: str, desk: Desk) -> None:
    reviews.set_people(desk, observers=["Otto", "eve"])
    reviews.set_blind(desk, True)
    VOTERS[way](desk, ["ana", "OTTO"])
    now = reviews.people(desk)
    assert (now.reviewers, now.observers, now.blind) == (("ana", "OTTO"), ("eve",), True)
    VOTERS[way](desk, ["ana"])
    now = reviews.people(desk)
    assert (now.reviewers, now.blind) == (("ana",), False)
    if way != "new_review":  # there the people of last time go on
        with pytest.raises(ReadinessError, match="needs somebody who votes"):
            VOTERS[way](desk, [])
        assert reviews.people(desk) == now


def test_one_person_has_one_vote_however_the_name_is_spelt(desk: Desk) -> None:
    with desk.store.write("ana", "an older version did so", now=desk.now()) as tx:
        for name in ("Ben", "BEN "):
            assessments.put_vote(tx, 1, assessments.Vote("OBS-01", name, 2))
    desk.who = "  bEn"
    assess.score(desk, ["OBS-01"], 0)
    assert [(vote.reviewer, vote.points) for vote in load(desk).dossier("OBS-01").votes] == [("ben", 0)]
    desk.who = "Zoe  Doe"
    assess.score(desk, ["OBS-01"], 2)
    desk.who = "zoe doe"
    assess.score(desk, ["OBS-01"], 1)
    assert [(vote.reviewer, vote.points) for vote in load(desk).dossier("OBS-01").votes] == [("Zoe Doe", 1), ("ben", 0)]
    assert votes.turnout(desk).voted == (("ana", 0), ("ben", 1), ("Zoe Doe", 1))
    desk.who = "BEN"
    assess.score(desk, ["OBS-01"], None)
    assert [vote.reviewer for vote in load(desk).dossier("OBS-01").votes] == ["Zoe Doe"]


def test_a_vote_on_an_item_that_the_checklist_lost_is_refused_and_the_others_stay(desk: Desk) -> None:
    assess.score(desk, ["REL-01"], 1)
    reviews.set_checklists(desk, ["observability"])
    for act in (lambda: assess.score(desk, ["REL-01"], 2), lambda: assess.note(desk, "REL-01", "x")):
        with pytest.raises(ReadinessError, match="REL-01 is no longer in this review's checklists"):
            act()
    with pytest.raises(ReadinessError, match=r"No checklist of this review has an item REL-02\."):
        assess.score(desk, ["REL-02"], 2)
    reviews.set_checklists(desk, ["observability", "reliability"])
    assert [vote.points for vote in load(desk).dossier("REL-01").votes] == [1]


def test_only_who_gave_a_vote_takes_it_back(desk: Desk) -> None:
    ben = replace(desk, who="ben", cache={})
    assess.score(ben, ["OBS-01"], 2)
    given = history.log(desk, limit=1)[0].id
    with pytest.raises(ReadinessError, match="holds the vote or note of ben, which only ben takes back"):
        history.undo(desk, given)
    history.undo(replace(ben, who="BEN"), given)
    taken_back = history.log(desk, limit=1)[0].id
    with pytest.raises(ReadinessError, match="only ben takes back"):  # which would give ben's vote again
        history.undo(desk, taken_back)
    history.undo(ben, taken_back)
    assert [vote.points for vote in load(desk).dossier("OBS-01").votes] == [2]


def test_who_cleared_anothers_vote_puts_it_back(desk: Desk) -> None:
    assess.score(replace(desk, who="ben", cache={}), ["OBS-01"], 2)
    with desk.store.write("ana", "INC-1 was reviewed", now=desk.now(), review_id=1) as tx:
        assessments.clear_vote(tx, 1, "OBS-01", "ben")
    cleared = history.log(desk, limit=1)[0].id
    with pytest.raises(ReadinessError, match="only ben takes back"):
        history.undo(replace(desk, who="chloe", cache={}), cleared)
    history.undo(desk, cleared)
    assert [vote.reviewer for vote in load(desk).dossier("OBS-01").votes] == ["ben"]


def test_only_the_facilitator_takes_a_consensus_back(desk: Desk) -> None:
    assess.agree(desk, "OBS-01", 1, "we looked")
    agreed = history.log(desk, limit=1)[0].id
    with pytest.raises(ReadinessError, match="the facilitator's to record: ana"):
        history.undo(replace(desk, who="ben", cache={}), agreed)
    history.undo(desk, agreed)
    assert load(desk).dossier("OBS-01").consensus is None


def test_items_that_authors_alone_met_are_counted_once(desk: Desk) -> None:
    reviews.set_people(desk, authors=["BEN"])
    ben = replace(desk, who="ben", cache={})
    for item in ("OBS-01", "OBS-02", "OBS-03"):
        assess.attach(ben, [item], None, "https://wiki.example/x")
        assess.score(ben, [item], 2)
    assess.score(desk, ["OBS-02"], 2)
    assert "- **Authors** 2 items met by authors alone" in scorecard.text(desk)
    assert '"met_by_authors": 2' in scorecard.text(desk, format="json")
    assess.agree(desk, "OBS-03", 2, "ana looked too")
    assert "1 item met by authors alone" in scorecard.text(desk)
    reviews.set_people(desk, add=["zoe"], authors=["ana", "ben"])
    assert "3 items met by authors alone" in scorecard.text(desk)
    reviews.set_people(desk, remove=["zoe"])  # nobody else took part
    text = scorecard.text(desk, format="json")
    assert "authors" not in text


def test_turnout_and_differences(desk: Desk) -> None:
    ben = replace(desk, who="ben", cache={})
    assess.score(desk, ["OBS-01", "OBS-02", "OBS-03"], 0)
    assess.score(ben, ["OBS-01"], 1)
    assess.score(ben, ["OBS-02"], 2)
    assess.score(ben, ["OBS-03"], 0)
    assess.agree(desk, "OBS-02", 1, "we looked")
    found = votes.turnout(desk)
    assert (found.blind, found.total, found.voted) == (False, 16, (("ana", 3), ("ben", 3)))
    assert [(one.item_id, one.spread, one.said, one.settled) for one in found.differences] == [
        ("OBS-02", 2, ("ana 0", "ben 2"), True),
        ("OBS-01", 1, ("ana 0", "ben 1"), False),
    ]
    assert votes.turnout_text(load(desk)) == "Voted on: ana 3 of 16, ben 3 of 16"


def test_a_footer_names_no_key_that_a_role_refuses(room: Desk) -> None:
    assess.score(room, ["OBS-01"], 2)
    assess.score(replace(room, who="ben", cache={}), ["OBS-01"], 0)
    votes_with = ("score", "not_applicable", "unscore", "confirm")

    def named(who: str, together: tuple[str, ...] = ()) -> set[str]:
        view = load(replace(room, who=who, cache={}))
        standing = view.judgement.standings["OBS-01"]
        return {action for action in (*votes_with, "note") if offers(view, standing, (), action, together)}

    assert named("ana") == {*votes_with, "note"}
    assert named("ben") == {*votes_with, "note"} - {"confirm"}  # the consensus is the facilitator's
    assert named("otto") == {"note"}
    assert named("otto", ("ana", "ben")) == {"score", "not_applicable", "unscore", "note"}


@pytest.mark.parametrize("names", [("ben", "chloe"), ("chloe", "ben"), ("ana", "chloe"), ("ben", "x"), ("chloe", "x")])
def test_while_votes_are_blind_nobody_reads_anothers_as_their_own_by_renaming(
    names: tuple[str, str], tmp_path: Path
) -> None:
    chloe = open_desk(next(iter(make_files(tmp_path).values())), "chloe")
    before = (load(chloe).review, votes.turnout(chloe))
    with pytest.raises(ReadinessError, match="only the facilitator renames people, ana"):
        mend.rename_person(chloe, *names)
    assert (load(chloe).review, votes.turnout(chloe)) == before
    assert chloe.who == "chloe"
    mend.rename_person(chloe, "ben", "Ben")  # another spelling shows nobody anything
    ana = replace(chloe, who="ana", cache={})
    mend.rename_person(ana, "Ben", "Ben Kade")
    assert load(ana).review.reviewers == ("ana", "Ben Kade", "chloe")
    chloe.close()


def test_a_strangers_blind_votes_become_nobody_elses(tmp_path: Path) -> None:
    chloe = open_desk(next(iter(make_files(tmp_path).values())), "chloe")
    assess.score(replace(chloe, who="benn", cache={}), ["OBS-06"], 2)
    with pytest.raises(ReadinessError, match="only the facilitator renames people"):
        people.settle_names(chloe, {"benn": "chloe"})
    people.settle_names(replace(chloe, who="ana", cache={}), {"benn": "ben"})
    assert roles.voted_too(chloe) == ()
    chloe.close()


TAKES: dict[str, Callable[[Desk], object]] = {
    "people": lambda desk: reviews.set_people(desk, facilitator="chloe"),
    "edit": lambda desk: mend.edit_review(desk, facilitator="chloe"),
    "rename": lambda desk: mend.rename_person(desk, "ana", "chloe"),
    "votes": lambda desk: mend.rename_person(desk, "ben", "chloe"),
    "undo": lambda desk: history.undo(desk, history.log(desk, limit=1)[0].id, "mine"),
}


@pytest.mark.parametrize("how", TAKES)
def test_at_a_browser_nobody_takes_anothers_role_or_votes(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login says who somebody is there; in a terminal nobody is authenticated, and anybody may be named."""
    ana = open_desk(tmp_path / "readiness.db", "ana", create=True)
    reviews.new_review(ana, system="bot", release="1", reviewers=("ana", "ben", "chloe"), facilitator="chloe")
    chloe = replace(ana, who="chloe", cache={})
    reviews.set_people(chloe, facilitator="ana")
    assess.score(replace(ana, who="ben", cache={}), ["OBS-01"], 1)
    if how == "undo":
        reviews.set_people(chloe, facilitator="chloe")
        reviews.set_people(chloe, facilitator="ana")
    monkeypatch.setenv(locate.BROWSER, "1")
    with pytest.raises(ReadinessError, match=r"From a browser only the facilitator .*ana"):
        TAKES[how](chloe)
    assert load(ana).review.facilitator == "ana"
    reviews.set_people(ana, facilitator="chloe")  # who has the role gives it away, there too
    monkeypatch.delenv(locate.BROWSER)
    reviews.set_people(ana, facilitator="ana")
    ana.close()
