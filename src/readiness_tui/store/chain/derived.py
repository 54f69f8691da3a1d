"""What was measured of imported requests, held against the requests themselves: read again, record by record.

That takes as long as measuring them did, so all of it is for `doctor`, and for a file whose triggers may have been away;
quick is to count what is said to be measured, and to read few requests again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.version import SHAPE_VERSION as VERSION
from readiness_tui.store import packing
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.measured import days, stale, tallies
from readiness_tui.store.measured.counted_aside import NO_TRACE, CountedAside
from readiness_tui.store.measured.reading import TraceReading
from readiness_tui.store.measured.seen import SeenTraceSet
from readiness_tui.store.sqlite import Connection

_CHUNK = 1_000
_MEASURED = "trace_key, of_import, shape, content, retried, longest_call_ms, call_minutes"
_LEAKED = "hit, pattern, place, excerpt, personal"
_ID = "SELECT id FROM trace_shape WHERE digest = ?"


def changed(conn: Connection, system: str) -> Iterator[ByHand]:
    """What is stored of the requests of a system and does not follow from them."""
    seen = SeenTraceSet.now(conn, system)
    for number, version in seen.imports.items():
        if version == VERSION:  # what another version of the program measured, it alone can measure again
            yield from _measured(conn, system, number)
    waiting = stale.stale(conn, seen)
    for number, version in seen.imports.items():
        if version == VERSION:
            yield from _tallied(conn, seen, number, {day for of, day in waiting if of == number})


def quickly(conn: Connection, system: str, again: Collection[int], of_some: Collection[int]) -> Iterator[ByHand]:
    """What differs of the imports `again`, whose requests are read again, and of some others, where what each request is said
    to show is held against what was counted of all. That a measurement can be replaced while its import is said to be
    unmeasured, no trigger prevents."""
    seen = SeenTraceSet.now(conn, system)
    for number, version in seen.imports.items():
        if version != VERSION:
            continue
        if number in again:
            yield from _measured(conn, system, number)
        elif number in of_some:
            yield from _miscounted(conn, seen, number)


def _miscounted(conn: Connection, seen: SeenTraceSet, number: int) -> Iterator[ByHand]:
    """Days whose requests, by what each is said to show, are not as many as were tallied."""
    waiting = {day for of, day in stale.stale(conn, seen) if of == number}
    day = days.sql("t.started_at")
    rows = conn.execute(
        f"""SELECT DISTINCT day FROM (SELECT day, shape, sum(n) FROM (
                SELECT day, shape, n FROM trace_tally WHERE import_id = ?1
                UNION ALL SELECT {day}, m.shape, -1 FROM trace t
                    LEFT JOIN trace_measure m ON m.trace_key = t.key AND m.of_import = t.import_id
                    WHERE t.import_id = ?1 AND {seen.where("t.key")} AND t.key BETWEEN
                        (SELECT min(first) FROM content_block WHERE import_id = ?1 AND part = 'trace')
                        AND (SELECT max(last) FROM content_block WHERE import_id = ?1 AND part = 'trace')
            ) GROUP BY day, shape HAVING sum(n) <> 0)""",
        (number,),
    ).fetchall()
    for one in sorted({day for (day,) in rows} - waiting):
        row = f"import {number}, {days.of(one) or 'no day'}"
        yield ByHand("trace_measure", row, "not what was counted of its requests", "", seen.system)


def _measured(conn: Connection, system: str, number: int) -> Iterator[ByHand]:
    first, last = conn.execute(
        "SELECT min(first), max(last) FROM content_block WHERE import_id = ? AND part = 'trace'", (number,)
    ).fetchone()
    while first is not None and first <= last:
        rows = conn.execute(
            f"SELECT key, {packing.TRACE_COLUMNS} FROM trace WHERE import_id = ? AND key BETWEEN ? AND ?"
            " ORDER BY key LIMIT ?",
            (number, first, last, _CHUNK),
        ).fetchall()
        if not rows:
            return
        yield from _differing(conn, system, number, rows)
        first = rows[-1][0] + 1


def _differing(conn: Connection, system: str, number: int, rows: list[tuple[Any, ...]]) -> Iterator[ByHand]:
    try:
        reading = TraceReading.of([packing.trace(row[1:]) for row in rows])
    except Exception:
        return
    between = (rows[0][0], rows[-1][0])
    there = {
        row[0]: row
        for row in conn.execute(
            f"SELECT {_MEASURED} FROM trace_measure WHERE trace_key BETWEEN ? AND ? AND of_import = ?",
            (*between, number),
        ).fetchall()
    }
    leaks: dict[int, set[tuple[Any, ...]]] = {}
    for key, *leak in conn.execute(
        f"SELECT trace_key, {_LEAKED} FROM trace_leak WHERE trace_key BETWEEN ? AND ?", between
    ).fetchall():
        leaks.setdefault(key, set()).add(tuple(leak))
    ids = {digest: (conn.execute(_ID, (digest,)).fetchone() or (None,))[0] for digest in reading.shapes}
    texts = {
        digest: (conn.execute("SELECT text FROM trace_shape WHERE digest = ?", (digest,)).fetchone() or ("",))[0]
        for digest in reading.shapes
    }
    found: dict[int, set[tuple[Any, ...]]] = {}
    for at, hit in reading.leaked:
        found.setdefault(rows[at][0], set()).add((hit.id, hit.pattern, hit.place, hit.excerpt, int(hit.personal)))
    for row, digest, *others in zip(rows, reading.digests, *reading.columns, strict=True):
        key, name = row[0], f"of {one_line(row[1], 60)}, import {number}"
        if there.get(key) != (key, number, ids[digest], *others):
            yield ByHand("trace_measure", name, "not what is measured of the request", "", system)
        if texts[digest] != reading.shapes[digest]:
            yield ByHand("trace_shape", name, "not what the request shows", "", system)
        if leaks.get(key, set()) != found.get(key, set()):
            yield ByHand("trace_leak", name, "not what is found in the request", "", system)


def _tallied(conn: Connection, seen: SeenTraceSet, number: int, waiting: set[int]) -> Iterator[ByHand]:
    there = conn.execute("SELECT DISTINCT day FROM trace_tally WHERE import_id = ?", (number,)).fetchall()
    of_requests = conn.execute(
        f"SELECT DISTINCT {days.sql('started_at')} FROM trace WHERE system_id = (SELECT id FROM system WHERE name = ?)"
        f" AND import_id = ? AND {seen.where('trace.key')}",
        (seen.system, number),
    ).fetchall()
    for day in sorted({day for (day,) in (*there, *of_requests)} - waiting):
        try:
            same = _holds(conn, seen, (number, day))
        except Exception:  # bytes that no version of ours wrote: brought.py names the row
            same = False
        if not same:
            yield ByHand(
                "trace_tally",
                f"import {number}, {days.of(day) or 'no day'}",
                "not what the requests come to",
                "",
                seen.system,
            )


def _holds(conn: Connection, seen: SeenTraceSet, pair: tuple[int, int]) -> bool:
    """Whether the tallies of an import's day are what its requests come to. A day may have as many as requests."""
    with CountedAside.open() as counted:
        for shape, one in stale.counted(conn, seen, pair):
            counted.add(shape.digest, one)
        stored = conn.execute(
            f"SELECT s.digest, {tallies.COLUMNS} FROM trace_tally t JOIN trace_shape s ON s.id = t.shape"
            " WHERE t.import_id = ? AND t.day = ?",
            pair,
        )
        while rows := stored.fetchmany(_CHUNK):
            for digest, *row in rows:
                found = counted.take(digest)
                if found is None or _told(found) != _told(tallies.read(NO_TRACE, tuple(row))):
                    return False
        return counted.empty


def _told(one: Counted) -> tuple[Any, ...]:
    """What a group says, however its requests were joined: of a field that differs the first value depends on their order."""
    return one.n, one.ids, one.first, {name: each.differs or each.first for name, each in one.varied.items()}
