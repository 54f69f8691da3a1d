"""A long text to read: a title and text that scrolls."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.tui.text import line
from readiness_tui.tui.widgets.pane import Pane


class ReadingDialog(ModalScreen[None]):
    BINDINGS = [Binding("escape,q,enter", "close", "Leave", id="reading.close", key_display="Esc", tooltip="Close")]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__(classes="dialog wide")
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(self._title, "bold"), id="dialog-title")
            with Pane(id="dialog-fields"):
                yield Static(self._text)

    def on_mount(self) -> None:
        self.query_one("#dialog-fields").focus()

    def action_close(self) -> None:
        self.dismiss(None)
