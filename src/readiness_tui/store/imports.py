"""Staged imports: rows arrive in small transactions, unseen, and become visible all at once when published.

One huge transaction would block the reviewers; so all-or-nothing comes from the `published_at` of the import, which
every reader asks for. What a dead process left unpublished is removed when the next import begins.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.evaluation import Case, EvalSet, Run, Trace
from readiness_tui.store import packing, sqlite
from readiness_tui.store.codec import dump, moment, opt_moment, stamp, words
from readiness_tui.store.db import Store
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection

T = TypeVar("T")

BATCH = 5_000  # rows a transaction: a reviewer's save waits for at most one of them
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # batches leave no audit entry, so no time either
_EXCERPT = 200
# Not JSON, text that is not Unicode, an integer beyond 64 bits, a time without a zone.
_UNSTORABLE = (ValueError, TypeError, OverflowError)
Refused = tuple[int, str, str]  # line, reason, excerpt


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """One imported file. `published_at` None: still coming in, or given up."""

    id: int
    path: str
    format: str
    digest: str
    by: str
    begun_at: datetime
    published_at: datetime | None
    warnings: tuple[str, ...]
    runs: int
    cases: int
    traces: int
    rejects: int


@dataclass(frozen=True, slots=True)
class ImportReject:
    """A record that was not imported: its line (0: not known), the reason, its beginning."""

    line: int
    reason: str
    excerpt: str


# Readers


def all(conn: Connection) -> list[ImportInfo]:
    """The published ones, the latest first."""
    rows = fetch(conn, "SELECT * FROM import WHERE published_order IS NOT NULL ORDER BY published_order DESC")
    return [_info(row) for row in rows]


def get(conn: Connection, import_id: int) -> ImportInfo:
    rows = fetch(conn, "SELECT * FROM import WHERE id = ?", (import_id,))
    if not rows:
        raise ReadinessError(
            f"There is no import {import_id} in this database: it was given up. Import the file again."
        )
    return _info(rows[0])


def find(conn: Connection, digest: str) -> ImportInfo | None:
    """The published import of the very same bytes."""
    return next((info for info in all(conn) if info.digest == digest), None)


def rejects(conn: Connection, import_id: int, *, limit: int = -1) -> list[ImportReject]:
    """In the order in which they were met; `limit` -1 is all."""
    rows = conn.execute(
        "SELECT line, reason, excerpt FROM import_reject WHERE import_id = ? ORDER BY position LIMIT ?",
        (import_id, limit),
    ).fetchall()
    return [ImportReject(*row) for row in rows]


# Staging


def begin(store: Store, path: str, format: str, digest: str, who: str, now: datetime) -> int:
    """Open a staged import; returns its id. Removes what dead processes left first."""
    with store.read() as conn:
        left = fetch(conn, "SELECT id, host, pid, begun_at FROM import WHERE published_at IS NULL")
    for row in left:
        if _dead(row, store.importing, now):
            _remove(store, row["id"])
    with _batch(store) as tx:
        seen = tx.conn.execute("SELECT coalesce(max(published_order), 0) FROM import").fetchone()[0]
        tx.db["import"].insert(
            {
                "path": _storable(path),
                "format": format,
                "digest": digest,
                "person": who,
                "begun_at": stamp(now),
                "host": platform.node(),
                "pid": os.getpid(),
                "seen": seen,
            }
        )
        import_id = int(tx.conn.execute("SELECT last_insert_rowid()").fetchone()[0])
    store.importing.add(import_id)
    return import_id


def add_run(store: Store, import_id: int, run: Run) -> int:
    """Returns the run's key. Raises ReadinessError where the file brings two runs of one id."""
    with _batch(store) as tx:
        _staged(tx, import_id)
        if tx.conn.execute("SELECT 1 FROM run WHERE import_id = ? AND id = ?", (import_id, run.id)).fetchone():
            raise ReadinessError(f"The file holds two runs with the id {run.id!r}. Give each run an id of its own.")
        values = {
            "import_id": import_id,
            "id": run.id,
            "started_at": stamp(run.started_at),
            "json": packing.to_json(run),
        }
        tx.db["run"].insert(values)
        key = int(tx.conn.execute("SELECT last_insert_rowid()").fetchone()[0])
        _count(tx, import_id, "runs", 1)
    return key


def add_cases(store: Store, import_id: int, run_id: str, cases: Iterable[tuple[Case, str]]) -> None:
    """Cases of a run of this import, each with its raw record.

    A case whose key (id, variant, repeat) the run has already is a reject; so is one that cannot be stored.
    """
    for batch in _batches(cases):
        with _batch(store) as tx:
            _staged(tx, import_id)
            key, position = tx.conn.execute(
                "SELECT key, cases FROM run WHERE import_id = ? AND id = ?", (import_id, run_id)
            ).fetchone()
            stored = 0
            refused: list[Refused] = []
            for case, raw in batch:
                try:
                    new = tx.conn.execute(
                        "INSERT INTO run_case(run_key, id, variant, repeat, position, json, raw)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(run_key, id, variant, repeat) DO NOTHING",
                        (
                            key,
                            case.id,
                            case.variant,
                            case.repeat,
                            position + stored,
                            packing.to_json(case),
                            packing.pack([raw]),
                        ),
                    ).rowcount
                except _UNSTORABLE as error:
                    refused.append((0, f"case {case.id!r}: {error}", raw))
                    continue
                stored += new
                if not new:
                    name = " ".join(filter(None, (case.id, case.variant, str(case.repeat or ""))))
                    refused.append((0, f"case {name!r} is in run {run_id!r} twice; the first is kept", raw))
            tx.conn.execute("UPDATE run SET cases = cases + ? WHERE key = ?", (stored, key))
            _count(tx, import_id, "cases", stored)
            _reject(tx, import_id, refused)


def add_traces(store: Store, import_id: int, traces: Iterable[tuple[Trace, str]]) -> None:
    """Traces, each with its raw record. One that cannot be stored is a reject.

    At publication one whose id the file has twice is a reject as well, and a trace that an earlier import brought is
    replaced by this one.
    """
    for batch in _batches(traces):
        try:
            _store_traces(store, import_id, batch, [])
        except _UNSTORABLE:
            good, refused = _sorted_out(batch)
            _store_traces(store, import_id, good, refused)


def add_eval_set(store: Store, import_id: int, eval_set: EvalSet) -> None:
    with _batch(store) as tx:
        _staged(tx, import_id)
        tx.db["eval_set"].insert(
            {
                "import_id": import_id,
                "name": eval_set.name,
                "digest": eval_set.digest,
                "json": packing.to_json(eval_set),
            }
        )


def add_rejects(store: Store, import_id: int, rejects: Iterable[Refused]) -> None:
    """(line, reason, excerpt) of what the source could not use."""
    for batch in _batches(rejects):
        with _batch(store) as tx:
            _staged(tx, import_id)
            _reject(tx, import_id, batch)


def add_warnings(store: Store, import_id: int, warnings: Iterable[str]) -> None:
    with _batch(store) as tx:
        _staged(tx, import_id)
        (text,) = tx.conn.execute("SELECT warnings FROM import WHERE id = ?", (import_id,)).fetchone()
        tx.conn.execute("UPDATE import SET warnings = ? WHERE id = ?", (dump([*words(text), *warnings]), import_id))


def publish(store: Store, import_id: int, who: str, now: datetime) -> ImportInfo:
    """Make everything visible in one transaction, with an audit entry that cannot be undone."""
    _index_ids(store, import_id)
    with store.write(who, "imported a file", now=now, undoable=False) as tx:
        info = _staged(tx, import_id)
        # An import that was published while this one was coming in may have brought some of the same traces.
        (seen,) = tx.conn.execute("SELECT seen FROM import WHERE id = ?", (import_id,)).fetchone()
        low, high = tx.conn.execute(
            "SELECT min(id), max(id) FROM trace_id WHERE import_id = ?", (import_id,)
        ).fetchone()
        _supersede(tx, import_id, seen, low, high)
        (last,) = tx.conn.execute("SELECT coalesce(max(published_order), 0) FROM import").fetchone()
        tx.what = f"imported {info.path}"
        tx.put("import", {"id": import_id, "published_at": stamp(now), "published_order": last + 1})
        done = get(tx.conn, import_id)
    store.importing.discard(import_id)
    return done


def abort(store: Store, import_id: int) -> None:
    """Remove everything that was staged. A published import is left alone."""
    with store.read() as conn:
        staged = conn.execute("SELECT 1 FROM import WHERE id = ? AND published_at IS NULL", (import_id,)).fetchone()
    if staged:
        _remove(store, import_id)
    store.importing.discard(import_id)


# How


def _batch(store: Store) -> AbstractContextManager[Tx]:
    return store.write("", "a batch of an import", now=_NO_TIME)


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _staged(tx: Tx, import_id: int) -> ImportInfo:
    info = get(tx.conn, import_id)
    if info.published_at is not None:
        raise ReadinessError(f"The import of {info.path} is published already. Import the file again to add to it.")
    return info


def _count(tx: Tx, import_id: int, column: str, more: int) -> None:
    tx.conn.execute(f"UPDATE import SET {column} = {column} + ? WHERE id = ?", (more, import_id))


def _reject(tx: Tx, import_id: int, refused: Sequence[Refused]) -> None:
    if not refused:
        return
    (last,) = tx.conn.execute("SELECT rejects FROM import WHERE id = ?", (import_id,)).fetchone()
    tx.bulk(
        "INSERT INTO import_reject(import_id, position, line, reason, excerpt) VALUES (?, ?, ?, ?, ?)",
        (
            (import_id, last + at, line, _storable(reason), _storable(excerpt[:_EXCERPT]))
            for at, (line, reason, excerpt) in enumerate(refused, 1)
        ),
    )
    _count(tx, import_id, "rejects", len(refused))


def _storable(text: str) -> str:
    """Lone surrogates as escapes: SQLite takes no text that is not Unicode."""
    return text.encode("utf-8", "backslashreplace").decode()


def _store_traces(store: Store, import_id: int, pairs: list[tuple[Trace, str]], refused: list[Refused]) -> None:
    """One batch. What takes time is done before the lock is taken."""
    names, rows = packing.trace_rows([trace for trace, _ in pairs])
    raws = [raw for _, raw in pairs]
    blocks = [packing.pack(raws[at : at + packing.RAW_BLOCK]) for at in range(0, len(raws), packing.RAW_BLOCK)]
    with _batch(store) as tx:
        _staged(tx, import_id)
        (last,) = tx.conn.execute("SELECT coalesce(max(last_key), 0) FROM trace_raw").fetchone()
        tx.bulk(
            f"INSERT INTO trace(key, import_id, {', '.join(names)}) VALUES (?, ?{', ?' * len(names)})",
            ((key, import_id, *row) for key, row in enumerate(rows, last + 1)),
        )
        for at, data in enumerate(blocks):
            first = last + 1 + at * packing.RAW_BLOCK
            until = min(first + packing.RAW_BLOCK - 1, last + len(pairs))
            tx.conn.execute(
                "INSERT INTO trace_raw(import_id, first_key, last_key, data) VALUES (?, ?, ?, ?)",
                (import_id, first, until, data),
            )
        _count(tx, import_id, "traces", len(pairs))
        _reject(tx, import_id, refused)


def _sorted_out(batch: list[tuple[Trace, str]]) -> tuple[list[tuple[Trace, str]], list[Refused]]:
    """Of a batch, what can be stored, and the rejects."""
    good: list[tuple[Trace, str]] = []
    refused: list[Refused] = []
    scratch = sqlite.sqlite3.connect(":memory:")
    for trace, raw in batch:
        try:
            _, (row,) = packing.trace_rows([trace])
            scratch.execute(f"SELECT ?{', ?' * (len(row) - 1)}", row)
            good.append((trace, raw))
        except _UNSTORABLE as error:
            refused.append((0, f"trace {trace.id!r}: {error}", raw))
    scratch.close()
    return good, refused


def _index_ids(store: Store, import_id: int) -> None:
    """Enter the ids of the staged traces in their order, so that each page of the index is written once.

    Sorted in a private temporary database: that needs neither memory for all of them nor a lock on ours. On the way,
    an id that comes again is refused, and the same ids of earlier imports are marked as superseded.
    """
    sorter = sqlite.sqlite3.connect("", isolation_level=None)
    try:
        sorter.execute("PRAGMA journal_mode = OFF")
        sorter.execute("CREATE TABLE staged(id TEXT, key INTEGER)")
        for rows in _staged_ids(store, import_id):
            sorter.execute("BEGIN")
            sorter.executemany("INSERT INTO staged VALUES (?, ?)", rows)
            sorter.execute("COMMIT")
        cursor = sorter.execute("SELECT id, key FROM staged ORDER BY id, key")
        last = None
        while rows := cursor.fetchmany(BATCH):
            before = [last, *(id for id, _ in rows)]
            again = [key for was, (id, key) in zip(before, rows, strict=False) if was == id]
            last = rows[-1][0]
            with _batch(store) as tx:
                for key in again:
                    _refuse_again(tx, import_id, key)
                tx.bulk(
                    "INSERT INTO trace_id(import_id, id, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    ((import_id, id, key) for id, key in rows),
                )
                _supersede(tx, import_id, 0, rows[0][0], last)
    finally:
        sorter.close()


def _staged_ids(store: Store, import_id: int) -> Iterator[list[tuple[str, int]]]:
    with store.read() as conn:
        blocks = "SELECT min(first_key), max(last_key) FROM trace_raw WHERE import_id = ?"
        first, last = conn.execute(blocks, (import_id,)).fetchone()
        while first is not None and first <= last:
            rows = conn.execute(
                "SELECT id, key FROM trace WHERE import_id = ? AND key BETWEEN ? AND ? ORDER BY key LIMIT ?",
                (import_id, first, last, BATCH),
            ).fetchall()
            if not rows:
                return
            yield rows
            first = rows[-1][1] + 1


def _refuse_again(tx: Tx, import_id: int, key: int) -> None:
    (id,) = tx.conn.execute("SELECT id FROM trace WHERE key = ?", (key,)).fetchone()
    first, data = tx.conn.execute(
        "SELECT first_key, data FROM trace_raw WHERE first_key <= ? ORDER BY first_key DESC LIMIT 1", (key,)
    ).fetchone()
    tx.conn.execute("DELETE FROM trace WHERE key = ?", (key,))
    _count(tx, import_id, "traces", -1)
    again = (0, f"trace {id!r} is in the file twice; the first is kept", packing.unpack(data)[key - first])
    _reject(tx, import_id, [again])


def _supersede(tx: Tx, import_id: int, since: int, low: str, high: str) -> None:
    """Remember which traces of other imports, published later than `since`, this one's of these ids replace; it takes
    effect at publication."""
    others = tx.conn.execute(
        "SELECT id FROM import WHERE id != ? AND published_order > ? AND traces > 0", (import_id, since)
    ).fetchall()
    for (other,) in others:
        tx.conn.execute(
            "INSERT INTO trace_superseded(key, import_id) SELECT old.key, new.import_id"
            " FROM trace_id new CROSS JOIN trace_id old ON old.id = new.id AND old.import_id = ?"
            " WHERE new.import_id = ? AND new.id BETWEEN ? AND ? ON CONFLICT DO NOTHING",
            (other, import_id, low, high),
        )


def _dead(row: Row, own: set[int], now: datetime) -> bool:
    """Whether nobody is staging this import any more."""
    if row["id"] in own:
        return False
    if row["host"] != platform.node() or os.name == "nt":  # cannot be asked: give it a day
        return now - moment(row["begun_at"]) > timedelta(days=1)
    if row["pid"] == os.getpid():
        return True  # the number of this process, but not its import
    try:
        os.kill(row["pid"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _remove(store: Store, import_id: int) -> None:
    """In batches, the row of the import last: if this is interrupted, the next import finishes it."""
    steps: list[tuple[str, str]] = [
        (
            "trace_id",
            "import_id = ?1 AND id IN (SELECT id FROM trace_id WHERE import_id = ?1 LIMIT {0})",
        ),
        ("trace", "key IN (SELECT key FROM trace WHERE import_id = ?1 LIMIT {0})"),
        ("trace_raw", "first_key IN (SELECT first_key FROM trace_raw WHERE import_id = ?1 LIMIT {0})"),
        (
            "trace_superseded",
            "key IN (SELECT key FROM trace_superseded WHERE import_id = ?1 LIMIT {0}) AND import_id = ?1",
        ),
        (
            "run_case",
            "(run_key, id, variant, repeat) IN (SELECT c.run_key, c.id, c.variant, c.repeat FROM run_case c"
            " JOIN run r ON r.key = c.run_key WHERE r.import_id = ?1 LIMIT {0})",
        ),
        ("run", "import_id = ?1"),
        ("eval_set", "import_id = ?1"),
        (
            "import_reject",
            "import_id = ?1 AND position IN (SELECT position FROM import_reject WHERE import_id = ?1 LIMIT {0})",
        ),
        ("import", "id = ?1 AND published_at IS NULL"),
    ]
    for table, where in steps:
        sql = f"DELETE FROM {table} WHERE {where.format(BATCH)}"
        gone = 1
        while gone:
            with _batch(store) as tx:
                gone = tx.conn.execute(sql, (import_id,)).rowcount


def _info(row: Row) -> ImportInfo:
    return ImportInfo(
        id=row["id"],
        path=row["path"],
        format=row["format"],
        digest=row["digest"],
        by=row["person"],
        begun_at=moment(row["begun_at"]),
        published_at=opt_moment(row["published_at"]),
        warnings=words(row["warnings"]),
        runs=row["runs"],
        cases=row["cases"],
        traces=row["traces"],
        rejects=row["rejects"],
    )
