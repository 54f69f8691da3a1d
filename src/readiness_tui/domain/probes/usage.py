"""Compares how much is used with what the team declares: the provider's quota, a user's cap, the sampling rate (support
probes). As in `limits`, a figure speaks for its item only where the log could have spoken against it.

Money is summed in billionths of a dollar: with integers the sum does not depend on the order of the traces.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import nsmallest
from itertools import chain
from math import ceil, inf

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.probes.amounts import Columns, ReadsAmounts
from readiness_tui.domain.probes.base import ProbeInput, Smallest, safe
from readiness_tui.domain.probes.daily import HELD, DailyUse, all_differ
from readiness_tui.domain.probes.figures import SupportFigure, nearly_all, percent, support, unknown
from readiness_tui.domain.probes.minutes import BusiestMinute
from readiness_tui.domain.probes.variety import ENOUGH, Variety
from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.measured import day_at
from readiness_tui.domain.traces.shape_steps import LIMITED

_NANO = 10**9
_MOST_LIMITED = Fraction(1, 100)  # share of requests that hit a rate limit: above it there is no headroom
_AGREES = Fraction(1, 10)  # relative difference allowed between the logged share and the declared rate
_LISTED = 5
_DAY = 24 * 60 * 60 * 10**6  # in microseconds


@dataclass(slots=True)
class RateLimitHeadroom(ReadsAmounts):
    """The busiest minute (UTC) compared with the quota, and the share of requests that hit a rate limit (REL-07).

    Counts model calls if the log shows steps, else requests. A sampled log's peak is scaled by the declared rate.
    """

    quota: int
    rate: Fraction | None
    n: int = 0
    dated: int = 0
    ended: int = 0
    limited: int = 0
    calls: BusiestMinute = field(default_factory=BusiestMinute)
    hit: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> RateLimitHeadroom:
        rate = declared.share(data.review.declared.get(declared.SAMPLING_RATE, "").strip())
        return cls(declared.read(data.review.declared, "quota"), rate)

    def add(self, got: Counted) -> None:
        trace = got.trace
        self.n += got.n
        models = [span for span in trace.spans or () if span.kind is SpanKind.MODEL]
        starts = [span.started_at for span in models] or [trace.started_at]
        if all(at is not None for at in starts):
            self.dated += got.n
        errors = [trace.error, trace.status, *(span.error for span in models)]
        codes = [str(span.attributes.get("status_code")) for span in models]
        if trace.outcome is not None or any(errors) or models:
            self.ended += got.n
        if any(text and LIMITED.search(text) for text in errors) or "429" in codes:
            self.limited += got.n
            self.hit.take(got.ids)

    @property
    def columns(self) -> tuple[str, ...]:
        return ("call_minutes",)

    def read(self, got: Columns) -> None:
        self.calls.add(chain.from_iterable(got["call_minutes"]))

    def figure(self) -> SupportFigure:
        peak = self.calls.most
        if not peak:
            return SupportFigure(missing="no imported trace carries a time")
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
class MostUsedPerUser(ReadsAmounts):
    """The most tokens or dollars one user used on one day (UTC), compared with the declared cap (SAF-09). Where each of
    thirty requests names another user, or all the same one, the field does not tell users apart."""

    cap: declared.UserCap
    n: int = 0
    silent: int = 0
    users: array[int] | None = field(default_factory=lambda: array("q"))  # by hash, as long as each is another one
    variety: Variety = field(default_factory=Variety)
    day: int = 0  # since 1970: of the requests being read
    used: DailyUse | None = None  # on that day
    real: set[str] = field(default_factory=set)  # names that are some user's, as far as they are remembered
    days: int = 0  # of users
    most: int | None = None
    beyond: int = 0
    over: list[tuple[int, str, str]] = field(default_factory=list)  # the worst: amount (negative), user, day

    @classmethod
    def start(cls, data: ProbeInput) -> MostUsedPerUser:
        return cls(declared.read(data.review.declared, "user_cap"))

    def add(self, got: Counted) -> None:
        trace = got.trace
        if not has(trace.user) or got.day is None:
            self.silent += got.n
        elif any(getattr(trace, name) is not None for name in self._amounts):
            self.n += got.n
        elif not trace.cached:
            self.silent += got.n

    @property
    def _amounts(self) -> tuple[str, ...]:
        return ("cost",) if self.cap.dollars else ("tokens_in", "tokens_out")

    @property
    def columns(self) -> tuple[str, ...]:
        return ("user", "at", "cached", *self._amounts) if self.n else ()

    def read(self, got: Columns) -> None:
        users, amounts = [], []
        ends = -inf  # of the day that is being read: it is another one with the first request
        for user, at, cached, amount in zip(got["user"], got["at"], got["cached"], self._spent(got), strict=True):
            if user is None or at is None or amount is None:
                continue
            if at >= ends:  # they come in the order of time
                if at // _DAY != self.day:
                    self._close()
                    self.day = at // _DAY
                ends = (self.day + 1) * _DAY
                if self.used is None:
                    self.used = DailyUse(self._limit, _LISTED)
                used, named = self.used, self.used.named
            if user in named:
                named[user] += amount
            elif user in self.real or has(user):
                used.add(user, amount)
                if len(self.real) < HELD:
                    self.real.add(user)
            else:
                continue
            users.append(user)
            if not cached:
                amounts.append(amount)
        self.variety.add_each("users", users)
        self.variety.add_each("cost" if self.cap.dollars else "tokens", amounts)
        if self.users is not None:
            self.users.extend(map(hash, users))
            if len(set(users)) < len(users):
                self.users = None

    def _spent(self, got: Columns) -> Sequence[int | None]:
        """Tokens or billionths of a dollar; None where the log says neither."""
        if self.cap.dollars:
            return [None if cost is None else round(cost * _NANO) for cost in got["cost"]]
        tokens = zip(got["tokens_in"], got["tokens_out"], strict=True)
        return [a + b if a is not None and b is not None else b if a is None else a for a, b in tokens]

    def _close(self) -> None:
        """The day is over."""
        if self.used is not None:
            day = str(day_at(self.day * _DAY))
            persons, most, beyond, worst = self.used.close()
            self.days += persons
            self.most = max((amount for amount in (self.most, most) if amount is not None), default=None)
            self.beyond += beyond
            self.over = nsmallest(_LISTED, (*self.over, *((amount, user, day) for amount, user in worst)))
        self.used = None

    @property
    def _limit(self) -> Fraction:
        return self.cap.limit * (_NANO if self.cap.dollars else 1)

    def figure(self) -> SupportFigure:
        what = "its cost" if self.cap.dollars else "its tokens"
        if not self.n:
            return SupportFigure(missing=f"no imported trace carries its user, its time and {what}")
        self._close()
        most = self._said(self.most or 0)
        each = self.n >= ENOUGH and self.users is not None and all_differ(self.users, self.n)
        why = "; no proof: each request names another user" if each else ""
        return SupportFigure(
            f"most by one user on one day {most} of {self._said(int(self._limit))}; over the cap {self.beyond:,} of "
            f"{self.days:,} user days{unknown(self.silent, '; ', f' requests do not say whose they are and {what}')}{why}",
            self.n,
            supports=not self.beyond and not each and nearly_all(self.n, self.n + self.silent),
            variety=self.variety,
            against=self.beyond,
            details=tuple(f"{safe(user)} on {day}: {self._said(-amount)}" for amount, user, day in self.over),
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

    def add(self, got: Counted) -> None:
        self.n += got.once

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
