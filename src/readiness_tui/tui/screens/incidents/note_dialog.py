"""The whole note of an incident, as it is exported."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.document import Document
from readiness_tui.tui.widgets.key_footer import KeyFooter


class NoteDialog(ClosesItself, ModalScreen[None]):
    """Reads `markdown` chapter by chapter over the whole screen."""

    guide = "Incident note"  # for F1
    CSS_PATH = "note_dialog.tcss"
    AUTO_FOCUS = "#chapters"
    BINDINGS = [
        Binding("space", "read_on", "Read on", id="note.read", tooltip="Scroll, then the next chapter"),
        Binding(
            "escape,q,enter", "leave", "Leave", id="note.leave", key_display="Esc", tooltip="Back to the incidents"
        ),
    ]

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self._markdown = markdown

    def compose(self) -> ComposeResult:
        with Vertical(id="note"):
            yield Document()
            yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(Document).show(self._markdown)

    def action_read_on(self) -> None:
        self.query_one(Document).read_on()

    def action_leave(self) -> None:
        self.dismiss(None)
