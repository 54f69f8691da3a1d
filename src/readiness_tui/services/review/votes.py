"""Who has voted on how many items, and where reviewers differ once it may be seen."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.seen import each_once
from readiness_tui.services.core.view import ReviewView, load


@dataclass(frozen=True, slots=True)
class VoteSplit:
    """An item on which reviewers differ: each vote as "ana 2", the widest spread first."""

    item_id: str
    title: str
    spread: int
    said: tuple[str, ...]
    settled: bool  # a consensus is recorded


@dataclass(frozen=True, slots=True)
class Turnout:
    """`voted`: (name, items voted on) of each reviewer, then of others who voted, of `total` items at this depth."""

    blind: bool
    revealed: bool
    total: int
    voted: tuple[tuple[str, int], ...]
    differences: tuple[VoteSplit, ...]


def turnout(desk: Desk) -> Turnout:
    """The turnout of the desk's review; differences are empty until votes may be seen."""
    return turnout_of(load(desk, shared=True))


def turnout_of(view: ReviewView) -> Turnout:
    """The same of a view at hand."""
    items = {item.id for item in view.items}
    voted = {item: {name_key(name) for name in names} for item, names in view.voted.items() if item in items}
    everybody = each_once([*view.review.reviewers, *(name for item in voted for name in view.voted[item])])
    counts = tuple((name, sum(name_key(name) in names for names in voted.values())) for name in everybody)
    review = view.review
    return Turnout(review.secret, review.revealed, len(items), counts, () if review.secret else differences(view))


def differences(view: ReviewView) -> tuple[VoteSplit, ...]:
    """Where the votes of a view differ, the widest spread first, then in checklist order."""
    found = []
    for item, standing in view.judgement.standings.items():
        if not standing.agreed:
            dossier = view.dossier(item)
            said = tuple(f"{v.reviewer} {'n/a' if v.na else v.points}" for v in dossier.votes if v.decided)
            found.append(
                VoteSplit(item, standing.item.title, standing.spread, said, settled=dossier.consensus is not None)
            )
    return tuple(sorted(found, key=lambda one: -one.spread))


def turnout_text(view: ReviewView) -> str:
    """ "Voted on: ana 16 of 16, ben 12 of 16"."""
    found = turnout_of(view)
    return "Voted on: " + ", ".join(f"{one_line(name)} {count} of {found.total}" for name, count in found.voted)
