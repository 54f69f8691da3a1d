"""A part of a list of any length: the rows read so far around the cursor, and what has to be read next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from readiness_tui.services.traces import ListedTrace

PAGE = 200  # rows read at once
MARGIN = 100  # rows kept read beyond the cursor
CAP = 1_000  # rows kept in memory


class PageSide(Enum):
    BEFORE = "before"
    AFTER = "after"


@dataclass
class PageWindow:
    """Places count from 0 over the whole list. `total` None: not counted yet. `rows` are `first`, `first + 1`, …"""

    rows: list[ListedTrace] = field(default_factory=list)
    first: int = 0
    total: int | None = None
    cursor: int = 0
    top: int = 0  # the place at the top of the screen
    ended: bool = False  # the last row of the list is read

    @property
    def stop(self) -> int:
        """The place after the last row that is read."""
        return self.first + len(self.rows)

    @property
    def current(self) -> ListedTrace | None:
        return self.rows[self.cursor - self.first] if self.first <= self.cursor < self.stop else None

    def at(self, place: int) -> ListedTrace | None:
        return self.rows[place - self.first] if self.first <= place < self.stop else None

    def start(self, rows: Sequence[ListedTrace], *, whole: bool = False) -> None:
        """Begin at the top of a list; `whole`: these are all of it."""
        self.rows, self.first, self.cursor, self.top = list(rows), 0, 0, 0
        self.ended = whole or len(rows) < PAGE
        self.total = len(rows) if self.ended else None

    def finish(self, rows: Sequence[ListedTrace], total: int) -> None:
        """Begin at the end of a list of `total`."""
        self.rows, self.total, self.ended = list(rows), total, True
        self.first = max(total - len(rows), 0)
        self.cursor = self.top = max(self.stop - 1, self.first)

    def wants(self) -> PageSide | None:
        """Where to read on: the cursor is near an edge of what is read, and the list goes on there."""
        if self.rows and not self.ended and self.stop - self.cursor <= MARGIN:
            return PageSide.AFTER
        return PageSide.BEFORE if self.rows and self.first > 0 and self.cursor - self.first < MARGIN else None

    def extend(self, rows: Sequence[ListedTrace], side: PageSide) -> None:
        """Add a page that was read; forget the far end where there are too many."""
        if side is PageSide.AFTER:
            self.rows += rows
            self.ended = len(rows) < PAGE
            if self.ended and self.total is None:
                self.total = self.stop
            extra = max(len(self.rows) - CAP, 0)
            del self.rows[:extra]
            self.first += extra
            return
        self.rows[:0] = rows
        self.first = max(self.first - len(rows), 0) if rows else 0
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
