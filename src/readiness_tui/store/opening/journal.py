"""Which journal a file is written with: WAL where the library has the fix of the WAL-reset bug, else the rollback journal."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import sqlite
from readiness_tui.store.migrations import connect


def of(conn: sqlite.Connection) -> str:
    """The journal of an open file: "wal", "delete", …"""
    return str(conn.execute("PRAGMA journal_mode").fetchone()[0])


def prefer_wal(conn: sqlite.Connection) -> str:
    """WAL, for a library with the fix; where others use the file, or it is read-only, it stays as it is."""
    with suppress(sqlite.sqlite3.OperationalError):
        return str(conn.execute("PRAGMA journal_mode = WAL").fetchone()[0])
    return of(conn)


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
            if of(conn) != "wal":
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
