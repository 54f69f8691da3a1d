"""The input and output of every probe (scoring.md, "Probe").

Trace probes are counters: everything a set of items needs is counted in a single pass over the requests, those that
show the same at once (`traces.counted`). Fact probes look at a few named objects: the golden set, the gate, its lock, the
candidate's runs.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Evidence, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.metrics import (
    Layer,
    MetricDef,
    NotComputable,
    Observed,
    RunData,
    held,
    metrics_by_layer,
    observe,
)
from readiness_tui.domain.probes.variety import Variety
from readiness_tui.domain.runs.holding import Shelf
from readiness_tui.domain.runs.model import Case, EvalSet, Run
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.counted import EXAMPLES, Counted
from readiness_tui.domain.traces.kept_records import KeptOfImport
from readiness_tui.domain.traces.measured import utc as utc
from readiness_tui.domain.traces.names import NameCounts
from readiness_tui.domain.traces.recorded import Recorded
from readiness_tui.domain.traces.traffic import bare, not_of_users


def _not_at_hand(run: Run) -> tuple[Case, ...] | None:
    return None


@dataclass(frozen=True, slots=True)
class ProbeInput:
    """Everything imported and declared that a probe may read.

    `recorded`: the system's requests. `candidate` and `baseline` are the review's runs in order, each with its cases.
    `ends`: the UTC day in which `as_of` ends where the team is, by which records are dated; None = the same day.
    `window_days`: only traces started in the last so many days up to then; None = all.
    `dismissed`: ids of the hits that people dismissed. `request_total`: requests served, if known.
    `runs`: every imported run, in any order, with its cases by `cases_of` (None: not at hand); `special`: load and
    red-team runs with their cases (`runs.special`).
    `incidents`: all incidents of the system. `evidence`: dated drills by item id.
    `held`: candidate and baseline runs by id, with the golden set that holds each. `sampled`: imports of requests that keep
    the raw records of some alone.
    """

    recorded: Recorded
    review: Review
    as_of: date
    candidate: tuple[tuple[Run, tuple[Case, ...]], ...] = ()
    baseline: tuple[tuple[Run, tuple[Case, ...]], ...] = ()
    eval_set: EvalSet | None = None
    gate: Gate | None = None
    lock: Lock | None = None
    window_days: int | None = None
    dismissed: frozenset[str] = frozenset()
    request_total: int | None = None
    runs: tuple[Run, ...] = ()
    special: tuple[tuple[Run, tuple[Case, ...]], ...] = ()
    incidents: tuple[Incident, ...] = ()
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    held: Mapping[str, RunData] = field(default_factory=dict)
    sampled: tuple[KeptOfImport, ...] = ()
    ends: date | None = None
    cases_of: Callable[[Run], tuple[Case, ...] | None] = field(default=_not_at_hand, compare=False)
    _metrics: dict[str, Mapping[Layer, Sequence[MetricDef]]] = field(default_factory=dict, repr=False, compare=False)
    _figures: dict[tuple[str, str], Observed | NotComputable] = field(default_factory=dict, repr=False, compare=False)

    @property
    def utc_day(self) -> date:
        """The last UTC day whose records have happened by the review's day."""
        return self.ends or self.as_of

    def in_window(self, day: date | None) -> bool:
        """Whether a request of this UTC day is looked at; None: its day is not known."""
        if self.window_days is None:
            return True
        return day is not None and self.utc_day - timedelta(days=self.window_days) < day <= self.utc_day

    def metrics_of(self, run: Run, cases: tuple[Case, ...]) -> Mapping[Layer, Sequence[MetricDef]]:
        """What one of its runs may have a figure of."""
        if run.id not in self._metrics:
            self._metrics[run.id] = metrics_by_layer(self.run_data(run, cases))
        return self._metrics[run.id]

    def figure(self, run: Run, cases: tuple[Case, ...], metric: MetricDef) -> Observed | NotComputable:
        """Of one of its runs, computed once where a probe asks: most ask for one or two metrics of forty."""
        place = run.id, metric.key
        if place not in self._figures:
            self._figures[place] = observe(metric.key, self.run_data(run, cases))
        return self._figures[place]

    def run_data(self, run: Run, cases: tuple[Case, ...]) -> RunData:
        """One of its runs as the golden set that holds it has it."""
        return self.held.get(run.id) or held(run, cases, Shelf.of((self.eval_set,) if self.eval_set else ()))


@dataclass(slots=True)
class SeenTraces:
    """The traces read in the pass: how many, from which days (UTC), and what was left out and why.

    `everything`: a refuting probe's view, which leaves out only what is outside the window.
    """

    everything: bool = False
    traces: int = 0
    first: date | None = None
    last: date | None = None
    undated: int = 0
    outside: int = 0  # not in the window, or without a date
    future: int = 0  # dated after the day of the review
    others: NameCounts = field(default_factory=NameCounts)  # no user sent them: by the field that says so
    as_of: date | None = None
    variety: Variety = field(default_factory=Variety)  # of questions and answers

    def admit(self, got: Counted, data: ProbeInput) -> bool:
        """Count the requests, unless they are left out."""
        day, n = got.day, got.n
        if not data.in_window(day):
            self.outside += n
            return False
        if not self.everything:
            if day is not None and day > data.utc_day:
                self.future, self.as_of = self.future + n, data.utc_day
                return False
            if told := not_of_users(got.trace):
                self.others.add(told, n)
                return False
            self._vary(got)
        self.traces += n
        if day is None:
            self.undated += n
        else:
            self.first = day if self.first is None else min(self.first, day)
            self.last = day if self.last is None else max(self.last, day)
        return True

    def _vary(self, got: Counted) -> None:
        named = ("",) if bare(got.trace) else got.ids[:2]
        for at, name in enumerate(named):
            self.variety.add("requests", name, 1 if at else got.n + 1 - len(named))
        for name, text in (("questions", got.trace.question), ("answers", got.trace.answer)):
            if has(text):
                self.variety.join(name, got.varied.get(name), got.once)

    @property
    def nothing(self) -> str:
        """Why there are no traces to read."""
        left = self.left_out
        if self.outside and not (self.future or self.others):
            return "no imported trace falls in the window"
        return f"no imported trace is left: {'; '.join(left)}" if left else "no trace is imported"

    @property
    def left_out(self) -> tuple[str, ...]:
        """What no proof rests on, and why, as lines."""
        lines = []
        if self.outside:
            lines.append(f"{self.outside:,} traces outside the window or without a date are left out")
        if self.future:
            lines.append(f"{self.future:,} traces dated after {self.as_of} are left out")
        if self.others:
            shown = [safe(told) for told, _ in self.others.ranked()[:3]]
            lines.append(
                f"{self.others.total:,} traces are left out: they say that no user sent them ({', '.join(shown)})"
            )
        return tuple(lines)

    @property
    def window(self) -> str:
        """ "2026-11-16 to 2026-11-22", with the number of traces without a date."""
        if self.first is None or self.last is None:
            return "dates not recorded" if self.traces else ""
        days = self.first.isoformat() if self.first == self.last else f"{self.first} to {self.last}"
        return f"{days} ({self.undated:,} without a date)" if self.undated else days


class Counter(Protocol):
    """One probe's part of the pass.

    `add` sees each group of requests that show the same once: it reads `Counted.trace`, which may be a skeleton without
    texts, times and amounts, and counts `n`, or `once` where a copy of a request shows nothing new. What differs within a
    group is read from columns afterwards (`amounts`).
    """

    def add(self, got: Counted) -> None: ...

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal: ...


@dataclass(frozen=True, slots=True)
class TraceProbe:
    """A probe over all traces."""

    kind: ProbeKind
    start: Callable[[ProbeInput], Counter]


@dataclass(frozen=True, slots=True)
class FactProbe:
    """A probe over named objects."""

    check: Callable[[ProbeInput], Finding]
    kind: ProbeKind = ProbeKind.FACT


@dataclass(frozen=True, slots=True)
class RecordProbe:
    """A probe over a few records: incidents, cases of the candidate, or evidence attached to the item itself."""

    kind: ProbeKind
    answer: Callable[[Item, ProbeSpec, ProbeInput], Proposal]


Probe = TraceProbe | FactProbe | RecordProbe


@dataclass(frozen=True, slots=True)
class Check:
    """One condition that a fact probe checks. `why` is what it found."""

    name: str
    holds: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact probe's answer. `read`: what it looked at (digests, ids, times). `missing`: why there is no answer.

    `examples`: ids of records for which a check does not hold, of which there are `against` (None: those listed).
    `left_out`: what proves nothing, and why, as lines. `unproven`: why all checks hold and yet nothing is proven.
    """

    points: int | None
    checks: tuple[Check, ...] = ()
    read: tuple[str, ...] = ()
    missing: str = ""
    examples: tuple[str, ...] = ()
    against: int | None = None
    left_out: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()


@dataclass(slots=True)
class Smallest:
    """The `EXAMPLES` smallest distinct ids added, in order."""

    ids: list[str] = field(default_factory=list)

    def take(self, names: Iterable[str]) -> None:
        """Add ids that stand in order."""
        for name in names:
            if len(self.ids) == EXAMPLES and name > self.ids[-1]:
                return
            self.add(name)

    def add(self, name: str) -> str | None:
        """Keep `name` if it is among the smallest. Returns the id it displaced, "" if none; None if it was not kept."""
        ids = self.ids
        if len(ids) == EXAMPLES and name > ids[-1]:
            return None
        at = bisect_left(ids, name)
        if at < len(ids) and ids[at] == name:
            return None
        ids.insert(at, name)
        return ids.pop() if len(ids) > EXAMPLES else ""


def safe(text: str, limit: int = 60) -> str:
    """A name from outside for use inside a sentence: one line, no control characters, no credential."""
    return one_line(mask(text), limit)


def digest_of(query: str, *parts: object) -> str:
    """SHA-256 of what the probe found; an override holds for this digest only."""
    return hashlib.sha256(json.dumps([query, *parts], sort_keys=True).encode()).hexdigest()


def sampling(data: ProbeInput) -> str:
    """How the traces were sampled, as far as declared: a share in a sample is not the share of all requests."""
    rate = data.review.declared.get(declared.SAMPLING_RATE, "").strip()
    if not rate:
        said = "every request imported"
    elif declared.share(rate) == 1:
        said = "every request, declared"
    else:
        said = f"sampled at {safe(rate)}, declared"
    return said if data.request_total is None else f"{said}; {data.request_total:,} requests in all"
