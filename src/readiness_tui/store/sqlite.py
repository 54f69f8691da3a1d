"""The store's SQLite: which library is in use (`readiness_tui.sqlite` picks it), and what it can be trusted with."""

from __future__ import annotations

from typing import Any

from readiness_tui.sqlite import sqlite3 as sqlite3

Connection = sqlite3.Connection

# The WAL-reset bug (sqlite.org/wal.html, "The WAL-Reset Bug") is in 3.7.0 to 3.51.2; these lines got the fix earlier.
_FIXED = (3, 51, 3)
_BACKPORTED: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}
OLDEST = (3, 37, 0)  # STRICT tables


def version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return tuple(int(part) for part in sqlite3.sqlite_version.split(".")[:3])


def wal_is_safe() -> bool:
    """Whether the library in use has the fix of the WAL-reset bug; without it the DELETE journal is used."""
    now = version()
    backported = _BACKPORTED.get(now[:2])
    return now >= _FIXED or (backported is not None and now[2] >= backported)


def utils(conn: Connection) -> Any:
    """A `sqlite_utils.Database` over `conn`; inside our own transaction it only adds savepoints to it."""
    from sqlite_utils import Database
    from sqlite_utils import utils as theirs

    agree(theirs.sqlite3)  # type: ignore[attr-defined]  # re-exported at run time only
    return Database(conn, execute_plugins=False)


def agree(theirs: Any) -> None:
    """Stop at once if sqlite-utils picked another SQLite library than this module."""
    if theirs is not sqlite3:
        raise RuntimeError(f"Two SQLite libraries in one process: {theirs.__name__} and {sqlite3.__name__}.")
