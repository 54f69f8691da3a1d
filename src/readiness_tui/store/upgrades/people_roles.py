"""The migration for who is who in a review, and for notes while votes are blind.

Authors built the system, observers do not vote. Until the reveal each reviewer writes a note of their own on an item:
one note for all would show what others think, and be overwritten by people who may not see it.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

SCHEMA = """
ALTER TABLE review ADD COLUMN authors TEXT NOT NULL DEFAULT '[]';
ALTER TABLE review ADD COLUMN observers TEXT NOT NULL DEFAULT '[]';
CREATE TABLE own_note(
    review_id INTEGER NOT NULL REFERENCES review(id),
    item_id TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY(review_id, item_id, reviewer)
) STRICT, WITHOUT ROWID;
"""


def people_roles(db: Any) -> None:
    script(db.conn, SCHEMA)
