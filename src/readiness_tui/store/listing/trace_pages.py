"""Pages of the list of traces, at any depth, in any order: each costs the same, because an index has the order.

A place in the list is the figure that it is sorted by (None: the trace has none) and the trace's key. Traces without
the figure come last in every order; among equal figures the key decides, so that a page never moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.filters.model import Filter
from readiness_tui.domain.filters.order import ListOrder
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.store import packing, traces
from readiness_tui.store.codec import from_micros
from readiness_tui.store.listing import trace_words
from readiness_tui.store.schema import UNKNOWN_TIME
from readiness_tui.store.sqlite import Connection

_SORTED = {"time": "started_at", "latency": "latency_ms", "cost": "cost"}
_TEXT = 300  # characters of an error and a question in the list
_CALLS = 20_000  # characters of tool calls that are looked through for names
_COLUMNS = (
    "key, started_at, latency_ms, cost, id, prompt_version, model, status, outcome,"
    f" substr(error, 1, {_TEXT}), substr(question, 1, {_TEXT}), substr(tool_calls, 1, {_CALLS + 1})"
)
Cursor = tuple[float | None, int]


@dataclass(frozen=True, slots=True)
class ListedTrace:
    """A trace as the list shows it: its texts cut, and without answer, chunks and steps. `cursor` is its place.

    `many_calls`: it has more tool calls than are looked through here, so `trace.tool_calls` is None.
    """

    cursor: Cursor
    trace: Trace
    many_calls: bool = False


def page(
    conn: Connection,
    system: str,
    where: Filter,
    order: ListOrder = ListOrder.NEWEST,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    last: bool = False,
    limit: int = 100,
) -> list[ListedTrace]:
    """The next `limit` of the list `after` a place, or those just `before` it, or the `last` ones; else the first."""
    forward = before is None and not last
    cursor = after if forward else before
    rows: list[Any] = []
    for known in (True, False) if forward else (False, True):
        at = cursor if cursor is not None and (cursor[0] is not None) is known else None
        if cursor is not None and at is None and (cursor[0] is not None) is not forward:
            continue  # this part of the list lies on the other side of the place
        if len(rows) < limit:
            rows += _rows(conn, system, where, order, known, forward, at, limit - len(rows))
    listed = [_listed(row, order) for row in rows]
    return listed if forward else listed[::-1]


def placed(conn: Connection, system: str, where: Filter, order: ListOrder, trace_id: str) -> Cursor | None:
    """Where a trace stands in a list; None where it is not in it."""
    key = traces.key_of(conn, system, trace_id)
    if key is None:
        return None
    clauses, values = traces.clauses(conn, system, where)
    row = conn.execute(f"SELECT {_COLUMNS} FROM trace WHERE key = ? AND {clauses}", (key, *values)).fetchone()
    return None if row is None else _place(row, order)


def rank(conn: Connection, system: str, where: Filter, order: ListOrder, place: Cursor) -> int:
    """How many traces of the list stand before a place. Takes as long as there are many."""
    column, sign = _SORTED[order.field], ">" if order.descending else "<"
    clauses, values = traces.clauses(conn, system, where)
    sql = f"SELECT count(*) FROM trace WHERE {clauses} AND "
    value, key = place
    if value is None:
        after_known = conn.execute(sql + _part(column, True), values).fetchone()[0]
        rest = conn.execute(f"{sql}{_part(column, False)} AND key {sign} ?", (*values, key)).fetchone()[0]
        return int(after_known + rest)
    beyond = f"{_part(column, True)} AND {column} {sign}= ? AND ({column} {sign} ? OR key {sign} ?)"
    return int(conn.execute(sql + beyond, (*values, value, value, key)).fetchone()[0])


def statement(
    conn: Connection,
    system: str,
    where: Filter,
    order: ListOrder,
    known: bool,
    forward: bool,
    at: Cursor | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """The query of one part of the list: the traces that have the figure (`known`), or those that have not."""
    column = _SORTED[order.field]
    down = order.descending is forward
    sign, way = ("<", "DESC") if down else (">", "ASC")
    clauses, values = traces.clauses(conn, system, where, (column, sign) if at is not None and known else None)
    found = trace_words.narrowed(conn, system, where)
    if found is not None:  # few enough to be looked up one by one
        clauses = f"key IN ({', '.join(map(str, found))}) AND {clauses}"
    # One bound below: of two, SQLite would begin at the one that is named first.
    part = "TRUE" if at is not None and known and not down else _part(column, known)
    hint = "" if found is None else " NOT INDEXED"
    sql = f"SELECT {_COLUMNS} FROM trace{hint} WHERE {clauses} AND {part}"
    if at is not None and known:
        sql += f" AND {column} {sign}= ? AND ({column} {sign} ? OR key {sign} ?)"
        values += [at[0], at[0], at[1]]
    elif at is not None:
        sql += f" AND key {sign} ?"
        values.append(at[1])
    return f"{sql} ORDER BY {f'{column} {way}, ' if known else ''}key {way} LIMIT ?", [*values, limit]


def _part(column: str, known: bool) -> str:
    """A range of the index, and not a test of each row: a million traces without a cost are stepped over at once."""
    if column == "started_at":
        return f"started_at {'>' if known else '='} {UNKNOWN_TIME}"
    return f"{column} >= -9e999" if known else f"{column} IS NULL"


def _rows(
    conn: Connection,
    system: str,
    where: Filter,
    order: ListOrder,
    known: bool,
    forward: bool,
    at: Cursor | None,
    limit: int,
) -> list[Any]:
    sql, values = statement(conn, system, where, order, known, forward, at, limit)
    return list(conn.execute(sql, values).fetchall())


def _place(row: Any, order: ListOrder) -> Cursor:
    value = row[{"time": 1, "latency": 2, "cost": 3}[order.field]]
    return (None if order.field == "time" and value == UNKNOWN_TIME else value), row[0]


def _listed(row: Any, order: ListOrder) -> ListedTrace:
    _, at, latency, cost, id, prompt, model, status, outcome, error, question, calls = row
    many = calls is not None and len(calls) > _CALLS
    trace = Trace(
        id,
        None if at == UNKNOWN_TIME else from_micros(at),
        prompt_version=prompt,
        model=model,
        status=status,
        outcome=None if outcome is None else Outcome(outcome),
        error=error,
        question=question,
        tool_calls=None if calls is None or many else packing.tool_calls(calls),
        latency_ms=latency,
        cost=cost,
    )
    return ListedTrace(_place(row, order), trace, many)
