"""What every batch of a staged import does: one short transaction, counted, its rejects kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import sqlite
from readiness_tui.store.db import Store
from readiness_tui.store.rows import Tx

T = TypeVar("T")
Refused = tuple[int, str, str]  # line, reason, excerpt

BATCH = 2_500  # rows a transaction: a reviewer's save waits for at most one of them
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # batches leave no audit entry, so no time either
EXCERPT = 200
# Not JSON, text that is not Unicode, an integer beyond 64 bits, a time without a zone.
UNSTORABLE = (ValueError, TypeError, OverflowError)


def batch(store: Store) -> AbstractContextManager[Tx]:
    sqlite.sqlite_utils()  # what `Tx.db` needs, loaded before the lock is taken
    return store.write("", "a batch of an import", now=NO_TIME)


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while some := list(islice(iterator, BATCH)):
        yield some


def check_staged(tx: Tx, import_id: int) -> None:
    """Raises ReadinessError for an import that is published, or was given up."""
    row = tx.conn.execute("SELECT path, published_at FROM import WHERE id = ?", (import_id,)).fetchone()
    if row is None:
        raise gone(import_id)
    if row[1] is not None:
        raise ReadinessError(f"The import of {row[0]} is published already. Import the file again to add to it.")


def gone(import_id: int) -> ReadinessError:
    return ReadinessError(f"There is no import {import_id} in this database: it was given up. Import the file again.")


def count(tx: Tx, import_id: int, column: str, more: int) -> None:
    tx.conn.execute(f"UPDATE import SET {column} = {column} + ? WHERE id = ?", (more, import_id))


def reject(tx: Tx, import_id: int, refused: Sequence[Refused]) -> None:
    if not refused:
        return
    (last,) = tx.conn.execute("SELECT rejects FROM import WHERE id = ?", (import_id,)).fetchone()
    tx.bulk(
        "INSERT INTO import_reject(import_id, position, line, reason, excerpt) VALUES (?, ?, ?, ?, ?)",
        (
            (import_id, last + at, line, storable(reason), storable(excerpt[:EXCERPT]))
            for at, (line, reason, excerpt) in enumerate(refused, 1)
        ),
    )
    count(tx, import_id, "rejects", len(refused))


def storable(text: str) -> str:
    """Lone surrogates as escapes: SQLite takes no text that is not Unicode."""
    return text.encode("utf-8", "backslashreplace").decode()
