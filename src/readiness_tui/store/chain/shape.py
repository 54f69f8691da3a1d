"""The triggers, tables and views of the file held against those that the program makes: who drops a trigger can change what
it guards, and who puts a view in the place of a table gives what rows they like. Tables, views and indexes of somebody's own
are no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from readiness_tui.store import sqlite
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.chain.tables import AUDITED, CONTENTS
from readiness_tui.store.sqlite import Connection

_PARTS = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'table', 'view')"
_Parts = dict[str, tuple[str, str, str]]  # by name: its type, the table that it belongs to, its SQL


def changed(conn: Connection) -> Iterator[ByHand]:
    """What is missing or other than the program's, and triggers on its tables that are not of the program."""
    ours, there = _own(), _parts(conn)
    for name, (kind, table, sql) in sorted(ours.items()):
        found = there.get(name, ("", "", ""))
        if kind == "table":
            if found[0] == kind:
                continue
            held = "typed" if name in AUDITED else "brought by imports" if name in CONTENTS else "kept"
            there_is = f"there is a {found[0]} of its name, and no table" if found[0] else "dropped"
            yield ByHand(kind, name, f"{there_is}: it held what was {held}")
        elif found[0] != kind:
            yield ByHand(kind, name, f"dropped: it guards the table {table}" if kind == "trigger" else "dropped")
        elif found != (kind, table, sql):
            more = f": it guards the table {table}" if kind == "trigger" else ""
            yield ByHand(kind, name, f"replaced by another one{more}")
    for name, (kind, table, _) in sorted(there.items()):
        if kind == "trigger" and name not in ours and table in ours:
            yield ByHand(kind, name, f"added to the table {table}: the program has none of that name")


def _parts(conn: Connection) -> _Parts:
    return {name: (kind, table, sql) for kind, name, table, sql in conn.execute(_PARTS).fetchall()}


@cache
def _own() -> _Parts:
    """Those of a new file."""
    from readiness_tui.store.migrations import MIGRATIONS

    conn = sqlite.sqlite3.connect(":memory:", isolation_level=None)
    try:
        conn.create_function(sqlite.WITHOUT_NUL, 1, sqlite.without_nul, deterministic=True)
        db = sqlite.utils(conn)
        conn.execute("BEGIN")
        for migration in MIGRATIONS:
            migration(db)
        return _parts(conn)
    finally:
        conn.close()
