"""Many short rows in their order: sorted in a private temporary database, without memory for all and without our lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from readiness_tui.store import staging
from readiness_tui.store.measured.scratch import scratch


def in_order(batches: Iterable[Sequence[tuple[Any, int]]]) -> Iterator[list[tuple[Any, int]]]:
    """Pairs of a value and a key by value, then key; as many at once as are written in one batch."""
    with scratch("ids that are sorted") as sorter:
        sorter.execute("CREATE TABLE pair(value, key INTEGER)")
        for rows in batches:
            sorter.execute("BEGIN")
            sorter.executemany("INSERT INTO pair VALUES (?, ?)", rows)
            sorter.execute("COMMIT")
        cursor = sorter.execute("SELECT value, key FROM pair ORDER BY value, key")
        while rows := cursor.fetchmany(4 * staging.BATCH):  # short rows
            yield rows
