"""Probes over amounts as they read one whole trace at a time: what the columns have to come to (limits and use)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.probes.base import ProbeInput, Smallest, safe, utc
from readiness_tui.domain.probes.figures import SupportFigure, nearly_all, percent, unknown
from readiness_tui.domain.probes.limits import _attempt, _seconds
from readiness_tui.domain.probes.variety import ENOUGH, Variety
from readiness_tui.domain.runs.model import SpanKind, Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.measured import OUTBOUND
from readiness_tui.domain.traces.shape_steps import LIMITED

_NANO = 10**9
_REACH = 10
_LISTED = 5
_MOST_LIMITED = Fraction(1, 100)


class EachCopy:
    __slots__ = ()

    def again(self, trace: Trace) -> None:
        self.add(trace)

    def add(self, trace: Trace) -> None:
        raise NotImplementedError


class NoCopies:
    __slots__ = ()

    def again(self, trace: Trace) -> None:
        """Left out."""


@dataclass(slots=True)
class CallsWithinPolicy(EachCopy):
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

    def add(self, trace: Trace) -> None:
        self.n += 1
        self.silent += trace.spans is None and trace.tool_calls is None
        for span in trace.spans or ():
            if span.kind in OUTBOUND:
                self.calls += 1
                if span.duration_ms is not None:
                    self.timed += 1
                    self.variety.add("latency", span.duration_ms)
                    self.longest = max(self.longest, span.duration_ms)
                    if span.duration_ms > self.timeout_ms:
                        self.over.add(trace.id)
                self._tries(trace.id, _attempt(span.attributes.get("attempt")))
        for call in trace.tool_calls or ():
            self.asked += 1
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
        known = nearly_all(self.timed, self.calls) if self.calls else nearly_all(self.counted, self.asked)
        silent = unknown(self.silent, "; ", f" of {self.n:,} requests do not show their calls")
        known = known and nearly_all(self.n - self.silent, self.n)
        return SupportFigure(
            f"{longest}; {tries}{silent}",
            max(self.timed, self.counted),
            supports=not self.over.ids and known,
            examples=tuple(self.over.ids),
            variety=self.variety,
        )


@dataclass(slots=True)
class SlowestTotal(EachCopy):
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

    def add(self, trace: Trace) -> None:
        within = trace.latency_ms is not None and trace.latency_ms <= self.budget_ms
        if trace.cached and within:
            self.cached += 1
            return
        if trace.latency_ms is None:
            self.silent += 1
            return
        self.n += 1
        self.variety.add("latency", trace.latency_ms)
        self.slowest = max(self.slowest, trace.latency_ms)
        if trace.latency_ms > self.budget_ms:
            self.beyond += 1
            self.over.add(trace.id)

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
class AlertsReplayed(EachCopy):
    latency_ms: Fraction
    cost: Fraction
    hours: dict[str, list[float]] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)
    n: int = 0
    timed: int = 0
    paid: int = 0
    variety: Variety = field(default_factory=Variety)

    @classmethod
    def start(cls, data: ProbeInput) -> AlertsReplayed:
        settings = data.review.declared
        return cls(declared.read(settings, "alert_latency_ms"), declared.read(settings, "alert_cost"))

    def add(self, trace: Trace) -> None:
        self.n += 1
        if trace.started_at is None:
            return
        hour = f"{utc(trace.started_at):%Y-%m-%d %H}h"
        self.timed += trace.latency_ms is not None
        self.paid += trace.cost is not None or trace.cached
        if trace.latency_ms is not None and not trace.cached and not trace.cold:
            self.hours.setdefault(hour, []).append(trace.latency_ms)
            self.variety.add("latency", trace.latency_ms)
        if trace.cost is not None:
            if not trace.cached:
                self.variety.add("cost", trace.cost)
            self.spent[hour] += round(trace.cost * _NANO)

    def figure(self) -> SupportFigure:
        if not self.hours or not self.spent:
            lacks = "latency" if not self.hours else "cost"
            return SupportFigure(missing=f"no imported trace carries both a time and its {lacks}")
        p95 = {hour: sorted(took)[ceil(len(took) * 19 / 20) - 1] for hour, took in sorted(self.hours.items())}
        slow = [hour for hour, took in p95.items() if took > self.latency_ms]
        dear = [hour for hour, nano in sorted(self.spent.items()) if nano > self.cost * _NANO]
        lines = [
            f"{what}: {', '.join(found[:_LISTED])}" + (f" and {len(found) - _LISTED:,} more" if found[_LISTED:] else "")
            for what, found in (("latency would have fired", slow), ("cost would have fired", dear))
            if found
        ]
        reach = (
            ("latency", _REACH * max(p95.values()) >= self.latency_ms),
            ("cost", _REACH * max(self.spent.values()) >= self.cost * _NANO),
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
            f"p95 over {_seconds(self.latency_ms)} in {len(slow):,} of {len(self.hours):,} hours, spend over "
            f"{float(self.cost):g} USD in {len(dear):,} of {len(self.spent):,}",
            len(self.hours.keys() | self.spent.keys()),
            supports=2 * len(slow) <= len(p95)
            and 2 * len(dear) <= len(self.spent)
            and all(near for _, near in reach)
            and nearly_all(self.timed, self.n)
            and nearly_all(self.paid, self.n),
            details=tuple(lines),
            variety=self.variety,
        )


@dataclass(slots=True)
class MostSteps(EachCopy):
    cap: int
    n: int = 0
    most: int = 0
    over: Smallest = field(default_factory=Smallest)
    beyond: int = 0
    silent: int = 0

    @classmethod
    def start(cls, data: ProbeInput) -> MostSteps:
        return cls(declared.read(data.review.declared, "step_cap"))

    def add(self, trace: Trace) -> None:
        if trace.spans is None and trace.tool_calls is None:
            self.silent += 1
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
            f"most steps {self.most:,} in {self.n:,} requests{unknown(self.silent)}, cap {self.cap:,}",
            self.n,
            k=self.n - self.beyond,
            supports=not self.beyond and self.most > 0 and nearly_all(self.n, self.n + self.silent),
            examples=tuple(self.over.ids),
            against=self.beyond,
        )


@dataclass(slots=True)
class RateLimitHeadroom(EachCopy):
    quota: int
    rate: Fraction | None
    n: int = 0
    dated: int = 0
    ended: int = 0
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
        self.dated += all(at is not None for at in starts)
        self.minutes.update(int(utc(at).timestamp()) // 60 for at in starts if at is not None)
        errors = [trace.error, trace.status, *(span.error for span in models)]
        codes = [str(span.attributes.get("status_code")) for span in models]
        self.ended += trace.outcome is not None or any(errors) or bool(models)
        if any(text and LIMITED.search(text) for text in errors) or "429" in codes:
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
            f"met a rate limit (429){unknown(self.n - self.ended)}: {percent(self.limited, self.n)}",
            self.n,
            k=self.limited,
            supports=real <= self.quota
            and self.limited <= _MOST_LIMITED * self.n
            and nearly_all(self.dated, self.n)
            and nearly_all(self.ended, self.n),
            examples=tuple(self.hit.ids),
            details=(f"{self.n - self.dated:,} do not say when",) if self.dated < self.n else (),
            against=self.limited,
        )


@dataclass(slots=True)
class MostUsedPerUser(EachCopy):
    cap: declared.UserCap
    n: int = 0
    silent: int = 0
    users: set[str] = field(default_factory=set)
    variety: Variety = field(default_factory=Variety)
    used: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def start(cls, data: ProbeInput) -> MostUsedPerUser:
        return cls(declared.read(data.review.declared, "user_cap"))

    def add(self, trace: Trace) -> None:
        if trace.user is None or not has(trace.user) or trace.started_at is None:
            self.silent += 1
            return
        if self.cap.dollars:
            amount = None if trace.cost is None else round(trace.cost * _NANO)
        else:
            known = [count for count in (trace.tokens_in, trace.tokens_out) if count is not None]
            amount = sum(known) if known else None
        if amount is None:
            self.silent += not trace.cached
        else:
            self.n += 1
            self.users.add(trace.user)
            self.variety.add("users", trace.user)
            if not trace.cached:
                self.variety.add("cost" if self.cap.dollars else "tokens", amount)
            self.used[trace.user, f"{utc(trace.started_at):%Y-%m-%d}"] += amount

    def figure(self) -> SupportFigure:
        what = "its cost" if self.cap.dollars else "its tokens"
        if not self.n:
            return SupportFigure(missing=f"no imported trace carries its user, its time and {what}")
        limit = self.cap.limit * (_NANO if self.cap.dollars else 1)
        listed = sorted(self.used.items(), key=lambda row: (-row[1], row[0]))
        over = [row for row in listed if row[1] > limit]
        most = self._said(listed[0][1])
        each = len(self.users) == self.n >= ENOUGH
        why = "; no proof: each request names another user" if each else ""
        return SupportFigure(
            f"most by one user on one day {most} of {self._said(int(limit))}; over the cap {len(over):,} of "
            f"{len(listed):,} user days{unknown(self.silent, '; ', f' requests do not say whose they are and {what}')}{why}",
            self.n,
            supports=not over and not each and nearly_all(self.n, self.n + self.silent),
            variety=self.variety,
            against=len(over),
            details=tuple(f"{safe(user)} on {day}: {self._said(amount)}" for (user, day), amount in over[:_LISTED]),
        )

    def _said(self, amount: int) -> str:
        return f"{amount / _NANO:,.2f} USD" if self.cap.dollars else f"{amount:,} tokens"
