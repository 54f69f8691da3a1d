"""The migration for the list of traces: indexes in the orders by latency and cost, and how far the word index is."""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

#: The orders by latency and cost; the one by time has `trace_time`. Each ends in the key, as every index does.
INDEXES = """
CREATE INDEX trace_latency ON trace(system_id, latency_ms);
CREATE INDEX trace_cost ON trace(system_id, cost);
"""
#: `last_key`: up to which the traces of an import are in `trace_words`, -1 for all; see store/listing/trace_words.py.
WORDS = """
CREATE TABLE trace_words_import(import_id INTEGER PRIMARY KEY, last_key INTEGER NOT NULL) STRICT;
CREATE TRIGGER trace_words_stale AFTER UPDATE OF question, answer, id ON trace
    BEGIN DELETE FROM trace_words_import; END;
"""


def explore(db: Any) -> None:
    script(db.conn, INDEXES + WORDS)
