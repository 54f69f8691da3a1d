"""The table of Evals, of which one row is chosen, and what each tab knows to fill it and to explain the row."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.widgets import Static

from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui.glyphs import Mark
from readiness_tui.tui.screens.evals.page import Detail, Page, Row, header, table_line
from readiness_tui.tui.screens.evals.tabs import Rows
from readiness_tui.tui.screens.room import Feature, RoomScreen
from readiness_tui.tui.widgets.pick_list import Pick

LISTED = 300  # cases listed under a row, traces shown for one; the rest is counted
NOTHING = Detail(Content(""))
PASSED = ("pass", "complete", "better", "could be luck", "no change", "not tested")  # words of rows that need nobody


class EvalsTable:
    """Shows one page at a time on `screen`; each tab's chosen row is kept while another tab is shown."""

    def __init__(self, screen: RoomScreen) -> None:
        self._screen = screen
        self.tab = "gate"
        self.page = Page(Content(""))
        self._chosen: dict[str, str] = {}  # the highlighted row of each tab

    @property
    def rows(self) -> Rows:
        return self._screen.query_one("#rows", Rows)

    @property
    def gone(self) -> bool:
        """Whether the screen went away under a worker."""
        return not self._screen.query("#rows")

    @property
    def width(self) -> int:
        return max(self._screen.app.size.width - 5, 40)

    @property
    def key(self) -> str:
        """The chosen row's key."""
        place = self.rows.place
        return self.page.rows[place].key if place is not None and place < len(self.page.rows) else ""

    def gate_row(self, view: ReviewView) -> GateRow | None:
        """The rule of the gate that is chosen."""
        if self.tab != "gate":
            return None
        return next((row for row in view.gate.rows if row.rule.key == self.key), None)

    def choose(self, tab: str, key: str) -> None:
        """Remember this row as the chosen one of a tab."""
        self._chosen[tab] = key

    def fill(self, first: int) -> None:
        """Paint the page at the present width: the row that was chosen before is chosen again, else the `first`."""
        page, rows = self.page, self.rows
        columns = self._screen.query_one("#columns", Static)
        rows.display = columns.display = bool(page.rows)
        columns.update(header(page.columns, self.width) if page.rows else "")
        keys = [row.key for row in page.rows]
        key = self._chosen.get(self.tab, "")
        rows.refill(
            [
                Pick(table_line(row, page.columns, self.width), id=str(i), words=" ".join(map(_said, row.cells)))
                for i, row in enumerate(page.rows)
            ],
            wanted=str(keys.index(key) if key in keys else first) if page.rows else None,
        )


def _said(cell: str | tuple[Mark, str]) -> str:
    return cell if isinstance(cell, str) else cell[1]


def open_rows(page: Page) -> list[bool]:
    """Of each row whether it needs a person."""
    return [_word(row) not in PASSED for row in page.rows]


def _word(row: Row) -> str:
    """The status word of a row."""
    return next((cell[1] for cell in row.cells if isinstance(cell, tuple)), "")


class EvalsTab(Feature):
    """One tab: the page it fills the table with, what is known of the chosen row, and its keys."""

    NAME: ClassVar[str]

    def __init__(self, screen: RoomScreen, table: EvalsTable) -> None:
        super().__init__(screen)
        self.table = table

    @property
    def shown(self) -> bool:
        return self.table.tab == self.NAME

    async def prepare(self, view: ReviewView) -> None:
        """Read what the page cannot do without, before it is shown."""

    def stale(self, view: ReviewView) -> bool:
        """Whether `load` has something to do."""
        raise NotImplementedError

    async def load(self, view: ReviewView) -> None:
        """Read and compute the rest away from the UI thread; dropped where the app has gone on."""
        raise NotImplementedError

    def page(self, view: ReviewView) -> Page:
        """The tab from what is known now."""
        raise NotImplementedError

    def first(self) -> int:
        """The row to begin with."""
        return 0

    async def detail(self, view: ReviewView, key: str) -> Detail | None:
        """What is known of the row with this key; None where that was refused."""
        raise NotImplementedError

    def why(self, view: ReviewView) -> Content:
        """All sentences of the tab, in full."""
        return self.table.page.heading
