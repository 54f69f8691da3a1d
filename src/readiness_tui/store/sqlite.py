"""The store's SQLite: which library is in use (`readiness_tui.sqlite` picks it), and what it can be trusted with."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from typing import Any

from readiness_tui.sqlite import SayingConnection as SayingConnection
from readiness_tui.sqlite import sqlite3 as sqlite3

Connection = sqlite3.Connection
Cursor = sqlite3.Cursor

# The WAL-reset bug (sqlite.org/wal.html, "The WAL-Reset Bug") is in 3.7.0 to 3.51.2; these lines got the fix earlier.
_FIXED = (3, 51, 3)
_BACKPORTED: dict[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7}
OLDEST = (3, 37, 0)  # STRICT tables


def version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return _parts(sqlite3.sqlite_version)


def wal_is_safe() -> bool:
    """Whether the library in use has the fix of the WAL-reset bug; without it the DELETE journal is used."""
    return _fixed(sqlite3.sqlite_version)  # each save asks


def _parts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3])


@cache
def _fixed(text: str) -> bool:
    now = _parts(text)
    backported = _BACKPORTED.get(now[:2])
    return now >= _FIXED or (backported is not None and now[2] >= backported)


def script(conn: Connection, sql: str) -> None:
    """Run statements one after another inside the open transaction, which `executescript` of the library would commit.

    A semicolon ends a statement only where SQLite says so, not within a trigger or a comment. (That of sqlite-utils asks
    after each character with all before it: half of the time of making a file.)
    """
    begun = end = 0
    while (end := sql.find(";", end) + 1) > 0:
        if sqlite3.complete_statement(sql[begun:end]):
            conn.execute(sql[begun:end])
            begun = end
    conn.execute(sql[begun:])


#: The SQL function of that name, which our connections have.
WITHOUT_NUL = "without_nul"


def without_nul(text: str) -> str:
    """A text with each NUL as a character that no text holds (Unicode's U+FDD0): much of SQLite stops at a NUL."""
    return text.replace("\0", "\ufdd0")


@cache
def sqlite_utils() -> Any:
    """The module of that name, loaded at most once and without the libraries that it would load if it found them.

    It takes its time, so this is called before a lock is taken. It imports numpy and pandas wherever they are
    installed, which takes ten times as long, only to know their types; nothing of ours hands it one.
    """
    with _unseen("numpy", "pandas"):
        module = importlib.import_module("sqlite_utils")
    agree(module.utils.sqlite3)
    return module


def utils(conn: Connection) -> Any:
    """A `sqlite_utils.Database` over `conn`; inside our own transaction it only adds savepoints to it."""
    return sqlite_utils().Database(conn, execute_plugins=False)


def agree(theirs: Any) -> None:
    """Stop at once if sqlite-utils picked another SQLite library than this module."""
    if theirs is not sqlite3:
        raise RuntimeError(f"Two SQLite libraries in one process: {theirs.__name__} and {sqlite3.__name__}.")


class _Unseen(MetaPathFinder):
    """Answers this thread alone that some modules are not installed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names, self._thread = names, threading.get_ident()

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{fullname} is not looked for here.", name=fullname)


@contextmanager
def _unseen(*names: str) -> Iterator[None]:
    """Importing one of these fails inside the block where nobody has loaded it yet; afterwards nothing is different."""
    finder = _Unseen(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
