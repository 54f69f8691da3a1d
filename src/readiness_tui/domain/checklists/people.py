"""Whom a typed name means, and how many people voted what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from readiness_tui.domain.checklists.assessment import Vote
from readiness_tui.domain.checklists.standing import name_key

NAMED = 8  # votes up to which each is shown with its name
_SHOWN = 6  # names of those who voted otherwise that are shown


def meant(typed: str, *circles: Sequence[str]) -> tuple[str, ...]:
    """The people that `typed` may mean: one by their name in any spelling, else all of the nearest circle with these
    initials (`b`, `bk`). Several: somebody has to choose. None: a name that nobody here has."""
    wanted = name_key(typed)
    if not wanted:
        return ()
    for circle in circles:
        if found := next((name for name in circle if name_key(name) == wanted), None):
            return (found,)
    for circle in circles:
        once = {name_key(name): name for name in reversed(circle) if wanted in _initials(name)}
        if once:
            return tuple(name for name in circle if once.get(name_key(name)) is name)
    return ()


def _initials(name: str) -> tuple[str, str]:
    """`b` and `bk` for Ben Kim."""
    words = name_key(name).split()
    return (words[0][0] if words else "", "".join(word[0] for word in words))


@dataclass(frozen=True, slots=True)
class Tally:
    """`counts`: how many voted 2, 1, 0 and n/a, where anybody did. `otherwise`: who did not vote as most did, the
    lowest vote first. `not_yet`: reviewers without a vote."""

    counts: tuple[tuple[str, int], ...]
    otherwise: tuple[tuple[str, str], ...]
    not_yet: tuple[str, ...]

    @property
    def words(self) -> str:
        """`2: 41 · 1: 12 · 0: 3 · n/a: 1 · not yet: 3`"""
        parts = [f"{vote}: {number}" for vote, number in self.counts]
        return " · ".join([*parts, f"not yet: {len(self.not_yet)}"] if self.not_yet else parts)

    @property
    def dissent(self) -> str:
        """`deniz 0, eve 0, ben 1 and 38 more`; empty where all agree."""
        names = ", ".join(f"{name} {vote}" for name, vote in self.otherwise[:_SHOWN])
        more = len(self.otherwise) - _SHOWN
        return f"{names} and {more} more" if more > 0 else names


def tally(votes: Sequence[Vote], reviewers: Sequence[str]) -> Tally:
    """How the votes on one item are spread."""
    given = {vote.reviewer: "n/a" if vote.na else str(vote.points) for vote in votes if vote.decided}
    counted = Counter(given.values())
    order = ("2", "1", "0", "n/a")
    most = max(order, key=lambda vote: counted[vote])
    lowest_first = sorted(given.items(), key=lambda entry: (entry[1], name_key(entry[0])))
    voted = {name_key(name) for name in given}
    return Tally(
        counts=tuple((vote, counted[vote]) for vote in order if counted[vote]),
        otherwise=tuple((name, vote) for name, vote in lowest_first if vote != most),
        not_yet=tuple(name for name in reviewers if name_key(name) not in voted),
    )
