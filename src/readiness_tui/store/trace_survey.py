"""Counting the traces that meet a filter by field, and how their latency and cost are spread.

This reads every one of them once, inside SQLite, and can be stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from readiness_tui.domain.filters.histogram import TAIL, Bars, plan
from readiness_tui.domain.filters.model import Filter
from readiness_tui.domain.filters.survey import SHOWN, Facet, Survey
from readiness_tui.store import sqlite, trace_words, traces
from readiness_tui.store.sqlite import Connection

_STEPS = 20_000  # of SQLite's machine between two looks at whether to stop
_CLASS = "trim(substr(error, 1, min(instr(error || ':', ':'), 200) - 1))"
#: Each field with what is counted of it.
_FIELDS = {
    "status": "coalesce(outcome, 'unknown')",
    "model": "model",
    "prompt": "prompt_version",
    "error": "class",
    "release": "app_version",
}
_FACETS = ("status", "model", "prompt", "tool", "error", "release")
_AMOUNTS = {"latency": "latency_ms", "cost": "cost"}


class CountingStoppedError(Exception):
    """The counting was stopped: nobody waits for it any more."""


def survey(
    conn: Connection, system: str, where: Filter, lines: Mapping[str, float], stop: Callable[[], bool]
) -> Survey:
    """`lines`: a threshold of latency or of cost, to lie within the bars. Raises CountingStoppedError once `stop` says so."""
    with _stopping(conn, stop):
        found = {key: _facet(conn, system, where, key) for key in _FACETS}
        bars = {key: _bars(conn, system, where, key, lines.get(key)) for key in _AMOUNTS}
    total = sum(count for _, count in found["status"].counts)
    return Survey(total, tuple(found.values()), {key: one for key, one in bars.items() if one is not None})


def _from(conn: Connection, system: str, where: Filter) -> tuple[str, list[Any]]:
    """FROM and WHERE of the traces that meet the filter."""
    clauses, values = traces.clauses(conn, system, where)
    asked = trace_words.query(where)
    if asked is not None and trace_words.ready(conn, system):
        return (
            f"FROM trace WHERE key IN (SELECT rowid FROM trace_words WHERE trace_words MATCH ?) AND {clauses}",
            [asked, *values],
        )
    return f"FROM trace WHERE {clauses}", values


def _facet(conn: Connection, system: str, where: Filter, key: str) -> Facet:
    source, values = _from(conn, system, where)
    if key == "tool":
        called = (
            "SELECT DISTINCT found.key, json_extract(called.value, '$[0]') AS name"
            f" FROM (SELECT key, tool_calls {source}) AS found, json_each(found.tool_calls) AS called"
        )
        sql = f"SELECT name, count(*) FROM ({called}) GROUP BY 1"
    elif key == "error":
        sql = f"SELECT {_CLASS} AS class, count(*) {source} AND error IS NOT NULL GROUP BY 1"
    else:
        sql = f"SELECT {_FIELDS[key]}, count(*) {source} GROUP BY 1"
    rows = conn.execute(f"SELECT *, count(*) OVER () FROM ({sql}) ORDER BY 2 DESC, 1 LIMIT {SHOWN}", values).fetchall()
    others = rows[0][2] - len(rows) if rows else 0
    return Facet(key, tuple((name, count) for name, count, _ in rows), others)


def _bars(conn: Connection, system: str, where: Filter, key: str, line: float | None) -> Bars | None:
    """How far the figures reach, without the highest few; then how many fall into each bar."""
    column = _AMOUNTS[key]
    source, values = _from(conn, system, where)
    count, known, low, high = conn.execute(
        f"SELECT count(*), count({column}), min({column}), max({column}) {source}", values
    ).fetchone()
    if not known:
        return None
    most = f"SELECT {column} {source} AND {column} >= -9e999 ORDER BY {column} DESC LIMIT 1 OFFSET ?"
    (upper,) = conn.execute(most, (*values, int(known * TAIL))).fetchone()
    bars = plan(low, upper, high, line)
    place = f"CAST(({column} - {bars.start!r}) / {bars.width!r} AS INTEGER)"
    rows = conn.execute(
        f"SELECT min({place}, {bars.bars}), count(*) {source} AND {column} IS NOT NULL GROUP BY 1", values
    ).fetchall()
    counts = [0] * (bars.bars + 1)
    for at, number in rows:
        counts[max(at, 0)] += number
    return Bars(bars.start, bars.width, tuple(counts[:-1]), counts[-1], count - known, low, high)


@contextmanager
def _stopping(conn: Connection, stop: Callable[[], bool]) -> Iterator[None]:
    conn.set_progress_handler(stop, _STEPS)
    try:
        yield
    except sqlite.sqlite3.OperationalError as error:
        if stop():
            raise CountingStoppedError from error
        raise
    finally:
        conn.set_progress_handler(None, 0)
