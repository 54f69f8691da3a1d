"""The migration that remembers which review follows which, what was confirmed from the one before, and which scorecard
another took the place of, and what systems and people were called before.

Nothing of an older file is carried or confirmed by it: its reviews follow nobody, and count as they did. In whose history
an entry of the audit trail is filed may follow a system's new name; what it says still cannot be rewritten.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

SCHEMA = """
ALTER TABLE review ADD COLUMN follows INTEGER REFERENCES review(id); -- whose open conditions it carries; NULL: nobody's
ALTER TABLE vote ADD COLUMN carried_from INTEGER; -- the review whose vote was confirmed by this one
ALTER TABLE vote ADD COLUMN together INTEGER NOT NULL DEFAULT 0; -- with its whole section at once
CREATE TABLE supersession(
    old_review INTEGER PRIMARY KEY REFERENCES review(id),
    new_review INTEGER NOT NULL REFERENCES review(id),
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE TABLE former_name(
    kind TEXT NOT NULL, -- "system" or "person"
    name TEXT NOT NULL,
    was TEXT NOT NULL,
    PRIMARY KEY(kind, name, was)
) STRICT, WITHOUT ROWID;
DROP TRIGGER change_keeps;
CREATE TRIGGER change_keeps BEFORE UPDATE ON change
    WHEN OLD.system IS NEW.system
        OR (OLD.id, OLD.at, OLD.who, OLD.what, OLD.why, OLD.review_id, OLD.idempotency_key, OLD.undoes, OLD.undoable)
            IS NOT
            (NEW.id, NEW.at, NEW.who, NEW.what, NEW.why, NEW.review_id, NEW.idempotency_key, NEW.undoes, NEW.undoable)
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""


def next_review(db: Any) -> None:
    script(db.conn, SCHEMA)
