"""The migration that makes room for what is measured of a recorded request once, when it comes in.

Nothing is measured here: a large file would be one transaction of minutes. `store/measured/older.py` does that for what
an earlier version brought, in batches; until an import is `measured`, it is read record by record.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

SCHEMA = """
-- By which version of the reading (domain/traces) the import's requests are measured; 0: not yet.
ALTER TABLE import ADD COLUMN measured INTEGER NOT NULL DEFAULT 0;
-- What a group of requests shows. The same row for every system and import; never changed.
CREATE TABLE trace_shape(
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL -- domain/traces/shape reads it
) STRICT;
-- Narrow and beside the wide rows: so an older file is measured by adding rows, not by writing every record anew.
CREATE TABLE trace_measure(
    trace_key INTEGER PRIMARY KEY,
    of_import INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    content INTEGER, -- what was recorded of it, as a hash; NULL where no user sent it, so that it is nobody's copy
    retried ANY, -- 1.0, 0.0 or the word of an Absent
    longest_call_ms REAL,
    call_minutes ANY -- minutes since 1970: one as a number, several as JSON, NULL for none
) STRICT;
CREATE INDEX trace_measure_shape ON trace_measure(shape, trace_key);
-- Requests of one import and UTC day that show the same, those alone that no later import replaced; see trace_stale.
CREATE TABLE trace_tally(
    import_id INTEGER NOT NULL REFERENCES import(id),
    day INTEGER NOT NULL, -- days since 1970, UTC; that of UNKNOWN_TIME where not recorded
    shape INTEGER NOT NULL,
    n INTEGER NOT NULL,
    ids TEXT NOT NULL,
    first_at INTEGER,
    first_id TEXT,
    varied TEXT NOT NULL,
    PRIMARY KEY(import_id, day, shape)
) STRICT, WITHOUT ROWID;
-- Days of which the tallies do not hold once the import `because` is published, until they are made anew.
CREATE TABLE trace_stale(
    import_id INTEGER NOT NULL REFERENCES import(id),
    day INTEGER NOT NULL,
    because INTEGER NOT NULL,
    PRIMARY KEY(import_id, day, because)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_stale_because ON trace_stale(because);
-- Filled in its order when an import is complete, as trace_id is.
CREATE TABLE trace_content(
    import_id INTEGER NOT NULL REFERENCES import(id),
    content INTEGER NOT NULL,
    trace_key INTEGER NOT NULL,
    PRIMARY KEY(import_id, content, trace_key)
) STRICT, WITHOUT ROWID;
-- Requests whose content another one of the system has, or had: the first of those that are seen is no copy.
CREATE TABLE trace_twin(
    system_id INTEGER NOT NULL,
    content INTEGER NOT NULL,
    at INTEGER NOT NULL,
    trace_key INTEGER NOT NULL,
    of_import INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    PRIMARY KEY(system_id, content, at, trace_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_twin_import ON trace_twin(of_import);
CREATE TABLE trace_leak(
    trace_key INTEGER NOT NULL,
    hit TEXT NOT NULL, -- its id, which names the request, the pattern and a short hash; never the text found
    pattern TEXT NOT NULL,
    place TEXT NOT NULL,
    excerpt TEXT NOT NULL, -- masked
    personal INTEGER NOT NULL,
    PRIMARY KEY(trace_key, hit)
) STRICT, WITHOUT ROWID;
-- How far an older import has come: the next key to read, NULL while what an earlier reading left is cleared.
CREATE TABLE trace_measuring(
    import_id INTEGER PRIMARY KEY REFERENCES import(id),
    version INTEGER NOT NULL,
    next_key INTEGER
) STRICT;
"""


def measured_traces(db: Any) -> None:
    script(db.conn, SCHEMA)
