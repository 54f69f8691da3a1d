"""The migration for conditions of frozen reviews that were closed afterwards."""

from __future__ import annotations

from typing import Any

#: `of_review` is not called review_id: a row of that name is the review's own, and a frozen one takes none.
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


def condition_closing(db: Any) -> None:
    db.executescript(CLOSINGS)
