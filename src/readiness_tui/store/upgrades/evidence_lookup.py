"""The migration that keeps with each piece of evidence what was found of it.

What an older version stored was not looked up, and is not judged now: it says so until somebody looks. Nobody has to
for what was shown, and for drills, which people stand for.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

SCHEMA = """
ALTER TABLE evidence ADD COLUMN lookup TEXT NOT NULL DEFAULT 'not looked up';
ALTER TABLE evidence ADD COLUMN commit_id TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence ADD COLUMN looked_at TEXT;
UPDATE evidence SET lookup = 'vouched for' WHERE kind IN ('shown', 'drill');
"""


def evidence_lookup(db: Any) -> None:
    script(db.conn, SCHEMA)
