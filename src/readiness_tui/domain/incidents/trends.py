"""Trends over many incidents: how long they took, what recurs, and which actions are overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Generic, TypeVar

from readiness_tui.domain.incidents import note, note_rows
from readiness_tui.domain.incidents.model import Action, FailureClass, Incident
from readiness_tui.domain.incidents.search import overdue

T = TypeVar("T", bound=Hashable)

#: The intervals of `note.intervals` that are compared.
SPANS = ("to detect", "to acknowledge", "to mitigate", "to resolve")


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and range of `n` known intervals. A mean would mislead: a single long night moves it.

    `unknown`: incidents that lack one of the two times; `disordered`: incidents whose times are out of order.
    """

    n: int
    median: timedelta | None
    low: timedelta | None
    high: timedelta | None
    unknown: int
    disordered: int


@dataclass(frozen=True, slots=True)
class Recurring(Generic[T]):
    """Something that several incidents name, and which incidents do."""

    what: T
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    incident: Incident
    action: Action


@dataclass(frozen=True, slots=True)
class Trends:
    """`classes` and `items` count every incident that names them; `factors` only what more than one names."""

    incidents: int
    open: int
    spans: dict[str, Spread]
    classes: tuple[Recurring[FailureClass], ...]
    unclassified: int
    factors: tuple[Recurring[str], ...]
    items: tuple[Recurring[str], ...]  # whose control failed
    overdue: tuple[Overdue, ...]  # the longest overdue first


def trends(incidents: Sequence[Incident], as_of: date) -> Trends:
    late = [Overdue(incident, action) for incident in incidents for action in overdue(incident, as_of)]
    said = {incident.name: note_rows.factors(incident) for incident in incidents}
    written = {name: {_plain(factor.text): factor.text for factor in factors} for name, factors in said.items()}
    first = {plain: text for texts in reversed(written.values()) for plain, text in texts.items()}
    again = [row for row in _recurring((name, texts) for name, texts in written.items()) if len(row.incidents) > 1]
    return Trends(
        incidents=len(incidents),
        open=sum(incident.open for incident in incidents),
        spans={name: _spread(incidents, name) for name in SPANS},
        classes=_recurring((incident.name, note_rows.failure_classes(incident)) for incident in incidents),
        unclassified=sum(not note_rows.failure_classes(incident) for incident in incidents),
        factors=tuple(Recurring(first[row.what], row.incidents) for row in again),
        items=_recurring((incident.name, note_rows.failed_controls(incident)) for incident in incidents),
        overdue=tuple(sorted(late, key=lambda row: (row.action.due, row.incident.number, row.action.id))),
    )


def _spread(incidents: Sequence[Incident], name: str) -> Spread:
    known = [span for incident in incidents if (span := dict(note.intervals(incident)).get(name)) is not None]
    spans = [span for span in known if span >= timedelta(0)]
    return Spread(
        n=len(spans),
        median=median(spans) if spans else None,  # type: ignore[type-var]
        low=min(spans, default=None),
        high=max(spans, default=None),
        unknown=len(incidents) - len(known),
        disordered=len(known) - len(spans),
    )


def _recurring(named: Iterable[tuple[str, Iterable[T]]]) -> tuple[Recurring[T], ...]:
    """Most often named first, ties in order of appearance."""
    by: dict[T, list[str]] = {}
    for incident, names in named:
        for name in names:
            by.setdefault(name, []).append(incident)
    count = Counter({name: len(incidents) for name, incidents in by.items()})
    return tuple(Recurring(name, tuple(by[name])) for name, _ in count.most_common())


def _plain(text: str) -> str:
    """The form in which factors are compared: case, spaces and a final full stop do not matter."""
    return " ".join(text.casefold().split()).strip(" .;,")
