"""A system's recorded requests as rules read them: counted by what they show, or as columns; whole ones only where asked.

The store answers from tallies and indexes; a list of traces in memory answers by reading each (the slow reading).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted


class Recorded(Protocol):
    """Only what is visible: of published imports, the latest record of each id.

    `columns` yields tuples, the oldest request first, of these names: any field of `Trace` that holds one value (`id`,
    `started_at` as datetime or None, `model`, `outcome`, `error`, `latency_ms`, `cost`, `tokens_in`, `tokens_out`,
    `cached`, `cold`, `user`, `session`, `scores` …), and what is measured of a record once: `retried` (1.0, 0.0, or an
    `Absent`), `longest_call_ms`, `call_minutes` (UTC minutes since 1970 in which it called a model, else in which it
    began). From `start` (inclusive) to `end` (exclusive); with neither also those without a time.
    """

    def __len__(self) -> int: ...

    def counted(self) -> Iterable[Counted]: ...

    def columns(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterable[tuple[Any, ...]]: ...

    def whole(self, shows: Callable[[Trace], bool]) -> Iterable[Trace]:
        """The whole records of those whose `Counted.trace` passes."""
        ...

    def leaked(self) -> Iterable[tuple[date | None, Any]]:
        """The credentials and personal data found in the records, each with its request's UTC day."""
        ...
