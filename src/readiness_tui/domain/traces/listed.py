"""Recorded requests in a list: each read by itself, which is the slow reading, or counted by what they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import islice
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.counted import Counted, Varied
from readiness_tui.domain.traces.leaks import LeakHit, leaks_of
from readiness_tui.domain.traces.measured import MEASURED, at_of, day_of, utc
from readiness_tui.domain.traces.recorded import Block
from readiness_tui.domain.traces.traffic import not_of_users
from readiness_tui.domain.traces.varied import digest, values

_STEP = 8_192  # requests in a block
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class RecordedList:
    """`Recorded` over traces in memory, in the list's own order. An id that occurs twice is two requests."""

    traces: tuple[Trace, ...] = ()

    @classmethod
    def of(cls, traces: Iterable[Trace]) -> RecordedList:
        return cls(tuple(traces))

    def __len__(self) -> int:
        return len(self.traces)

    @cached_property
    def _copies(self) -> tuple[bool, ...]:
        return tuple(copies(self.traces))

    def counted(self) -> Iterator[Counted]:
        for trace, again in zip(self.traces, self._copies, strict=True):
            yield alone(trace, again)

    def outlined(self) -> Iterator[tuple[date | None, Trace, int]]:
        return ((day_of(trace), trace, 1) for trace in self.traces)

    def columns(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[tuple[Any, ...]]:
        readers = [_COLUMNS.get(name) or _field(name) for name in names if name != "copy"]
        copied = names.index("copy") if "copy" in names else None
        for at, trace in enumerate(self.traces):
            if (start is not None or end is not None) and not _between(trace.started_at, start, end):
                continue
            row = [read(trace) for read in readers]
            if copied is not None:
                row.insert(copied, self._copies[at])
            yield tuple(row)

    def blocks(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[Block]:
        return blocks_of(self.columns(names, start, end))

    def whole(self, shows: Callable[[Trace], bool]) -> Iterator[Trace]:
        return filter(shows, self.traces)

    def leaked(self) -> Iterator[tuple[date | None, LeakHit]]:
        for at, hit in leaks_of(self.traces):
            yield day_of(self.traces[at]), hit


NOTHING_RECORDED = RecordedList()


def blocks_of(rows: Iterable[tuple[Any, ...]]) -> Iterator[Block]:
    """Rows of columns as columns, some thousand at once."""
    left = iter(rows)
    while some := list(islice(left, _STEP)):
        yield list(zip(*some, strict=True))


def alone(trace: Trace, copy: bool = False) -> Counted:
    """One record as a group of its own."""
    varied: dict[str, Varied] = {}
    for name, value in values(trace):
        one = Varied(digest(value))
        varied[name] = varied[name].joined(one) if name in varied else one
    first = None if trace.started_at is None else (utc(trace.started_at), trace.id)
    return Counted(trace, 1, day_of(trace), int(copy), (trace.id,), first, varied)


def copies(traces: Sequence[Trace]) -> list[bool]:
    """Of each, whether it repeats a request of users that began before it; those without a time stand before all."""
    found, known = [False] * len(traces), set()
    for at in sorted(range(len(traces)), key=lambda at: utc(traces[at].started_at or _LONG_AGO)):
        if not not_of_users(traces[at]):
            told = content(traces[at])
            found[at] = told in known
            known.add(told)
    return found


def _between(moment: datetime | None, start: datetime | None, end: datetime | None) -> bool:
    if moment is None:
        return False
    return (start is None or utc(start) <= utc(moment)) and (end is None or utc(moment) < utc(end))


def _field(name: str) -> Callable[[Trace], Any]:
    return lambda trace: getattr(trace, name)


_COLUMNS: dict[str, Callable[[Trace], Any]] = {
    **MEASURED,
    "at": lambda trace: at_of(trace.started_at),
    "shape": lambda trace: trace,
    "outline": lambda trace: trace,
    "of_users": lambda trace: not not_of_users(trace),
}
