"""A system's recorded requests as rules read them (`domain/traces/recorded.py`), from tallies, columns and indexes.

What is not measured yet (`older`) is read record by record, and all of the system with it: the slow reading, which
comes to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from itertools import chain, islice
from typing import Any

import msgspec

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.leaks import LeakHit
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.measured import Absent, utc
from readiness_tui.domain.traces.outline import outline
from readiness_tui.domain.traces.recorded import Block, Recorded
from readiness_tui.domain.traces.shape import skeleton_from
from readiness_tui.domain.traces.traffic import not_of_users
from readiness_tui.domain.traces.version import SHAPE_VERSION as VERSION
from readiness_tui.store import packing, traces
from readiness_tui.store.codec import from_micros
from readiness_tui.store.measured import copies, days, stale, tallies
from readiness_tui.store.measured.aside import Aside
from readiness_tui.store.measured.key_set import KeySet
from readiness_tui.store.measured.seen import SeenTraceSet
from readiness_tui.store.measured.shapes import StoredShapes
from readiness_tui.store.schema import UNKNOWN_TIME
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER

_FEW = 20_000  # requests that are fetched one by one rather than by reading over all
_CHUNK = 500
_AT_ONCE = 2_000
Column = Sequence[Any]
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_minutes = msgspec.json.Decoder(tuple[int, ...]).decode

#: Names of `Recorded.columns` that the table calls otherwise.
_NAMED = {"user": "person", "at": "started_at", "of_users": "shape", "outline": "shape", "copy": "key"}
#: Those that are in `trace_measure`.
_MEASURED = frozenset({"shape", "outline", "of_users", "retried", "longest_call_ms", "call_minutes"})
_READ: dict[str, Callable[[Column], Column]] = {
    "started_at": lambda column: [None if value == UNKNOWN_TIME else from_micros(value) for value in column],
    "at": lambda column: [None if value == UNKNOWN_TIME else value for value in column],
    "outcome": lambda column: [None if value is None else _OUTCOMES[value] for value in column],
    "retrieval": lambda column: [None if value is None else bool(value) for value in column],
    "cached": lambda column: list(map(bool, column)),
    "cold": lambda column: list(map(bool, column)),
    "scores": lambda column: [packing.scores(value) if value else {} for value in column],
    "extra": lambda column: [packing.extra(value) if value else {} for value in column],
    "retried": lambda column: [value if isinstance(value, float) else Absent(value) for value in column],
    "call_minutes": lambda column: [
        () if value is None else (value,) if isinstance(value, int) else _minutes(value) for value in column
    ],
}


def _each(read: Callable[[Trace], Any], shown: Sequence[Trace]) -> Column:
    """What is read of each, once an object."""
    known = {at: read(trace) for at, trace in {id(trace): trace for trace in shown}.items()}
    return [known[id(trace)] for trace in shown]


class StoredTraces:
    """`Recorded` over one connection; what it has read once (which are copies, the shapes) it keeps."""

    def __init__(self, conn: Connection, system: str) -> None:
        self._conn, self._system = conn, system
        self._shapes = StoredShapes(conn)

    def __len__(self) -> int:
        with self._one_moment():
            seen = SeenTraceSet.now(self._conn, self._system)
            if stale.stale(self._conn, seen) or self.slow is not None:
                return traces.count(self._conn, self._system)
            sql = f"SELECT coalesce(sum(n), 0) FROM trace_tally WHERE import_id IN ({seen.numbers})"
            return int(self._conn.execute(sql).fetchone()[0])

    @cached_property
    def slow(self) -> Recorded | None:
        """The slow reading, where something of the system is not measured by this version."""
        seen = SeenTraceSet.now(self._conn, self._system)
        if all(version == VERSION for version in seen.imports.values()):
            return None
        return RecordedList(tuple(traces.iter_between(self._conn, self._system)))

    def counted(self) -> Iterable[Counted]:
        return self.slow.counted() if self.slow is not None else self._counted()

    def outlined(self) -> Iterable[tuple[date | None, Trace, int]]:
        return self.slow.outlined() if self.slow is not None else self._outlined()

    def columns(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterable[tuple[Any, ...]]:
        return chain.from_iterable(zip(*block, strict=True) for block in self.blocks(names, start, end))

    def blocks(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterable[Block]:
        return self._blocks(names, start, end) if self.slow is None else self.slow.blocks(names, start, end)

    def whole(self, shows: Callable[[Trace], bool]) -> Iterable[Trace]:
        return self._whole(shows) if self.slow is None else self.slow.whole(shows)

    def leaked(self) -> Iterable[tuple[date | None, LeakHit]]:
        return self._leaked() if self.slow is None else self.slow.leaked()

    def _counted(self) -> Iterator[Counted]:
        with Aside.open(2 + tallies.WIDTH) as aside:
            with self._one_moment():  # what is tallied and what has to be read again
                seen = SeenTraceSet.now(self._conn, self._system)
                sql = f"SELECT import_id, shape, {tallies.COLUMNS} FROM trace_tally WHERE import_id IN ({seen.numbers})"
                aside.lay_all(self._conn.execute(sql))
                waiting = stale.stale(self._conn, seen)
            for found in copies.by_group(self._conn, seen):
                aside.add_copies(found)
            rows = (row for row in aside.rows() if (row[0], row[2]) not in waiting)
            while some := list(islice(rows, _CHUNK)):
                shown = self._shapes.skeletons(row[1] for row in some)
                for import_id, shape, *row in some:
                    repeated = aside.take_copies((import_id, row[0], shape), row[1])
                    yield tallies.read(shown[shape], tuple(row), repeated)
            for pair in waiting:
                for read, one in stale.counted(self._conn, seen, pair):
                    known = self._conn.execute("SELECT id FROM trace_shape WHERE digest = ?", (read.digest,)).fetchone()
                    yield replace(one, copies=aside.take_copies((*pair, known[0]), one.n) if known else 0)

    def _outlined(self) -> Iterator[tuple[date | None, Trace, int]]:
        with Aside.open(4) as aside:
            with self._one_moment():
                seen = SeenTraceSet.now(self._conn, self._system)
                sql = f"SELECT import_id, shape, day, n FROM trace_tally WHERE import_id IN ({seen.numbers})"
                aside.lay_all(self._conn.execute(sql))
                waiting = stale.stale(self._conn, seen)
            rows = (row for row in aside.rows() if (row[0], row[2]) not in waiting)
            while some := list(islice(rows, _AT_ONCE)):
                shown = self._shapes.outlines([row[1] for row in some])
                yield from ((days.of(day), trace, n) for trace, (_, _, day, n) in zip(shown, some, strict=True))
            for pair in waiting:
                for read, one in stale.counted(self._conn, seen, pair):
                    yield one.day, skeleton_from(outline(read.text)), one.n

    @contextmanager
    def _one_moment(self) -> Iterator[None]:
        nested = self._conn.in_transaction
        if not nested:
            self._conn.execute("BEGIN")
        try:
            yield
        finally:
            if not nested:
                self._conn.execute("COMMIT")

    def _blocks(self, names: Sequence[str], start: datetime | None, end: datetime | None) -> Iterator[Block]:
        reads = [self._reader(name) for name in names]
        asked = traces.plain([_NAMED.get(name, name) for name in names])
        # LEFT: a request without its row must not go missing in silence.
        source = "trace" if _MEASURED.isdisjoint(names) else "trace LEFT JOIN trace_measure ON trace_key = key"
        window = [None if at is None else utc(at) for at in (start, end)]
        for rows in traces.chunks(self._conn, self._system, asked, *window, source=source):
            values = list(zip(*rows, strict=True))[2:]
            yield [column if read is None else read(column) for column, read in zip(values, reads, strict=True)]

    def _reader(self, name: str) -> Callable[[Column], Column] | None:
        """What makes stored values those that are asked for; None where they are that."""
        if name == "shape":
            return lambda column: list(map(self._shapes.skeletons(column).__getitem__, column))
        if name == "outline":
            return self._shapes.outlines
        if name == "of_users":
            return lambda column: _each(lambda trace: not not_of_users(trace), self._shapes.outlines(column))
        if name == "copy":
            copied = self._copies
            return lambda column: list(map(copied.__contains__, column))
        return _READ.get(name)

    @cached_property
    def _copies(self) -> frozenset[int] | KeySet:
        found = copies.keys(self._conn, SeenTraceSet.now(self._conn, self._system))
        few = frozenset(islice(found, _FEW))
        return few if len(few) < _FEW else KeySet(chain(few, found))  # a set is asked quicker, and takes more room

    def _whole(self, shows: Callable[[Trace], bool]) -> Iterator[Trace]:
        seen = SeenTraceSet.now(self._conn, self._system)
        wanted, some, n = KeySet(), list[int](), 0
        every = self._shapes_seen(seen)
        while part := list(islice(every, _AT_ONCE)):
            told = _each(shows, self._shapes.outlines([shape for shape, _ in part]))
            for (shape, more), passes in zip(part, told, strict=True):
                if passes:
                    wanted.add(shape)
                    n += more
                    if len(some) <= _FEW:
                        some.append(shape)
        if not some:
            return
        names = packing.TRACE_COLUMNS
        if n > _FEW or len(some) > _FEW:
            among = f" AND shape IN ({', '.join(map(str, some))})" if len(some) <= min(_CHUNK, _FEW) else ""
            source = f"trace CROSS JOIN trace_measure ON trace_key = key{among}"
            for rows in traces.chunks(self._conn, self._system, f"shape, {names}", source=source):
                for row in rows:
                    if row[2] in wanted:
                        yield packing.trace(row[3:])
            return
        shapes = ", ".join(map(str, some))
        where = f"system_id = {NUMBER} AND import_id IN ({seen.numbers}) AND {seen.where('trace.key')}"
        found = self._conn.execute(
            "SELECT started_at, key FROM trace_measure CROSS JOIN trace ON key = trace_key"
            f" WHERE shape IN ({shapes}) AND {where}",
            (self._system,),
        ).fetchall()
        keys = [key for _, key in sorted(found)]
        for first in range(0, len(keys), _CHUNK):
            some = keys[first : first + _CHUNK]
            got = self._conn.execute(
                f"SELECT key, {names} FROM trace WHERE key IN ({', '.join(map(str, some))})"
            ).fetchall()
            by_key = {row[0]: row[1:] for row in got}
            yield from (packing.trace(by_key[key]) for key in some if key in by_key)

    def _shapes_seen(self, seen: SeenTraceSet) -> Iterator[tuple[int, int]]:
        """The shapes of which requests may be seen, and how many have it; the same shape may come twice."""
        asked = [f"SELECT shape, sum(n) FROM trace_tally WHERE import_id IN ({seen.numbers}) GROUP BY shape"]
        if stale.stale(self._conn, seen):  # the tallies may lack one
            asked.append("SELECT id, 0 FROM trace_shape")
        with Aside.open(2) as aside:
            for sql in asked:
                aside.lay_all(self._conn.execute(sql))
            yield from aside.rows()

    def _leaked(self) -> Iterator[tuple[date | None, LeakHit]]:
        seen = SeenTraceSet.now(self._conn, self._system)
        key, hit = -1, ""
        sql = (
            "SELECT l.trace_key, l.hit, l.pattern, l.place, l.excerpt, l.personal, t.started_at"
            " FROM trace_leak l CROSS JOIN trace t ON t.key = l.trace_key"
            f" WHERE t.system_id = {NUMBER} AND t.import_id IN ({seen.numbers}) AND {seen.where('t.key')}"
            " AND (l.trace_key, l.hit) > (?, ?) ORDER BY l.trace_key, l.hit LIMIT ?"
        )
        while rows := self._conn.execute(sql, (self._system, key, hit, _CHUNK)).fetchall():
            for _, hit, pattern, place, excerpt, personal, at in rows:
                yield days.of(at // days.MICROS), LeakHit(hit, pattern, place, excerpt, bool(personal))
            key = rows[-1][0]
