"""Days of an import whose tallies do not hold: found, read record by record, and tallied anew.

A record that a later import replaced leaves its import's tally. That day is marked while the later import comes in; the
mark counts once that import is published, from when on the day is read record by record until its tally is made anew.
So a reader never adds up what is half done, and whoever is killed in between leaves the marks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.shape import TraceShape
from readiness_tui.domain.traces.tally import Tallier, row_of
from readiness_tui.domain.traces.version import SHAPE_VERSION as VERSION
from readiness_tui.store import packing, staging
from readiness_tui.store.chain import tallied
from readiness_tui.store.db import Store
from readiness_tui.store.measured import days, tallies
from readiness_tui.store.measured.aside import Aside
from readiness_tui.store.measured.counted_aside import NO_TRACE
from readiness_tui.store.measured.seen import SeenTraceSet
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER

Day = tuple[int, int]  # an import and a day
_CHUNK = 2_000
_AT_ONCE = 2_000  # groups counted in memory
_TURN = 0.005


def mark(tx: Tx, pairs: Iterable[Day], because: int) -> None:
    """These days are tallied anew once the import `because` is published; a negative number: from now on."""
    tx.bulk(
        "INSERT INTO trace_stale(import_id, day, because) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        ((import_id, day, because) for import_id, day in pairs),
    )


def stale(conn: Connection, seen: SeenTraceSet) -> dict[Day, frozenset[int]]:
    """The days that do not hold, each with the imports because of which."""
    found: dict[Day, frozenset[int]] = {}
    for import_id, day, because in conn.execute(
        f"SELECT import_id, day, because FROM trace_stale WHERE import_id IN ({seen.numbers})"
        f" AND (because < 0 OR because IN ({seen.numbers}))"
    ).fetchall():
        found[import_id, day] = found.get((import_id, day), frozenset()) | {because}
    return found


def records(conn: Connection, seen: SeenTraceSet, pair: Day) -> Iterator[list[Trace]]:
    """What is seen of an import's day, the oldest first, in chunks."""
    import_id, day = pair
    at, until = days.bounds(day)
    key = -1
    sql = (
        f"SELECT key, {packing.TRACE_COLUMNS} FROM trace WHERE system_id = {NUMBER} AND import_id = ? AND started_at < ?"
        f" AND started_at >= ? AND (started_at > ? OR key > ?) AND {seen.where('trace.key')}"
        " ORDER BY started_at, key LIMIT ?"
    )
    while rows := conn.execute(sql, (seen.system, import_id, until, at, at, key, _CHUNK)).fetchall():
        yield [packing.trace(row[1:]) for row in rows]
        key, at = rows[-1][0], rows[-1][2]


def counted(conn: Connection, seen: SeenTraceSet, pair: Day) -> Iterator[tuple[TraceShape, Counted]]:
    """The tally of a day as it is now, by shape, with no word on copies. A shape comes several times where the day has
    more of them than are counted at once."""
    tallier = Tallier()
    for traces in records(conn, seen, pair):
        for trace in traces:
            tallier.add(trace)
        if len(tallier) > _AT_ONCE:
            yield from tallier.take()
    yield from tallier.take()


def settle(store: Store, system: str) -> int:
    """Tally anew all that does not hold, a day at a time; returns how many. Imports that wait to be measured wait for that."""
    done = 0
    with store.read() as conn:
        seen = SeenTraceSet.now(conn, system)
        waiting = [pair for pair in stale(conn, seen) if seen.imports.get(pair[0]) == VERSION]
    for pair in waiting:
        done += _settle(store, system, pair)
        time.sleep(_TURN)
    return done


def _settle(store: Store, system: str, pair: Day) -> bool:
    """One day. Whoever else did it meanwhile, or replaced more of it, is noticed: then nothing is written."""
    with store.read() as conn:
        seen = SeenTraceSet.now(conn, system)
        because = stale(conn, seen).get(pair)
        if because is None or seen.imports.get(pair[0]) != VERSION:
            return False
        with Aside.open(2 + tallies.WIDTH) as found:
            groups = counted(conn, seen, pair)
            while some := list(islice(groups, _AT_ONCE)):
                found.lay((shape.digest, shape.text, pair[1], *row_of(one)) for shape, one in some)
            return _replace(store, system, pair, because, found)


def _replace(store: Store, system: str, pair: Day, because: frozenset[int], found: Aside) -> bool:
    with staging.batch(store) as tx:
        now = SeenTraceSet.now(tx.conn, system)
        if stale(tx.conn, now).get(pair) != because or now.imports.get(pair[0]) != VERSION:
            return False
        tx.conn.execute("DELETE FROM trace_tally WHERE import_id = ? AND day = ?", pair)
        for digest, text, *row in found.rows():
            ids = tallies.put_shapes(tx, {digest: text})
            tallies.add(tx, pair[0], [(ids[digest], tallies.read(NO_TRACE, tuple(row)))])
        tallied.seal_day(tx.conn, *pair)
        tx.bulk(
            "DELETE FROM trace_stale WHERE import_id = ? AND day = ? AND because = ?",
            ((*pair, number) for number in because),
        )
    return True
