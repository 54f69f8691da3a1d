"""The line of titles above a list: a click on one that the list can be sorted by sorts by it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

Title = tuple[str, str]  # as it is painted, and what a click sorts by ("" nothing)


class Titles(Static):
    """Painted with `paint`; posts `Chosen` with what the list is to be sorted by."""

    class Chosen(Message):
        def __init__(self, by: str) -> None:
            super().__init__()
            self.by = by

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._titles: tuple[Title, ...] = ()

    def paint(self, titles: Iterable[Title]) -> None:
        self._titles = tuple(titles)
        self.update(Content.styled("".join(text for text, _ in self._titles), "bold"))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        end, x = 0, event.get_content_offset_capture(self).x
        for text, by in self._titles:
            end += cell_len(text)
            if x < end:
                if by:
                    self.post_message(self.Chosen(by))
                return
