"""Reading traces: how many meet a filter, one by its id, all between two times. Only a system's own,
published, not superseded ones. `trace_pages.py` lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from readiness_tui.domain.filters.model import Filter, TimeRange
from readiness_tui.domain.runs.model import Trace
from readiness_tui.store import packing
from readiness_tui.store.codec import from_micros, micros
from readiness_tui.store.listing import trace_filter, trace_words
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.schema import UNKNOWN_TIME
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER

_PART = 20_000  # keys that one statement looks through
_AT_ONCE = 500  # ids in one statement
_CHUNK = 2_000  # rows read at once: no cursor stays open between chunks, so no writer waits for a long scan

NONE = Filter()


def count(conn: Connection, system: str, where: Filter = NONE) -> int:
    if all(isinstance(one, TimeRange) for one in where.conditions):  # an index says it
        where_sql, values = clauses(conn, system, where)
        return int(conn.execute(f"SELECT count(*) FROM trace WHERE {where_sql}", values).fetchone()[0])
    return sum(
        int(conn.execute(f"SELECT count(*) {source}", values).fetchone()[0])
        for source, values in parts(conn, system, where)
    )


def parts(conn: Connection, system: str, where: Filter) -> Iterator[tuple[str, list[Any]]]:
    """FROM and WHERE of the traces that meet a filter, part by part of the table: a statement for each takes so little
    time that nobody who saves waits for it. Those that the index of words knows to be few are looked up."""
    where_sql, values = clauses(conn, system, where)
    # Not by an index: each part is a range of the table itself.
    found = trace_words.narrowed(conn, system, where)
    if found is not None:
        yield f"FROM trace NOT INDEXED WHERE key IN ({', '.join(map(str, found))}) AND {where_sql}", values
        return
    first, last = conn.execute("SELECT (SELECT min(key) FROM trace), (SELECT max(key) FROM trace)").fetchone()
    for start in range(first or 0, (last or -1) + 1, _PART):
        yield f"FROM trace NOT INDEXED WHERE key BETWEEN {start} AND {start + _PART - 1} AND {where_sql}", values


def get(conn: Connection, system: str, trace_id: str) -> Trace | None:
    key = key_of(conn, system, trace_id)
    if key is None:
        return None
    return packing.trace(conn.execute(f"SELECT {packing.TRACE_COLUMNS} FROM trace WHERE key = ?", (key,)).fetchone())


def raw(conn: Connection, system: str, trace_id: str) -> str | None:
    """The raw record, as it was in the file; None where it was not kept."""
    key = key_of(conn, system, trace_id)
    return None if key is None else raw_records.of_trace(conn, key)


def iter_between(
    conn: Connection, system: str, start: datetime | None = None, end: datetime | None = None
) -> Iterator[Trace]:
    """From `start` (inclusive) to `end` (exclusive), the oldest first; with neither, also those without a time.

    Reads in chunks: use it outside a snapshot, so that nobody who saves waits for it.
    """
    for rows in chunks(conn, system, packing.TRACE_COLUMNS, start, end):
        for row in rows:
            yield packing.trace(row[2:])


def columns(
    conn: Connection, system: str, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
) -> Iterator[tuple[Any, ...]]:
    """Only these columns of the table, in the order of `iter_between`.

    `latency_ms`, `cost`, `outcome`, `cached` and `cold` come from an index, without reading the wide rows.
    """
    for rows in chunks(conn, system, plain(names), start, end):
        for row in rows:
            yield row[2:]


def latest(conn: Connection, system: str) -> datetime | None:
    """When the latest trace started; None where none has a time."""
    where_sql, values = clauses(conn, system)
    row = conn.execute(
        f"SELECT started_at FROM trace WHERE {where_sql} ORDER BY started_at DESC, key DESC LIMIT 1", values
    ).fetchone()
    return None if row is None or row[0] == UNKNOWN_TIME else from_micros(row[0])


def ids(conn: Connection, system: str, prefix: str, *, limit: int) -> list[str]:
    """The first ids that begin with `prefix`, in their order."""
    found: set[str] = set()
    for import_id in _published(conn, system):
        rows = conn.execute(
            "SELECT id FROM trace_id WHERE import_id = ? AND id >= ? AND id < ? ORDER BY id LIMIT ?",
            (import_id, prefix, prefix + "\U0010ffff", limit),
        ).fetchall()
        found.update(one[0] for one in rows)
    return sorted(found)[:limit]


def values(conn: Connection, system: str, column: str) -> list[str]:
    """The different values of `model`, `prompt_version`, …: what a part of a name can stand for."""
    if not column.isidentifier():
        raise ValueError(column)
    where_sql, found = clauses(conn, system, NONE)
    rows = conn.execute(f"SELECT DISTINCT {column} FROM trace WHERE {where_sql} AND {column} <> ''", found).fetchall()
    return sorted(name for (name,) in rows)


def brought(conn: Connection, system: str, ids: Sequence[str]) -> set[str]:
    """Those of these ids that some import of the system brought."""
    found: set[str] = set()
    published = _published(conn, system)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        sql = f"SELECT id FROM trace_id WHERE import_id = ? AND id IN ({', '.join('?' * len(some))})"
        for import_id in published:
            found.update(id for (id,) in conn.execute(sql, (import_id, *some)).fetchall())
    return found


def key_of(conn: Connection, system: str, trace_id: str) -> int | None:
    """The key of the row that is shown for an id."""
    where_sql, values = clauses(conn, system)
    row = conn.execute(
        "SELECT key FROM trace WHERE key IN (SELECT i.key FROM trace_id i WHERE i.import_id IN"
        f" ({', '.join(map(str, _published(conn, system)))}) AND i.id = ?) AND {where_sql}",
        (trace_id, *values),
    ).fetchone()
    return None if row is None else int(row[0])


def plain(names: Sequence[str]) -> str:
    """Columns as SQL. Raises ValueError for what is no name."""
    for name in names:
        if not name.isidentifier():
            raise ValueError(name)
    return ", ".join(names)


def chunks(
    conn: Connection,
    system: str,
    names: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    source: str = "trace",
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of key, started_at and these columns, in the order of `iter_between`. `source`: the table, or a join of it."""
    where_sql, values = clauses(conn, system)
    at = UNKNOWN_TIME if end is None else UNKNOWN_TIME + 1  # with an end alone, those without a time are none of them
    if start is not None:
        at = micros(start)
    if end is not None:
        where_sql, values = f"{where_sql} AND started_at < ?", [*values, micros(end)]
    key = -1
    # One bound below: of two, SQLite would begin each chunk at the one that is named first.
    sql = (
        f"SELECT key, started_at, {names} FROM {source} WHERE {where_sql}"
        " AND started_at >= ? AND (started_at > ? OR key > ?) ORDER BY started_at, key LIMIT ?"
    )
    while rows := conn.execute(sql, (*values, at, at, key, _CHUNK)).fetchall():
        yield rows
        key, at = rows[-1][:2]


def _published(conn: Connection, system: str) -> list[int]:
    """The numbers of a system's imports."""
    sql = f"SELECT id FROM import WHERE system_id = {NUMBER} AND published_order IS NOT NULL"
    return [number for (number,) in conn.execute(sql, (system,)).fetchall()]


def clauses(
    conn: Connection, system: str, where: Filter = NONE, past: trace_filter.Past | None = None
) -> tuple[str, list[Any]]:
    """What has to hold of a row of `trace`; the first parts keep out what is another system's, staged or superseded.
    `past`: as in `trace_filter.clauses`."""
    published = ", ".join(map(str, _published(conn, system)))
    seen = [f"system_id = {NUMBER}", f"import_id IN ({published})"]
    if conn.execute("SELECT 1 FROM trace_superseded LIMIT 1").fetchone():
        seen.append(
            f"NOT EXISTS (SELECT 1 FROM trace_superseded s WHERE s.key = trace.key AND s.import_id IN ({published}))"
        )
    wanted, values = trace_filter.clauses(where, past)
    return " AND ".join([*seen, *wanted]), [system, *values]
