"""Reading traces: a page at any depth, one by its id, all between two times. Only a system's own,
published, not superseded ones.

The list is sorted by start, the newest first, then by key; those without a start come last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.store import packing
from readiness_tui.store.codec import from_micros, micros
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.schema import UNKNOWN_TIME
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER

_CHUNK = 2_000  # rows read at once: no cursor stays open between chunks, so no writer waits for a long scan
_COLUMNS = "key, " + packing.TRACE_COLUMNS


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of a trace list; None and "" match everything. `start` inclusive, `end` exclusive, UTC."""

    text: str = ""  # in question, answer or id, whatever the case of ASCII letters
    status: str | None = None
    outcome: Outcome | None = None
    model: str | None = None
    prompt_version: str | None = None
    has_error: bool | None = None  # an error text, or the outcome "error"
    error: str = ""  # in the error text, whatever the case of ASCII letters
    tool: str | None = None  # called at least once
    start: datetime | None = None
    end: datetime | None = None


Cursor = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ListedTrace:
    """A trace in the list; `cursor` is its place in it."""

    cursor: Cursor
    trace: Trace


NONE = Filter()


def page(
    conn: Connection,
    system: str,
    where: Filter = NONE,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    limit: int = 100,
) -> list[ListedTrace]:
    """The next `limit` of the list `after` a place, or the ones just `before` it; from the top without either.

    Costs the same at any depth.
    """
    clauses, values = _where(conn, system, where)
    order = "DESC"
    for cursor, sign in ((after, "<"), (before, ">")):
        if cursor is not None:
            clauses.append(f"started_at {sign}= ? AND (started_at {sign} ? OR key {sign} ?)")
            values += [cursor[0], cursor[0], cursor[1]]
            order = "DESC" if sign == "<" else "ASC"
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM trace WHERE {' AND '.join(clauses)} ORDER BY started_at {order}, key {order} LIMIT ?",
        (*values, limit),
    ).fetchall()
    listed = [ListedTrace((row[2], row[0]), packing.trace(row[1:])) for row in rows]
    return listed if order == "DESC" else listed[::-1]


def count(conn: Connection, system: str, where: Filter = NONE) -> int:
    clauses, values = _where(conn, system, where)
    return int(conn.execute(f"SELECT count(*) FROM trace WHERE {' AND '.join(clauses)}", values).fetchone()[0])


def get(conn: Connection, system: str, trace_id: str) -> Trace | None:
    row = _row(conn, system, trace_id)
    return None if row is None else packing.trace(row[1:])


def raw(conn: Connection, system: str, trace_id: str) -> str | None:
    """The raw record, as it was in the file; None where it was not kept."""
    row = _row(conn, system, trace_id)
    return None if row is None else raw_records.of_trace(conn, row[0])


def iter_between(
    conn: Connection, system: str, start: datetime | None = None, end: datetime | None = None
) -> Iterator[Trace]:
    """From `start` (inclusive) to `end` (exclusive), the oldest first; with neither, also those without a time.

    Reads in chunks: use it outside a snapshot, so that nobody who saves waits for it.
    """
    for rows in _chunks(conn, system, packing.TRACE_COLUMNS, start, end):
        for row in rows:
            yield packing.trace(row[2:])


def columns(
    conn: Connection, system: str, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
) -> Iterator[tuple[Any, ...]]:
    """Only these columns of the table, in the order of `iter_between`.

    `latency_ms`, `cost`, `outcome`, `cached` and `cold` come from an index, without reading the wide rows.
    """
    for name in names:
        if not name.isidentifier():
            raise ValueError(name)
    for rows in _chunks(conn, system, ", ".join(names), start, end):
        for row in rows:
            yield row[2:]


def latest(conn: Connection, system: str) -> datetime | None:
    """When the latest trace started; None where none has a time."""
    clauses, values = _where(conn, system, NONE)
    row = conn.execute(
        f"SELECT started_at FROM trace WHERE {' AND '.join(clauses)} ORDER BY started_at DESC, key DESC LIMIT 1", values
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


def by_outcome(conn: Connection, system: str, where: Filter = NONE) -> dict[str, int]:
    """How many have each outcome; "" stands for an unknown one."""
    return _counts(conn, system, "coalesce(outcome, '')", where)


def by_error(conn: Connection, system: str, where: Filter = NONE) -> dict[str, int]:
    """How many have each class of error: the text before its first colon. Traces without an error are left out."""
    found = _counts(conn, system, "trim(substr(error, 1, instr(error || ':', ':') - 1))", where)
    found.pop("", None)
    return found


def values(conn: Connection, system: str, column: str) -> list[str]:
    """The different values of `status`, `model`, `prompt_version`, …: what a filter can offer."""
    if not column.isidentifier():
        raise ValueError(column)
    return sorted(name for name in _counts(conn, system, f"coalesce({column}, '')", NONE) if name)


def _counts(conn: Connection, system: str, expression: str, where: Filter) -> dict[str, int]:
    clauses, found = _where(conn, system, where)
    rows = conn.execute(
        f"SELECT {expression}, count(*) FROM trace WHERE {' AND '.join(clauses)} GROUP BY 1 ORDER BY 2 DESC, 1", found
    ).fetchall()
    return {name or "": number for name, number in rows}


def _row(conn: Connection, system: str, trace_id: str) -> tuple[Any, ...] | None:
    clauses, values = _where(conn, system, NONE)
    row: tuple[Any, ...] | None = conn.execute(
        f"SELECT {_COLUMNS} FROM trace WHERE key IN (SELECT i.key FROM trace_id i WHERE i.import_id IN"
        f" ({', '.join(map(str, _published(conn, system)))}) AND i.id = ?) AND {' AND '.join(clauses)}",
        (trace_id, *values),
    ).fetchone()
    return row


def _chunks(
    conn: Connection, system: str, names: str, start: datetime | None, end: datetime | None
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of key, started_at and `names`."""
    clauses, values = _where(conn, system, Filter(start=start, end=end))
    at, key = UNKNOWN_TIME, -1
    sql = (
        f"SELECT key, started_at, {names} FROM trace WHERE {' AND '.join(clauses)}"
        " AND started_at >= ? AND (started_at > ? OR key > ?) ORDER BY started_at, key LIMIT ?"
    )
    while rows := conn.execute(sql, (*values, at, at, key, _CHUNK)).fetchall():
        yield rows
        key, at = rows[-1][:2]


def _published(conn: Connection, system: str) -> list[int]:
    """The numbers of a system's imports."""
    sql = f"SELECT id FROM import WHERE system_id = {NUMBER} AND published_order IS NOT NULL"
    return [number for (number,) in conn.execute(sql, (system,)).fetchall()]


def _where(conn: Connection, system: str, where: Filter) -> tuple[list[str], list[Any]]:
    """Clauses and their values; the first ones keep out what is another system's, staged or superseded."""
    published = ", ".join(map(str, _published(conn, system)))
    clauses = [f"system_id = {NUMBER}", f"import_id IN ({published})"]
    if conn.execute("SELECT 1 FROM trace_superseded LIMIT 1").fetchone():
        clauses.append(
            f"NOT EXISTS (SELECT 1 FROM trace_superseded s WHERE s.key = trace.key AND s.import_id IN ({published}))"
        )
    values: list[Any] = [system]

    def add(clause: str, *given: Any) -> None:
        clauses.append(clause)
        values.extend(given)

    if where.error:
        add("error LIKE ? ESCAPE '\\'", _like(where.error))
    if where.text:
        like = _like(where.text)
        add("(question LIKE ? ESCAPE '\\' OR answer LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\')", like, like, like)
    for column, value in (("status", where.status), ("model", where.model), ("prompt_version", where.prompt_version)):
        if value is not None:
            add(f"{column} = ?", value)
    if where.outcome is not None:
        add("outcome = ?", where.outcome.value)
    if where.has_error is not None:
        add(f"(error IS NOT NULL OR outcome IS 'error') = {int(where.has_error)}")
    if where.tool is not None:
        add("instr(tool_calls, ?) > 0", packing.tool_fragment(where.tool))
    if where.start is not None:
        add("started_at >= ?", micros(where.start))
    if where.end is not None:
        add("started_at < ? AND started_at > ?", micros(where.end), UNKNOWN_TIME)
    return clauses, values


def _like(text: str) -> str:
    """The LIKE pattern of a text anywhere inside another."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
