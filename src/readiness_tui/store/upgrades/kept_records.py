"""The migration that says of each import how it was read and which raw records were kept, and that lets the texts of a
trace's chunks lie compressed.

Of an older import the reader is not known, and all its raw records were kept. `rereads`: the import that this one took
in again. `trace_text.chunks`: see `packing.chunk_texts`; what an older version stored stays as it is.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

SCHEMA = """
ALTER TABLE import ADD COLUMN reader INTEGER;
ALTER TABLE import ADD COLUMN read_with TEXT NOT NULL DEFAULT '';
ALTER TABLE import ADD COLUMN rereads INTEGER REFERENCES import(id);
ALTER TABLE import ADD COLUMN keep_raw TEXT NOT NULL DEFAULT 'all';
ALTER TABLE import ADD COLUMN raw_kept INTEGER NOT NULL DEFAULT 0;
CREATE TABLE trace_text(
    key INTEGER PRIMARY KEY,
    chunks BLOB NOT NULL
) STRICT;
UPDATE import SET raw_kept = traces;
"""


def kept_records(db: Any) -> None:
    script(db.conn, SCHEMA)
