"""A distribution in bars of equal, round width: where they begin, and how many figures fall in each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Limits of latency and of cost, in rising order.
Limits = Mapping[str, Sequence[float]]
BARS = 24  # at most
TAIL = 0.02  # of the figures, the highest ones, may lie beyond the bars
_DISTINCT = 1e-9  # of a figure's size: what differs by less is one figure, and 5e-324 has no twenty-fourth part


@dataclass(frozen=True, slots=True)
class Bars:
    """`counts[i]` figures from `start + i * width` (inclusive) to the next bar (exclusive); `beyond` lie past the last
    one, up to `high`. `missing`: records without the figure. `over`: how many lie above each limit that was asked about."""

    start: float
    width: float
    counts: tuple[int, ...]
    beyond: int
    missing: int
    low: float
    high: float
    over: tuple[tuple[float, int], ...] = ()

    @property
    def stop(self) -> float:
        return self.start + self.width * len(self.counts)

    @property
    def total(self) -> int:
        return sum(self.counts) + self.beyond


@dataclass(frozen=True, slots=True)
class BarPlan:
    start: float
    width: float
    bars: int


def plan(low: float, upper: float, high: float, line: float | None = None) -> BarPlan:
    """Bars from the lowest figure to `upper`, below which nearly all lie; `high` is the highest.

    `line`: a limit, which is the border between two bars, unless it lies outside of all figures.
    """
    line = line if line is not None and low < line <= high else None
    upper = upper if line is None else max(upper, line)
    origin = line or 0.0
    size = max(abs(low), abs(upper), 1e-6)
    spread = upper - low
    width = _round_width((spread if spread > size * _DISTINCT else size * 0.1) / BARS)
    while True:
        first, last = math.floor((low - origin) / width), math.floor((upper - origin) / width)
        first -= origin + first * width > low  # where the quotient was rounded up
        if last - first < BARS:
            return BarPlan(origin + first * width, width, max(last - first, 0) + 1)
        width = _round_width(width * 1.01)


def _round_width(least: float) -> float:
    """The next of 1, 2, 5, 10 … that is not below."""
    power = math.floor(math.log10(least))
    return next(w for w in (step * 10.0**p for p in (power, power + 1) for step in (1, 2, 5)) if w >= least)
