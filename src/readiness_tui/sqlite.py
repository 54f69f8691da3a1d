"""The one place that picks the SQLite module, for the store and for sources that read another program's database.

Two SQLite libraries on one file drop each other's POSIX locks, and an acknowledged row can be lost. sqlite-utils takes
`pysqlite3` where it is installed, so everything here must take the same one. It is chosen by the same rule, without
importing sqlite-utils, which takes a while; `store.sqlite.agree` checks the choice where sqlite-utils is loaded.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3 as sqlite3
else:
    try:
        sqlite3 = importlib.import_module("pysqlite3")
        importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        import sqlite3

__all__ = ["sqlite3"]
