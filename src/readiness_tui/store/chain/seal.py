"""The hash chain over the audit trail: each entry is bound to all before it, and the head to the last.

An entry's hash is the SHA-256 of the hash before it, its own columns and the rows that it changed, as canonical JSON. It is
made in the transaction that makes the entry. The head is kept apart, so that the last entries cannot go in silence either.

In whose history an entry is filed follows a system's new name (`systems.rename`), so the hash is over the name of its day,
which the later entries that renamed the system lead back to. The idempotency key is no part of what an entry says.

The table `chain` also keeps SQLite's schema cookie as it was when the program last changed the schema. While it is the same,
nobody has dropped a trigger, so what the triggers of `guards.py` keep is as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store.codec import dump
from readiness_tui.store.sqlite import Connection

#: What an entry says, in the order in which it is hashed.
ENTRY = "id, at, who, what, why, review_id, system, undoes, undoable"
_SYSTEM = ENTRY.split(", ").index("system")
ROW = "position, table_name, pk, item_id, old_json, new_json"


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How many entries the chain has, the last of them and its hash. `since`: the last entry from before there was a
    chain, 0 where there always was one."""

    since: int
    entries: int
    last: int
    hash: str

    def __str__(self) -> str:
        """As a scorecard prints it."""
        return f"{self.last}:{self.hash}"


#: The last entry from before there was a chain, in SQL.
SINCE = "coalesce((SELECT since FROM chain LIMIT 1), 0)"


def entry_hash(before: str, entry: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    """The hash of an entry (values of ENTRY) with its rows (values of ROW), behind the hash of the one before."""
    said = dump([before, entry, rows])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def append(conn: Connection, entry: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
    """Bind the entry that this transaction made (values of ENTRY), with the rows that it changed, to the chain. Its system is
    read from the file: the transaction may have renamed it."""
    heads = conn.execute(
        "SELECT hash, (SELECT system FROM change WHERE id = ?) FROM chain LIMIT 2", (entry[0],)
    ).fetchall()
    if len(heads) != 1:
        raise ReadinessError(
            "The head of the audit trail was removed from the file by something else than readiness-tui, so nothing more can"
            " be saved to it. `readiness doctor` says what else was changed; restore a backup."
        )
    ((before, system),) = heads
    made = entry_hash(before, [*entry[:_SYSTEM], system, *entry[_SYSTEM + 1 :]], rows)
    conn.execute("UPDATE change SET hash = ? WHERE id = ?", (made, entry[0]))
    conn.execute("UPDATE chain SET entries = entries + 1, last = ?, hash = ?", (entry[0], made))


def head(conn: Connection) -> ChainHead | None:
    """The head of the chain; None where it was removed."""
    rows = conn.execute("SELECT since, entries, last, hash FROM chain").fetchall()
    return ChainHead(*rows[0]) if len(rows) == 1 else None


def at_head(conn: Connection) -> bool:
    """Whether the last entry of the audit trail is the one that the head names."""
    found = conn.execute("SELECT last, hash FROM chain").fetchall()
    last = conn.execute("SELECT id, hash FROM change ORDER BY id DESC LIMIT 1").fetchone()
    return len(found) == 1 and (last is None or found[0] == last) and (last is not None or found[0][0] == 0)


def cookie(conn: Connection) -> int:
    """SQLite's number that grows with every change of the schema (sqlite.org/pragma.html, schema_version)."""
    return int(conn.execute("PRAGMA schema_version").fetchone()[0])


def unmoved(conn: Connection) -> bool:
    """Whether the schema is as the program left it, by its cookie. A copy that SQLite made has another one."""
    return conn.execute("SELECT cookie FROM chain").fetchall() == [(cookie(conn),)]


def settle(conn: Connection) -> None:
    """The schema as it is now is the program's own: it has just changed it, or looked at all of it."""
    conn.execute("UPDATE chain SET cookie = ?", (cookie(conn),))


@contextmanager
def own_schema(conn: Connection) -> Iterator[None]:
    """Whoever makes or drops a table or an index in a transaction of the program says so with this block. Where the file's
    cookie had moved before it, it stays moved."""
    before = cookie(conn)
    yield
    conn.execute("UPDATE chain SET cookie = ? WHERE cookie = ?", (cookie(conn), before))
