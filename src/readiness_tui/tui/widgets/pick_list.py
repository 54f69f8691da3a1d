"""A list that is filled anew after every change without losing its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widgets import OptionList
from textual.widgets.option_list import Option


class PickList(OptionList):
    """Rows with ids are picked; disabled rows without an id are headings."""

    def refill(self, options: Iterable[Option], *, wanted: str | None = None) -> None:
        """Replace all rows; `wanted`, else the row highlighted before, else the first, is highlighted."""
        kept = wanted or self.current
        position = self.scroll_y
        rows = list(options)
        self.set_options(rows)
        picks = [index for index, row in enumerate(rows) if row.id]
        self.highlighted = next((i for i in picks if rows[i].id == kept), picks[0] if picks else None)
        if wanted is None:
            self.scroll_to(y=position, animate=False, force=True)

    @property
    def current(self) -> str | None:
        """The id of the highlighted row."""
        option = self.highlighted_option
        return option.id if option else None

    def pick_next(self, meets: Callable[[str], bool]) -> bool:
        """Highlight the next row below, round the end, whose id meets the condition; False where none does."""
        start = self.highlighted or 0
        for index in [*range(start + 1, self.option_count), *range(start + 1)]:
            name = self.get_option_at_index(index).id
            if name and meets(name):
                self.highlighted = index
                return True
        return False
