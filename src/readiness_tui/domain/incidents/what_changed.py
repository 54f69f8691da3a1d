"""What differs between the requests before and after a time, ranked by size: proposals for an incident's note.

All differences share one scale, 0 to 1. For a share it is the difference of the two shares (for a field with several
values half the sum of the differences, the total variation distance). For latency and cost it is Cliff's delta: how
much more often a request of one side is above one of the other than below it, which for a yes or no is again the
difference of the shares. Source: Cliff (1993), Psychological Bulletin 114:494–509.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median_low

from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.incidents.note_rows import row_line
from readiness_tui.domain.intervals import Z, wilson
from readiness_tui.domain.text.format import number, percent, plural

HOURS = 24  # on each side of the time, unless said otherwise
_FEW = 8  # fewest values on each side for the normal bound of a rank statistic
_NAMELESS = "not recorded"


class RequestPart(StrEnum):
    """The properties of a request that are compared; ties are listed in this order."""

    PROMPT = "prompt"
    MODEL = "model"
    INDEX = "index"
    APP = "application"
    TOOL = "tool"
    SOURCE = "source"
    TRAFFIC = "traffic"
    OUTCOME = "outcome"
    ERROR = "error"
    LATENCY = "latency"
    COST = "cost"


#: A request has exactly one value of these; the shares of their values add up to one.
FIELDS = (RequestPart.PROMPT, RequestPart.MODEL, RequestPart.INDEX, RequestPart.APP, RequestPart.OUTCOME)
#: A request has any number of these.
SETS = (RequestPart.TOOL, RequestPart.SOURCE, RequestPart.ERROR)
#: Consequences rather than causes: they belong to the impact.
SYMPTOMS = frozenset({RequestPart.OUTCOME, RequestPart.ERROR, RequestPart.LATENCY, RequestPart.COST})
_ORDER = list(RequestPart)


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From `start` (inclusive) to `end` (exclusive), UTC."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        return (self.end - self.start) / timedelta(hours=1)


@dataclass(slots=True)
class WindowTally:
    """The requests of one window. `counts`: requests by value, "" if the log does not state a FIELDS kind.

    `latency` in milliseconds and `cost` in dollars, without cached and cold-start requests.
    `examples`: the id of the first request with a value.
    """

    requests: int = 0
    counts: dict[RequestPart, Counter[str]] = field(default_factory=dict)
    latency: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    examples: dict[tuple[RequestPart, str], str] = field(default_factory=dict)

    def add(self, kind: RequestPart, value: str, trace_id: str, requests: int = 1) -> None:
        counted = self.counts.get(kind)
        if counted is None:
            counted = self.counts[kind] = Counter()
        if value not in counted:
            self.examples[kind, value] = trace_id
        counted[value] += requests


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """One difference. `moved`: 0 to 1, see above; `sure`: more than chance can explain (both bounds one-sided 95 %).

    `before` and `after` carry their counts: "kb-2 55 of 62 (88%)". `trace` is a request that shows the new state.
    """

    kind: RequestPart
    name: str
    before: str
    after: str
    moved: float
    sure: bool
    trace: str = ""

    @property
    def what(self) -> str:
        """ "index", "tool refund_create"."""
        return f"{self.kind} {self.name}".strip()


def windows(at: datetime, hours: float = HOURS, *, until: datetime | None = None) -> tuple[TimeWindow, TimeWindow]:
    """The windows before and after `at`; the second ends early at `until` (when the incident was mitigated)."""
    span = timedelta(hours=hours)
    end = at + span
    if until is not None and at < until < end:
        end = until
    return TimeWindow(at - span, at), TimeWindow(at, end)


def default_time(incident: Incident, linked: Sequence[datetime]) -> datetime | None:
    """The time that separates before and after: the incident's start, else its first linked request."""
    return incident.started or min(linked, default=None)


def ended(incident: Incident) -> datetime | None:
    """When the trouble ended: requests after this time show the remedy."""
    return incident.mitigated or incident.resolved


def changes(before: WindowTally, after: WindowTally, spans: tuple[TimeWindow, TimeWindow]) -> list[ChangedPart]:
    """Every difference between the two windows: those beyond chance first, then by size."""
    if not before.requests or not after.requests:
        return []
    found = [
        *_fields(before, after),
        *_sets(before, after),
        *_traffic(before, after, spans),
        *_figures(RequestPart.LATENCY, before.latency, after.latency, "ms"),
        *_figures(RequestPart.COST, before.cost, after.cost, "usd"),
    ]
    return sorted(found, key=lambda one: (not one.sure, -one.moved, _ORDER.index(one.kind), one.name))


def _fields(before: WindowTally, after: WindowTally) -> Iterator[ChangedPart]:
    """One row per field: the value that lost the most and the value that gained the most."""
    for kind in FIELDS:
        old, new = before.counts.get(kind, Counter()), after.counts.get(kind, Counter())
        values = sorted(set(old) | set(new))
        shift = {value: new[value] / after.requests - old[value] / before.requests for value in values}
        moved = sum(abs(by) for by in shift.values()) / 2
        if not moved:
            continue
        lost, gained = min(values, key=lambda v: shift[v]), max(values, key=lambda v: shift[v])
        yield ChangedPart(
            kind,
            "",
            _share(lost or _NAMELESS, old[lost], before.requests),
            _share(gained or _NAMELESS, new[gained], after.requests),
            moved,
            any(_intervals_apart(old[value], before.requests, new[value], after.requests) for value in (lost, gained)),
            after.examples.get((kind, gained), ""),
        )


def _sets(before: WindowTally, after: WindowTally) -> Iterator[ChangedPart]:
    """One row per value: how many of the requests have it."""
    for kind in SETS:
        old, new = before.counts.get(kind, Counter()), after.counts.get(kind, Counter())
        for value in sorted(set(old) | set(new)):
            moved = abs(new[value] / after.requests - old[value] / before.requests)
            if moved:
                sure = _intervals_apart(old[value], before.requests, new[value], after.requests)
                yield ChangedPart(
                    kind,
                    value,
                    _share("in", old[value], before.requests),
                    _share("in", new[value], after.requests),
                    moved,
                    sure,
                    after.examples.get((kind, value), ""),
                )


def _traffic(before: WindowTally, after: WindowTally, spans: tuple[TimeWindow, TimeWindow]) -> Iterator[ChangedPart]:
    """Requests per hour; the size is their difference divided by their sum. Sure if the later window's share of all
    requests differs from its share of the time (the conditional test of two Poisson rates)."""
    old, new = before.requests / spans[0].hours, after.requests / spans[1].hours
    moved = abs(new - old) / (new + old)
    expected = spans[1].hours / (spans[0].hours + spans[1].hours)
    bounds = wilson(after.requests, before.requests + after.requests)
    if moved:
        sure = not (bounds.low or 0.0) <= expected <= (bounds.high or 1.0)
        yield ChangedPart(
            RequestPart.TRAFFIC, "", _rate(before.requests, spans[0]), _rate(after.requests, spans[1]), moved, sure
        )


def _figures(kind: RequestPart, old: list[float], new: list[float], unit: str) -> Iterator[ChangedPart]:
    """Median and 95th percentile. Sure by the rank statistic's normal bound; leaving out the correction for ties only
    makes it more cautious."""
    if not old or not new:
        return
    old, new = sorted(old), sorted(new)
    moved = abs(cliffs_delta(old, new))
    if moved:
        spread = math.sqrt((len(old) + len(new) + 1) / (3 * len(old) * len(new)))
        sure = min(len(old), len(new)) >= _FEW and moved > math.sqrt(2) * Z * spread
        yield ChangedPart(kind, "", _median_text(old, unit), _median_text(new, unit), moved, sure)


def cliffs_delta(old: Sequence[float], new: Sequence[float]) -> float:
    """P(new > old) − P(new < old) over all pairs; `old` is sorted."""
    above = sum(bisect_left(old, value) for value in new)
    below = sum(len(old) - bisect_right(old, value) for value in new)
    return (above - below) / (len(old) * len(new))


def _intervals_apart(k: int, n: int, later_k: int, later_n: int) -> bool:
    """Whether the two Wilson intervals do not overlap: beyond chance, and cautious with small numbers."""
    bounds = [(found.low or 0.0, found.high or 0.0) for found in (wilson(k, n), wilson(later_k, later_n))]
    (low, high), (later_low, later_high) = bounds
    return high < later_low or later_high < low


def _share(name: str, k: int, n: int) -> str:
    return f"{name} {k:,} of {n:,} ({percent(k * 100 // n)})"


def _rate(requests: int, span: TimeWindow) -> str:
    return f"{requests / span.hours:,.1f} an hour ({plural(requests, 'request')})"


def _median_text(values: Sequence[float], unit: str) -> str:
    tail = values[max(math.ceil(0.95 * len(values)), 1) - 1]
    suffix = " ms" if unit == "ms" else ""
    middle = number(median_low(values), unit, up=True)
    return f"median {middle}, p95 {number(tail, unit, up=True)}{suffix}, n {len(values):,}"


def note_line(change: ChangedPart) -> tuple[str, str]:
    """The section of the note that the change belongs to (what changed, or impact), and its line there."""
    if change.kind in SYMPTOMS:
        return "impact", row_line(change.what, f"{change.after}, before {change.before}", "traces")
    return "what_changed", row_line(change.what, change.before, change.after, change.trace)
