"""What waits to be measured: imports of an earlier version, and days that somebody left who was killed."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_tui.domain.traces.version import SHAPE_VERSION as VERSION
from readiness_tui.store.sqlite import Connection

#: Of an import `i`: neither measured by this version or a later one, nor in the hands of a later one.
WAITS = "i.measured < ? AND NOT EXISTS (SELECT 1 FROM trace_measuring m WHERE m.import_id = i.id AND m.version > ?)"


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """An import that waits, with its first and last key and how many requests it holds."""

    import_id: int
    first: int
    last: int
    traces: int


def imports(conn: Connection) -> list[Unmeasured]:
    """The published imports, of every system, that no version or an earlier one measured. What a later version of the
    program measured is left to it."""
    rows = conn.execute(
        f"SELECT id, traces FROM import i WHERE published_order IS NOT NULL AND traces > 0 AND {WAITS} ORDER BY id",
        (VERSION, VERSION),
    ).fetchall()
    keys = "SELECT min(first_key), max(last_key) FROM trace_raw WHERE import_id = ?"
    found = []
    for number, traces in rows:
        first, last = conn.execute(keys, (number,)).fetchone()
        found.append(Unmeasured(number, first, last, traces))
    return found


def systems_with_stale_days(conn: Connection) -> list[str]:
    """Systems of which days have to be tallied anew."""
    rows = conn.execute(
        "SELECT DISTINCT s.name FROM trace_stale t JOIN import i ON i.id = t.import_id JOIN system s ON s.id = i.system_id"
        " WHERE t.because < 0 OR t.because IN (SELECT id FROM import WHERE published_order IS NOT NULL)"
    ).fetchall()
    return [name for (name,) in rows]
