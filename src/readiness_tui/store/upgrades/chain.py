"""The migration that binds the audit trail to a chain, and what imports brought to the audit trail.

An older file is bound as it is: from its last entry on, a change by hand is named. What was changed before cannot be shown.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.chain import baseline, contents, guards, seal, tallied, walk
from readiness_tui.store.sqlite import script

SCHEMA = """
ALTER TABLE change ADD COLUMN hash TEXT; -- see store/chain/seal.py; NULL only inside the transaction that makes the entry
ALTER TABLE import ADD COLUMN contents TEXT NOT NULL DEFAULT ''; -- the digest of its blocks
CREATE TABLE chain(
    since INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    last INTEGER NOT NULL,
    hash TEXT NOT NULL,
    cookie INTEGER NOT NULL
) STRICT;
CREATE TABLE chain_baseline(
    table_name TEXT NOT NULL,
    pk TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY(table_name, pk)
) STRICT, WITHOUT ROWID;
CREATE TABLE content_block(
    import_id INTEGER NOT NULL REFERENCES import(id),
    part TEXT NOT NULL,
    owner INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    digest TEXT NOT NULL,
    marks BLOB NOT NULL,
    PRIMARY KEY(import_id, part, owner, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE tally_seal(
    import_id INTEGER NOT NULL REFERENCES import(id),
    day INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY(import_id, day)
) STRICT, WITHOUT ROWID;
"""


def chain(db: Any) -> None:
    conn = db.conn
    script(db.conn, SCHEMA)
    published = "SELECT id FROM import WHERE published_order IS NOT NULL ORDER BY id"
    for (number,) in conn.execute(published).fetchall():
        digest = contents.enter(conn, number, contents.seal(conn, number))
        conn.execute("UPDATE import SET contents = ? WHERE id = ?", (digest, number))
        tallied.seal_import(conn, number)
    before = baseline.take(conn)
    since, count = conn.execute("SELECT coalesce(max(id), 0), count(*) FROM change").fetchone()
    conn.execute("DROP TRIGGER change_keeps")
    for number, entry, rows, _ in list(walk.entries(conn)):
        before = seal.entry_hash(before, entry, rows)
        conn.execute("UPDATE change SET hash = ? WHERE id = ?", (before, number))
    conn.execute(
        "INSERT INTO chain(since, entries, last, hash, cookie) VALUES (?, ?, ?, ?, 0)", (since, count, since, before)
    )
    script(db.conn, guards.GUARDS)
