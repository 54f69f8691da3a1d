"""Whom an initial means, and how many voted what."""

from __future__ import annotations

import pytest

from readiness_tui.domain.checklists.people import meant, tally
from tests.domain.build import make_na, make_vote

HERE, REVIEW = ("ben", "chloe", "Ben Kim"), ("ana", "ben", "carl")


@pytest.mark.parametrize(
    ("typed", "people"),
    [
        (" BEN ", ("ben",)),  # a name, in any spelling
        ("ana", ("ana",)),  # of a wider circle
        ("c", ("chloe",)),  # who is here comes before who is not
        ("a", ("ana",)),
        ("b", ("ben", "Ben Kim")),
        ("bk", ("Ben Kim",)),
        ("be", ()),  # the name of somebody else, perhaps
        ("z", ()),
        ("", ()),
    ],
)
def test_whom_it_means(typed: str, people: tuple[str, ...]) -> None:
    assert meant(typed, HERE, REVIEW) == people


def test_sixty_votes_read_in_two_lines() -> None:
    names = [f"r{number:02d}" for number in range(60)]
    votes = [make_vote(2, by) for by in names[:41]] + [make_vote(1, by) for by in names[41:53]]
    votes += [make_vote(0, by) for by in names[53:56]] + [make_na(names[56])]
    found = tally(votes, [name.upper() for name in names])
    assert found.words == "2: 41 · 1: 12 · 0: 3 · n/a: 1 · not yet: 3"
    assert found.dissent == "r53 0, r54 0, r55 0, r41 1, r42 1, r43 1 and 10 more"
    assert found.not_yet == ("R57", "R58", "R59")
    assert tally([make_vote(1), make_vote(1, "ben")], ["ana", "ben"]).dissent == ""
