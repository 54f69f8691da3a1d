"""The one place that picks the SQLite module, for the store and for sources that read another program's database.

Two SQLite libraries on one file drop each other's POSIX locks, and an acknowledged row can be lost. sqlite-utils takes
`pysqlite3` where it is installed, so everything here must take the same one. It is chosen by the same rule, without
importing sqlite-utils, which takes a while; `store.sqlite.agree` checks the choice where sqlite-utils is loaded.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3 as sqlite3
else:
    try:
        sqlite3 = importlib.import_module("pysqlite3")
        importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        import sqlite3

__all__ = ["SayingConnection", "sqlite3"]


class SayingConnection(sqlite3.Connection):
    """For files that come from outside. SQLite's complaint of a damaged schema quotes it, and where those bytes are no text
    the module fails with UnicodeDecodeError instead: here it is the DatabaseError (SQLITE_CORRUPT) that it should be."""

    def execute(self, *given: Any) -> sqlite3.Cursor:
        try:
            return super().execute(*given)
        except UnicodeDecodeError as error:
            raise _damaged() from error

    def executemany(self, *given: Any) -> sqlite3.Cursor:
        try:
            return super().executemany(*given)
        except UnicodeDecodeError as error:
            raise _damaged() from error


def _damaged() -> sqlite3.DatabaseError:
    said = sqlite3.DatabaseError("malformed database schema: what it says is no text")
    said.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return said
