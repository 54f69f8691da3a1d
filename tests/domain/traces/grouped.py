"""Recorded requests counted by their shapes in memory, as the store has them in tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.counted import Counted, joined
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.measured import day_of, utc
from readiness_tui.domain.traces.outline import outline
from readiness_tui.domain.traces.shape import shape_from, shape_of, skeleton_from
from readiness_tui.domain.traces.tally import Row, Tallier, counted_of, row_of
from readiness_tui.domain.traces.traffic import not_of_users

Key = TypeVar("Key", bound=Hashable)


def copies_by(requests: Iterable[tuple[int, Key]]) -> Counter[Key]:
    """How many copies each group holds: `requests` are `content.content` and group of those that users sent, those without a
    time first, then the oldest first. A request repeats another one where it is not the first of its content."""
    known: set[int] = set()
    found: Counter[Key] = Counter()
    for number, group in requests:
        if number in known:
            found[group] += 1
        else:
            known.add(number)
    return found


@dataclass(frozen=True)
class ByShape(RecordedList):
    """Traces in memory as the store has them: counted in parts, which are merged, by a shape read back from its text."""

    parts: int = 3

    def counted(self) -> Iterator[Counted]:
        taken: dict[tuple[date | None, str], list[Row]] = {}
        shapes: dict[str, Trace] = {}
        for part in range(self.parts):
            tallier = Tallier()
            for trace in self.traces[part :: self.parts]:
                tallier.add(trace)
            for shape, counted in tallier.take():
                shapes[shape.digest] = shape_from(shape.text).skeleton
                taken.setdefault((counted.day, shape.digest), []).append(row_of(counted))
        copies = copies_by((content(trace), _group(trace)) for trace in by_time(self.traces) if not not_of_users(trace))
        for (day, digest), rows in taken.items():
            groups = [counted_of(row, shapes[digest], day, 0) for row in rows]
            yield replace(joined(groups), copies=copies[day, digest])

    def columns(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[tuple[Any, ...]]:
        shown = {"shape": lambda trace: shape_of(trace).skeleton, "outline": outline_of}
        for row in super().columns(names, start, end):
            yield tuple(shown[name](value) if name in shown else value for name, value in zip(names, row, strict=True))

    def outlined(self) -> Iterator[tuple[date | None, Trace, int]]:
        return ((day_of(trace), outline_of(trace), 1) for trace in self.traces)

    def whole(self, shows: Callable[[Trace], bool]) -> Iterator[Trace]:
        return (trace for trace in self.traces if shows(outline_of(trace)))


def outline_of(trace: Trace) -> Trace:
    return skeleton_from(outline(shape_of(trace).text))


def by_time(traces: Iterable[Trace]) -> list[Trace]:
    """Those without a time first, then the oldest first."""
    return sorted(traces, key=lambda trace: utc(trace.started_at or datetime.min))


def _group(trace: Trace) -> tuple[date | None, str]:
    return day_of(trace), shape_of(trace).digest
