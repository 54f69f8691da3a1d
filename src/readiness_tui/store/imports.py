"""Staged imports: rows arrive in small transactions, unseen, and become visible all at once when published.

One huge transaction would block the reviewers; so all-or-nothing comes from the `published_at` of the import, which
every reader asks for. What a dead process left unpublished is removed when the next import begins.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Case, Completeness, EvalSet, Run, Trace, cut_short
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.domain.traces.refused import TOO_LARGE
from readiness_tui.domain.traces.version import SHAPE_VERSION as VERSION
from readiness_tui.store import leftovers, packing, staged_traces, staging, systems
from readiness_tui.store.chain import contents, tallied
from readiness_tui.store.codec import dump, opt_moment, stamp, words
from readiness_tui.store.db import Store
from readiness_tui.store.measured import copies, late_indexes, stale
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.staging import UNSTORABLE, Refused
from readiness_tui.store.systems import NUMBER


@dataclass(frozen=True, slots=True)
class HowRead:
    """How an import was read. `reader`: the number of its source's reading, None where an older version imported it.
    `beside`: what was used beside the file ("prices", "mapping"), in its words. `rereads`: the import that it took in
    again. `keep_raw`: which raw records are kept (`KeptRecords`).
    """

    reader: int | None = None
    beside: str = ""
    rereads: int | None = None
    keep_raw: str = "all"


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """One imported file. `published_at` None: still coming in, or given up. `raw_kept`: of how many traces."""

    id: int
    path: str
    format: str
    digest: str
    by: str
    published_at: datetime | None
    warnings: tuple[str, ...]
    runs: int
    cases: int
    traces: int
    rejects: int
    how: HowRead
    raw_kept: int


@dataclass(frozen=True, slots=True)
class ImportReject:
    """A record that was not imported: its line (0: not known), the reason, its beginning."""

    line: int
    reason: str
    excerpt: str


class PublishedMeanwhileError(ReadinessError):
    """Another process has published the very same bytes since somebody looked whether they were here."""

    def __init__(self, twin: ImportInfo) -> None:
        super().__init__(
            f"{one_line(twin.path, 200)} was imported by another process meanwhile, as import {twin.id}. Nothing was imported"
            " twice."
        )
        self.twin = twin


_PLAINLY = HowRead()

# Readers


_PUBLISHED = f"SELECT * FROM import WHERE system_id = {NUMBER} AND published_order IS NOT NULL"


def all(conn: Connection, system: str) -> list[ImportInfo]:
    """The published ones of a system, the latest first."""
    return [_info(row) for row in fetch(conn, f"{_PUBLISHED} ORDER BY published_order DESC", (system,))]


def get(conn: Connection, import_id: int) -> ImportInfo:
    rows = fetch(conn, "SELECT * FROM import WHERE id = ?", (import_id,))
    if not rows:
        raise ReadinessError(
            f"There is no import {import_id} in this database: it was given up. Import the file again."
        )
    return _info(rows[0])


def find(conn: Connection, system: str, digest: str) -> ImportInfo | None:
    """The system's published import of the very same bytes."""
    rows = fetch(conn, f"{_PUBLISHED} AND digest = ? ORDER BY published_order DESC LIMIT 1", (system, digest))
    return _info(rows[0]) if rows else None


def rejects(conn: Connection, import_id: int) -> Iterator[ImportReject]:
    """In the order in which they were met. Reads in chunks: there may be a million."""
    last, sql = 0, "SELECT line, reason, excerpt, position FROM import_reject WHERE import_id = ? AND position > ?"
    while rows := conn.execute(f"{sql} ORDER BY position LIMIT ?", (import_id, last, staging.BATCH)).fetchall():
        yield from (ImportReject(*row[:3]) for row in rows)
        last = rows[-1][3]


def too_large(conn: Connection, system: str, since: date | None = None) -> int:
    """How many requests of a system's imports were refused as too large to be read, of those that may have been recorded
    after `since`; whoever read a file again says it of the newer reading alone."""
    (found,) = conn.execute(
        f"""SELECT count(DISTINCT r.reason) FROM import i JOIN import_reject r ON r.import_id = i.id
        WHERE i.system_id = {NUMBER} AND i.published_order IS NOT NULL AND i.traces > 0
            AND i.published_at >= ? AND r.reason LIKE ?
            AND NOT EXISTS (SELECT 1 FROM import a WHERE a.rereads = i.id AND a.published_order IS NOT NULL)""",
        (system, since.isoformat() if since else "", f"%{TOO_LARGE}"),
    ).fetchone()
    return int(found)


# Staging


def begin(
    store: Store, system: str, path: str, format: str, digest: str, who: str, now: datetime, how: HowRead = _PLAINLY
) -> int:
    """Open a staged import of a system's data; returns its id. Removes what dead processes left first."""
    if store.refusal:
        raise ReadinessError(store.refusal)
    leftovers.sweep(store, now)
    with staging.batch(store) as tx:
        seen = tx.conn.execute("SELECT coalesce(max(published_order), 0) FROM import").fetchone()[0]
        tx.db["import"].insert(
            {
                "system_id": systems.put(tx, system),
                "path": staging.storable(path),
                "format": format,
                "digest": digest,
                "person": who,
                "begun_at": stamp(now),
                "host": platform.node(),
                "pid": os.getpid(),
                "seen": seen,
                "reader": how.reader,
                "read_with": how.beside,
                "rereads": how.rereads,
                "keep_raw": how.keep_raw,
                "measured": VERSION,
            }
        )
        import_id = int(tx.conn.execute("SELECT last_insert_rowid()").fetchone()[0])
    store.importing.add(import_id)
    return import_id


def add_run(store: Store, import_id: int, run: Run) -> int:
    """Returns the run's key. Raises ReadinessError where the file brings two runs of one id."""
    with staging.batch(store) as tx:
        staging.check_staged(tx, import_id)
        if tx.conn.execute("SELECT 1 FROM run WHERE import_id = ? AND id = ?", (import_id, run.id)).fetchone():
            raise ReadinessError(f"The file holds two runs with the id {run.id!r}. Give each run an id of its own.")
        try:
            tx.db["run"].insert(
                {
                    "import_id": import_id,
                    "id": run.id,
                    "started_at": stamp(run.started_at),
                    "json": packing.to_json(run),
                }
            )
        except UNSTORABLE as error:
            raise ReadinessError(f"The run {run.id!r} cannot be stored: {error}. Mend it in the file.") from error
        key = int(tx.conn.execute("SELECT last_insert_rowid()").fetchone()[0])
        staging.count(tx, import_id, "runs", 1)
    return key


def update_run(store: Store, import_id: int, run: Run) -> None:
    """A run of this import as it is once its whole file was read."""
    with staging.batch(store) as tx:
        staging.check_staged(tx, import_id)
        (text,) = tx.conn.execute("SELECT json FROM run WHERE import_id = ? AND id = ?", (import_id, run.id)).fetchone()
        if packing.run(text).completeness is Completeness.PARTIAL:  # a case could not be stored
            run = cut_short(run)
        tx.conn.execute(
            "UPDATE run SET json = ? WHERE import_id = ? AND id = ?", (packing.to_json(run), import_id, run.id)
        )


def add_cases(store: Store, import_id: int, run_id: str, cases: Iterable[tuple[Case, str]]) -> None:
    """Cases of a run of this import, each with its raw record.

    A case whose key (id, variant, repeat) the run has already is a reject; so is one that cannot be stored.
    """
    for batch in staging.batches(cases):
        with staging.batch(store) as tx:
            staging.check_staged(tx, import_id)
            found = tx.conn.execute(
                "SELECT key, cases FROM run WHERE import_id = ? AND id = ?", (import_id, run_id)
            ).fetchone()
            if found is None:
                raise ReadinessError(f"Cases came for the run {run_id!r}, which the file has not begun.")
            key, position = found
            stored, lost = 0, False
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
                            packing.case_json(case),
                            raw_records.pack([raw]),
                        ),
                    ).rowcount
                except UNSTORABLE as error:
                    refused.append((0, f"case {case.id!r}: {error}", raw))
                    lost = True
                    continue
                stored += new
                if not new:
                    name = " ".join(filter(None, (case.id, case.variant, str(case.repeat or ""))))
                    refused.append((0, f"case {name!r} is in run {run_id!r} twice; the first is kept", raw))
            tx.conn.execute("UPDATE run SET cases = cases + ? WHERE key = ?", (stored, key))
            staging.count(tx, import_id, "cases", stored)
            staging.reject(tx, import_id, refused)
            if lost:
                _cut_short(tx, import_id)


def add_traces(store: Store, import_id: int, traces: Iterable[tuple[Trace, str]]) -> None:
    """Traces, each with its raw record. One that cannot be stored is a reject.

    At publication one whose id the file has twice is a reject as well, and a trace that an earlier import of the same
    system brought is replaced by this one.
    """
    with store.read() as conn:
        found = conn.execute("SELECT keep_raw FROM import WHERE id = ?", (import_id,)).fetchone()
    if found is None:
        raise staging.gone(import_id)
    keep = KeptRecords.parse(found[0])
    for some in staging.batches(traces):
        for made in staged_traces.prepared(some, keep):
            try:
                staged_traces.store_batch(store, import_id, made)
            except UNSTORABLE:
                staged_traces.store_batch(store, import_id, staged_traces.prepared_one_by_one(some, keep))


def add_eval_set(store: Store, import_id: int, eval_set: EvalSet) -> None:
    with staging.batch(store) as tx:
        staging.check_staged(tx, import_id)
        try:
            tx.db["eval_set"].insert(
                {
                    "import_id": import_id,
                    "name": eval_set.name,
                    "digest": eval_set.digest,
                    "json": packing.to_json(eval_set),
                }
            )
        except UNSTORABLE as error:
            raise ReadinessError(
                f"The eval set {eval_set.name!r} cannot be stored: {error}. Mend it in the file."
            ) from error


def add_rejects(store: Store, import_id: int, rejects: Iterable[Refused]) -> None:
    """(line, reason, excerpt) of what the source could not use. Any makes the file's runs partial."""
    for batch in staging.batches(rejects):
        with staging.batch(store) as tx:
            staging.check_staged(tx, import_id)
            staging.reject(tx, import_id, batch)
            _cut_short(tx, import_id)


def _cut_short(tx: Tx, import_id: int) -> None:
    for key, text in tx.conn.execute("SELECT key, json FROM run WHERE import_id = ?", (import_id,)).fetchall():
        short = packing.to_json(cut_short(packing.run(text)))
        tx.conn.execute("UPDATE run SET json = ? WHERE key = ?", (short, key))


def add_warnings(store: Store, import_id: int, warnings: Iterable[str]) -> None:
    with staging.batch(store) as tx:
        staging.check_staged(tx, import_id)
        (text,) = tx.conn.execute("SELECT warnings FROM import WHERE id = ?", (import_id,)).fetchone()
        tx.conn.execute(
            "UPDATE import SET warnings = ? WHERE id = ?",
            (dump([*words(text), *map(staging.storable, warnings)]), import_id),
        )


def publish(
    store: Store, import_id: int, who: str, now: datetime, *, once: bool = False, beside: ImportInfo | None = None
) -> ImportInfo:
    """Make everything visible in one transaction, with an audit entry that cannot be undone.

    `once`: where the very same bytes are published by now, other than as the import `beside` that is known of,
    PublishedMeanwhileError is raised and nothing published.
    The days of which it replaces requests are tallied anew right after; until then they are read record by record.
    """
    staged_traces.index_ids(store, import_id)
    compared = copies.enter(store, import_id, VERSION)
    late_indexes.make(store)
    with store.read() as conn:
        blocks = contents.seal(conn, import_id)
        named = "SELECT s.name FROM import i JOIN system s ON s.id = i.system_id WHERE i.id = ?"
        (system,) = conn.execute(named, (import_id,)).fetchone() or (None,)
    with store.write(who, "imported a file", now=now, system=system, undoable=False) as tx:
        staging.check_staged(tx, import_id)
        # An import that was published while this one was coming in may have brought some of the same traces.
        (seen,) = tx.conn.execute("SELECT seen FROM import WHERE id = ?", (import_id,)).fetchone()
        low, high = tx.conn.execute(
            "SELECT min(id), max(id) FROM trace_id WHERE import_id = ?", (import_id,)
        ).fetchone()
        if once and system is not None:
            twin = find(tx.conn, system, get(tx.conn, import_id).digest)
            if twin is not None and (beside is None or twin.id != beside.id):
                raise PublishedMeanwhileError(twin)
        if get(tx.conn, import_id).how.rereads is not None and _newer(tx, import_id, seen):
            raise ReadinessError(
                "While it was read again, another import brought some of the same requests anew, and those are newer."
                " Nothing was changed. Read it again once more."
            )
        staged_traces.supersede(tx, import_id, seen, low, high)
        copies.catch_up(tx, import_id, VERSION, compared)
        (last,) = tx.conn.execute("SELECT coalesce(max(published_order), 0) FROM import").fetchone()
        info = get(tx.conn, import_id)
        again = info.how.rereads
        tx.what = f"imported {info.path}" if again is None else f"read import {again} again: {info.path}"
        brought = contents.enter(tx.conn, import_id, blocks)
        tallied.seal_import(tx.conn, import_id)
        tx.put(
            "import",
            {"id": import_id, "contents": brought, "published_at": stamp(now), "published_order": last + 1},
        )
        done = get(tx.conn, import_id)
    store.importing.discard(import_id)
    if system is not None:
        with suppress(ReadinessError):  # it is published, and what is not tallied is known
            stale.settle(store, system)
    return done


def _newer(tx: Tx, import_id: int, since: int) -> bool:
    """Whether an import of its system that was published later than `since` brought some of its requests."""
    newer = tx.conn.execute(
        "SELECT o.id FROM import i JOIN import o USING (system_id) WHERE i.id = ?1 AND o.id <> ?1 AND o.published_order > ?2",
        (import_id, since),
    ).fetchall()
    same = "SELECT 1 FROM trace_id a JOIN trace_id b ON b.import_id = ? AND b.id = a.id WHERE a.import_id = ? LIMIT 1"
    return any(tx.conn.execute(same, (other, import_id)).fetchone() for (other,) in newer)


def abort(store: Store, import_id: int) -> None:
    """Remove everything that was staged. A published import is left alone."""
    with store.read() as conn:
        staged = conn.execute("SELECT 1 FROM import WHERE id = ? AND published_at IS NULL", (import_id,)).fetchone()
    if staged:
        leftovers.remove(store, import_id)
    store.importing.discard(import_id)


def _info(row: Row) -> ImportInfo:
    return ImportInfo(
        id=row["id"],
        path=row["path"],
        format=row["format"],
        digest=row["digest"],
        by=row["person"],
        published_at=opt_moment(row["published_at"]),
        warnings=words(row["warnings"]),
        runs=row["runs"],
        cases=row["cases"],
        traces=row["traces"],
        rejects=row["rejects"],
        how=HowRead(row["reader"], row["read_with"], row["rereads"], row["keep_raw"]),
        raw_kept=row["raw_kept"],
    )
