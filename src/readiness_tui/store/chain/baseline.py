"""From what the chain begins: the rows that a file held when it was upgraded to have one.

What was typed, by whom and when before that, the audit trail tells; that nobody changed it by hand until then cannot be
shown. A file that was made with a chain begins with nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

from readiness_tui.store.chain.tables import audited, key_of
from readiness_tui.store.codec import dump
from readiness_tui.store.rows import fetch
from readiness_tui.store.sqlite import Connection


def take(conn: Connection) -> str:
    """Remember every row of the audited tables as it is; returns the digest of them all."""
    for table in audited(conn):
        keys = key_of(conn, table)
        conn.executemany(
            "INSERT INTO chain_baseline(table_name, pk, json) VALUES (?, ?, ?)",
            ((table, dump([row[name] for name in keys]), dump(row)) for row in fetch(conn, f"SELECT * FROM {table}")),
        )
    return digest(conn)


def digest(conn: Connection) -> str:
    """SHA-256 of the remembered rows."""
    found: list[Any] = conn.execute(
        "SELECT table_name, pk, json FROM chain_baseline ORDER BY table_name, pk"
    ).fetchall()
    return hashlib.sha256(dump([list(row) for row in found]).encode("utf-8", "surrogatepass")).hexdigest()
