"""Counting the traces that meet a filter by field, and how their latency and cost are spread.

Every one of them is read once, into a private temporary table of the few columns that are counted; in parts, so that
nobody who saves waits for more than one of them. It can be stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from readiness_tui.domain.filters.histogram import TAIL, Bars, Limits, plan
from readiness_tui.domain.filters.model import Filter
from readiness_tui.domain.filters.survey import SHOWN, Facet, Survey
from readiness_tui.store import sqlite, traces
from readiness_tui.store.sqlite import Connection

_STEPS = 20_000  # of SQLite's machine between two looks at whether to stop
_CLASS = "trim(substr(error, 1, min(instr(error || ':', ':'), 200) - 1))"
_NAMES = "SELECT json_group_array(DISTINCT json_extract(called.value, '$[0]')) FROM json_each(tool_calls) AS called"
#: What is counted, with how a trace says it; of tools a list.
_COLUMNS = {
    "status": "coalesce(outcome, 'unknown')",
    "model": "model",
    "prompt": "prompt_version",
    "tool": f"CASE WHEN tool_calls <> '[]' THEN ({_NAMES}) END",
    "error": _CLASS,
    "release": "app_version",
    "latency": "latency_ms",
    "cost": "cost",
}
_FACETS = ("status", "model", "prompt", "tool", "error", "release")
_AMOUNTS = ("latency", "cost")


class CountingStoppedError(Exception):
    """The counting was stopped: nobody waits for it any more."""


def survey(conn: Connection, system: str, where: Filter, limits: Limits, stop: Callable[[], bool]) -> Survey:
    """`limits`: of latency and cost; the highest is a border of bars, and what lies above each is counted. Raises CountingStoppedError once `stop` says so."""
    with _stopping(conn, stop), _gathered(conn, system, where, stop):
        (total,) = conn.execute("SELECT count(*) FROM temp.found").fetchone()
        facets = tuple(_facet(conn, key) for key in _FACETS)
        bars = {key: _bars(conn, key, limits.get(key, ())) for key in _AMOUNTS}
    return Survey(total, facets, {key: one for key, one in bars.items() if one is not None})


@contextmanager
def _gathered(conn: Connection, system: str, where: Filter, stop: Callable[[], bool]) -> Iterator[None]:
    """What is counted of each trace that meets the filter, in a temporary table: the one thing that a reader writes."""
    conn.execute("PRAGMA query_only = OFF")
    try:
        conn.execute("DROP TABLE IF EXISTS temp.found")  # of a count that could not clear up after itself
        conn.execute(f"CREATE TEMP TABLE found({', '.join(_COLUMNS)})")
        for source, values in traces.parts(conn, system, where):
            if stop():
                raise CountingStoppedError
            conn.execute(f"INSERT INTO temp.found SELECT {', '.join(_COLUMNS.values())} {source}", values)
        yield
    finally:
        conn.set_progress_handler(None, 0)
        with suppress(sqlite.sqlite3.OperationalError):
            conn.execute("DROP TABLE IF EXISTS temp.found")
        conn.execute("PRAGMA query_only = ON")


def _facet(conn: Connection, key: str) -> Facet:
    sql = f"SELECT {key}, count(*) FROM temp.found GROUP BY 1"
    if key == "tool":  # a few lists of names, each of many traces
        lists = "SELECT tool, count(*) AS n FROM temp.found WHERE tool IS NOT NULL GROUP BY 1"
        sql = f"SELECT name.value, sum(n) FROM ({lists}) AS listed, json_each(listed.tool) AS name GROUP BY 1"
    elif key == "error":
        sql = "SELECT error, count(*) FROM temp.found WHERE error IS NOT NULL GROUP BY 1"
    rows = conn.execute(f"SELECT *, count(*) OVER () FROM ({sql}) ORDER BY 2 DESC, 1 LIMIT {SHOWN}").fetchall()
    others = rows[0][2] - len(rows) if rows else 0
    return Facet(key, tuple((name, count) for name, count, _ in rows), others)


def _bars(conn: Connection, key: str, limits: Sequence[float]) -> Bars | None:
    """How far the figures reach, without the highest few; then how many fall into each bar."""
    count, known, low, high = conn.execute(
        f"SELECT count(*), count({key}), min({key}), max({key}) FROM temp.found"
    ).fetchone()
    if not known:
        return None
    most = f"SELECT {key} FROM temp.found WHERE {key} IS NOT NULL ORDER BY {key} DESC LIMIT 1 OFFSET ?"
    (upper,) = conn.execute(most, (int(known * TAIL),)).fetchone()
    bars = plan(low, upper, high, max(limits, default=None))
    place = f"CAST(({key} - {bars.start!r}) / {bars.width!r} AS INTEGER)"
    rows = conn.execute(
        f"SELECT min({place}, {bars.bars}), count(*) FROM temp.found WHERE {key} IS NOT NULL GROUP BY 1"
    ).fetchall()
    counts = [0] * (bars.bars + 1)
    for at, number in rows:
        counts[max(at, 0)] += number
    above = f"SELECT count(*) FROM temp.found WHERE {key} > ?"
    over = tuple((limit, int(conn.execute(above, (limit,)).fetchone()[0])) for limit in limits)
    return Bars(bars.start, bars.width, tuple(counts[:-1]), counts[-1], count - known, low, high, over)


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
