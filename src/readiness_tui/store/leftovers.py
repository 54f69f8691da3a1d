"""Taking away what an import staged and never published: given up, or left by a process that died."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timedelta

from readiness_tui.store import staging
from readiness_tui.store.codec import moment
from readiness_tui.store.db import Store
from readiness_tui.store.measured import late_indexes
from readiness_tui.store.rows import Row, fetch

_BLOCKS = 10  # of 256 traces: as many rows as a batch


def sweep(store: Store, now: datetime) -> int:
    """Remove what dead processes left; returns how many imports are still coming in."""
    with store.read() as conn:
        left = fetch(conn, "SELECT id, host, pid, begun_at FROM import WHERE published_at IS NULL")
    gone = [row for row in left if dead(row, store.importing, now)]
    for row in gone:
        remove(store, row["id"])
    return len(left) - len(gone)


def dead(row: Row, own: set[int], now: datetime) -> bool:
    """Whether the process that staged this import is gone."""
    if row["id"] in own:
        return False
    if row["host"] != platform.node() or os.name == "nt":  # cannot be asked: give it a day
        return now - moment(row["begun_at"]) > timedelta(days=1)
    if row["pid"] == os.getpid():
        return True  # the number of this process, but not its import
    try:
        os.kill(row["pid"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def remove(store: Store, import_id: int) -> None:
    """In batches, the row of the import last: if this is interrupted, the next import finishes it."""
    while _remove_some(store, import_id):
        pass
    for table, where in (
        ("trace_id", "id IN (SELECT id FROM trace_id WHERE import_id = ?1 LIMIT {})"),
        ("trace_superseded", "key IN (SELECT key FROM trace_superseded WHERE import_id = ?1 LIMIT {})"),
        ("trace_content", "content IN (SELECT content FROM trace_content WHERE import_id = ?1 LIMIT {})"),
        ("trace_tally", "(day, shape) IN (SELECT day, shape FROM trace_tally WHERE import_id = ?1 LIMIT {})"),
        ("import_reject", "position IN (SELECT position FROM import_reject WHERE import_id = ?1 LIMIT {})"),
    ):
        sql = f"DELETE FROM {table} WHERE import_id = ?1 AND {where.format(staging.BATCH)}"
        gone = 1
        while gone:
            with staging.batch(store) as tx:
                gone = tx.conn.execute(sql, (import_id,)).rowcount
    late_indexes.make(store)
    with staging.batch(store) as tx:
        tx.conn.execute("DELETE FROM trace_measuring WHERE import_id = ?", (import_id,))
        tx.conn.execute("DELETE FROM trace_twin WHERE of_import = ?", (import_id,))
        tx.conn.execute("DELETE FROM trace_stale WHERE import_id = ?1 OR because = ?1", (import_id,))
        tx.conn.execute("DELETE FROM run_case WHERE run_key IN (SELECT key FROM run WHERE import_id = ?)", (import_id,))
        tx.conn.execute("DELETE FROM run WHERE import_id = ?", (import_id,))
        for table in ("eval_set", "content_block", "tally_seal"):
            tx.conn.execute(f"DELETE FROM {table} WHERE import_id = ?", (import_id,))
        tx.conn.execute("DELETE FROM import WHERE id = ? AND published_at IS NULL", (import_id,))


def _remove_some(store: Store, import_id: int) -> bool:
    """Some traces with their raw records: by key, because they have no index by import. False when none is left."""
    with staging.batch(store) as tx:
        first, last = tx.conn.execute(
            "SELECT min(first_key), max(last_key) FROM"
            " (SELECT first_key, last_key FROM trace_raw WHERE import_id = ? ORDER BY first_key LIMIT ?)",
            (import_id, _BLOCKS),
        ).fetchone()
        if first is None:
            return False
        tx.conn.execute(
            "DELETE FROM trace_leak WHERE trace_key IN"
            " (SELECT trace_key FROM trace_measure WHERE of_import = ? AND trace_key BETWEEN ? AND ?)",
            (import_id, first, last),
        )
        tx.conn.execute(
            "DELETE FROM trace_text WHERE key IN (SELECT key FROM trace WHERE import_id = ? AND key BETWEEN ? AND ?)",
            (import_id, first, last),
        )
        # Replaced by a later import: keys are given again once nothing is left of the highest.
        tx.conn.execute(
            "DELETE FROM trace_superseded WHERE key IN (SELECT key FROM trace WHERE import_id = ? AND key BETWEEN ? AND ?)",
            (import_id, first, last),
        )
        # For the same reason; by what was measured of each, since its index by import would be read anew each time.
        tx.conn.execute(
            "DELETE FROM trace_twin WHERE (system_id, content, at, trace_key) IN"
            " (SELECT t.system_id, m.content, t.started_at, m.trace_key FROM trace_measure m JOIN trace t ON t.key = m.trace_key"
            " WHERE m.of_import = ? AND m.trace_key BETWEEN ? AND ?)",
            (import_id, first, last),
        )
        for table, of, key in (
            ("trace_measure", "of_import", "trace_key"),
            ("trace", "import_id", "key"),
            ("trace_raw", "import_id", "first_key"),
        ):
            tx.conn.execute(f"DELETE FROM {table} WHERE {of} = ? AND {key} BETWEEN ? AND ?", (import_id, first, last))
        return True
