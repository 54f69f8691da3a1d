"""How a figure is spread, in bars that lie on their side: a line a bar, with its count; a threshold where it falls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from readiness_tui.domain.filters.histogram import Bars
from readiness_tui.domain.text.format import number
from readiness_tui.tui.text import fit, join, line

_EIGHTHS = " ▏▎▍▌▋▊▉"
_LABEL = 21
_MUTED = "$foreground-muted"


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
    room = max(height - 1 - len(limits), 3)
    step = -(-len(bars.counts) // room)
    rows = [
        (
            bars.start + at * bars.width,
            bars.start + min(at + step, len(bars.counts)) * bars.width,
            sum(bars.counts[at : at + step]),
        )
        for at in range(0, len(bars.counts), step)
    ]
    most = max([count for _, _, count in rows] + [bars.beyond, 1])
    waiting = sorted(limits, key=lambda limit: limit.value)
    for low_edge, high_edge, count in rows:
        edges = f"{edge(low_edge, bars.width, unit)} to {edge(high_edge, bars.width, unit)}"
        said.append(_bar(edges, count, most, width))
        while waiting and waiting[0].value < high_edge:
            said.append(_limit(waiting.pop(0), width))
    if bars.beyond:
        said.append(_bar(f"{edge(bars.stop, bars.width, unit)} and more", bars.beyond, most, width))
    said += [_limit(limit, width) for limit in waiting]
    return Content("\n").join(said)


def edge(value: float, width: float, unit: str) -> str:
    """Where a bar ends, to the digit that tells it from the next."""
    places = max(-math.floor(math.log10(width)), 0)
    return ("$" if unit == "usd" else "") + f"{value:,.{places}f}"


def _bar(label: str, count: int, most: int, width: int) -> Content:
    counted = f" {count:,}"
    room = max(width - _LABEL - len(counted) - 2, 4)
    eighths = max(round(count / most * room * 8), 1) if count else 0
    drawn = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return join(fit(label, _LABEL, right=True), " ", Content.styled(drawn, "$primary"), counted)


def _limit(limit: Threshold, width: int) -> Content:
    said = f"gate: {limit.said} "
    return Content.styled(fit(said + "┄" * max(width - len(said), 0), width), "$text-warning")
