"""A list that is filled anew after every change without losing its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option


def _named(row: Option) -> tuple[str | None, bool]:
    return row.id, row.disabled


def _reads_alike(old: object, new: object) -> bool:
    """Contents are equal where their text is, whatever its colours."""
    if old is new:
        return True
    return old == new and isinstance(old, Content) and isinstance(new, Content) and old.spans == new.spans


class PickList(OptionList):
    """Rows with ids are picked; disabled rows without an id are headings."""

    class LaidOut(Message):
        """The list has another size than before, or the room in it."""

        def __init__(self, rows: PickList) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> PickList:
            return self.rows

    def on_resize(self) -> None:
        self.post_message(self.LaidOut(self))

    def refill(self, options: Iterable[Option], *, wanted: str | None = None) -> None:
        """Replace all rows; `wanted`, else the row highlighted before, else the first, is highlighted.

        Where the rows are the same ones as before, only those that read differently are painted anew.
        """
        kept = wanted or self.current
        rows = list(options)
        if kept is not None and [_named(row) for row in rows] == [_named(row) for row in self.options]:
            for index, (old, new) in enumerate(zip(self.options, rows, strict=True)):
                if not _reads_alike(old.prompt, new.prompt):
                    self.replace_option_prompt_at_index(index, new.prompt)
            if self.current != kept:
                self.highlighted = self.get_option_index(kept)
            return
        position = self.scroll_y
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
