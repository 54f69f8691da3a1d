"""Who votes, owns and facilitates can change after `new`; a name in two spellings is one person."""

from __future__ import annotations

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import history, reviews


@pytest.mark.slow
def test_a_reviewer_joins_and_leaves_and_it_is_undone(sample_desk: Desk) -> None:
    before = reviews.people(sample_desk)
    assert before.reviewers == ("ana", "ben", "chloe", "deniz")
    assert reviews.set_people(sample_desk, add=["Eve "], remove=["BEN"], owner="chloe", facilitator="ben") is None
    changed = reviews.people(sample_desk)
    assert (changed.reviewers, changed.owner, changed.facilitator) == (("ana", "chloe", "deniz", "Eve"), "chloe", "ben")
    change = history.log(sample_desk, limit=1)[0]
    assert change.what == "people: Eve joins, BEN leaves, owner chloe, facilitator ben"
    history.undo(sample_desk, change.id)
    assert reviews.people(sample_desk) == before


def test_another_spelling_is_the_same_person(sample_desk: Desk) -> None:
    before = reviews.people(sample_desk)
    reviews.set_people(sample_desk, add=[" Ana", "ANA", "BEN"])
    assert reviews.people(sample_desk) == before
    assert reviews.once(["Ben", " ben ", "", "BEN", "b en"]) == ("Ben", "b en")
    # A comma separates people wherever they are typed: the dialog shows them so, and would part "Doe, Jane" in two.
    made = reviews.new_review(
        sample_desk, system="bot", release="1", reviewers=["ana", "Ana ", "ben, Doe,", "\x1b[1m\nx"]
    )
    assert made.reviewers == ("ana", "ben", "Doe", "␛[1m x")
    reviews.set_people(sample_desk, add=["eve, Ben"], remove=["ana,DOE"])
    assert reviews.people(sample_desk).reviewers == ("ben", "␛[1m x", "eve")


def test_votes_of_somebody_who_leaves_stand(sample_desk: Desk) -> None:
    voted = [v for v in load(sample_desk).dossier("REL-01").votes if v.reviewer == "ben"]
    assert voted
    reviews.set_people(sample_desk, remove=["ben"])
    assert [v for v in load(sample_desk).dossier("REL-01").votes if v.reviewer == "ben"] == voted


def test_nobody_who_is_not_there_leaves_and_not_the_last(sample_desk: Desk) -> None:
    before = reviews.people(sample_desk)
    with pytest.raises(ReadinessError, match=r"zed is no reviewer here\. They are: ana, ben, chloe, deniz\."):
        reviews.set_people(sample_desk, remove=["zed"])
    with pytest.raises(ReadinessError, match="needs somebody who votes"):
        reviews.set_people(sample_desk, remove=["ana", "ben", "chloe", "deniz"])
    assert reviews.people(sample_desk) == before
