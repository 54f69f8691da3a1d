"""Records counted by what they show and on which day, one after the other, in any order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted, Ids, Varied
from readiness_tui.domain.traces.measured import at_of, day_of, moment_at, utc
from readiness_tui.domain.traces.shape import TraceShape, shape_of
from readiness_tui.domain.traces.varied import digest, values


@dataclass(slots=True)
class _Group:
    """A group that is still counted. Of a field that is known to differ no value is looked at any more."""

    day: date | None
    shape: TraceShape
    n: int = 0
    ids: Ids = field(default_factory=Ids)
    first: tuple[datetime, str] | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    differ: set[str] = field(default_factory=set)

    def add(self, trace: Trace) -> None:
        self.n += 1
        self.ids.add(trace.id)
        if trace.started_at is not None:
            start = utc(trace.started_at), trace.id
            if self.first is None or start < self.first:
                self.first = start
        for name, value in values(trace, self.differ):
            if name not in self.seen:
                self.seen[name] = value
            elif self.seen[name] != value:
                self.differ.add(name)

    def counted(self) -> Counted:
        varied = {name: Varied(digest(value), name in self.differ) for name, value in self.seen.items()}
        return Counted(self.shape.skeleton, self.n, self.day, 0, self.ids.found, self.first, varied)


class Tallier:
    """Counts records into groups of one UTC day and one shape. It knows nothing of copies."""

    def __init__(self) -> None:
        self._groups: dict[tuple[date | None, str], _Group] = {}

    def __len__(self) -> int:
        """The groups open by now."""
        return len(self._groups)

    def add(self, trace: Trace) -> TraceShape:
        """Count a record; returns its shape."""
        shape, day = shape_of(trace), day_of(trace)
        group = self._groups.get((day, shape.digest))
        if group is None:
            group = self._groups[day, shape.digest] = _Group(day, shape)
        group.add(trace)
        return shape

    def take(self) -> Iterator[tuple[TraceShape, Counted]]:
        """The groups counted since the last time, which then begin anew."""
        groups, self._groups = self._groups, {}
        for group in groups.values():
            yield group.shape, group.counted()


Row = tuple[int, str, int | None, str | None, str]


def row_of(counted: Counted) -> Row:
    """A group as a table holds it beside its day, its shape and its copies: n, ids as JSON, start (microseconds since
    1970 UTC) and id of the earliest, what varied as JSON."""
    start, name = counted.first or (None, None)
    varied = {field: [one.first, int(one.differs)] for field, one in sorted(counted.varied.items())}
    return counted.n, _json(counted.ids), at_of(start), name, _json(varied)


def counted_of(row: Row, skeleton: Trace, day: date | None, copies: int = 0) -> Counted:
    """The group that `row_of` wrote."""
    n, ids, at, name, told = row
    first = None if at is None or name is None else (moment_at(at), name)
    varied = {field: Varied(value, bool(differs)) for field, (value, differs) in json.loads(told).items()}
    return Counted(skeleton, n, day, copies, tuple(json.loads(ids)), first, varied)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
