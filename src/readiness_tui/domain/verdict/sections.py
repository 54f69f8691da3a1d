"""A checklist's weighted average, and the figures over all checklists (scoring.md, "Section (one checklist) and
headline"). Exact fractions: only the display rounds, and it rounds down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from readiness_tui.domain.checklists.assessment import Assurance, Standing
from readiness_tui.domain.checklists.model import Checklist, Depth
from readiness_tui.domain.verdict.model import Section

FULL = 2  # points of an item that is met


def section(checklist: Checklist, depth: Depth, standings: Mapping[str, Standing]) -> Section:
    """The sums over the checklist's items of this depth; `standings`, by item id, has all of them.

    `decided`, `total` and `proven` count the items in the sum: applicable, weight above 0.
    """
    inside = tuple(standings[item.id] for item in checklist.at(depth))
    counted = summed(inside)
    weight = sum(standing.item.weight for standing in counted)
    points = sum(map(worth, counted))
    return Section(
        checklist=checklist,
        standings=inside,
        score=Fraction(points, FULL * weight) if weight else None,
        assessed=_assessed(counted),
        decided=sum(standing.decided for standing in counted),
        total=len(counted),
        proven=sum(standing.assurance is Assurance.PROVEN for standing in counted),
    )


def summed(standings: Iterable[Standing]) -> list[Standing]:
    """Those that a checklist's score adds up: applicable, weight above 0."""
    return [standing for standing in standings if standing.in_sum]


def worth(standing: Standing) -> int:
    """What an item adds to its checklist's sum, of `FULL` times its weight."""
    return standing.item.weight * standing.counts


def headline(sections: Sequence[Section]) -> Fraction | None:
    """The lowest defined section score; None if none is defined."""
    return min((one.score for one in sections if one.score is not None), default=None)


def mean(sections: Sequence[Section]) -> Fraction | None:
    """The unweighted mean of the defined section scores: printed second, decides nothing."""
    scores = [one.score for one in sections if one.score is not None]
    return sum(scores, Fraction(0)) / len(scores) if scores else None


def assessed(sections: Sequence[Section]) -> Fraction | None:
    """The decided share of the weight of all sections together; None if no weighted item applies."""
    return _assessed(standing for one in sections for standing in summed(one.standings))


def _assessed(counted: Iterable[Standing]) -> Fraction | None:
    weights = [(standing.item.weight, standing.decided) for standing in counted]
    weight = sum(one for one, _ in weights)
    return Fraction(sum(one for one, decided in weights if decided), weight) if weight else None
