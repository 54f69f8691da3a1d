"""Measuring what an earlier version of the program imported, or measured by an earlier version of the reading.

In batches that others can save between, each of which remembers how far it came, so that whoever is stopped or killed
goes on there. Until an import is done it is read record by record. Several processes may be at it: each batch looks
whether another one was faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from readiness_tui.domain.traces.version import SHAPE_VERSION as VERSION
from readiness_tui.store import packing, staging
from readiness_tui.store.chain import tallied
from readiness_tui.store.db import Store
from readiness_tui.store.measured import copies, stale, waiting
from readiness_tui.store.measured.reading import TraceReading
from readiness_tui.store.measured.waiting import Unmeasured
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

_TURN = 0.005
#: Called with requests done and requests in all; returns False to stop.
OnMeasured = Callable[[int, int], bool]


def measure(store: Store, progress: OnMeasured) -> bool:
    """Measure all that waits; False where `progress` stopped it. Raises ReadinessError on trouble with the file; what
    was done until then stays."""
    with store.read() as conn:
        left = waiting.imports(conn)
    total, done = sum(one.traces for one in left), 0
    for one in left:
        if not _import(store, one, lambda more, base=done: progress(base + more, total)):  # type: ignore[misc]
            return False
        done += one.traces
    with store.read() as conn:
        systems = waiting.systems_with_stale_days(conn)
    for system in systems:
        stale.settle(store, system)
    return True


def _import(store: Store, one: Unmeasured, progress: Callable[[int], bool]) -> bool:
    done = 0
    _begin(store, one)
    while True:
        with store.read() as conn:
            at = _at(conn, one.import_id)
            if at is None:  # another process was faster
                return True
            rows = conn.execute(
                f"SELECT key, {packing.TRACE_COLUMNS} FROM trace WHERE import_id = ? AND key BETWEEN ? AND ?"
                " ORDER BY key LIMIT ?",
                (one.import_id, at, one.last, max(staging.BATCH // 2, 1)),
            ).fetchall()
            counts = _counting(conn, [row[0] for row in rows])
        if not rows:
            break
        if done == 0 and at > one.first:
            with store.read() as conn:
                (done,) = conn.execute(
                    "SELECT count(*) FROM trace_measure WHERE of_import = ? AND trace_key BETWEEN ? AND ?",
                    (one.import_id, one.first, at - 1),
                ).fetchone()
        reading = TraceReading.of([packing.trace(row[1:]) for row in rows], counts)
        with staging.batch(store) as tx:
            if _at(tx.conn, one.import_id) == at:
                reading.put(tx, one.import_id, [row[0] for row in rows])
                _move(tx, one.import_id, rows[-1][0] + 1)
        done += len(rows)
        if not progress(done):
            return False
        time.sleep(_TURN)
    compared = copies.enter(store, one.import_id, VERSION)
    with staging.batch(store) as tx:
        if _at(tx.conn, one.import_id) is not None:
            copies.catch_up(tx, one.import_id, VERSION, compared)
            tx.conn.execute("DELETE FROM trace_measuring WHERE import_id = ?", (one.import_id,))
            tallied.seal_import(tx.conn, one.import_id)
            tx.conn.execute("UPDATE import SET measured = ? WHERE id = ?", (VERSION, one.import_id))
    return True


def _counting(conn: Connection, keys: list[int]) -> list[bool]:
    """Which of these requests no published import replaced: those that are tallied. One that is replaced after this
    was asked leaves a mark (`stale.mark`)."""
    if not keys:
        return []
    gone = {
        key
        for (key,) in conn.execute(
            "SELECT s.key FROM trace_superseded s JOIN import i ON i.id = s.import_id"
            " WHERE s.key BETWEEN ? AND ? AND i.published_order IS NOT NULL",
            (keys[0], keys[-1]),
        ).fetchall()
    }
    return [key not in gone for key in keys]


def _at(conn: Connection, import_id: int) -> int | None:
    """The next key to read; None where the import needs nothing any more, or is cleared."""
    row = conn.execute(
        "SELECT next_key FROM trace_measuring WHERE import_id = ? AND version = ?", (import_id, VERSION)
    ).fetchone()
    return None if row is None else row[0]


def _move(tx: Tx, import_id: int, to: int) -> None:
    tx.conn.execute("UPDATE trace_measuring SET next_key = ? WHERE import_id = ?", (to, import_id))


def _begin(store: Store, one: Unmeasured) -> None:
    """Take away what an earlier version of the reading left of the import, in batches; nothing where it is begun."""
    with staging.batch(store) as tx:
        waits = tx.conn.execute(
            f"SELECT 1 FROM import i WHERE i.id = ? AND {waiting.WAITS}", (one.import_id, VERSION, VERSION)
        ).fetchone()
        if not waits or _at(tx.conn, one.import_id) is not None:
            return
        tx.conn.execute(
            "INSERT OR REPLACE INTO trace_measuring(import_id, version, next_key) VALUES (?, ?, NULL)",
            (one.import_id, VERSION),
        )
        tx.conn.execute("UPDATE import SET measured = 0 WHERE id = ?", (one.import_id,))
    spans = [
        f"BETWEEN {first} AND {first + staging.BATCH - 1}" for first in range(one.first, one.last + 1, staging.BATCH)
    ]
    own = "SELECT trace_key FROM trace_measure WHERE of_import = ? AND trace_key"
    for sql in (
        *(f"DELETE FROM trace_leak WHERE trace_key IN ({own} {span})" for span in spans),
        *(f"DELETE FROM trace_measure WHERE of_import = ? AND trace_key {span}" for span in spans),
        "DELETE FROM trace_content WHERE import_id = ?",
        "DELETE FROM trace_tally WHERE import_id = ?",
        "DELETE FROM trace_twin WHERE of_import = ?",
        f"UPDATE trace_measuring SET next_key = {one.first} WHERE import_id = ?",
    ):
        with staging.batch(store) as tx:
            if not _clearing(tx, one.import_id):  # another process was faster
                return
            tx.conn.execute(sql, (one.import_id,))


def _clearing(tx: Tx, import_id: int) -> bool:
    return (
        tx.conn.execute(
            "SELECT 1 FROM trace_measuring WHERE import_id = ? AND version = ? AND next_key IS NULL",
            (import_id, VERSION),
        ).fetchone()
        is not None
    )
