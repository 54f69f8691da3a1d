"""The digest of a day's tallies is put together as they are read, and is that of all of them at once."""

from __future__ import annotations

import hashlib
import sqlite3

import msgspec
import pytest

from readiness_tui.store.chain import tallied


@pytest.mark.parametrize("count", [1, 15, 16, 300, 65_535, 65_536])
def test_as_if_encoded_at_once(count: int) -> None:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.execute("CREATE TABLE trace_tally(import_id, shape, day, n, ids, first_at, first_id, varied)")
    rows = [(shape, shape % 7, f'["t{shape}"]', None if shape % 3 else 1 << 50, "é", "{}") for shape in range(count)]
    conn.executemany("INSERT INTO trace_tally(import_id, day, shape, n, ids, first_at, first_id, varied) VALUES (4, 20000, ?, ?, ?, ?, ?, ?)", reversed(rows))  # fmt: skip
    assert tallied._digest(conn, 4, 20_000) == hashlib.sha256(msgspec.msgpack.encode([4, 20_000, rows])).hexdigest()
    assert not conn.in_transaction


def test_of_nothing_there_is_none() -> None:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.execute("CREATE TABLE trace_tally(import_id, shape, day, n, ids, first_at, first_id, varied)")
    assert tallied._digest(conn, 4, 20_000) is None
    assert not conn.in_transaction
