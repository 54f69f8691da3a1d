"""Two people wrote one section at once: both texts with their difference, and which of them becomes the section."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from readiness_tui.domain.compare.word_diff import word_diff
from readiness_tui.domain.incidents.model import Incident, Rival
from readiness_tui.tui.diff_text import words
from readiness_tui.tui.screens.incidents.incident_text import clock
from readiness_tui.tui.text import line, safe
from readiness_tui.tui.widgets.pane import Pane

_SHOWN = 20_000  # characters of one text


class TwoTextsDialog(ModalScreen[str | None]):
    """Dismisses with the text that was chosen ("" is a choice too), None where nobody chose."""

    BINDINGS = [
        Binding("1", "choose('stored')", "Keep the first", id="texts.first", tooltip="Keep the text that is stored"),
        Binding("2", "choose('other')", "Take the second", id="texts.second", tooltip="Put the other text in its place"),
        Binding("3", "choose('both')", "Both", id="texts.both", tooltip="Keep both, one below the other, to be edited"),
        Binding("escape,q", "leave", "Later", id="texts.leave", key_display="Esc", tooltip="Decide later; both are kept"),
    ]  # fmt: skip

    def __init__(self, incident: Incident, rival: Rival) -> None:
        super().__init__(classes="dialog wide")
        self._incident = incident
        self._rival = rival

    @property
    def _stored(self) -> str:
        return self._incident.fields.get(self._rival.section, "")

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            section = self._rival.section.replace("_", " ")
            yield Static(line(f"{self._incident.name}: two texts of {section}", "bold"), id="dialog-title")
            with Pane(id="dialog-fields"):
                yield Static(comparison(self._incident, self._rival))
            yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#dialog-fields").focus()

    def action_choose(self, which: str) -> None:
        stored, other = self._stored, self._rival.text
        both = "\n\n".join(text for text in (stored, other) if text)
        self.dismiss({"stored": stored, "other": other, "both": both}[which])

    def action_leave(self) -> None:
        self.dismiss(None)


def comparison(incident: Incident, rival: Rival) -> Content:
    """Both texts with who wrote them, and what differs, marked so that nobody needs colours to see it."""
    stored = incident.fields.get(rival.section, "")
    written = incident.written.get(rival.section)
    first = f"1 stored, by {written.by} at {clock(written.at)}" if written else "1 stored"
    rows = [
        line(first, "bold"),
        safe(stored or "(empty)", limit=_SHOWN),
        Content(""),
        line(f"2 by {rival.by} at {clock(rival.at)}", "bold"),
        safe(rival.text or "(the section taken out)", limit=_SHOWN),
        Content(""),
    ]
    rows += [Content.styled("[-only in 1-] {+only in 2+}", "bold"), words(word_diff(stored, rival.text))]
    return Content("\n").join(rows)
