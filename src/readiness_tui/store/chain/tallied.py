"""Digests of tallies, a day of an import at a time, and of the credentials that were found in its requests: made whenever
they are counted, held against what is read.

Tallies change without an entry, when a later import replaces requests or what waits is measured, so their digests are in
no entry either: they show an edit, not somebody who writes the digest as well. `derived.py` counts the requests again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.measured import days
from readiness_tui.store.sqlite import Connection

_COLUMNS = "shape, n, ids, first_at, first_id, varied"
_LEAKED = """SELECT l.* FROM trace_leak l CROSS JOIN trace t ON t.key = l.trace_key WHERE t.import_id = ?1 AND l.trace_key
    BETWEEN (SELECT min(first) FROM content_block WHERE import_id = ?1 AND part = 'trace')
    AND (SELECT max(last) FROM content_block WHERE import_id = ?1 AND part = 'trace') ORDER BY l.trace_key, l.hit"""
_CHUNK = 2_000
_LEAKS = days.NO_DAY - 1  # stands in the place of a day


def seal_day(conn: Connection, import_id: int, day: int) -> None:
    """The tallies of this day are as they should be."""
    digest = _digest(conn, import_id, day)
    if digest is None:
        conn.execute("DELETE FROM tally_seal WHERE import_id = ? AND day = ?", (import_id, day))
    else:
        conn.execute(
            "INSERT OR REPLACE INTO tally_seal(import_id, day, digest) VALUES (?, ?, ?)", (import_id, day, digest)
        )


def seal_import(conn: Connection, import_id: int) -> None:
    """So are those of all days of an import."""
    conn.execute("DELETE FROM tally_seal WHERE import_id = ?", (import_id,))
    there = conn.execute("SELECT DISTINCT day FROM trace_tally WHERE import_id = ?", (import_id,)).fetchall()
    for day in (_LEAKS, *(day for (day,) in there)):
        seal_day(conn, import_id, day)


def changed(conn: Connection) -> Iterator[ByHand]:
    """Days of published imports whose tallies are not as they were sealed. Of an import that is being measured nothing is
    sealed, and nothing is read."""
    imports = conn.execute(
        "SELECT i.id, s.name FROM import i JOIN system s ON s.id = i.system_id"
        " WHERE i.published_order IS NOT NULL AND i.measured > 0 AND i.traces > 0"
    ).fetchall()
    for number, system in imports:
        sealed = dict(conn.execute("SELECT day, digest FROM tally_seal WHERE import_id = ?", (number,)).fetchall())
        there = conn.execute("SELECT DISTINCT day FROM trace_tally WHERE import_id = ?", (number,)).fetchall()
        for day in sorted({_LEAKS, *sealed, *(day for (day,) in there)}):
            if _digest(conn, number, day) == sealed.get(day):
                continue
            if day == _LEAKS:
                yield ByHand("trace_leak", f"import {number}", "not what was found in its requests", "", system)
            else:
                said = f"import {number}, {days.of(day) or 'no day'}"
                yield ByHand("trace_tally", said, "not what was counted", "", system)


def _digest(conn: Connection, import_id: int, day: int) -> str | None:
    """Of MessagePack's array of the import, the day and the rows, put together as they are read: they may be as many as
    requests."""
    import msgspec

    sql, given = _LEAKED, [import_id]
    if day != _LEAKS:
        sql, given = (
            f"SELECT {_COLUMNS} FROM trace_tally WHERE import_id = ? AND day = ? ORDER BY shape",
            [import_id, day],
        )
    with _one_moment(conn):
        (count,) = conn.execute(f"SELECT count(*) FROM ({sql})", given).fetchone()
        if not count:
            return None
        encode = msgspec.msgpack.Encoder().encode
        said = hashlib.sha256(b"\x93" + encode(import_id) + encode(day) + _of_array(count))
        rows = conn.execute(sql, given)
        while some := rows.fetchmany(_CHUNK):
            said.update(b"".join(map(encode, some)))
    return said.hexdigest()


def _of_array(length: int) -> bytes:
    """The beginning of an array in MessagePack (its specification, "array format family")."""
    if length < 16:
        return bytes([0x90 | length])
    return b"\xdc" + length.to_bytes(2, "big") if length < 1 << 16 else b"\xdd" + length.to_bytes(4, "big")


@contextmanager
def _one_moment(conn: Connection) -> Iterator[None]:
    """One state of the file for several statements, also where no transaction is open yet."""
    if conn.in_transaction:
        yield
        return
    conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.execute("COMMIT")
