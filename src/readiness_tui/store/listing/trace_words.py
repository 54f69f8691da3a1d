"""Searching the texts of traces quickly: an index of every three characters that follow each other (FTS5, trigram).

It only narrows: which traces contain a text is decided by LIKE on their rows, so an answer is the same without it
(where the SQLite library has no FTS5, while it is being made, or for texts of one or two characters). It holds no
text and no positions (`content=''`, `detail=none`), and is made when somebody first asks for it, in short
transactions. Rows are entered in the order of their keys, of published imports alone; `trace_words_import` says of
which imports all are in. What is superseded or taken back may stay in it: its rows are not shown, whatever it says.
Where the texts of a stored trace change, a trigger empties that table, and the index is made anew.

Format: sqlite.org/fts5.html, "The Trigram Tokenizer", "Contentless Tables", "The Detail Option".
"""

from __future__ import annotations

from collections.abc import Callable

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters.model import Filter, Says
from readiness_tui.store import sqlite, staging
from readiness_tui.store.chain import seal
from readiness_tui.store.db import Store
from readiness_tui.store.listing.trace_filter import TEXTS, seen_whole
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER

FEW = 1_000  # traces that are looked up one by one; a word that more contain is soon met in any order
_GRAMS = 24  # three characters each, of a long text: the rest is left to LIKE
_BATCH = 1_000  # traces a transaction: their texts are taken apart while the lock is held
_MAKE = "CREATE VIRTUAL TABLE trace_words USING fts5(text, tokenize='trigram', content='', detail='none', columnsize=0)"
_THERE = "SELECT 1 FROM sqlite_master WHERE name = 'trace_words'"
_STALE = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM trace_words_import WHERE import_id = 0)"
_ALL_TEXTS = " || char(10) || ".join(f"coalesce({seen_whole(text)}, '')" for text in TEXTS)
_ENDS = "SELECT min(key), max(key) FROM trace_id WHERE import_id = ?"
_PUBLISHED = "SELECT id FROM import WHERE published_order IS NOT NULL AND traces > 0"


def ready(conn: Connection, system: str) -> bool:
    """Whether every published trace of the system is in the index, and this SQLite can read it."""
    if conn.execute(_THERE).fetchone() is None or conn.execute(_STALE).fetchone() is not None:
        return False
    missing = conn.execute(
        f"{_PUBLISHED} AND system_id = {NUMBER} AND id NOT IN (SELECT import_id FROM trace_words_import WHERE last_key < 0)"
        " LIMIT 1",
        (system,),
    ).fetchone()
    return missing is None and _readable(conn)


def query(where: Filter) -> str | None:
    """What the index is asked for a filter: a superset of what the filter shows. None: it has nothing to ask for."""
    grams: dict[str, None] = {}
    for condition in where.conditions:
        if isinstance(condition, Says) and not condition.hidden and "\0" not in condition.text:
            text = condition.text
            grams |= dict.fromkeys(text[at : at + 3] for at in range(len(text) - 2))
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in list(grams)[:_GRAMS]) or None


def narrowed(conn: Connection, system: str, where: Filter) -> list[int] | None:
    """The keys of all traces that may meet the filter, if the index says so and they are few; else None."""
    asked = query(where)
    if asked is None or not ready(conn, system):
        return None
    rows = conn.execute("SELECT rowid FROM trace_words WHERE trace_words MATCH ? LIMIT ?", (asked, FEW + 1)).fetchall()
    return None if len(rows) > FEW else [key for (key,) in rows]


def make(store: Store, progress: Callable[[int, int], bool] | None = None) -> bool:
    """Bring the index up to date with every published import. False where this SQLite cannot have one, or where
    `progress` (traces done, in all) said to stop; what was done by then is kept."""
    if not _begin(store):
        return False
    with store.read() as conn:
        waiting = conn.execute(
            f"SELECT i.id, i.traces, w.last_key FROM ({_PUBLISHED}) p JOIN import i ON i.id = p.id"
            " LEFT JOIN trace_words_import w ON w.import_id = i.id WHERE coalesce(w.last_key, 0) >= 0 ORDER BY i.id"
        ).fetchall()
        ends = [conn.execute(_ENDS, (import_id,)).fetchone() for import_id, _, _ in waiting]
    total, done = sum(traces for _, traces, _ in waiting), 0
    for (import_id, _, last), (first, end) in zip(waiting, ends, strict=True):
        at = last if last is not None else (first or 0) - 1
        while at >= 0:
            if progress is not None and not progress(min(done, total), total):
                return False
            entered, at = _enter(store, import_id, at, end or 0)
            done += entered
    if progress is not None:
        progress(total, total)
    return True


def _begin(store: Store) -> bool:
    """Make the empty index where there is none, or where what it holds is not true any more."""
    with store.read() as conn:
        there = conn.execute(_THERE).fetchone() is not None
        if there and not _readable(conn):
            return False
        if there and conn.execute("SELECT 1 FROM trace_words_import LIMIT 1").fetchone() is not None:
            return True
    try:
        with store.write("", "began the index of words", now=staging.NO_TIME) as tx:
            with seal.own_schema(tx.conn):
                tx.conn.execute("DROP TABLE IF EXISTS trace_words")
                tx.conn.execute(_MAKE)
            tx.conn.execute("INSERT INTO trace_words_import VALUES (0, -1)")  # no import: the index stands for itself
    except ReadinessError as error:
        if isinstance(error.__cause__, sqlite.sqlite3.OperationalError) and "no such" in str(error.__cause__):
            return False  # no FTS5, or none with trigrams
        raise
    return True


def _readable(conn: Connection) -> bool:
    try:
        conn.execute("SELECT rowid FROM trace_words WHERE trace_words MATCH 'abc' LIMIT 1").fetchone()
    except sqlite.sqlite3.OperationalError:
        return False
    return True


def _enter(store: Store, import_id: int, last: int, end: int) -> tuple[int, int]:
    """Enter the next traces of an import after the key `last`; how many they were, and the last key now (-1: all)."""
    until = last + _BATCH
    with store.write("", "a batch of the index of words", now=staging.NO_TIME) as tx:
        entered = tx.conn.execute(
            f"INSERT INTO trace_words(rowid, text) SELECT key, {_ALL_TEXTS} FROM trace"
            " WHERE key > ? AND key <= ? AND import_id = ? ORDER BY key",
            (last, until, import_id),
        ).rowcount
        at = until if until < end else -1
        tx.conn.execute("INSERT OR REPLACE INTO trace_words_import VALUES (?, ?)", (import_id, at))
    return entered, at
