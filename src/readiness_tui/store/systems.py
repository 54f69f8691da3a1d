"""The systems that a file holds data of. What was imported carries a system's number, what was typed its name."""

from __future__ import annotations

from readiness_tui.store import settings
from readiness_tui.store.mended import former_names
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


def rename(tx: Tx, old: str, new: str) -> int:
    """Every row that carries a system's name gets the new one, and its history is filed under it; what the history says
    stays. Returns how many rows of what people typed it was."""
    named = (
        "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'system'"
    )
    tables = [table for (table,) in tx.conn.execute(f"{named} AND m.name <> 'change' ORDER BY m.name").fetchall()]
    (number,) = tx.conn.execute(f"SELECT {NUMBER}", (old,)).fetchone()
    tx.put("system", {"id": number, "name": new})
    count = sum(tx.rename(table, "system", old, new) for table in tables)
    tx.conn.execute("UPDATE change SET system = ? WHERE system = ?", (new, old))
    former_names.put(tx, former_names.SYSTEM, old, new)
    settings.rename_system(tx, old, new)
    return count


def all(conn: Connection) -> list[str]:
    """In the order in which they were added."""
    return [name for (name,) in conn.execute("SELECT name FROM system WHERE name <> '' ORDER BY id").fetchall()]
