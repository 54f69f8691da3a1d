"""What the log shows about releases: which versions served since when, how they rolled out, how often they failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.probes.amounts import Columns, ReadsAmounts
from readiness_tui.domain.probes.base import Check, Finding, ProbeInput, Smallest, safe, utc
from readiness_tui.domain.probes.figures import KNOWN, fact_of_traces, percent
from readiness_tui.domain.probes.minutes import OrderedMinutes
from readiness_tui.domain.probes.runs import all_runs, cases_of
from readiness_tui.domain.probes.sound import unsound
from readiness_tui.domain.probes.variety import ENOUGH, Variety, constants
from readiness_tui.domain.runs.model import Outcome, Run
from readiness_tui.domain.text.versions import has, has_version
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.names import FirstNames, NameCounts, too_many

_MINUTE = 60 * 10**6  # in microseconds
_STAGE = 20  # requests in a stage: fewer are not enough to estimate a share

Version = tuple[str, str, str]  # prompt, model, index


class _Served(NamedTuple):
    """How many requests a version served, and start and id of the first."""

    n: int
    first: tuple[datetime, str]


@dataclass(slots=True)
class RunBeforeVersion:
    """Each served version of prompt, model and index has an eval run that started before its first request (EVA-02).

    0: none has. 1: some have. A run belongs to a version if it names everything that the version names. Only a whole run
    counts, with at least half as many cases as the golden set where one is imported. Requests that do not name what
    served them, or when, may be of a version that no run saw: of those there may be one in a hundred.
    """

    data: ProbeInput
    first: FirstNames[Version, _Served] = field(default_factory=lambda: FirstNames(lambda served: served.n))
    n: int = 0
    silent: int = 0
    nameless: Smallest = field(default_factory=Smallest)

    @classmethod
    def start(cls, data: ProbeInput) -> RunBeforeVersion:
        return cls(data)

    def add(self, got: Counted) -> None:
        trace = got.trace
        self.n += got.n
        if got.first is None or not has_version(trace.prompt_version) or not has(trace.model):
            self.silent += got.n
            self.nameless.take(got.ids)
            return
        index = trace.index_version if has_version(trace.index_version) else ""
        version = (trace.prompt_version or "", trace.model or "", index or "")
        known = self.first.get(version)
        since = got.first if known is None else min(known.first, got.first)
        self.first.put(version, _Served(got.n + (known.n if known else 0), since), got.n)

    def finding(self) -> Finding:
        if not self.first:
            return Finding(None, missing="no imported trace carries a time, a prompt version and a model")
        known = all_runs(self.data)
        if not known:
            return Finding(None, missing="no eval run is imported")
        left_out: dict[str, None] = {}
        checks, failing = [], []
        served = self.first.found
        for version, (_, (since, trace_id)) in sorted(served.items(), key=lambda row: (row[1].first, row[0])):
            names = ", ".join(safe(part) for part in version if part)
            ran = [run for run in known if _ran_version(run, version)]
            before = []
            for run in sorted(
                ran, key=lambda run: (run.started_at is None, run.started_at and utc(run.started_at), run.id)
            ):
                if run.started_at is None or utc(run.started_at) > since:
                    continue
                if problem := self._shows_nothing(run):
                    left_out[f"run {safe(run.id)} proves nothing: {problem}"] = None
                    continue
                before = [run]
                break
            seen = f"first seen {since:%Y-%m-%d %H:%M} UTC"
            why = (
                f"{seen}, run {safe(before[0].id)}"
                if before
                else f"{seen}; {'none of its runs is whole and earlier' if ran else 'no run'}"
            )
            checks.append(Check(f"a run before {names}", bool(before), why))
            if not before:
                failing.append(trace_id)
        held = sum(check.holds for check in checks)
        named = 100 * self.silent <= self.n
        why = f"{self.silent:,} of {self.n:,} do not"
        others = self.first.others
        if others:
            said = too_many("versions", others)[0]
            checks.append(Check("versions few enough to look a run up for each", False, said))
        if not named:
            failing += self.nameless.ids
        if self.silent:
            checks.append(Check("requests name the prompt and model that served them", named, why))
        points = 2 if held == len(served) and named and not others else 1 if held else 0
        read = tuple(f"run {run.id} {run.started_at and utc(run.started_at).isoformat()}" for run in known)
        against = len(served) - held + others + (0 if named else self.silent)
        return Finding(points, tuple(checks), read, examples=tuple(failing), against=against, left_out=tuple(left_out))

    def _shows_nothing(self, run: Run) -> str:
        """Why the run is no exam of its version; "" if it is."""
        cases = cases_of(self.data, run)
        problem = unsound(run, cases, self.data.utc_day)
        gold = len(self.data.eval_set.cases) if self.data.eval_set else 0
        if problem or cases is None:
            return problem
        held = len({case.id for case in cases})
        return f"{held:,} of the golden set's {gold:,} cases are in it" if 2 * held < gold else ""


def _ran_version(run: Run, version: Version) -> bool:
    """Whether a run used this version; a run that names no index matches only if the trace names none either."""
    prompt, model, index = version
    return run.prompt_version == prompt and run.model == model and (not index or run.index_version == index)


@dataclass(slots=True)
class ReleaseShare(ReadsAmounts):
    """The newest release served part of the traffic before it served more (DEP-06).

    A release is an application version or, if traces have none, a prompt version. From its first request on, the
    minutes with the first 20 requests of all releases are its first stage, those with the last 20 its last.
    0: it had all of the first stage. 1: it shared the traffic, but had half or more of it, or has not grown since by more
    than luck, or one request in twenty does not name its release.
    """

    n: int = 0
    apps: NameCounts = field(default_factory=NameCounts)
    prompts: NameCounts = field(default_factory=NameCounts)
    minutes: dict[str, OrderedMinutes] = field(default_factory=dict)  # by release

    @classmethod
    def start(cls, data: ProbeInput) -> ReleaseShare:
        return cls()

    def add(self, got: Counted) -> None:
        self.n += got.once
        if got.day is None or not got.once:
            return
        for table, name in ((self.apps, got.trace.app_version), (self.prompts, got.trace.prompt_version)):
            if name is not None and has_version(name):
                table.add(name, got.once)

    @property
    def columns(self) -> tuple[str, ...]:
        table = self.apps or self.prompts
        return (self._named_by, "at", "copy") if len(table) > 1 and not table.others else ()

    @property
    def _named_by(self) -> str:
        return "app_version" if self.apps else "prompt_version"

    def read(self, got: Columns) -> None:
        table = (self.apps or self.prompts).found
        for name, at, copy in zip(got[self._named_by], got["at"], got["copy"], strict=True):
            if name in table and at is not None and not copy:
                if name not in self.minutes:
                    self.minutes[name] = OrderedMinutes()
                self.minutes[name].add(at // _MINUTE)

    def finding(self) -> Finding:
        table = self.minutes
        if too := too_many("releases", (self.apps or self.prompts).others):
            return Finding(None, missing=f"{too[0]}, so the log does not show which of them is the newest")
        if len(table) < 2:
            return Finding(None, missing="the imported traces show fewer than two releases")
        newest = max(table, key=lambda name: (table[name].since, name))
        since = table[newest].since
        after = {name: minutes.after(since) for name, minutes in table.items()}
        if sum(map(len, after.values())) < 2 * _STAGE:
            return Finding(None, missing=f"fewer than {2 * _STAGE} requests were logged since the newest release")
        first, last = _first_stage(after, newest), _last_stage(after, newest)
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
        named = sum(map(len, table.values()))
        every = Check(
            "requests name their release", named >= KNOWN * self.n, f"{self.n - named:,} of {self.n:,} do not"
        )
        checks = (partial, grew, every) if named < self.n else (partial, grew)
        points = 2 if all(check.holds for check in checks) else 0 if first[0] == first[1] else 1
        return Finding(points, checks, (f"release {newest}",))


def _first_stage(table: Mapping[str, OrderedMinutes], newest: str) -> tuple[int, int]:
    """The newest release's requests and all requests in the first minutes that make up a stage."""
    end = sorted(minute for minutes in table.values() for minute in minutes.first(_STAGE))[_STAGE - 1]
    held = {name: minutes.until(end) for name, minutes in table.items()}
    return held[newest], sum(held.values())


def _last_stage(table: Mapping[str, OrderedMinutes], newest: str) -> tuple[int, int]:
    """The same of the last minutes."""
    start = sorted(minute for minutes in table.values() for minute in minutes.last(_STAGE))[-_STAGE]
    held = {name: len(minutes.after(start)) for name, minutes in table.items()}
    return held[newest], sum(held.values())


@dataclass(slots=True)
class ErrorBudget:
    """An objective is declared and its error budget is not spent (REL-06). 1: the budget is spent, or the log is too small
    to say so.

    Burn rate = the share of failed requests divided by the share that the objective allows, in the objective's window
    up to `as_of` (Beyer et al., The Site Reliability Workbook, chapter 5). Failed: outcome fail or error; a request
    without a known outcome counts as failed, as nothing says that it was served. A copy of a request that succeeded
    shows nothing new: without such copies the budget must not be spent either. Where all that the log ever says is "success", nothing shows that it would say otherwise.
    """

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

    def _in_window(self, day: date | None) -> bool:
        return day is not None and self.data.utc_day - timedelta(days=self.slo.days) < day <= self.data.utc_day

    def add(self, got: Counted) -> None:
        outcome = got.trace.outcome
        fine = outcome in (Outcome.SUCCESS, Outcome.ABSTAIN)
        n = got.once if fine else got.n
        if outcome is not None and n:
            self.variety.add("outcomes", outcome, n)
        if not self._in_window(got.day):
            return
        self.n += n
        self.unknown += n if outcome is None else 0
        if fine:
            self.copies += got.copies
        else:
            self.failed += n
            self.bad.take(got.ids)

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


RELEASES = {
    "run_before_each_version": fact_of_traces(RunBeforeVersion.start),
    "release_share_over_time": fact_of_traces(ReleaseShare.start),
    "error_budget_burn": fact_of_traces(ErrorBudget.start),
}
