"""The fewest items to bring to 2 so that every section, and the assessed share, reaches an acceptable level.

Exact, and fast enough for every key press. Bringing an undecided item of weight w to 2 adds 2w to its section and w to
the assessed weight, so among undecided items of a section a heavier one is always at least as good; the same is true
among decided items, which only help the section. So for any number of undecided items, each section has one best
choice, plus the fewest decided items that its level still needs. The sections are linked only by the assessed weight:
section by section, the search keeps the most assessed weight reachable with each number of changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate


class Fate(Enum):
    """What the search assumes about an item below 2."""

    RAISE = "raise"  # brought to 2: one change
    KEEP = "keep"  # left as it is; its condition's row is fixed if needed
    CONFIRM = "confirm"  # confirmed as not applicable: one change, and removed from both sums


@dataclass(frozen=True, slots=True)
class LowItem:
    """An item below 2 in the sums. `fixes`: changes its condition's row needs for the item to stay below 2."""

    section: int
    weight: int
    points: int
    decided: bool
    must: bool = False
    fixes: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """An acceptable percentage for a section or the assessed share, and how many changes stopping there costs."""

    percent: int
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Cover:
    """`points` and `weights` are sums by section (weighted points, at most 2 per weight); `decided` is the weight of
    all decided items."""

    lines: tuple[LowItem, ...]
    points: tuple[int, ...]
    weights: tuple[int, ...]
    decided: int
    # What was found for a section, and for the sections up to one: a search asks again and again with one line changed.
    _ways: dict[object, tuple[int, list[tuple[int, int]]]] = field(default_factory=dict, compare=False, repr=False)
    _most: dict[tuple[int, int], tuple[int, dict[int, int]]] = field(default_factory=dict, compare=False, repr=False)

    def fewest(
        self, fates: Sequence[Fate | None], sections: Sequence[Sequence[Level]], assessed: Sequence[Level]
    ) -> int | None:
        """The fewest changes, given these fates (None: undecided), with which each section and the assessed share reach
        one of their levels; None if no number of changes is enough."""
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
            elif fate is Fate.RAISE or line.must or line.fixes:  # fixing costs as much, and raises no sum
                cost += 1
                points[line.section] += gain
                decided += 0 if line.decided else line.weight
            else:
                (partial if line.decided else undecided)[line.section].append(gain)
        total = sum(weights)
        if not total:
            return None

        place, most = 0, {0: 0}  # number of changes → the most undecided weight they can decide
        for section, levels in enumerate(sections):
            of = (points[section], weights[section], tuple(undecided[section]), tuple(partial[section]), tuple(levels))
            known = self._ways.get(of)
            if known is None:
                known = self._ways[of] = (len(self._ways), _section_options(*of))
            after = self._most.get((place, known[0]))
            if after is None:
                after = (len(self._most) + 1, _best_totals(most, known[1]))
                self._most[place, known[0]] = after
            place, most = after
        best = [
            changes + level.cost
            for level in assessed
            for changes, weight in most.items()
            if 100 * (decided + weight) >= level.percent * total
        ]
        return cost + min(best) if best else None


def _section_options(
    points: int, weight: int, undecided: Sequence[int], partial: Sequence[int], levels: Sequence[Level]
) -> list[tuple[int, int]]:
    """(changes, undecided weight decided) for each number of undecided items brought to 2, with the fewest others."""
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
