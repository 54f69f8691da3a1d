"""Import from inside the app: a path, progress that can be cancelled, and what it brought."""

from __future__ import annotations

import threading
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, ProgressBar, Static

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.gate.versions import give_reason
from readiness_tui.services.importing.imports import ImportedFile, import_path
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.host import host
from readiness_tui.tui.text import join, line, safe

ROLES = ("", "candidate", "baseline")


class ImportScreen(ModalScreen[None]):
    """Asks for a file or folder, imports it in a thread of its own, and says what came of it."""

    CSS_PATH = "screen.tcss"
    BINDINGS = [
        Binding("escape", "leave", "Close or cancel", id="import.leave", tooltip="Cancel a running import, else close"),
        Binding("ctrl+r", "role", "Take as …", id="import.role", tooltip="Take its runs as candidate or baseline"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="dialog")
        self._cancel = threading.Event()
        self._importing = False
        self._role = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Import", id="dialog-title")
            yield Static(
                "Eval runs, traces, an eval set, a metrics mapping or a gate: recognised by content.", classes="muted"
            )
            yield Input(placeholder="path to a file or folder, then Enter", id="path")
            yield Static(id="role")
            yield ProgressBar(id="progress", show_eta=False)
            with VerticalScroll(id="results"):
                yield Static(id="result")

    def on_mount(self) -> None:
        self.query_one("#progress").display = False
        self._show_role()

    def _show_role(self) -> None:
        role = ROLES[self._role] or "just import"
        self.query_one("#role", Static).update(
            Content.assemble("Its runs: ", (role, "bold"), ("   ctrl+r changes", "$foreground-muted"))
        )

    def action_role(self) -> None:
        self._role = (self._role + 1) % len(ROLES)
        self._show_role()

    @on(Input.Submitted, "#path")
    def _start(self, event: Input.Submitted) -> None:
        event.stop()
        if self._importing or not event.value.strip():
            return
        self._importing = True
        self._cancel.clear()
        self.query_one("#progress").display = True
        self.query_one("#result", Static).update("")
        self._import(Path(event.value.strip()).expanduser(), ROLES[self._role] or None)

    @work(thread=True, group="import")
    def _import(self, path: Path, role: str | None) -> None:
        # A thread of its own, so that saves on the store thread go on between its batches.
        desk = host(self).desk
        assert desk is not None

        def progress(done: int, total: int) -> bool:
            self.app.call_from_thread(self._progressed, done, total)
            return not self._cancel.is_set()

        try:
            results: list[ImportedFile] | str = import_path(desk, path, role=role, progress=progress)
        except ReadinessError as refusal:
            results = str(refusal)
        self.app.call_from_thread(self._finish, results)

    def _progressed(self, done: int, total: int) -> None:
        self.query_one("#progress", ProgressBar).update(total=total, progress=done)

    def _finish(self, results: list[ImportedFile] | str) -> None:
        self.call_later(self._finished, results)

    async def _finished(self, results: list[ImportedFile] | str) -> None:
        self._importing = False
        self.query_one("#progress").display = False
        shown = self.query_one("#result", Static)
        if isinstance(results, str):
            shown.update(safe(results, "$text-error"))
            return
        await host(self).reload()
        lines: list[Content] = []
        for result in results:
            lines.append(safe(result.summary))
            lines += [join("  ", line(changed)) for changed in result.changes]
            lines += [safe(f"  {warning}", "$text-warning") for warning in result.warnings[:6]]
            lines += [line(f"  line {reject.line}: {reject.reason}", "$text-warning") for reject in result.rejected[:6]]
            if len(result.rejected) > 6:
                lines.append(line(f"  … and {len(result.rejected) - 6:,} more rejected lines, kept with the import"))
        view = host(self).view
        if view is not None and view.acceptable:
            lines.append(
                safe(f"Proofs propose a score for {len(view.acceptable)} items: press a on the Overview.", "bold")
            )
        shown.update(Content("\n").join(lines))
        changed = next((result for result in results if result.asks_reason), None)
        if changed is not None:
            self._ask_reason(changed.changes)

    def _ask_reason(self, changes: list[str]) -> None:
        """A new version of a gate: whoever reads the verdict will want to know why."""
        self.app.push_screen(
            FormDialog(
                "Why does the gate change?",
                [Field("reason", "Reason", hint="kept with the gate, and printed in the scorecard; Esc: none")],
                self._keep_reason,
                intro="\n".join(changes),
            )
        )

    async def _keep_reason(self, values: Values) -> str | None:
        desk = host(self).desk
        assert desk is not None
        return await host(self).attempt(give_reason, desk, values["reason"])

    def action_leave(self) -> None:
        if self._importing:
            self._cancel.set()
        else:
            self.dismiss(None)
