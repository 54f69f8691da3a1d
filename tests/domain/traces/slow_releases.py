"""Probes over amounts as they read one whole trace at a time: what the columns have to come to (releases, feedback)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from math import fsum

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.probes.base import Check, Finding, ProbeInput, Smallest, safe, utc
from readiness_tui.domain.probes.feedback import _DOWN, _UP, _beyond_chance
from readiness_tui.domain.probes.figures import KNOWN, SupportFigure, percent
from readiness_tui.domain.probes.variety import ENOUGH, Variety, constants
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.text.versions import has, has_version
from tests.domain.traces.slow_limits import EachCopy, NoCopies

_STAGE = 20


@dataclass(slots=True)
class ReleaseShare(NoCopies):
    n: int = 0
    apps: dict[str, Counter[int]] = field(default_factory=dict)
    prompts: dict[str, Counter[int]] = field(default_factory=dict)

    @classmethod
    def start(cls, data: ProbeInput) -> ReleaseShare:
        return cls()

    def add(self, trace: Trace) -> None:
        self.n += 1
        if trace.started_at is None:
            return
        minute = int(utc(trace.started_at).timestamp()) // 60
        for table, name in ((self.apps, trace.app_version), (self.prompts, trace.prompt_version)):
            if name is not None and has_version(name):
                table.setdefault(name, Counter())[minute] += 1

    def finding(self) -> Finding:
        table = self.apps or self.prompts
        if len(table) < 2:
            return Finding(None, missing="the imported traces show fewer than two releases")
        newest = max(table, key=lambda name: (min(table[name]), name))
        since = min(table[newest])
        total: Counter[int] = Counter()
        for minutes in table.values():
            total.update({minute: count for minute, count in minutes.items() if minute >= since})
        if total.total() < 2 * _STAGE:
            return Finding(None, missing=f"fewer than {2 * _STAGE} requests were logged since the newest release")
        first, last = (_stage(table[newest], total, order) for order in (sorted(total), sorted(total, reverse=True)))
        partial = Check(
            "a part of the traffic first",
            2 * first[0] <= first[1],
            f"{safe(newest)} had {first[0]:,} of the first {first[1]:,} requests, {percent(*first)}",
        )
        grew = Check(
            "its share grew",
            Fraction(*last) > Fraction(*first) and (wilson(*last).low or 0) > first[0] / first[1],
            f"{last[0]:,} of the last {last[1]:,}, {percent(*last)}",
        )
        named = sum(minutes.total() for minutes in table.values())
        every = Check(
            "requests name their release", named >= KNOWN * self.n, f"{self.n - named:,} of {self.n:,} do not"
        )
        checks = (partial, grew, every) if named < self.n else (partial, grew)
        points = 2 if all(check.holds for check in checks) else 0 if first[0] == first[1] else 1
        return Finding(points, checks, (f"release {newest}",))


def _stage(own: Counter[int], total: Counter[int], minutes: list[int]) -> tuple[int, int]:
    """The release's requests and all requests in the first of these minutes that make up a stage."""
    mine = everyone = 0
    for minute in minutes:
        mine, everyone = mine + own[minute], everyone + total[minute]
        if everyone >= _STAGE:
            break
    return mine, everyone


@dataclass(slots=True)
class ErrorBudget:
    slo: declared.Slo
    data: ProbeInput
    n: int = 0
    copies: int = 0
    failed: int = 0
    unknown: int = 0
    bad: Smallest = field(default_factory=Smallest)
    variety: Variety = field(default_factory=Variety)

    @classmethod
    def start(cls, data: ProbeInput) -> ErrorBudget:
        return cls(declared.read(data.review.declared, "slo"), data)

    def again(self, trace: Trace) -> None:
        if trace.outcome not in (Outcome.SUCCESS, Outcome.ABSTAIN):
            self.add(trace)
        else:
            self.copies += self._in_window(trace)

    def _in_window(self, trace: Trace) -> bool:
        if trace.started_at is None:
            return False
        return self.data.as_of - timedelta(days=self.slo.days) < utc(trace.started_at).date() <= self.data.as_of

    def add(self, trace: Trace) -> None:
        if trace.outcome is not None:
            self.variety.add("outcomes", trace.outcome)
        if not self._in_window(trace):
            return
        self.n += 1
        self.unknown += trace.outcome is None
        if trace.outcome in (None, Outcome.FAIL, Outcome.ERROR):
            self.failed += 1
            self.bad.add(trace.id)

    def finding(self) -> Finding:
        if self.n == self.unknown:
            return Finding(None, missing=f"no imported trace of the last {self.slo.days} days carries a known outcome")
        allowed = 1 - self.slo.target
        burn, whole = Fraction(self.failed, self.n) / allowed, Fraction(self.failed, self.n + self.copies) / allowed
        unknown = f", {self.unknown:,} of them unknown" if self.unknown else ""
        copied = f"; {float(burn):.2f} without {self.copies:,} copies of the same success" if self.copies else ""
        checks = (
            Check("a target over a window", True, f"{float(self.slo.target):.4%} over {self.slo.days} days"),
            Check(
                "error budget not spent",
                burn <= 1,
                f"burn rate {float(whole):.2f}: {self.failed:,} of {self.n + self.copies:,} requests failed{unknown}{copied}",
            ),
            Check(f"at least {ENOUGH} requests", self.n >= ENOUGH, f"{self.n:,}"),
        )
        against, expected, hint = constants(declared.expected_constant(self.data.review.declared), self.variety)
        return Finding(
            2 if all(check.holds for check in checks) else 1,
            checks,
            examples=tuple(self.bad.ids) if burn > 1 else (),
            against=self.failed if burn > 1 else 0,
            left_out=(*expected, *hint),
            unproven=against,
        )


@dataclass(slots=True)
class FeedbackCaptured(EachCopy):
    n: int = 0
    k: int = 0
    variety: Variety = field(default_factory=Variety)

    @classmethod
    def start(cls, data: ProbeInput) -> FeedbackCaptured:
        return cls()

    def add(self, trace: Trace) -> None:
        self.n += 1
        if has(trace.feedback):
            self.k += 1
            self.variety.add("feedback", (trace.feedback or "").strip().casefold())

    def figure(self) -> SupportFigure:
        if not self.k:
            return SupportFigure(missing="no imported trace carries user feedback")
        return SupportFigure(
            f"feedback on {self.k:,} of {self.n:,} requests: {percent(self.k, self.n)}",
            self.n,
            k=self.k,
            variety=self.variety,
        )


@dataclass(slots=True)
class ScoreAgainstFeedback(NoCopies):
    unread: Counter[str] = field(default_factory=Counter)
    seen: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)

    @classmethod
    def start(cls, data: ProbeInput) -> ScoreAgainstFeedback:
        return cls()

    def add(self, trace: Trace) -> None:
        if trace.feedback is None or not trace.scores:
            return
        word = re.sub(r"\s+", "_", trace.feedback.strip().casefold())
        if word not in _UP and word not in _DOWN:
            self.unread[word] += 1
            return
        for name, value in trace.scores.items():
            self.seen.setdefault(name, ([], []))[word in _UP].append(value)

    def figure(self) -> SupportFigure:
        both = {name: sides for name, sides in self.seen.items() if sides[0] and sides[1]}
        if not both:
            return SupportFigure(
                missing="no imported trace has a score of requests that users liked and of some they did not"
            )
        name, (bad, good) = min(both.items(), key=lambda row: (-len(row[1][0]) - len(row[1][1]), row[0]))
        high, low = fsum(good) / len(good), fsum(bad) / len(bad)
        unread = self.unread.total()
        chance = "" if _beyond_chance(good, bad) or high <= low else "; the difference could be luck"
        return SupportFigure(
            f"{safe(name)} is {high:.3g} on {len(good):,} requests that users liked, {low:.3g} on {len(bad):,} that "
            f"they did not{chance}",
            len(good) + len(bad),
            supports=high > low and not chance,
            details=(f"feedback on {unread:,} is neither up nor down",) if unread else (),
        )
