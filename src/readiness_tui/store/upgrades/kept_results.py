"""The migration that makes the table of kept results (`store/kept/results.py`)."""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

SCHEMA = """
CREATE TABLE kept(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    place TEXT NOT NULL UNIQUE,
    mark TEXT NOT NULL,
    digest TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
"""


def kept_results(db: Any) -> None:
    script(db.conn, SCHEMA)
