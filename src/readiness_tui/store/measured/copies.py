"""Copies: requests of users of which another record of the system says the very same (domain/traces/content).

Which of them is the first depends on all that is seen, so it is worked out when it is read; kept is which requests
share their content with any other at all (`trace_twin`). Too many rows there change nothing: a request without another
one that is seen is no copy.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from readiness_tui.store import staging
from readiness_tui.store.codec import dump
from readiness_tui.store.db import Store
from readiness_tui.store.measured import days
from readiness_tui.store.measured.seen import SeenTraceSet
from readiness_tui.store.measured.sorting import in_order
from readiness_tui.store.rows import Tx
from readiness_tui.store.schema import UNKNOWN_TIME
from readiness_tui.store.sqlite import Connection

_CHUNK = 5_000
_TURN = 0.005  # seconds between two batches: time for whoever waits to save
_TWIN = (
    "INSERT INTO trace_twin(system_id, content, at, trace_key, of_import, shape)"
    " SELECT t.system_id, m.content, t.started_at, m.trace_key, m.of_import, m.shape"
    " FROM trace_measure m CROSS JOIN trace t ON t.key = m.trace_key WHERE {} ON CONFLICT DO NOTHING"
)


def enter(store: Store, import_id: int, version: int) -> frozenset[int]:
    """Enter the contents of an import in their order, and what is the same in it and in others; returns those others.

    To be called again is harmless.
    """
    with store.read() as conn:
        others = complete(conn, import_id, version)
    last: int | None = None
    found: frozenset[int] = frozenset()  # the latest content, if another import has it
    for rows in in_order(_contents(store, import_id)):
        before = [last, *(content for content, _ in rows)]
        again = {content for was, (content, _) in zip(before, rows, strict=False) if was == content}
        fresh = {content for content, _ in rows} - {last}
        with staging.batch(store) as tx:
            tx.bulk(
                "INSERT INTO trace_content(import_id, content, trace_key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                ((import_id, content, key) for content, key in rows),
            )
            shared = frozenset(_twins_in(tx, others, fresh)) | found
            alike = again | shared
            tx.bulk(_TWIN.format("m.trace_key = ?"), ((key,) for content, key in rows if content in alike))
            if last is not None and last in again:  # the first of them ended the batch before
                _twins_of(tx, import_id, [last])
        last = rows[-1][0]
        found = shared & {last}
        time.sleep(_TURN)
    return others


def catch_up(tx: Tx, import_id: int, version: int, compared: frozenset[int]) -> None:
    """The same with the imports that were published or measured while this one came in: in the transaction that makes
    it count, so that of two at once one sees the other."""
    late = complete(tx.conn, import_id, version) - compared
    if not late:
        return
    own = [row[0] for row in tx.conn.execute("SELECT content FROM trace_content WHERE import_id = ?", (import_id,))]
    shared = _twins_in(tx, late, own)
    _twins_of(tx, import_id, shared)


def complete(conn: Connection, import_id: int, version: int) -> frozenset[int]:
    """The other imports of the same system whose contents are all entered."""
    rows = conn.execute(
        "SELECT o.id FROM import i JOIN import o USING (system_id)"
        " WHERE i.id = ? AND o.id != i.id AND o.published_order IS NOT NULL AND o.measured = ? AND o.traces > 0",
        (import_id, version),
    ).fetchall()
    return frozenset(number for (number,) in rows)


Twin = tuple[int, int, int, int, int]  # content, start in microseconds, key, import and shape


def twins(conn: Connection, seen: SeenTraceSet) -> Iterator[Twin]:
    """What is seen and shares its content with another request, by content, each in the order of `traces.iter_between`:
    the first of one content is no copy. Reads in chunks."""
    content, at, key = -(1 << 63), UNKNOWN_TIME - 1, 0
    sql = (
        "SELECT content, at, trace_key, of_import, shape FROM trace_twin"
        " WHERE system_id = (SELECT id FROM system WHERE name = ?)"
        " AND (content, at, trace_key) > (?, ?, ?)"
        f" AND of_import IN ({seen.numbers}) AND {seen.where('trace_key')} ORDER BY content, at, trace_key LIMIT ?"
    )
    while rows := conn.execute(sql, (seen.system, content, at, key, _CHUNK)).fetchall():
        yield from rows
        content, at, key = rows[-1][:3]


def by_group(conn: Connection, seen: SeenTraceSet) -> Iterator[dict[tuple[int, int, int], int]]:
    """How many copies there are, by import, day and shape: in parts, whose numbers add up."""
    known: int | None = None
    found: dict[tuple[int, int, int], int] = {}
    for content, at, _, import_id, shape in twins(conn, seen):
        if content == known:
            group = import_id, at // days.MICROS, shape
            found[group] = found.get(group, 0) + 1
            if len(found) >= _CHUNK:
                yield found
                found = {}
        known = content
    yield found


def keys(conn: Connection, seen: SeenTraceSet) -> Iterator[int]:
    """The copies among what is seen."""
    known: int | None = None
    for content, _, key, _, _ in twins(conn, seen):
        if content == known:
            yield key
        known = content


def _twins_in(tx: Tx, others: Iterable[int], contents: Iterable[int]) -> set[int]:
    """Which of these contents other imports have; theirs are entered."""
    asked, shared = dump(sorted(contents)), set[int]()
    for other in others:
        found = tx.conn.execute(
            "SELECT DISTINCT o.content FROM json_each(?) n CROSS JOIN trace_content o"
            " ON o.import_id = ? AND o.content = n.value",
            (asked, other),
        ).fetchall()
        _twins_of(tx, other, [content for (content,) in found])
        shared.update(content for (content,) in found)
    return shared


def _twins_of(tx: Tx, import_id: int, contents: Iterable[int]) -> None:
    """All requests of an import that have one of these contents."""
    keys = "SELECT trace_key FROM trace_content WHERE import_id = ? AND content = ?"
    tx.bulk(_TWIN.format(f"m.trace_key IN ({keys})"), ((import_id, content) for content in contents))


def _contents(store: Store, import_id: int) -> Iterator[list[tuple[int, int]]]:
    with store.read() as conn:
        blocks = "SELECT min(first_key), max(last_key) FROM trace_raw WHERE import_id = ?"
        first, last = conn.execute(blocks, (import_id,)).fetchone()
        while first is not None and first <= last:
            rows = conn.execute(
                "SELECT content, trace_key FROM trace_measure WHERE of_import = ? AND trace_key BETWEEN ? AND ?"
                " AND content IS NOT NULL ORDER BY trace_key LIMIT ?",
                (import_id, first, last, 4 * staging.BATCH),
            ).fetchall()
            if not rows:
                return
            yield rows
            first = rows[-1][1] + 1
