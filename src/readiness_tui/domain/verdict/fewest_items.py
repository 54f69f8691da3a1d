"""The fewest items to bring to 2 so that every section, and the assessed share, reaches a level it may stop at.

Exact, and fast enough for every keypress. Bringing an undecided item of weight w to 2 adds 2w to its section and w to
the assessed weight: among undecided items of one section a heavier one serves everywhere at least as well, and so it
does among decided ones, which serve the section alone. So each section has only one best way to bring `a` undecided
items, and with them the fewest decided ones that its level still needs. What ties the sections together is one
number, the assessed weight: for each number of changes the most of it that they can bring, section after section.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate


class Fate(Enum):
    """What a search takes as given for an item below 2."""

    RAISE = "raise"  # brought to 2: one change
    KEEP = "keep"  # left as it is; its condition's row is put right where that is needed
    CONFIRM = "confirm"  # confirmed as not applicable: one change, and out of both sums


@dataclass(frozen=True, slots=True)
class Line:
    """An item below 2 in the sums. `fixes`: changes to its condition's row without which it may not stay below 2."""

    section: int
    weight: int
    points: int
    decided: bool
    must: bool = False
    fixes: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """A share in per cent where a section or the assessed share may stop, and what stopping there costs in changes."""

    percent: int
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Cover:
    """`points` and `weights` are sums of each section (points weighted, at most 2 a weight); `decided` is the weight
    of all decided items."""

    lines: tuple[Line, ...]
    points: tuple[int, ...]
    weights: tuple[int, ...]
    decided: int

    def fewest(
        self, fates: Sequence[Fate | None], sections: Sequence[Sequence[Level]], assessed: Sequence[Level]
    ) -> int | None:
        """The fewest changes under these fates (None: free), where each section and the assessed share reach one of
        their levels; None where no number of changes does."""
        points, weights, decided, total, cost = list(self.points), list(self.weights), self.decided, 0, 0
        undecided: list[list[int]] = [[] for _ in points]
        partial: list[list[int]] = [[] for _ in points]
        for line, fate in zip(self.lines, fates, strict=True):
            gain = line.weight * (2 - line.points)
            if fate is Fate.CONFIRM:
                cost += 1
                weights[line.section] -= line.weight
            elif fate is Fate.KEEP:
                if line.must:
                    return None
                cost += line.fixes
            elif fate is Fate.RAISE or line.must or line.fixes:  # a fix costs no less, and serves no sum
                cost += 1
                points[line.section] += gain
                decided += 0 if line.decided else line.weight
            else:
                (partial if line.decided else undecided)[line.section].append(gain)
        total = sum(weights)
        if not total:
            return None

        most = {0: 0}  # by number of changes, the most undecided weight they decide
        for section, levels in enumerate(sections):
            ways = _section_options(points[section], weights[section], undecided[section], partial[section], levels)
            most = _best_totals(most, ways)
        best = [
            changes + level.cost
            for level in assessed
            for changes, weight in most.items()
            if 100 * (decided + weight) >= level.percent * total
        ]
        return cost + min(best) if best else None


def _section_options(
    points: int, weight: int, undecided: list[int], partial: list[int], levels: Sequence[Level]
) -> list[tuple[int, int]]:
    """(changes, undecided weight decided) for each number of undecided items brought to 2, fewest others with them."""
    low = [0, *accumulate(sorted(partial, reverse=True))]
    ways = []
    for count, gain in enumerate(accumulate(sorted(undecided, reverse=True), initial=0)):
        needs = [-(-(level.percent * 2 * weight) // 100) - points - gain for level in levels]
        costs = [
            level.cost + bisect_left(low, need) for level, need in zip(levels, needs, strict=True) if need <= low[-1]
        ]
        if costs:
            ways.append((count + min(costs), gain // 2))
    return ways


def _best_totals(most: dict[int, int], ways: list[tuple[int, int]]) -> dict[int, int]:
    joined: dict[int, int] = {}
    for changes, weight in most.items():
        for more, decided in ways:
            if joined.get(changes + more, -1) < weight + decided:
                joined[changes + more] = weight + decided
    return joined
