"""How a figure is spread, in bars that lie on their side: a line a bar, with its count; a threshold where it falls."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from readiness_tui.domain.filters.histogram import Bars
from readiness_tui.domain.text.format import number
from readiness_tui.tui.text import fit, join, line

_EIGHTHS = " ▏▎▍▌▋▊▉"
_LABEL = 21
_MUTED = "$foreground-muted"
_NEAR = 1e-6  # of a bar: what lies so near to its end lies on it
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit that the gate sets, and how it reads: "p95 at most 3,500 ms"."""

    value: float
    said: str


def spread(title: str, bars: Bars | None, unit: str, limits: Sequence[Threshold], width: int, height: int) -> Content:
    """At most `height` lines: neighbouring bars are joined where there are more."""
    if bars is None:
        return join(line(title, "bold"), Content.styled("  none of these says it", _MUTED))
    missing = f" · {bars.missing:,} do not say it" if bars.missing else ""
    low, high = number(bars.low, unit), number(bars.high, unit, up=True)
    said = [join(line(title, "bold"), Content.styled(f"  {bars.total:,} from {low} to {high}{missing}", _MUTED))]
    rows = _rows(bars, limits, max(height - 1 - len(limits), 3))
    most = max([count for _, _, count in rows] + [bars.beyond, 1])
    over = dict(bars.over)
    waiting = sorted(limits, key=lambda limit: limit.value)
    for low_edge, high_edge, count in rows:
        while waiting and waiting[0].value <= low_edge + bars.width * _NEAR:
            said.append(_limit(waiting.pop(0), over, width))
        low_edge = max(low_edge, min(bars.low, 0.0))  # bars that begin at a limit may begin below nothing
        edges = f"{edge(low_edge, bars, unit)} to {edge(high_edge, bars, unit)}"
        said.append(_bar(edges, count, most, width))
        while waiting and waiting[0].value < high_edge - bars.width * _NEAR:  # within the bar
            said.append(_limit(waiting.pop(0), over, width))
    if bars.beyond:
        said.append(_bar(f"{edge(bars.stop, bars, unit)} and more", bars.beyond, most, width))
    said += [_limit(limit, over, width) for limit in waiting]
    return Content("\n").join(said)


def _rows(bars: Bars, limits: Sequence[Threshold], most: int) -> list[tuple[float, float, int]]:
    """From, to and count of at most `most` rows; none of them reaches from below the highest limit to above it."""
    count = len(bars.counts)
    border = round((max((limit.value for limit in limits), default=bars.start) - bars.start) / bars.width)
    step = max(-(-count // most), 1)
    while -(-max(min(border, count), 0) // step) + -(-max(count - max(border, 0), 0) // step) > max(most, 2):
        step += 1
    first = border % step if 0 < border < count else 0
    starts = sorted({0, *range(first, count, step)})
    return [
        (bars.start + at * bars.width, bars.start + end * bars.width, sum(bars.counts[at:end]))
        for at, end in zip(starts, [*starts[1:], count], strict=True)
    ]


def edge(value: float, bars: Bars, unit: str) -> str:
    """Where a bar ends, to the digit that tells it from the next; bars that begin at a limit have its digits."""
    places = max(-math.floor(math.log10(bars.width)), 0)
    while places < _DIGITS and abs(round(bars.start, places) - bars.start) > bars.width * _NEAR:
        places += 1
    return ("$" if unit == "usd" else "") + f"{value:,.{places}f}"


def _bar(label: str, count: int, most: int, width: int) -> Content:
    counted = f" {count:,}"
    room = max(width - _LABEL - len(counted) - 2, 4)
    eighths = max(round(count / most * room * 8), 1) if count else 0
    drawn = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return join(fit(label, _LABEL, right=True), " ", Content.styled(drawn, "$primary"), counted)


def _limit(limit: Threshold, over: Mapping[float, int], width: int) -> Content:
    above = f"; {over[limit.value]:,} above" if limit.value in over else ""
    said = f"gate: {limit.said}{above} "
    return Content.styled(fit(said + "┄" * max(width - len(said), 0), width), "$text-warning")
