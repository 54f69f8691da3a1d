"""The migration that gives incidents what a merge between files needs: identity, stamps, links, texts side by side."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from readiness_tui.store.sqlite import script

SCHEMA = """
ALTER TABLE incident ADD COLUMN uid TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN created TEXT;
ALTER TABLE incident ADD COLUMN updated TEXT;
ALTER TABLE incident ADD COLUMN written TEXT NOT NULL DEFAULT '{}';
ALTER TABLE incident_event ADD COLUMN links TEXT NOT NULL DEFAULT '[]';
ALTER TABLE incident_event ADD COLUMN uid TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_event ADD COLUMN created TEXT;
ALTER TABLE incident_event ADD COLUMN updated TEXT;
ALTER TABLE incident_action ADD COLUMN in_progress INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_action ADD COLUMN verify TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_action ADD COLUMN uid TEXT NOT NULL DEFAULT '';
ALTER TABLE incident_action ADD COLUMN created TEXT;
ALTER TABLE incident_action ADD COLUMN updated TEXT;
CREATE TABLE incident_rival(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL REFERENCES incident(number),
    section TEXT NOT NULL,
    text TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    uid TEXT NOT NULL
) STRICT;
CREATE INDEX incident_rival_number ON incident_rival(number);
"""
_UNIQUE = "CREATE UNIQUE INDEX {0}_uid ON {0}(uid) WHERE uid <> ''"  # a row put back by an old change's undo has none


def incident_record(db: Any) -> None:
    """Stamps come from the audit trail; a uid from what never changes, so that copies of one file agree on it."""
    script(db.conn, SCHEMA)
    for table, key in (("incident", "number"), ("incident_event", "id"), ("incident_action", "id")):
        names = "number, system" if table == "incident" else "id, number"
        for number, belongs in db.conn.execute(f"SELECT {names} FROM {table}").fetchall():
            created, updated = db.conn.execute(
                "SELECT min(c.at), max(c.at) FROM change_row r JOIN change c ON c.id = r.change_id"
                " WHERE r.table_name = ? AND r.pk = ?",
                (table, f"[{number}]"),
            ).fetchone()
            uid = uuid5(NAMESPACE_OID, f"readiness/{table}/{belongs}/{number}/{created}")
            db.conn.execute(
                f"UPDATE {table} SET uid = ?, created = ?, updated = ? WHERE {key} = ?",
                (str(uid), created, updated, number),
            )
        db.conn.execute(_UNIQUE.format(table))
