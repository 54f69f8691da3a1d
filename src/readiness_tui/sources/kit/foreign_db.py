"""Another program's SQLite file: read without a lock, without a write, and as hostile as any other file.

Opened immutable: nothing is created beside it and nobody who works on it has to wait. That is only right for a file at
rest, so a journal beside it that holds changes is refused, as is a file that changes while it is read. Of the schema
only real tables count (a view or virtual table could be anything), and every step of a query has a limit.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sqlite import SayingConnection, sqlite3

MAGIC = b"SQLite format 3\x00"
MAX_VALUE = 64 * 1024 * 1024  # bytes of one text
_STEPS = 1_000_000  # instructions of SQLite's machine between two looks
_LOOKS = 2_000  # such looks that one step of a query may take: about half a minute

Row = dict[str, Any]


class ForeignDb:
    """The tables of an open file. `tables`: name → its columns."""

    def __init__(self, path: Path, conn: sqlite3.Connection, notes: fields.Notes) -> None:
        self.path = path
        self._conn = conn
        self._looks = 0
        conn.set_progress_handler(self._look, _STEPS)
        conn.text_factory = lambda text: _text(text, notes)
        names = [
            str(name)
            for name, sql in self._fetch("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            if sql and "VIRTUAL" not in str(sql).upper().split("(")[0].split()
        ]
        self.tables = {name: self._columns(name) for name in names}

    def has(self, *tables: str) -> bool:
        return all(table in self.tables for table in tables)

    def rows(self, table: str, columns: Sequence[str], *, order: str = "", where: str = "") -> Iterator[Row]:
        """Rows with `columns`; None for those that this version of the table lacks, and nothing without the table.

        Values are texts, numbers or None: bytes count as text, infinities as nothing. `order` is a column name, `where` a fixed condition; neither ever comes from the file. Raises ReadinessError.
        """
        if table not in self.tables:
            return
        there = [column for column in columns if column in self.tables[table]]
        if not there or (order and order not in self.tables[table]):
            return
        sql = f"SELECT {', '.join(_name(column) for column in there)} FROM {_name(table)}"
        sql += f" WHERE {where}" if where else ""
        sql += f" ORDER BY {_name(order)}" if order else ""
        empty = dict.fromkeys(columns)
        for row in self._fetch(sql):
            yield {**empty, **{name: _plain(value) for name, value in zip(there, row, strict=True)}}

    def count(self, table: str) -> int:
        return int(next(iter(self._fetch(f"SELECT count(*) FROM {_name(table)}")))[0]) if table in self.tables else 0

    def check(self) -> None:
        """Raises ReadinessError where a page of the file is damaged: rows could be missing without a word."""
        (found,) = next(iter(self._fetch("PRAGMA quick_check(1)")))
        if found != "ok":
            raise _damaged(self.path, str(found))

    def _columns(self, table: str) -> tuple[str, ...]:
        return tuple(str(row[1]) for row in self._fetch(f"PRAGMA table_info({_name(table)})"))

    def _fetch(self, sql: str) -> Iterator[Sequence[Any]]:
        try:
            cursor = self._conn.execute(sql)
            while True:
                self._looks = 0
                rows = cursor.fetchmany(200)
                if not rows:
                    return
                yield from rows
        except sqlite3.Error as error:
            if self._looks > _LOOKS:
                raise ReadinessError(
                    f"{self.path}: a query of the database did not end in time, so it was given up. Nothing was imported."
                ) from error
            raise _damaged(self.path, str(error)) from error

    def _look(self) -> int:
        self._looks += 1
        return int(self._looks > _LOOKS)


@contextmanager
def open_foreign(path: Path, notes: fields.Notes) -> Iterator[ForeignDb]:
    """The file at rest. Raises ReadinessError where it is damaged, in use, or changes before the end of the `with`."""
    before = _mark(path)
    conn = _connect(path)
    try:
        yield ForeignDb(path, conn, notes)
    finally:
        conn.close()
    if _mark(path) != before:
        raise ReadinessError(f"{path} was changed while it was read, so nothing was imported. Import a copy of it.")


def at_rest(path: Path) -> None:
    """Raises ReadinessError where changes wait beside the file: without them, what is read is old or half written."""
    for end in ("-wal", "-journal"):
        beside = path.with_name(path.name + end)
        try:
            waiting = beside.is_file() and beside.stat().st_size > 0
        except OSError as error:
            raise unreadable(beside, error) from error
        if waiting:
            raise ReadinessError(
                f"{path} is in use: changes to it wait in {beside.name}. Stop the program that writes it, or import a"
                f" copy made with `sqlite3 {path.name} '.backup copy.db'`."
            )


def _connect(path: Path) -> sqlite3.Connection:
    try:
        conn = sqlite3.connect(
            f"file:{quote(os.fsencode(path.resolve()))}?mode=ro&immutable=1", uri=True, isolation_level=None, timeout=0,
            factory=SayingConnection,
        )  # fmt: skip
        for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
            conn.execute(f"PRAGMA {pragma}")
        if hasattr(conn, "setlimit"):  # not in every build of pysqlite3
            conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from error
    return conn


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return found.st_mtime_ns, found.st_size


def _damaged(path: Path, why: str) -> ReadinessError:
    return ReadinessError(
        f"{path}: the SQLite file cannot be read to its end ({one_line(why, 120)}). Nothing of it was imported; take a"
        " backup of the original with SQLite's `.backup` and import that."
    )


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _text(text: bytes, notes: fields.Notes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        notes.add("a text in the database is not valid UTF-8; the broken bytes are shown as marks")
        return text.decode("utf-8", "replace")
