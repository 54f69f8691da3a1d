"""The triggers of the file held against those that the program makes: who drops one can change what it guards."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.store import sqlite
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.sqlite import Connection

_TRIGGERS = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"


def changed(conn: Connection) -> Iterator[ByHand]:
    """Triggers and tables that are missing, other than the program's, or not of the program."""
    ours = _own()
    there = {name: (table, sql) for name, table, sql in conn.execute(_TRIGGERS).fetchall()}
    for name, (table, sql) in sorted(ours.items()):
        if name not in there:
            yield ByHand("trigger", name, f"dropped: it guards the table {table}")
        elif there[name] != (table, sql):
            yield ByHand("trigger", name, f"replaced by another one: it guards the table {table}")
    for name in sorted(there.keys() - ours.keys()):
        yield ByHand("trigger", name, f"added to the table {there[name][0]}: the program has none of that name")


def _own() -> dict[str, tuple[str, str]]:
    """The triggers of a new file."""
    from readiness_tui.store.migrations import MIGRATIONS

    conn = sqlite.sqlite3.connect(":memory:", isolation_level=None)
    try:
        conn.create_function(sqlite.WITHOUT_NUL, 1, sqlite.without_nul, deterministic=True)
        db = sqlite.utils(conn)
        conn.execute("BEGIN")
        for migration in MIGRATIONS:
            migration(db)
        return {name: (table, sql) for name, table, sql in conn.execute(_TRIGGERS).fetchall()}
    finally:
        conn.close()
