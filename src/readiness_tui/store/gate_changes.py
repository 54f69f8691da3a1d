"""Which version of a gate replaced which: when, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness_tui.store.codec import moment, stamp
from readiness_tui.store.rows import Tx, fetch
from readiness_tui.store.sqlite import Connection, script

SCHEMA = """
CREATE TABLE gate_change(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    review_id INTEGER NOT NULL REFERENCES review(id),
    gate_id INTEGER NOT NULL REFERENCES gate(id),
    replaces INTEGER NOT NULL REFERENCES gate(id),
    reason TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
"""


def gate_change(db: Any) -> None:
    """The migration that adds the table. What was replaced before it has no entry."""
    script(db.conn, SCHEMA)


@dataclass(frozen=True, slots=True)
class StoredChange:
    id: int
    gate_id: int
    replaces: int
    reason: str
    by: str
    at: datetime


def add(tx: Tx, review_id: int, gate_id: int, replaces: int, reason: str) -> None:
    """The gate of a review was replaced just now, by whoever writes."""
    tx.put(
        "gate_change",
        {
            "review_id": review_id,
            "gate_id": gate_id,
            "replaces": replaces,
            "reason": reason,
            "person": tx.who,
            "at": stamp(tx.now),
        },
    )


def set_reason(tx: Tx, change_id: int, reason: str) -> None:
    tx.put("gate_change", {"id": change_id, "reason": reason})


def latest(conn: Connection, gate_id: int) -> StoredChange | None:
    """The last time this gate replaced another, in any review."""
    rows = fetch(conn, "SELECT * FROM gate_change WHERE gate_id = ? ORDER BY id DESC LIMIT 1", (gate_id,))
    return next(
        (
            StoredChange(row["id"], row["gate_id"], row["replaces"], row["reason"], row["person"], moment(row["at"]))
            for row in rows
        ),
        None,
    )
