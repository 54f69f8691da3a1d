"""The migration for what goes on around a review: where its days begin, and what is seen to or lowered afterwards."""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

#: Conditions of frozen reviews that were closed. `of_review` is not called review_id: a row of that name is the review's
#: own, and a frozen one takes none.
CLOSINGS = """
CREATE TABLE condition_closing(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    of_review INTEGER NOT NULL REFERENCES review(id),
    name TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    evidence TEXT NOT NULL,
    note TEXT NOT NULL,
    UNIQUE(of_review, name)
) STRICT;
"""


def over_time(db: Any) -> None:
    """A review's zone: '' is that of the machine that looks. The highest severity that an incident has had: '' is the
    present one, so that what was lowered before counts as it did."""
    script(db.conn, CLOSINGS)
    db.conn.execute("ALTER TABLE review ADD COLUMN zone TEXT NOT NULL DEFAULT ''")
    db.conn.execute("ALTER TABLE incident ADD COLUMN peak TEXT NOT NULL DEFAULT ''")
