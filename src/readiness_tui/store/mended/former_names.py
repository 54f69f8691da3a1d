"""What a system or a person was called before: the audit trail keeps the name of its day, and is read under both."""

from __future__ import annotations

from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

SYSTEM, PERSON = "system", "person"


def put(tx: Tx, kind: str, old: str, new: str) -> None:
    """`old` is called `new` from now on, and so is whatever was called `old` before."""
    for was in (old, *of(tx.conn, kind, old)):
        if was != new:
            tx.conn.execute("INSERT OR IGNORE INTO former_name(kind, name, was) VALUES (?, ?, ?)", (kind, new, was))


def of(conn: Connection, kind: str, name: str) -> tuple[str, ...]:
    rows = conn.execute("SELECT was FROM former_name WHERE kind = ? AND name = ? ORDER BY was", (kind, name))
    return tuple(was for (was,) in rows.fetchall())


def all(conn: Connection, kind: str) -> list[tuple[str, str]]:
    """Each name with one that it was given in place of."""
    return conn.execute("SELECT name, was FROM former_name WHERE kind = ? ORDER BY name, was", (kind,)).fetchall()


def now(conn: Connection, kind: str, was: str) -> tuple[str, ...]:
    """What has been given in place of this name, by one renaming or several."""
    rows = conn.execute("SELECT name FROM former_name WHERE kind = ? AND was = ? ORDER BY name", (kind, was))
    return tuple(name for (name,) in rows.fetchall())
