"""A part of a list of any length: the rows read so far around the cursor, and what has to be read next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE = 200  # rows read at once
MARGIN = 100  # rows kept read beyond the cursor
CAP = 1_000  # rows kept in memory


class PageSide(Enum):
    BEFORE = "before"
    AFTER = "after"


@dataclass
class PageWindow(Generic[T]):
    """`rows` have the places `first`, `first + 1`, …, which count from wherever reading began. `origin`: how many rows
    of the list stand before place 0; None: not counted yet. `total`: rows of the whole list, None: not counted yet."""

    rows: list[T] = field(default_factory=list)
    first: int = 0
    origin: int | None = 0
    total: int | None = None
    cursor: int = 0
    top: int = 0  # the place at the top of the screen
    begun: bool = True  # the first row of the list is read
    ended: bool = False  # the last row of the list is read

    @property
    def stop(self) -> int:
        """The place after the last row that is read."""
        return self.first + len(self.rows)

    @property
    def current(self) -> T | None:
        return self.at(self.cursor)

    @property
    def rank(self) -> int | None:
        """Which row of the whole list the cursor is on, from 1; None: not counted yet."""
        return None if self.origin is None else self.origin + self.cursor + 1

    def at(self, place: int) -> T | None:
        return self.rows[place - self.first] if self.first <= place < self.stop else None

    def start(self, rows: Sequence[T], *, whole: bool = False) -> None:
        """Begin at the top of a list; `whole`: these are all of it."""
        self._begin(rows, 0)
        self.begun, self.ended = True, whole or len(rows) < PAGE
        self.origin, self.total = 0, len(rows) if self.ended else None

    def start_at(self, rows: Sequence[T], place: int) -> None:
        """Begin somewhere in a list, at a row of these; how many stand before them is not known yet."""
        self._begin(rows, place)
        self.begun = self.ended = False
        self.origin = self.total = None

    def finish(self, rows: Sequence[T]) -> None:
        """Begin at the end of the same list."""
        total = self.total
        self._begin(rows, max(len(rows) - 1, 0))
        self.begun, self.ended = len(rows) < PAGE, True
        self.origin, self.total = None, total
        self._reckon()

    def _begin(self, rows: Sequence[T], cursor: int) -> None:
        self.rows, self.first, self.cursor, self.top = list(rows), 0, cursor, max(cursor, 0)

    def counted(self, total: int | None) -> None:
        """How many rows the whole list has."""
        self.total = total
        self._reckon()

    def _reckon(self) -> None:
        """What follows from what is read."""
        if self.begun:
            self.origin = -self.first
        elif self.ended and self.total is not None:
            self.origin = self.total - self.stop
        if self.ended and self.origin is not None:
            self.total = self.origin + self.stop

    def wants(self) -> PageSide | None:
        """Where to read on: the cursor is near an edge of what is read, and the list goes on there."""
        if self.rows and not self.ended and self.stop - self.cursor <= MARGIN:
            return PageSide.AFTER
        return PageSide.BEFORE if self.rows and not self.begun and self.cursor - self.first < MARGIN else None

    def extend(self, rows: Sequence[T], side: PageSide) -> None:
        """Add a page that was read; forget the far end where there are too many."""
        if side is PageSide.AFTER:
            self.rows += rows
            self.ended = len(rows) < PAGE
            self._reckon()
            extra = max(len(self.rows) - CAP, 0)
            del self.rows[:extra]
            self.first += extra
            self.begun = self.begun and not extra
            return
        self.rows[:0] = rows
        self.first -= len(rows)
        self.begun = len(rows) < PAGE
        self._reckon()
        if len(self.rows) > CAP:
            del self.rows[CAP:]
            self.ended = False

    def move(self, by: int, height: int) -> None:
        """Move the cursor within what is read, and the screen with it."""
        self.cursor = min(max(self.cursor + by, self.first), max(self.stop - 1, self.first))
        self.show(height)

    def scroll(self, by: int, height: int) -> None:
        """Scroll the screen; move the cursor only where it would leave the screen."""
        self.top = min(max(self.top + by, self.first), max(self.stop - height, self.first))
        self.cursor = min(max(self.cursor, self.top), max(min(self.top + height, self.stop) - 1, self.first))

    def show(self, height: int) -> None:
        """Bring the cursor onto a screen of `height` lines, with no empty lines below the end of the list."""
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + height:
            self.top = self.cursor - height + 1
        self.top = max(min(self.top, self.stop - height), self.first)
