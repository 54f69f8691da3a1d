"""A system's recorded requests as rules read them: counted by what they show, or as columns; whole ones only where asked.

The store answers from tallies and indexes; a list of traces in memory answers by reading each (the slow reading).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.counted import Counted
from readiness_tui.domain.traces.leaks import LeakHit

#: Of some thousand requests the values of each column that was asked for, as many in each.
Block = Sequence[Sequence[Any]]


class Recorded(Protocol):
    """Only what is visible: of published imports, the latest record of each id.

    `columns` yields tuples of the values named, one tuple a request, `blocks` the same in columns: of the store the oldest
    first, those without a time before all; of a list in its own order. Names:

    - any field of `Trace` that holds one value: `id`, `started_at` (datetime or None), `model`, `outcome`, `error`,
      `feedback`, `latency_ms`, `cost`, `tokens_in`, `tokens_out`, `cached`, `cold`, `user`, `session`, `prompt_version`,
      `app_version` …, and `scores` and `extra`, which cost a reading of JSON each;
    - `at`: when it started, in whole microseconds since 1970 UTC (int; floored), or None: cheaper than `started_at`;
    - `shape`: the `Counted.trace` of the group that the request is counted in, the same object for all that are read in one
      pass and show the same, so that a rule asks each object once (in the slow reading: the whole record);
    - `outline`: the same but for names, versions, statuses and steps (`outline.outline`), of which there are few however many
      shapes a log has;
    - `of_users`: no field of it says that no user sent it (`traffic.not_of_users`);
    - `copy`: it repeats (`content.content`) a request of users that stands before it: those without a time stand first, then
      the oldest, in whatever window;
    - what is measured of a record once: `retried` (`measured.retried` of its tool calls: 1.0, 0.0 or an `Absent`),
      `longest_call_ms` (of outbound calls with a known time, None without), `call_minutes` (tuple of the UTC minutes since
      1970 in which it called a model, once a call; where it shows no model call, that in which it began; calls without a
      time are not in it).

    From `start` (inclusive) to `end` (exclusive), a time without a zone being UTC; with neither also those without a time,
    which with an `end` alone are left out too.
    """

    def __len__(self) -> int: ...

    def counted(self) -> Iterable[Counted]:
        """All of them, in groups; several may be of one day and one shape."""
        ...

    def outlined(self) -> Iterable[tuple[date | None, Trace, int]]:
        """All of them as UTC day, `outline` and number, in groups; several may be of one day and one outline."""
        ...

    def columns(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterable[tuple[Any, ...]]: ...

    def blocks(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterable[Block]:
        """`columns` for whoever goes through all of them: a block has at least one request."""
        ...

    def whole(self, shows: Callable[[Trace], bool]) -> Iterable[Trace]:
        """The whole records of those whose `outline` passes."""
        ...

    def leaked(self) -> Iterable[tuple[date | None, LeakHit]]:
        """The credentials and personal data found in the records, each with its request's UTC day."""
        ...
