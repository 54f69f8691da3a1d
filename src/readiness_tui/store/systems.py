"""The systems that a file holds data of. What was imported carries a system's number, what was typed its name."""

from __future__ import annotations

from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

#: In place of a number where a query is given a name; worked out once a query, so that indexes serve it.
NUMBER = "(SELECT id FROM system WHERE name = ?)"


def put(tx: Tx, name: str) -> int:
    """The number of a system, which is given one when it is first met.

    Data that an old file held before it had any review belong to the first system that it gets.
    """
    conn = tx.conn
    found = conn.execute(f"SELECT {NUMBER}", (name,)).fetchone()[0]
    if found is None:
        adopted = conn.execute("UPDATE system SET name = ? WHERE name = ''", (name,)).rowcount
        if not adopted:
            conn.execute("INSERT INTO system(name) VALUES (?)", (name,))
        return put(tx, name)
    return int(found)


def all(conn: Connection) -> list[str]:
    """In the order in which they were added."""
    return [name for (name,) in conn.execute("SELECT name FROM system WHERE name <> '' ORDER BY id").fetchall()]
