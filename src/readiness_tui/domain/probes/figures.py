"""The support rule: a figure shown beside an item (scoring.md, "Probe"). It proposes no points.

A figure in favour of the item makes a claim `evidenced`; one against it is only shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.probes.base import (
    EXAMPLES,
    Finding,
    ProbeInput,
    RecordProbe,
    SeenTraces,
    TraceProbe,
    digest_of,
    sampling,
)
from readiness_tui.domain.probes.facts import fact_proposal
from readiness_tui.domain.runs.model import Trace


@dataclass(frozen=True, slots=True)
class SupportFigure:
    """What a support probe found in `n` records. `missing`: why there was nothing to find (n = 0).

    `supports`: the figure is in favour of the item. `examples`: ids of the records against it.
    """

    text: str = ""
    n: int = 0
    k: int | None = None
    supports: bool = True
    examples: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    missing: str = ""


class Reading(Protocol):
    """One figure's part of the pass: sees each trace once, then returns the figure."""

    def add(self, trace: Trace) -> None: ...

    def figure(self) -> SupportFigure: ...


class Weighing(Protocol):
    """Like `Reading`, for a fact that only the log can show."""

    def add(self, trace: Trace) -> None: ...

    def finding(self) -> Finding: ...


def figure_proposal(item: Item, query: str, figure: SupportFigure) -> Proposal:
    missing = f"Nothing to show: {figure.missing}." if figure.missing else ""
    return Proposal(
        item_id=item.id,
        query=query,
        kind=ProbeKind.SUPPORT,
        points=None,
        assurance=Assurance.EVIDENCED if figure.supports and figure.n and not missing else None,
        text=missing or figure.text,
        k=None if missing else figure.k,
        n=None if missing else figure.n,
        examples=figure.examples[:EXAMPLES],
        details=figure.details,
        digest=digest_of(query, figure.text, figure.k, figure.n, figure.examples, missing),
        missing=missing,
    )


@dataclass(slots=True)
class _FigureCounter:
    reading: Reading | None
    problem: str

    def add(self, trace: Trace) -> None:
        if self.reading is not None:
            self.reading.add(trace)

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        if self.reading is None:
            figure = SupportFigure(missing=self.problem)
        else:
            figure = self.reading.figure() if seen.traces else SupportFigure(missing=seen.nothing)
        made = figure_proposal(item, spec.query, figure)
        return made if made.missing else replace(made, window=seen.window, sampling=sampling(data))


@dataclass(slots=True)
class _FindingCounter:
    weighing: Weighing | None
    problem: str

    def add(self, trace: Trace) -> None:
        if self.weighing is not None:
            self.weighing.add(trace)

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: SeenTraces) -> Proposal:
        if self.weighing is None:
            finding = Finding(None, missing=self.problem)
        else:
            finding = self.weighing.finding() if seen.traces else Finding(None, missing=seen.nothing)
        made = fact_proposal(item, spec.query, ProbeKind.FACT, finding)
        return made if made.missing else replace(made, window=seen.window, sampling=sampling(data))


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
    return RecordProbe(ProbeKind.SUPPORT, lambda item, spec, data: figure_proposal(item, spec.query, look(data)))


def percent(k: int, n: int) -> str:
    """A share for a sentence, rounded down."""
    return f"{100 * k // n}%"
