"""The support rule: a figure shown beside an item (scoring.md, "Probe"). It proposes no points.

A figure in favour of the item makes a claim `evidenced`; one against it is only shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.probes.amounts import ReadsAmounts
from readiness_tui.domain.probes.base import (
    Counter,
    Finding,
    ProbeInput,
    RecordProbe,
    SeenTraces,
    TraceProbe,
    digest_of,
    sampling,
)
from readiness_tui.domain.probes.facts import fact_proposal
from readiness_tui.domain.probes.variety import Variety, constants, no_proof
from readiness_tui.domain.traces.counted import EXAMPLES, Counted

KNOWN = Fraction(95, 100)


@dataclass(frozen=True, slots=True)
class SupportFigure:
    """What a support probe found in `n` records. `missing`: why there was nothing to find (n = 0).

    `supports`: the figure is in favour of the item. `examples`: ids of the records against it, of which there are
    `against` (None: those listed). `variety`: of values that have to differ for the figure to say anything.
    """

    text: str = ""
    n: int = 0
    k: int | None = None
    supports: bool = True
    examples: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    missing: str = ""
    against: int | None = None
    variety: Variety = field(default_factory=Variety)


class Reading(Protocol):
    """One figure's part of the pass: sees each group of requests once (`base.Counter`), then, where it is one that
    `ReadsAmounts`, the columns that it asks for, and returns the figure."""

    def add(self, got: Counted) -> None: ...

    def figure(self) -> SupportFigure: ...


class Weighing(Protocol):
    """Like `Reading`, for a fact that only the log can show."""

    def add(self, got: Counted) -> None: ...

    def finding(self) -> Finding: ...


def figure_proposal(
    item: Item, query: str, figure: SupportFigure, data: ProbeInput, seen: SeenTraces | None = None
) -> Proposal:
    missing = f"Nothing to show: {figure.missing}." if figure.missing else ""
    seen = seen or SeenTraces()
    told = declared.expected_constant(data.review.declared)
    constant, expected, hint = constants(told, figure.variety, seen.variety)
    in_favour = figure.supports and bool(figure.n) and not missing
    text = figure.text.rstrip() + (no_proof(constant) if in_favour else "")
    return Proposal(
        item_id=item.id,
        query=query,
        kind=ProbeKind.SUPPORT,
        points=None,
        assurance=Assurance.EVIDENCED if in_favour and not constant else None,
        text=missing or text,
        k=None if missing else figure.k,
        n=None if missing else figure.n,
        examples=figure.examples[:EXAMPLES],
        details=(*figure.details, *expected, *(hint if in_favour else ()), *seen.left_out),
        digest=digest_of(query, figure.text, figure.k, figure.n, figure.examples, missing),
        missing=missing,
        against=len(figure.examples) if figure.against is None else figure.against,
    )


@dataclass(slots=True)
class _FigureCounter:
    reading: Reading | None
    problem: str

    def add(self, got: Counted) -> None:
        if self.reading is not None:
            self.reading.add(got)

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        if self.reading is None:
            figure = SupportFigure(missing=self.problem)
        else:
            figure = self.reading.figure() if seen.traces else SupportFigure(missing=seen.nothing)
        made = figure_proposal(item, spec.query, figure, data, seen)
        return made if made.missing else replace(made, window=seen.window, sampling=sampling(data))


@dataclass(slots=True)
class _FindingCounter:
    reading: Weighing | None
    problem: str

    def add(self, got: Counted) -> None:
        if self.reading is not None:
            self.reading.add(got)

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        if self.reading is None:
            finding = Finding(None, missing=self.problem)
        else:
            finding = self.reading.finding() if seen.traces else Finding(None, missing=seen.nothing)
        told = declared.expected_constant(data.review.declared)
        against, expected, hint = constants(told, seen.variety)
        if finding.points == 2 and against:
            finding = replace(finding, unproven=(*finding.unproven, *against), left_out=(*finding.left_out, *hint))
        finding = replace(finding, left_out=(*finding.left_out, *expected, *seen.left_out))
        made = fact_proposal(item, spec.query, ProbeKind.FACT, finding)
        return made if made.missing else replace(made, window=seen.window, sampling=sampling(data))


def asking(counters: Iterable[Counter]) -> Iterator[ReadsAmounts]:
    """Their readings that ask for columns."""
    for counter in counters:
        if isinstance(counter, (_FigureCounter, _FindingCounter)) and isinstance(counter.reading, ReadsAmounts):
            yield counter.reading


def support(make: Callable[[ProbeInput], Reading]) -> TraceProbe:
    """A support probe over traces. If `make` raises `declared.UnusableError`, there is no figure and the error says why."""

    def start(data: ProbeInput) -> _FigureCounter:
        try:
            return _FigureCounter(make(data), "")
        except declared.UnusableError as error:
            return _FigureCounter(None, str(error))

    return TraceProbe(ProbeKind.SUPPORT, start)


def fact_of_traces(make: Callable[[ProbeInput], Weighing]) -> TraceProbe:
    """A fact probe that has to read the log."""

    def start(data: ProbeInput) -> _FindingCounter:
        try:
            return _FindingCounter(make(data), "")
        except declared.UnusableError as error:
            return _FindingCounter(None, str(error))

    return TraceProbe(ProbeKind.FACT, start)


def support_of_records(look: Callable[[ProbeInput], SupportFigure]) -> RecordProbe:
    """A support probe over incidents, runs and locks."""
    return RecordProbe(ProbeKind.SUPPORT, lambda item, spec, data: figure_proposal(item, spec.query, look(data), data))


def unknown(n: int, before: str = " ", after: str = " unknown") -> str:
    """ " (7 unknown)" for a sentence; "" where nothing is."""
    if not n:
        return ""
    return f"{before}({n:,}{after})" if before == " " else f"{before}{n:,}{after}"


def nearly_all(k: int, n: int) -> bool:
    """Whether a figure rests on enough of its records: on as many as the gate asks of a metric's cases."""
    return bool(n) and k >= KNOWN * n


def percent(k: int, n: int) -> str:
    """A share for a sentence, rounded down."""
    return f"{100 * k // n}%"
