"""Opening a file to write to it: made, upgraded, and in the journal that this library can be trusted with."""

from __future__ import annotations

import time
from pathlib import Path

from readiness_tui.store import faults, sqlite
from readiness_tui.store.migrations import Migration, connect, found, migrate
from readiness_tui.store.opening import journal, look


def open_writer(
    path: Path, create: bool, migrations: tuple[Migration, ...], patience: float
) -> tuple[sqlite.Connection, str, Path | None]:
    """The writer's connection, the journal in use, and the backup that was made before an upgrade, if any.

    Waits `patience` seconds for others to let go of a file in WAL mode. Raises ReadinessError as `look` and `journal` do,
    and SQLite's errors.
    """
    until = time.monotonic() + patience
    while True:
        conn = connect(path)
        try:
            if conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                look.refuse(path, conn.execute("PRAGMA application_id").fetchone()[0], found(conn), len(migrations))
            elif not create:
                raise faults.empty(path)  # its creation was interrupted, and rolled back just now
            safe = sqlite.wal_is_safe()
            if safe or (mode := journal.of(conn)) != "wal":
                # Before the journal mode: in WAL a new file's application_id would not be in the file yet.
                conn.execute("PRAGMA synchronous = FULL")
                backup = migrate(conn, path, migrations)
                conn.execute("PRAGMA foreign_keys = ON")
                if safe:
                    mode = journal.prefer_wal(conn)
                conn.execute("PRAGMA busy_timeout = 0")  # from here on the store itself waits
                return conn, mode, backup
        except BaseException:
            conn.close()
            raise
        conn.close()  # nobody who waits may be in the way of the others
        journal.leave_wal(path, until)
