"""Rows laid aside in a private temporary database: read at one moment, gone through at leisure.

A log may have as many shapes as requests, and then as many tallies. They are neither held in memory, nor is the file held
at one moment for as long as somebody goes through them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from readiness_tui.store.measured.scratch import scratch
from readiness_tui.store.sqlite import Connection, Cursor

_CHUNK = 2_000
Group = tuple[int, int, int]  # an import, a day and a shape


class Aside:
    """Rows of some columns, the first three of which may be a group; and how many copies each group has. One thread after
    another may use it."""

    def __init__(self, conn: Connection, width: int) -> None:
        self._conn, self._width = conn, width
        self._copied = False

    @classmethod
    @contextmanager
    def open(cls, width: int, waiting: str = "counts of requests") -> Iterator[Aside]:
        """`waiting`: what is laid aside, for who has no room for it. Each statement then raises NoRoomError."""
        with scratch(waiting, any_thread=True) as conn:
            conn.execute(f"CREATE TABLE laid({', '.join(f'c{at}' for at in range(width))})")
            conn.execute("CREATE TABLE copy(a, b, c, n, PRIMARY KEY (a, b, c)) WITHOUT ROWID")
            yield cls(conn, width)

    def lay(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._conn.execute("BEGIN")
        self._conn.executemany(f"INSERT INTO laid VALUES (?{', ?' * (self._width - 1)})", rows)
        self._conn.execute("COMMIT")

    def lay_all(self, found: Cursor) -> None:
        """What a statement finds, some at a time."""
        while rows := found.fetchmany(_CHUNK):
            self.lay(rows)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """As they were laid aside."""
        last = 0
        sql = "SELECT rowid, * FROM laid WHERE rowid > ? ORDER BY rowid LIMIT ?"
        while some := self._conn.execute(sql, (last, _CHUNK)).fetchall():
            yield from (row[1:] for row in some)
            last = some[-1][0]

    def add_copies(self, found: Mapping[Group, int]) -> None:
        """So many more of each."""
        self._copied = self._copied or bool(found)
        self._conn.execute("BEGIN")
        self._conn.executemany(
            "INSERT INTO copy VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
            ((*group, n) for group, n in found.items()),
        )
        self._conn.execute("COMMIT")

    def take_copies(self, group: Group, most: int) -> int:
        """The copies of a group, up to `most`; they are told once."""
        if not self._copied:
            return 0
        row = self._conn.execute("SELECT n FROM copy WHERE (a, b, c) = (?, ?, ?)", group).fetchone()
        told = 0 if row is None else min(int(row[0]), most)
        if told:
            self._conn.execute("UPDATE copy SET n = n - ? WHERE (a, b, c) = (?, ?, ?)", (told, *group))
        return told
