"""Failures, latency and cost around an incident, in equal time steps: the data of its sparklines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from readiness_tui.domain.incidents.what_changed import TimeWindow

BARS = "▁▂▃▄▅▆▇█"
LONGEST = timedelta(days=7)  # shown of an incident that has no end yet
_NONE = "·"


@dataclass(slots=True)
class Bucket:
    """The requests of one step. `latency`: milliseconds; `cost`: dollars, summed over the `costed` requests."""

    requests: int = 0
    failing: int = 0
    latency: list[float] = field(default_factory=list)
    cost: float = 0.0
    costed: int = 0


@dataclass(frozen=True, slots=True)
class StepSeries:
    """Equal steps from `start` on, each `step` long."""

    start: datetime
    step: timedelta
    buckets: tuple[Bucket, ...]

    @property
    def end(self) -> datetime:
        return self.start + self.step * len(self.buckets)

    def place(self, at: datetime | None) -> int | None:
        """The index of the step that `at` falls into; None if outside."""
        if at is None or not self.start <= at < self.end:
            return None
        return (at - self.start) // self.step


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """The figures of several steps together; None without a request that has the value."""

    requests: int
    failing: int
    latency_p95: float | None
    cost_mean: float | None


def around(start: datetime, end: datetime | None, latest: datetime | None, steps: int) -> TimeWindow:
    """The time window that an incident's sparklines show, at least four hours.

    With an end, the incident takes the middle third. Without one, it takes the later half, up to `latest`, the last
    known request, but at most LONGEST.
    """
    stop = end or min(max(latest or start, start), start + LONGEST)
    length = max(stop - start, timedelta(hours=2))
    total = length * (3 if end else 2)
    step = timedelta(seconds=math.ceil(total.total_seconds() / steps))
    return TimeWindow(start - length, start - length + step * steps)


def figures(buckets: Iterable[Bucket]) -> RequestFigures:
    requests = failing = costed = 0
    cost, latency = 0.0, list[float]()
    for bucket in buckets:
        requests += bucket.requests
        failing += bucket.failing
        costed += bucket.costed
        cost += bucket.cost
        latency += bucket.latency
    return RequestFigures(requests, failing, p95(latency), cost / costed if costed else None)


def phases(
    series: StepSeries, start: datetime, end: datetime | None
) -> tuple[RequestFigures, RequestFigures, RequestFigures | None]:
    """Before the incident, during it, and after its end (None while it has none). The steps in which it starts and ends
    count as during."""
    first = series.place(start) or 0
    last = series.place(end) if end else None
    stop = len(series.buckets) if last is None else last + 1
    after = None if last is None else figures(series.buckets[stop:])
    return figures(series.buckets[:first]), figures(series.buckets[first:stop]), after


def p95(values: Sequence[float]) -> float | None:
    """Element ⌈0.95 n⌉ of the sorted values, as in the gate."""
    return sorted(values)[max(math.ceil(0.95 * len(values)), 1) - 1] if values else None


def sparkline(values: Sequence[float | None]) -> str:
    """One block per value, scaled from zero to the maximum; a dot if there was no request."""
    top = max((value for value in values if value is not None), default=0.0)
    blocks = []
    for value in values:
        if value is None:
            blocks.append(_NONE)
        elif value <= 0 or top <= 0:
            blocks.append(BARS[0])
        else:
            blocks.append(BARS[max(math.ceil(value / top * (len(BARS) - 1)), 1)])  # a small value stays visible
    return "".join(blocks)
