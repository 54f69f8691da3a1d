"""Making the file smaller: raw records of earlier versions packed anew, and unused pages given back.

Killed at any moment the file holds the same: blocks are replaced in short transactions, each of which may have been the
last, and SQLite's VACUUM is one transaction of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import leftovers, sqlite, staging
from readiness_tui.store.chain import seal
from readiness_tui.store.db import PATIENCE, Store
from readiness_tui.store.faults import explain
from readiness_tui.store.migrations import connect
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.sqlite import Connection

_SMALL = 9  # Zstandard's level: a tenth smaller than at import, ten times as slow
_AT_ONCE = 1024  # records packed anew in one transaction
_OLD = f"substr(data, 1, 4) != x'{raw_records.MAGIC.hex()}'"
#: Called with blocks done and blocks in all.
OnBlocks = Callable[[int, int], None]


def size(path: Path) -> int:
    """Bytes of the database and of the journal beside it."""
    beside = (path.with_name(path.name + ending) for ending in ("-wal", "-journal"))
    return path.stat().st_size + sum(one.stat().st_size for one in beside if one.exists())


def prepare(store: Store, now: datetime) -> None:
    """Remove what dead imports left. Raises ReadinessError while another process is importing, or nothing can be saved."""
    if store.read_only:
        raise ReadinessError(store.read_only)
    if leftovers.sweep(store, now):
        raise ReadinessError(
            f"{one_line(str(store.path))} is open elsewhere: an import is coming in. Nothing was changed. Wait until it"
            " is done, then compact again."
        )


def repack(store: Store, progress: OnBlocks) -> int:
    """Pack the raw records of earlier versions in the present form; returns how many blocks there were."""
    with store.read() as conn:
        old = conn.execute(f"SELECT count(*) FROM trace_raw WHERE {_OLD}").fetchone()[0]
    done, after = 0, -1
    while done < old:
        with staging.batch(store) as tx:
            last, some = _repack_some(tx.conn, after)
        if not some:
            break  # another process did it
        after, done = last, done + some
        progress(min(done, old), old)
    return done


def _repack_some(conn: Connection, after: int) -> tuple[int, int]:
    """Replace the next old blocks, all of one import and one behind the other. Returns the last of their keys, and how
    many they were."""
    rows = conn.execute(
        f"SELECT import_id, first_key, last_key, data FROM trace_raw WHERE first_key > ? AND {_OLD}"
        " ORDER BY first_key LIMIT ?",
        (after, _AT_ONCE // 64),
    ).fetchall()
    if not rows:
        return after, 0
    import_id, first, last, _ = rows[0]
    records: list[str | None] = []
    taken = 0
    for owner, begins, ends, data in rows:
        if owner != import_id or begins != first + len(records):
            break
        records += raw_records.unpack(data)
        taken, last = taken + 1, ends
    conn.execute("DELETE FROM trace_raw WHERE first_key BETWEEN ? AND ?", (first, last))
    key = first
    for count, data in raw_records.blocks(records, _SMALL):
        conn.execute(
            "INSERT INTO trace_raw(import_id, first_key, last_key, data) VALUES (?, ?, ?, ?)",
            (import_id, key, key + count - 1, data),
        )
        key += count
    return last, taken


def give_back(path: Path) -> None:
    """Give the unused pages back to the system (sqlite.org/lang_vacuum.html). No Store of this process may have the
    file open.

    Raises ReadinessError, the file as it was: somebody has it open, it is read-only, or the disk has no room.
    """
    free = shutil.disk_usage(path.parent).free
    if free < (needed := 2 * path.stat().st_size):
        raise ReadinessError(
            f"The disk that holds {one_line(str(path))} has {free / 1e6:,.0f} MB free, and to give pages back SQLite needs up"
            f" to {needed / 1e6:,.0f} MB for a while. The file is as it was. Free some space and compact again."
        )
    try:
        conn = connect(path)
    except sqlite.sqlite3.Error as error:
        raise explain(error, path) from error
    try:
        conn.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
        conn.execute("PRAGMA locking_mode = EXCLUSIVE")  # in WAL mode this is refused while anybody has the file open
        conn.execute("BEGIN EXCLUSIVE")
        conn.execute("COMMIT")
        same = seal.unmoved(conn)
        conn.execute("VACUUM")
        if same:
            seal.settle(conn)  # it counts as a change of the schema
    except sqlite.sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise ReadinessError(
                f"{one_line(str(path))} is open elsewhere, so its unused pages were not given back; nothing else is"
                " lost by it. Close the other program and compact again."
            ) from error
        raise explain(error, path) from error
    except sqlite.sqlite3.Error as error:
        raise explain(error, path) from error
    finally:
        conn.close()
