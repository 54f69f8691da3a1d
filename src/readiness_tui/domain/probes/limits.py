"""Compares the log with the limits that the team declares: timeouts, step caps, alert thresholds (support probes).

A figure speaks for its item where the log could have spoken against it: where nearly all of the records it is about are
known (as many as the gate asks of a metric), and where thirty of them do not hold one and the same value.

Money is summed in billionths of a dollar: with integers the sum does not depend on the order of the traces.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.probes.amounts import Columns, ReadsAmounts, known, largest_within
from readiness_tui.domain.probes.base import ProbeInput, Smallest
from readiness_tui.domain.probes.figures import SupportFigure, nearly_all, support, unknown
from readiness_tui.domain.probes.variety import Variety
from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.measured import OUTBOUND, moment_at

_NANO = 10**9
_REACH = 10  # times the worst hour
_LISTED = 5
_HOUR = 60 * 60 * 10**6  # in microseconds


def _seconds(ms: Fraction | float) -> str:
    return f"{float(ms) / 1000:,.3g} s"


def _attempt(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(slots=True)
class CallsWithinPolicy(ReadsAmounts):
    """Outbound calls: none longer than the declared timeout, none tried more often than declared (REL-01). Of a log that
    shows steps nearly all have to be timed, of one that shows tool calls alone nearly all have to count their attempts."""

    timeout_ms: Fraction
    attempts: int
    n: int = 0
    silent: int = 0
    calls: int = 0
    timed: int = 0
    asked: int = 0
    counted: int = 0
    longest: float = 0.0
    most: int = 0
    over: Smallest = field(default_factory=Smallest)
    variety: Variety = field(default_factory=Variety)

    @classmethod
    def start(cls, data: ProbeInput) -> CallsWithinPolicy:
        settings = data.review.declared
        return cls(declared.read(settings, "timeout_policy") * 1000, declared.read(settings, "retry_policy"))

    def add(self, got: Counted) -> None:
        trace = got.trace
        self.n += got.n
        if trace.spans is None and trace.tool_calls is None:
            self.silent += got.n
        timed = 0
        for span in trace.spans or ():
            if span.kind in OUTBOUND:
                self.calls += got.n
                timed += span.duration_ms is not None
                self._tries(got, _attempt(span.attributes.get("attempt")))
        for call in trace.tool_calls or ():
            self.asked += got.n
            self._tries(got, call.attempt)
        self.timed += timed * got.n
        self.variety.join("latency", got.varied.get("call_latency"), timed * got.n)

    def _tries(self, got: Counted, attempt: int | None) -> None:
        if attempt is not None:
            self.counted += got.n
            self.most = max(self.most, attempt)
            if attempt > self.attempts:
                self.over.take(got.ids)

    @property
    def columns(self) -> tuple[str, ...]:
        return ("longest_call_ms", "id") if self.timed else ()

    def read(self, got: Columns) -> None:
        took, limit = got["longest_call_ms"], largest_within(self.timeout_ms)
        longest = max(known(took), default=0.0)
        self.longest = max(self.longest, longest)
        if longest > limit:
            for name, ms in zip(got["id"], took, strict=True):
                if ms is not None and ms > limit:
                    self.over.add(name)

    def figure(self) -> SupportFigure:
        if not self.timed and not self.counted:
            return SupportFigure(missing="no imported trace says how long a call took or which attempt it was")
        longest = (
            f"longest of {self.timed:,} calls {_seconds(self.longest)}{unknown(self.calls - self.timed)}, "
            f"{_seconds(self.timeout_ms)} declared"
            if self.timed
            else "no call says how long it took"
        )
        tries = (
            f"most attempts {self.most:,}{unknown(max(self.asked - self.counted, 0))}, {self.attempts:,} declared"
            if self.counted
            else "no call counts its attempts"
        )
        enough = nearly_all(self.timed, self.calls) if self.calls else nearly_all(self.counted, self.asked)
        silent = unknown(self.silent, "; ", f" of {self.n:,} requests do not show their calls")
        enough = enough and nearly_all(self.n - self.silent, self.n)
        return SupportFigure(
            f"{longest}; {tries}{silent}",
            max(self.timed, self.counted),
            supports=not self.over.ids and enough,
            examples=tuple(self.over.ids),
            variety=self.variety,
        )


@dataclass(slots=True)
class SlowestTotal(ReadsAmounts):
    """The slowest request compared with the declared budget: timeout times attempts (DEP-02). One answered from a
    cache called nothing that could have been slow."""

    budget_ms: Fraction
    n: int = 0
    silent: int = 0
    cached: int = 0
    variety: Variety = field(default_factory=Variety)
    slowest: float = 0.0
    beyond: int = 0
    over: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> SlowestTotal:
        settings = data.review.declared
        return cls(declared.read(settings, "timeout_policy") * 1000 * declared.read(settings, "retry_policy"))

    def add(self, got: Counted) -> None:
        if got.trace.latency_ms is None:
            self.silent += got.n

    @property
    def columns(self) -> tuple[str, ...]:
        return ("latency_ms", "cached", "id")

    def read(self, got: Columns) -> None:
        column, limit = got["latency_ms"], largest_within(self.budget_ms)
        took = known(column)
        if any(got["cached"]):
            called = [ms for ms, cached in zip(column, got["cached"], strict=True) if cached and ms is not None]
            self.cached += sum(ms <= limit for ms in called)
            took = [
                ms
                for ms, cached in zip(column, got["cached"], strict=True)
                if ms is not None and not (cached and ms <= limit)
            ]
        self.n += len(took)
        self.variety.add_each("latency", took)
        slowest = max(took, default=0.0)
        self.slowest = max(self.slowest, slowest)
        if slowest > limit:
            for name, ms in zip(got["id"], column, strict=True):
                if ms is not None and ms > limit:
                    self.beyond += 1
                    self.over.add(name)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace says how long the request took")
        return SupportFigure(
            f"slowest of {self.n:,} requests {_seconds(self.slowest)}{unknown(self.silent)}, budget "
            f"{_seconds(self.budget_ms)} (declared timeout times attempts)",
            self.n,
            k=self.n - self.beyond,
            supports=not self.beyond and nearly_all(self.n, self.n + self.silent),
            examples=tuple(self.over.ids),
            details=(f"{self.cached:,} answered from a cache are left out",) if self.cached else (),
            variety=self.variety,
            against=self.beyond,
        )


@dataclass(slots=True)
class _Hour:
    """One of them, counted since 1970: the latencies, and billionths of a dollar (None: no cost is known)."""

    at: int
    took: array[float] = field(default_factory=lambda: array("d"))
    spent: int | None = None


@dataclass(slots=True)
class _Hours:
    """Of how many hours a figure is known, in how many the alert would have fired, those that did so first, and the
    largest figure."""

    n: int = 0
    fired: int = 0
    first: list[str] = field(default_factory=list)
    worst: float = 0

    def add(self, hour: int, figure: float, fires: bool) -> None:
        self.worst = figure if not self.n else max(self.worst, figure)
        self.n += 1
        self.fired += fires
        if fires and len(self.first) < _LISTED:
            self.first.append(_named(hour))


@dataclass(slots=True)
class AlertsReplayed(ReadsAmounts):
    """In how many hours (UTC) each declared alert would have fired: p95 latency, and spend (REL-05).

    p95 is the ⌈0.95 n⌉-th smallest of the hour's latencies, without cached and cold-start requests. An alert is shown to
    exist for spikes where it would not fire in most hours, and where its threshold is not out of reach: at most ten
    times what the worst hour had.
    """

    latency_ms: Fraction
    cost: Fraction
    hour: _Hour | None = None  # of the requests being read, which come in the order of time
    slow: _Hours = field(default_factory=lambda: _Hours())
    dear: _Hours = field(default_factory=lambda: _Hours())
    hours: int = 0  # with a latency or a cost
    n: int = 0
    timed: int = 0
    paid: int = 0
    variety: Variety = field(default_factory=Variety)

    @classmethod
    def start(cls, data: ProbeInput) -> AlertsReplayed:
        settings = data.review.declared
        return cls(declared.read(settings, "alert_latency_ms"), declared.read(settings, "alert_cost"))

    def add(self, got: Counted) -> None:
        trace = got.trace
        self.n += got.n
        if got.day is not None:
            self.timed += got.n if trace.latency_ms is not None else 0
            self.paid += got.n if trace.cost is not None or trace.cached else 0

    @property
    def columns(self) -> tuple[str, ...]:
        return ("at", "latency_ms", "cost", "cached", "cold") if self.timed else ()

    def read(self, got: Columns) -> None:
        took, costs = list[float](), list[float]()
        for at, ms, cost, cached, cold in zip(*(got[name] for name in self.columns), strict=True):
            if at is None:
                continue
            if self.hour is None or at // _HOUR != self.hour.at:
                self._close()
                self.hour = _Hour(at // _HOUR)
            if ms is not None and not cached and not cold:
                self.hour.took.append(ms)
                took.append(ms)
            if cost is not None:
                self.hour.spent = (self.hour.spent or 0) + round(cost * _NANO)
                if not cached:
                    costs.append(cost)
        self.variety.add_each("latency", took)
        self.variety.add_each("cost", costs)

    def _close(self) -> None:
        """The hour is over."""
        if (hour := self.hour) is None:
            return
        if hour.took:
            p95 = sorted(hour.took)[ceil(len(hour.took) * 19 / 20) - 1]
            self.slow.add(hour.at, p95, p95 > self.latency_ms)
        if hour.spent is not None:
            self.dear.add(hour.at, hour.spent, hour.spent > self.cost * _NANO)
        self.hours += bool(hour.took) or hour.spent is not None
        self.hour = None

    def figure(self) -> SupportFigure:
        self._close()
        slow, dear = self.slow, self.dear
        if not slow.n or not dear.n:
            lacks = "latency" if not slow.n else "cost"
            return SupportFigure(missing=f"no imported trace carries both a time and its {lacks}")
        lines = [
            f"{what}: {', '.join(found.first)}"
            + (f" and {found.fired - _LISTED:,} more" if found.fired > _LISTED else "")
            for what, found in (("latency would have fired", slow), ("cost would have fired", dear))
            if found.fired
        ]
        reach = (
            ("latency", _REACH * slow.worst >= self.latency_ms),
            ("cost", _REACH * dear.worst >= self.cost * _NANO),
        )
        lines += [
            f"the {what} threshold is out of reach: over ten times the worst hour" for what, near in reach if not near
        ]
        lines += [
            f"{self.n - known:,} requests do not say their time and {what}"
            for what, known in (("latency", self.timed), ("cost", self.paid))
            if known < self.n
        ]
        return SupportFigure(
            f"p95 over {_seconds(self.latency_ms)} in {slow.fired:,} of {slow.n:,} hours, spend over "
            f"{float(self.cost):g} USD in {dear.fired:,} of {dear.n:,}",
            self.hours,
            supports=2 * slow.fired <= slow.n
            and 2 * dear.fired <= dear.n
            and all(near for _, near in reach)
            and nearly_all(self.timed, self.n)
            and nearly_all(self.paid, self.n),
            details=tuple(lines),
            variety=self.variety,
        )


def _named(hour: int) -> str:
    return f"{moment_at(hour * _HOUR):%Y-%m-%d %H}h"


@dataclass(slots=True)
class MostSteps:
    """The most steps in one request compared with the declared cap (REL-08). A step is a model or tool call; in a log
    without steps, tool calls count. A log that shows no step at all does not show a cap."""

    cap: int
    n: int = 0
    most: int = 0
    over: Smallest = field(default_factory=Smallest)
    beyond: int = 0
    silent: int = 0

    @classmethod
    def start(cls, data: ProbeInput) -> MostSteps:
        return cls(declared.read(data.review.declared, "step_cap"))

    def add(self, got: Counted) -> None:
        trace = got.trace
        if trace.spans is None and trace.tool_calls is None:
            self.silent += got.n
            return
        spans = sum(span.kind in (SpanKind.MODEL, SpanKind.TOOL) for span in trace.spans or ())
        steps = max(spans, len(trace.tool_calls or ()))
        self.n += got.n
        self.most = max(self.most, steps)
        if steps > self.cap:
            self.beyond += got.n
            self.over.take(got.ids)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows its steps or tool calls")
        return SupportFigure(
            f"most steps {self.most:,} in {self.n:,} requests{unknown(self.silent)}, cap {self.cap:,}",
            self.n,
            k=self.n - self.beyond,
            supports=not self.beyond and self.most > 0 and nearly_all(self.n, self.n + self.silent),
            examples=tuple(self.over.ids),
            against=self.beyond,
        )


LIMITS = {
    "calls_within_policy": support(CallsWithinPolicy.start),
    "slowest_total_within_budget": support(SlowestTotal.start),
    "alert_thresholds_replayed": support(AlertsReplayed.start),
    "most_steps_in_trace": support(MostSteps.start),
}
