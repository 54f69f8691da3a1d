"""Compares how much is used with what the team declares: the provider's quota, a user's cap, the sampling rate (support
probes). As in `limits`, a figure speaks for its item only where the log could have spoken against it.

Money is summed in billionths of a dollar: with integers the sum does not depend on the order of the traces.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.probes.base import EachCopy, NoCopies, ProbeInput, Smallest, safe, utc
from readiness_tui.domain.probes.figures import SupportFigure, nearly_all, percent, support, unknown
from readiness_tui.domain.probes.variety import ENOUGH, Variety
from readiness_tui.domain.runs.model import SpanKind, Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.shape_steps import LIMITED

_NANO = 10**9
_MOST_LIMITED = Fraction(1, 100)  # share of requests that hit a rate limit: above it there is no headroom
_AGREES = Fraction(1, 10)  # relative difference allowed between the logged share and the declared rate
_LISTED = 5


@dataclass(slots=True)
class RateLimitHeadroom(EachCopy):
    """The busiest minute (UTC) compared with the quota, and the share of requests that hit a rate limit (REL-07).

    Counts model calls if the log shows steps, else requests. A sampled log's peak is scaled by the declared rate.
    """

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
    """The most tokens or dollars one user used on one day (UTC), compared with the declared cap (SAF-09). Where each of
    thirty requests names another user, or all the same one, the field does not tell users apart."""

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


@dataclass(slots=True)
class TracesPerRequest(NoCopies):
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


USAGE = {
    "rate_limit_headroom": support(RateLimitHeadroom.start),
    "most_used_per_user": support(MostUsedPerUser.start),
    "traces_per_request": support(TracesPerRequest.start),
}
