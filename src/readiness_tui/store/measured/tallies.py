"""Rows of `trace_tally`: what a batch adds to them, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted, joined
from readiness_tui.domain.traces.tally import counted_of, row_of
from readiness_tui.store.measured import days
from readiness_tui.store.rows import Tx

COLUMNS = "day, n, ids, first_at, first_id, varied"
WIDTH = COLUMNS.count(",") + 1


def put_shapes(tx: Tx, shapes: Mapping[str, str]) -> dict[str, int]:
    """The ids of these shapes, texts by digest; those that the file does not know yet are entered."""
    found: dict[str, int] = {}
    for digest, text in shapes.items():
        known = tx.conn.execute("SELECT id FROM trace_shape WHERE digest = ?", (digest,)).fetchone()
        if known is None:
            cursor = tx.conn.execute("INSERT INTO trace_shape(digest, text) VALUES (?, ?)", (digest, text))
            known = (cursor.lastrowid,)
        found[digest] = known[0]
    return found


def add(tx: Tx, import_id: int, counted: Iterable[tuple[int, Counted]]) -> None:
    """Add what was counted, by the id of its shape, to an import's tallies."""
    for number, more in counted:
        day = days.number(more.day)
        row = tx.conn.execute(
            f"SELECT {COLUMNS} FROM trace_tally WHERE import_id = ? AND day = ? AND shape = ?", (import_id, day, number)
        ).fetchone()
        whole = more if row is None else joined((read(more.trace, row), more))
        tx.conn.execute(
            "INSERT OR REPLACE INTO trace_tally(import_id, shape, day, n, ids, first_at, first_id, varied)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (import_id, number, day, *row_of(whole)),
        )


def read(trace: Trace, row: tuple[Any, ...], copies: int = 0) -> Counted:
    """From the values of COLUMNS."""
    day, n, ids, at, first, varied = row
    return counted_of((n, ids, at, first, varied), trace, days.of(day), copies)
