"""A long text to read: a title and text that scrolls, laid out for the width that there is."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.tui.text import line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pane import Pane


class ReadingDialog(ClosesItself, ModalScreen[None]):
    BINDINGS = [Binding("escape,q,enter", "close", "Leave", id="reading.close", key_display="Esc", tooltip="Close")]

    def __init__(self, title: str, text: Content | Callable[[int], Content]) -> None:
        """`text`: as it is, or what makes it for a number of columns."""
        super().__init__(classes="dialog wide")
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(self._title, "bold"), id="dialog-title")
            with Pane(id="dialog-fields"):
                yield Static(id="dialog-text")

    def on_mount(self) -> None:
        self.query_one("#dialog-fields").focus()
        self.call_after_refresh(self._lay_out)

    def on_resize(self) -> None:
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        width = self.query_one("#dialog-text").size.width
        made = self._text if isinstance(self._text, Content) else self._text(max(width, 20))
        self.query_one("#dialog-text", Static).update(made)

    def action_close(self) -> None:
        self.dismiss(None)
