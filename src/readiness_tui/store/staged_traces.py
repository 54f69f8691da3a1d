"""Staging traces: stored in the order of the file, their ids entered in the order of ids, replacing earlier ones."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.columns import CommonTraces
from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.store import packing, sqlite, staging
from readiness_tui.store.db import Store
from readiness_tui.store.measured import days, late_indexes, stale
from readiness_tui.store.measured.reading import TraceReading
from readiness_tui.store.measured.sorting import in_order
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.rows import Tx
from readiness_tui.store.staging import UNSTORABLE, Refused

_TURN = 0.005  # seconds between two batches that follow each other at once: time for whoever waits to save
Pair = tuple[Trace, str]  # and its raw record


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """Traces as they are stored: all that can be worked out without the file, in whichever process.

    `names`, `columns`: of `trace`, a list of values each, `count` of them; `texts`: of their chunks, where they lie apart.
    `blocks`: raw records, `kept` of them. `refused`: what cannot be stored.
    """

    count: int
    names: list[str]
    columns: list[list[Any]]
    texts: list[bytes | None]
    reading: TraceReading
    kept: int
    blocks: list[tuple[int, bytes]]
    refused: list[Refused]


def prepared(pairs: Iterable[Pair], keep: KeptRecords) -> Iterator[PreparedBatch]:
    """Traces in batches."""
    for some in staging.batches(pairs):
        try:
            yield _prepared(some, [], keep)
        except UNSTORABLE:
            yield prepared_one_by_one(some, keep)


def prepared_one_by_one(some: list[Pair], keep: KeptRecords) -> PreparedBatch:
    """The same, of traces among which one cannot be stored."""
    good, refused = _sorted_out(some)
    return _prepared(good, refused, keep)


def _prepared(pairs: list[Pair], refused: list[Refused], keep: KeptRecords) -> PreparedBatch:
    traces = [trace for trace, _ in pairs]
    names, columns = packing.trace_columns(traces)
    texts = [packing.chunk_texts(trace.chunks) for trace in traces]
    reading = TraceReading.of(traces)
    kept = keep.of(traces, {at for at, _ in reading.leaked})
    blocks = list(raw_records.blocks([raw if keeps else None for (_, raw), keeps in zip(pairs, kept, strict=True)]))
    return PreparedBatch(len(pairs), names, columns, texts, reading, sum(kept), blocks, refused)


def prepared_columns(of: CommonTraces, raw: Sequence[str | bytes]) -> PreparedBatch:
    """The same of requests of the common kind, at most a batch of them, of which every raw record is kept. Raises as
    UNSTORABLE says."""
    names, columns, texts = packing.common_columns(of)
    blocks = list(raw_records.blocks(raw))
    return PreparedBatch(len(of), names, columns, texts, TraceReading.of_columns(of), len(of), blocks, [])


def store_batch(store: Store, import_id: int, made: PreparedBatch) -> None:
    """One batch, in one transaction. Raises as UNSTORABLE says where SQLite does not take one of the values."""
    with staging.batch(store) as tx:
        staging.check_staged(tx, import_id)
        (last,) = tx.conn.execute("SELECT coalesce(max(last_key), 0) FROM trace_raw").fetchone()
        if not last:
            late_indexes.put_off(tx)
        (system,) = tx.conn.execute("SELECT system_id FROM import WHERE id = ?", (import_id,)).fetchone()
        keys = range(last + 1, last + 1 + made.count)
        if made.count:  # of a batch of rejects alone no column is known
            tx.bulk(
                f"INSERT INTO trace(key, import_id, system_id, {', '.join(made.names)})"
                f" VALUES (?, {import_id:d}, {system:d}{', ?' * len(made.names)})",
                zip(keys, *made.columns, strict=True),
            )
        made.reading.put(tx, import_id, keys)
        tx.bulk(
            "INSERT INTO trace_text(key, chunks) VALUES (?, ?)",
            ((key, text) for key, text in enumerate(made.texts, last + 1) if text is not None),
        )
        for count, data in made.blocks:
            tx.conn.execute(
                "INSERT INTO trace_raw(import_id, first_key, last_key, data) VALUES (?, ?, ?, ?)",
                (import_id, last + 1, last + count, data),
            )
            last += count
        staging.count(tx, import_id, "traces", made.count)
        staging.count(tx, import_id, "raw_kept", made.kept)
        staging.reject(tx, import_id, made.refused)


def _sorted_out(batch: list[Pair]) -> tuple[list[Pair], list[Refused]]:
    """Of a batch, what can be stored, and the rejects."""
    good: list[Pair] = []
    refused: list[Refused] = []
    scratch = sqlite.sqlite3.connect(":memory:")
    for trace, raw in batch:
        try:
            _, (row,) = packing.trace_rows([trace])
            packing.chunk_texts(trace.chunks)
            scratch.execute(f"SELECT ?{', ?' * (len(row) - 1)}", row)
            TraceReading.of([trace])
            good.append((trace, raw))
        except UNSTORABLE as error:
            refused.append((0, f"trace {trace.id!r}: {error}", raw))
    scratch.close()
    return good, refused


def index_ids(store: Store, import_id: int) -> None:
    """Enter the ids of the staged traces in their order, so that each page of the index is written once.

    On the way, an id that comes again is refused, and the same ids of earlier imports of the system are marked as
    superseded.
    """
    last = None
    for rows in in_order(_staged_ids(store, import_id)):
        before = [last, *(id for id, _ in rows)]
        again = [key for was, (id, key) in zip(before, rows, strict=False) if was == id]
        last = rows[-1][0]
        with staging.batch(store) as tx:
            for key in again:
                _refuse_again(tx, import_id, key)
            tx.bulk(
                "INSERT INTO trace_id(import_id, id, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                ((import_id, id, key) for id, key in rows),
            )
            supersede(tx, import_id, 0, rows[0][0], last)
        time.sleep(_TURN)


def _staged_ids(store: Store, import_id: int) -> Iterator[list[tuple[str, int]]]:
    with store.read() as conn:
        blocks = "SELECT min(first_key), max(last_key) FROM trace_raw WHERE import_id = ?"
        first, last = conn.execute(blocks, (import_id,)).fetchone()
        while first is not None and first <= last:
            rows = conn.execute(
                "SELECT id, key FROM trace WHERE import_id = ? AND key BETWEEN ? AND ? ORDER BY key LIMIT ?",
                (import_id, first, last, staging.BATCH),
            ).fetchall()
            if not rows:
                return
            yield rows
            first = rows[-1][1] + 1


def _refuse_again(tx: Tx, import_id: int, key: int) -> None:
    id, day = tx.conn.execute(f"SELECT id, {days.sql('started_at')} FROM trace WHERE key = ?", (key,)).fetchone()
    raw = raw_records.of_trace(tx.conn, key)
    staging.count(tx, import_id, "raw_kept", -(raw is not None))
    for table, column in (
        ("trace_text", "key"),
        ("trace", "key"),
        ("trace_measure", "trace_key"),
        ("trace_leak", "trace_key"),
    ):
        tx.conn.execute(f"DELETE FROM {table} WHERE {column} = ?", (key,))
    stale.mark(tx, [(import_id, day)], import_id)  # it was counted
    staging.count(tx, import_id, "traces", -1)
    again = (0, f"trace {id!r} is in the file twice; the first is kept", raw or "")
    staging.reject(tx, import_id, [again])


def supersede(tx: Tx, import_id: int, since: int, low: str, high: str) -> None:
    """Remember which traces of its system's other imports, published later than `since`, this one's of these ids
    replace, and of which days; it takes effect at publication."""
    others = tx.conn.execute(
        "SELECT o.id FROM import i JOIN import o USING (system_id)"
        " WHERE i.id = ?1 AND o.id != ?1 AND o.published_order > ?2 AND o.traces > 0",
        (import_id, since),
    ).fetchall()
    for (other,) in others:
        tx.conn.execute(
            "INSERT INTO trace_superseded(key, import_id) SELECT old.key, new.import_id"
            " FROM trace_id new CROSS JOIN trace_id old ON old.id = new.id AND old.import_id = ?"
            " WHERE new.import_id = ? AND new.id BETWEEN ? AND ? ON CONFLICT DO NOTHING",
            (other, import_id, low, high),
        )
        tx.conn.execute(
            "INSERT INTO trace_stale(import_id, day, because)"
            f" SELECT DISTINCT t.import_id, {days.sql('t.started_at')}, new.import_id"
            " FROM trace_id new CROSS JOIN trace_id old ON old.id = new.id AND old.import_id = ?"
            " CROSS JOIN trace t ON t.key = old.key"
            " WHERE new.import_id = ? AND new.id BETWEEN ? AND ? ON CONFLICT DO NOTHING",
            (other, import_id, low, high),
        )
