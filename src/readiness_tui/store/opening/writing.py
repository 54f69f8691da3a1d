"""Opening a file to write to it: made, upgraded, and in the journal that this library can be trusted with.

That is WAL where the library has the fix of the WAL-reset bug, else the rollback journal.
"""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import faults, sqlite
from readiness_tui.store.migrations import Migration, connect, found, migrate
from readiness_tui.store.opening import look


def open_writer(
    path: Path, create: bool, migrations: tuple[Migration, ...], patience: float
) -> tuple[sqlite.Connection, str, Path | None]:
    """The writer's connection, the journal in use, and the backup that was made before an upgrade, if any.

    Waits `patience` seconds for others to let go of a file in WAL mode. Raises ReadinessError as `look` and `leave_wal` do,
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
            if safe or (mode := journal_of(conn)) != "wal":
                # Before the journal mode: in WAL a new file's application_id would not be in the file yet.
                conn.execute("PRAGMA synchronous = FULL")
                backup = migrate(conn, path, migrations)
                conn.execute("PRAGMA foreign_keys = ON")
                if safe:
                    mode = prefer_wal(conn)
                conn.execute("PRAGMA busy_timeout = 0")  # from here on the store itself waits
                return conn, mode, backup
        except BaseException:
            conn.close()
            raise
        conn.close()  # nobody who waits may be in the way of the others
        leave_wal(path, until)


def journal_of(conn: sqlite.Connection) -> str:
    """The journal of an open file: "wal", "delete", …"""
    return str(conn.execute("PRAGMA journal_mode").fetchone()[0])


def prefer_wal(conn: sqlite.Connection) -> str:
    """WAL, for a library with the fix; where others use the file, or it is read-only, it stays as it is."""
    with suppress(sqlite.sqlite3.OperationalError):
        return str(conn.execute("PRAGMA journal_mode = WAL").fetchone()[0])
    return journal_of(conn)


def leave_wal(path: Path, until: float) -> None:
    """Bring a file that was left in WAL mode back to the rollback journal, for a library without the fix.

    That takes a moment in which nobody else is connected. Several processes may want it at once, so each lets go of the
    file between two tries: whoever finds it alone does it for all. Raises ReadinessError where somebody still holds it
    at `until` (of `time.monotonic`), and SQLite's errors where it cannot be written.
    """
    while True:
        conn = connect(path)
        try:
            conn.execute("PRAGMA busy_timeout = 0")
            if journal_of(conn) != "wal":
                return
            conn.execute("PRAGMA journal_mode = DELETE")
            return
        except sqlite.sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        finally:
            conn.close()
        if time.monotonic() > until:
            raise mixed(path)
        time.sleep(random.uniform(0.01, 0.09))


def mixed(path: Path) -> ReadinessError:
    """Somebody is connected in WAL mode, in which this library must not write."""
    return ReadinessError(
        f"{one_line(str(path))} is open in another program in WAL mode, as a newer SQLite uses it, and this one's SQLite "
        f"{sqlite.sqlite3.sqlite_version} may lose a write in it. "
        "Close the other program, or install `readiness-tui[sqlite]`."
    )
