"""The mapping that is proposed for a file of no known format: edited, tried on its first rows, and used."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static, TextArea

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import visible
from readiness_tui.services.importing.mapping import Trial, keep_mapping, try_mapping
from readiness_tui.tui.host import host
from readiness_tui.tui.text import line, safe
from readiness_tui.tui.widgets.closing import ClosesItself

_SHOWN = 4  # rejected rows


class MappingDialog(ClosesItself, ModalScreen[Path | None]):
    """Dismisses with the mapping's file once it holds, None where it is left."""

    CSS_PATH = "mapping_dialog.tcss"
    BINDINGS = [
        Binding("escape", "leave", "Leave", id="mapping.leave", tooltip="Leave without importing"),
        Binding("f2", "try", "Try", id="mapping.try", tooltip="Try the mapping on the file's first rows"),
        Binding("ctrl+s", "use", "Import", id="mapping.import", tooltip="Keep the mapping beside the file, and import"),
    ]

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(classes="dialog")
        self._path = path
        self._text = text
        self._leaving: str | None = None  # the text as it was when leaving was asked for

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("A mapping for this file", id="dialog-title")
            yield Static(line(str(self._path), "$text-muted"), id="mapping-path")
            yield TextArea(visible(self._text), id="mapping-text", show_line_numbers=True)
            with VerticalScroll(id="mapping-said", can_focus=False):
                yield Static(id="mapping-trial")
            with Horizontal(id="dialog-buttons"):
                yield Button("Try  f2", id="mapping-try", compact=True)
                yield Button("Import  ctrl+s", id="mapping-import", variant="primary", compact=True)
                yield Button("Leave  esc", id="mapping-leave", compact=True)

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()
        self.action_try()

    @on(Button.Pressed, "#mapping-try")
    def action_try(self) -> None:
        self._try(self.query_one(TextArea).text, use=False)

    @on(Button.Pressed, "#mapping-import")
    def action_use(self) -> None:
        self._try(self.query_one(TextArea).text, use=True)

    @on(Button.Pressed, "#mapping-leave")
    def action_leave(self) -> None:
        text = self.query_one(TextArea).text
        if text in (visible(self._text), self._leaving):
            self.dismiss(None)
            return
        self._leaving = text
        asked = "What you wrote is not kept yet. Esc again throws it away; ctrl+s keeps it and imports."
        self.query_one("#mapping-trial", Static).update(safe(asked, "$text-warning"))

    @work(group="mapping", exclusive=True)
    async def _try(self, text: str, *, use: bool) -> None:
        trial = await host(self).search(try_mapping, self._path, text)
        if trial is None or not self.is_attached:
            return
        self._show(trial)
        if not use or not trial.complete:
            return
        try:
            kept = await host(self).serve(keep_mapping, self._path, text)
        except ReadinessError as refusal:
            self.query_one("#mapping-trial", Static).update(safe(str(refusal), "$text-error"))
            return
        self.dismiss(kept)

    def _show(self, trial: Trial) -> None:
        if trial.refused:
            said = [safe(trial.refused, "$text-error")]
        else:
            tone = "$text-success" if trial.complete else "$text-warning"
            said = [line(f"It {trial.summary}.", tone)]
            said += [line(f"  line {one.line}: {one.reason}", "$text-warning") for one in trial.rejects[:_SHOWN]]
            said += [safe(question, "$text-error") for question in trial.questions]
        self.query_one("#mapping-trial", Static).update(Content("\n").join(said))
