"""Compares the log with the limits that the team declares: timeouts, caps, quotas, alert thresholds (support probes).

Money is summed in billionths of a dollar: with integers the sum does not depend on the order of the traces.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.probes.base import ProbeInput, Smallest, safe, utc
from readiness_tui.domain.probes.figures import SupportFigure, percent, support
from readiness_tui.domain.probes.logged import has
from readiness_tui.domain.runs.model import SpanKind, Trace

_OUTBOUND = frozenset({SpanKind.MODEL, SpanKind.TOOL, SpanKind.RETRIEVAL, SpanKind.EMBEDDING})
_LIMITED = re.compile(r"(?<![0-9])429(?![0-9])|rate.?limit|too many requests", re.IGNORECASE)
_NANO = 10**9
_MOST_LIMITED = Fraction(1, 100)  # share of requests that hit a rate limit: above it there is no headroom
_AGREES = Fraction(1, 10)  # relative difference allowed between the logged share and the declared rate
_LISTED = 5


def _seconds(ms: Fraction | float) -> str:
    return f"{float(ms) / 1000:,.3g} s"


def _attempt(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(slots=True)
class CallsWithinPolicy:
    """Outbound calls: none longer than the declared timeout, none tried more often than declared (REL-01)."""

    timeout_ms: Fraction
    attempts: int
    timed: int = 0
    counted: int = 0
    longest: float = 0.0
    most: int = 0
    over: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> CallsWithinPolicy:
        settings = data.review.declared
        return cls(declared.read(settings, "timeout_policy") * 1000, declared.read(settings, "retry_policy"))

    def add(self, trace: Trace) -> None:
        for span in trace.spans or ():
            if span.kind in _OUTBOUND:
                if span.duration_ms is not None:
                    self.timed += 1
                    self.longest = max(self.longest, span.duration_ms)
                    if span.duration_ms > self.timeout_ms:
                        self.over.add(trace.id)
                self._tries(trace.id, _attempt(span.attributes.get("attempt")))
        for call in trace.tool_calls or ():
            self._tries(trace.id, call.attempt)

    def _tries(self, trace_id: str, attempt: int | None) -> None:
        if attempt is not None:
            self.counted += 1
            self.most = max(self.most, attempt)
            if attempt > self.attempts:
                self.over.add(trace_id)

    def figure(self) -> SupportFigure:
        if not self.timed and not self.counted:
            return SupportFigure(missing="no imported trace says how long a call took or which attempt it was")
        longest = (
            f"longest of {self.timed:,} calls {_seconds(self.longest)}, {_seconds(self.timeout_ms)} declared"
            if self.timed
            else "no call says how long it took"
        )
        tries = (
            f"most attempts {self.most:,}, {self.attempts:,} declared"
            if self.counted
            else "no call counts its attempts"
        )
        return SupportFigure(
            f"{longest}; {tries}",
            max(self.timed, self.counted),
            supports=not self.over.ids,
            examples=tuple(self.over.ids),
        )


@dataclass(slots=True)
class SlowestTotal:
    """The slowest request compared with the declared budget: timeout times attempts (DEP-02)."""

    budget_ms: Fraction
    n: int = 0
    slowest: float = 0.0
    beyond: int = 0
    over: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> SlowestTotal:
        settings = data.review.declared
        return cls(declared.read(settings, "timeout_policy") * 1000 * declared.read(settings, "retry_policy"))

    def add(self, trace: Trace) -> None:
        if trace.latency_ms is None:
            return
        self.n += 1
        self.slowest = max(self.slowest, trace.latency_ms)
        if trace.latency_ms > self.budget_ms:
            self.beyond += 1
            self.over.add(trace.id)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace says how long the request took")
        return SupportFigure(
            f"slowest of {self.n:,} requests {_seconds(self.slowest)}, budget {_seconds(self.budget_ms)} "
            "(declared timeout times attempts)",
            self.n,
            k=self.n - self.beyond,
            supports=not self.beyond,
            examples=tuple(self.over.ids),
        )


@dataclass(slots=True)
class AlertsReplayed:
    """In how many hours (UTC) each declared alert would have fired: p95 latency, and spend (REL-05).

    p95 is the ⌈0.95 n⌉-th smallest of the hour's latencies, without cached and cold-start requests.
    """

    latency_ms: Fraction
    cost: Fraction
    hours: dict[str, list[float]] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)

    @classmethod
    def start(cls, data: ProbeInput) -> AlertsReplayed:
        settings = data.review.declared
        return cls(declared.read(settings, "alert_latency_ms"), declared.read(settings, "alert_cost"))

    def add(self, trace: Trace) -> None:
        if trace.started_at is None:
            return
        hour = f"{utc(trace.started_at):%Y-%m-%d %H}h"
        if trace.latency_ms is not None and not trace.cached and not trace.cold:
            self.hours.setdefault(hour, []).append(trace.latency_ms)
        if trace.cost is not None:
            self.spent[hour] += round(trace.cost * _NANO)

    def figure(self) -> SupportFigure:
        if not self.hours or not self.spent:
            lacks = "latency" if not self.hours else "cost"
            return SupportFigure(missing=f"no imported trace carries both a time and its {lacks}")
        slow = [
            hour
            for hour, took in sorted(self.hours.items())
            if sorted(took)[ceil(len(took) * 19 / 20) - 1] > self.latency_ms
        ]
        dear = [hour for hour, nano in sorted(self.spent.items()) if nano > self.cost * _NANO]
        lines = [
            f"{what}: {', '.join(found[:_LISTED])}" + (f" and {len(found) - _LISTED:,} more" if found[_LISTED:] else "")
            for what, found in (("latency would have fired", slow), ("cost would have fired", dear))
            if found
        ]
        return SupportFigure(
            f"p95 over {_seconds(self.latency_ms)} in {len(slow):,} of {len(self.hours):,} hours, spend over "
            f"{float(self.cost):g} USD in {len(dear):,} of {len(self.spent):,}",
            len(self.hours.keys() | self.spent.keys()),
            details=tuple(lines),
        )


@dataclass(slots=True)
class RateLimitHeadroom:
    """The busiest minute (UTC) compared with the quota, and the share of requests that hit a rate limit (REL-07).

    Counts model calls if the log shows steps, else requests. A sampled log's peak is scaled by the declared rate.
    """

    quota: int
    rate: Fraction | None
    n: int = 0
    limited: int = 0
    minutes: Counter[int] = field(default_factory=Counter)
    hit: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> RateLimitHeadroom:
        rate = declared.share(data.review.declared.get(declared.SAMPLING_RATE, "").strip())
        return cls(declared.read(data.review.declared, "quota"), rate)

    def add(self, trace: Trace) -> None:
        self.n += 1
        models = [span for span in trace.spans or () if span.kind is SpanKind.MODEL]
        starts = [span.started_at for span in models] or [trace.started_at]
        self.minutes.update(int(utc(at).timestamp()) // 60 for at in starts if at is not None)
        errors = [trace.error, trace.status, *(span.error for span in models)]
        codes = [str(span.attributes.get("status_code")) for span in models]
        if any(text and _LIMITED.search(text) for text in errors) or "429" in codes:
            self.limited += 1
            self.hit.add(trace.id)

    def figure(self) -> SupportFigure:
        if not self.minutes:
            return SupportFigure(missing="no imported trace carries a time")
        peak = max(self.minutes.values())
        real = peak if self.rate is None else ceil(peak / self.rate)
        scaled = f" ({peak:,} in the log, sampled)" if real != peak else ""
        return SupportFigure(
            f"busiest minute {real:,} requests{scaled}, quota {self.quota:,}; {self.limited:,} of {self.n:,} requests "
            f"met a rate limit (429): {percent(self.limited, self.n)}",
            self.n,
            k=self.limited,
            supports=real <= self.quota and self.limited <= _MOST_LIMITED * self.n,
            examples=tuple(self.hit.ids),
        )


@dataclass(slots=True)
class MostSteps:
    """The most steps in one request compared with the declared cap (REL-08). A step is a model or tool call; in a log
    without steps, tool calls count."""

    cap: int
    n: int = 0
    most: int = 0
    over: Smallest = field(default_factory=Smallest)
    beyond: int = 0

    @classmethod
    def start(cls, data: ProbeInput) -> MostSteps:
        return cls(declared.read(data.review.declared, "step_cap"))

    def add(self, trace: Trace) -> None:
        if trace.spans is None and trace.tool_calls is None:
            return
        spans = sum(span.kind in (SpanKind.MODEL, SpanKind.TOOL) for span in trace.spans or ())
        steps = max(spans, len(trace.tool_calls or ()))
        self.n += 1
        self.most = max(self.most, steps)
        if steps > self.cap:
            self.beyond += 1
            self.over.add(trace.id)

    def figure(self) -> SupportFigure:
        if not self.n:
            return SupportFigure(missing="no imported trace shows its steps or tool calls")
        return SupportFigure(
            f"most steps {self.most:,} in {self.n:,} requests, cap {self.cap:,}",
            self.n,
            k=self.n - self.beyond,
            supports=not self.beyond,
            examples=tuple(self.over.ids),
        )


@dataclass(slots=True)
class MostUsedPerUser:
    """The most tokens or dollars one user used on one day (UTC), compared with the declared cap (SAF-09)."""

    cap: declared.UserCap
    n: int = 0
    used: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def start(cls, data: ProbeInput) -> MostUsedPerUser:
        return cls(declared.read(data.review.declared, "user_cap"))

    def add(self, trace: Trace) -> None:
        if trace.user is None or not has(trace.user) or trace.started_at is None:
            return
        if self.cap.dollars:
            amount = None if trace.cost is None else round(trace.cost * _NANO)
        else:
            known = [count for count in (trace.tokens_in, trace.tokens_out) if count is not None]
            amount = sum(known) if known else None
        if amount is not None:
            self.n += 1
            self.used[trace.user, f"{utc(trace.started_at):%Y-%m-%d}"] += amount

    def figure(self) -> SupportFigure:
        what = "its cost" if self.cap.dollars else "its tokens"
        if not self.n:
            return SupportFigure(missing=f"no imported trace carries its user, its time and {what}")
        limit = self.cap.limit * (_NANO if self.cap.dollars else 1)
        listed = sorted(self.used.items(), key=lambda row: (-row[1], row[0]))
        over = [row for row in listed if row[1] > limit]
        most = self._said(listed[0][1])
        return SupportFigure(
            f"most by one user on one day {most} of {self._said(int(limit))}; over the cap {len(over):,} of "
            f"{len(listed):,} user days",
            self.n,
            supports=not over,
            details=tuple(f"{safe(user)} on {day}: {self._said(amount)}" for (user, day), amount in over[:_LISTED]),
        )

    def _said(self, amount: int) -> str:
        return f"{amount / _NANO:,.2f} USD" if self.cap.dollars else f"{amount:,} tokens"


@dataclass(slots=True)
class TracesPerRequest:
    """The share of all served requests that was logged, compared with the declared sampling rate (OBS-11)."""

    rate: Fraction
    total: int
    n: int = 0

    @classmethod
    def start(cls, data: ProbeInput) -> TracesPerRequest:
        rate = declared.read(data.review.declared, declared.SAMPLING_RATE)
        total = data.request_total
        return cls(rate, declared.read(data.review.declared, "request_total") if total is None else total)

    def add(self, trace: Trace) -> None:
        self.n += 1

    def figure(self) -> SupportFigure:
        if not self.total:
            return SupportFigure(missing="no request was served")
        seen = Fraction(self.n, self.total)
        return SupportFigure(
            f"{self.n:,} traces of {self.total:,} requests: {float(seen):.4g}, declared {float(self.rate):.4g}",
            self.total,
            k=self.n,
            supports=abs(seen - self.rate) <= _AGREES * self.rate,
        )


LIMITS = {
    "calls_within_policy": support(CallsWithinPolicy.start),
    "slowest_total_within_budget": support(SlowestTotal.start),
    "alert_thresholds_replayed": support(AlertsReplayed.start),
    "rate_limit_headroom": support(RateLimitHeadroom.start),
    "most_steps_in_trace": support(MostSteps.start),
    "most_used_per_user": support(MostUsedPerUser.start),
    "traces_per_request": support(TracesPerRequest.start),
}
