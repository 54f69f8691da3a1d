"""Text of which parts can be clicked, in its own colours: see `tui.text.clickable`."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Clickable(Static):
    def __init__(self, *, id: str) -> None:
        super().__init__(Content(""), id=id)
        self.set_reactive(Clickable.auto_links, False)  # a link's colour would take the place of a status's
