"""One line to type that takes whatever is pasted, whole: a long paste is shown as what it is and kept in full."""

from __future__ import annotations

from textual.events import Paste
from textual.widgets import Input

LONG = 400  # characters of a paste that are shown as they are, where it is one line


class NoteLine(Input):
    """`whole` is the text with every paste in its place; `Input.value` shows `⟨paste 1: 12 lines, 3,400 characters⟩`."""

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:
        super().__init__(id=id, placeholder=placeholder, compact=True)
        self._pastes: dict[str, str] = {}

    @property
    def whole(self) -> str:
        text = self.value
        for shown, pasted in self._pastes.items():
            text = text.replace(shown, pasted)
        return text

    def put(self, text: str) -> None:
        """Show `text` in place of all that is there, as it would be shown had it been pasted."""
        self._pastes.clear()
        self.value = self._shown(text)
        self.cursor_position = len(self.value)

    def _shown(self, text: str) -> str:
        lines = text.count("\n") + 1
        if lines == 1 and len(text) <= LONG:
            return text
        size = f"{lines:,} lines, " if lines > 1 else ""
        shown = f"⟨paste {len(self._pastes) + 1}: {size}{len(text):,} characters⟩"
        self._pastes[shown] = text
        return shown

    def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()  # the base class would keep the first line alone
        shown = self._shown(event.text.strip("\n"))
        if self.selection.is_empty:
            self.insert_text_at_cursor(shown)
        else:
            self.replace(shown, *self.selection)

    def replace(self, text: str, start: int, end: int) -> None:
        """A placeholder for a paste is deleted whole and cannot be typed into: half of it would stand for nothing."""
        start, end = sorted((start, end))
        for shown in self._pastes:
            first = self.value.find(shown)
            last = first + len(shown)
            if first < 0:
                continue
            if start == end and first < start < last:
                start = end = last
            elif start < end and start < last and end > first:
                start, end = min(start, first), max(end, last)
        super().replace(text, start, end)
