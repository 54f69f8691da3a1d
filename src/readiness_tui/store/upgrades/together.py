"""The migration for several people at one file: values that wait to be settled, and who is where."""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

#: `review_id` NULL: of what the system has across its reviews (gaps, incidents).
RIVALS = """
CREATE TABLE rival(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    system TEXT NOT NULL,
    review_id INTEGER REFERENCES review(id),
    about TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX rival_system ON rival(system);
"""
#: A row for each process that has the file open in the app; see `store/presence.py`. Not audited, and nothing rests on it.
PRESENCE = """
CREATE TABLE presence(
    process TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    review_id INTEGER NOT NULL,
    room TEXT NOT NULL,
    item TEXT NOT NULL,
    beat INTEGER NOT NULL,
    at TEXT NOT NULL
) STRICT;
"""


def together(db: Any) -> None:
    script(db.conn, RIVALS + PRESENCE)
