"""A private temporary database: rows wait in it that need not be held in memory. It ends with its connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from readiness_tui.domain.errors import NoRoomError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import sqlite
from readiness_tui.store.faults import temporary_folder
from readiness_tui.store.sqlite import Connection

_sqlite3 = sqlite.sqlite3
_NO_ROOM = (_sqlite3.SQLITE_FULL, _sqlite3.SQLITE_IOERR, _sqlite3.SQLITE_CANTOPEN)


class _Scratch(_sqlite3.Connection):
    """A connection whose errors are of temporary files, and not of the file that somebody works on."""

    waiting = "rows"

    def execute(self, *given: Any) -> Any:
        try:
            return super().execute(*given)
        except _sqlite3.Error as error:
            raise self._said(error) from error

    def executemany(self, *given: Any) -> Any:
        try:
            return super().executemany(*given)
        except _sqlite3.Error as error:
            raise self._said(error) from error

    def _said(self, error: Exception) -> Exception:
        full = getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_ROOM  # an extended code ends in its kind
        return NoRoomError(str(error), self.waiting, one_line(str(temporary_folder()))) if full else error


@contextmanager
def scratch(waiting: str, *, any_thread: bool = False) -> Iterator[Connection]:
    """One to be filled with what is `waiting`, in words. Where there is no room for it, a statement raises NoRoomError."""
    with closing(
        _sqlite3.connect("", isolation_level=None, check_same_thread=not any_thread, factory=_Scratch)
    ) as conn:
        conn.waiting = waiting
        conn.execute("PRAGMA journal_mode = OFF")
        yield conn
