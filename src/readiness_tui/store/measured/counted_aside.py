"""Groups of requests in a private temporary database, joined as they come: a day may have as many as requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted, joined
from readiness_tui.domain.traces.tally import counted_of, row_of
from readiness_tui.store.measured.scratch import scratch
from readiness_tui.store.sqlite import Connection

NO_TRACE = Trace("")  # of a group whose numbers alone matter


class CountedAside:
    """Groups of one day by the digest of their shape; of what they show nothing is kept."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[CountedAside]:
        with scratch("counts of requests") as conn:
            conn.execute(
                "CREATE TABLE counted(digest TEXT PRIMARY KEY, n, ids, first_at, first_id, varied) WITHOUT ROWID"
            )
            conn.execute("BEGIN")
            yield cls(conn)

    def add(self, digest: str, one: Counted) -> None:
        before = self._get(digest)
        whole = one if before is None else joined((before, one))
        self._conn.execute("INSERT OR REPLACE INTO counted VALUES (?, ?, ?, ?, ?, ?)", (digest, *row_of(whole)))

    def take(self, digest: str) -> Counted | None:
        """The group of this shape, which is told once."""
        found = self._get(digest)
        if found is not None:
            self._conn.execute("DELETE FROM counted WHERE digest = ?", (digest,))
        return found

    @property
    def empty(self) -> bool:
        return self._conn.execute("SELECT 1 FROM counted LIMIT 1").fetchone() is None

    def _get(self, digest: str) -> Counted | None:
        row = self._conn.execute(
            "SELECT n, ids, first_at, first_id, varied FROM counted WHERE digest = ?", (digest,)
        ).fetchone()
        return None if row is None else counted_of(row, NO_TRACE, None)
