"""Import from inside the app: a path, progress that can be cancelled, and what it brought.

For a file that no source knows, a mapping may be proposed: `MappingDialog` edits it, tries it, and imports with it.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, ProgressBar, Static

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.pace import Pace
from readiness_tui.services.core.locate import NOT_FROM_A_BROWSER, from_browser, typed
from readiness_tui.services.gate.versions import give_reason
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.mapping import NO_UNIT, ProposedMapping, mapping_for
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.tui.autosave import Autosave, Typed
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.form_draft import FormDraft, written
from readiness_tui.tui.host import host
from readiness_tui.tui.screens.importing.mapping_dialog import MappingDialog
from readiness_tui.tui.text import join, line, safe
from readiness_tui.tui.texts.named_keys import key_of, with_keys
from readiness_tui.tui.widgets.closing import ClosesItself

ROLES = ("", "candidate", "baseline")
_KEYS = "Enter imports · {import.mapping} its columns · {app.explain} explains · {import.leave} leaves"
STORING = "Read. It is being stored, and what follows from it judged …"


class ImportScreen(ClosesItself, ModalScreen[None]):
    """Asks for a file or folder, imports it in a thread of its own, and says what came of it."""

    guide = "Import"  # for F1
    CSS_PATH = "screen.tcss"
    BINDINGS = [
        Binding("escape", "leave", "Leave", id="import.leave", tooltip="Cancel a running import, else leave"),
        Binding("f2", "mapping", "Mapping", id="import.mapping", tooltip="Say what the file's columns mean"),
        Binding("ctrl+r", "role", "Take as …", id="import.role", tooltip="Take its runs as candidate or baseline"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="dialog")
        self._cancel = threading.Event()
        self._importing = False
        self._role = 0
        self._path = Path()
        self._offered = ProposedMapping()
        self._pace = Pace()
        self._draft: FormDraft | None = None
        self._autosave = Autosave(self, self._keep, lambda sentence: host(self).complain(sentence), self._unsaved)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Import", id="dialog-title")
            yield Static(
                "Eval runs, traces, an eval set, a metrics mapping or a gate: recognised by content.", classes="muted"
            )
            yield Input(placeholder="path to a file or folder, then Enter", id="path")
            yield Static(id="role")
            yield ProgressBar(id="progress", show_eta=False, show_percentage=False)  # the pace says it
            yield Static(id="pace", classes="muted")
            with VerticalScroll(id="results"):
                yield Static(id="result")
            yield Static(id="dialog-keys")

    async def on_mount(self) -> None:
        self._show_progress(False)
        self._show_role()
        self.query_one("#dialog-keys", Static).update(line(with_keys(_KEYS, self)))
        if from_browser():
            self.query_one("#path", Input).disabled = True
            self.query_one("#result", Static).update(safe(NOT_FROM_A_BROWSER, "$text-warning"))
            return
        self._draft = FormDraft(host(self), "Import", "", ("path",))
        kept, field = await self._draft.read(), self.query_one("#path", Input)
        if kept is not None and not field.value and kept.typed.get("path"):
            field.value = kept.typed["path"]
            self.query_one("#result", Static).update(Content.styled("the path you typed before", "$text-warning"))

    async def on_unmount(self) -> None:
        await self._autosave.flush()

    def _unsaved(self) -> Typed | None:
        path = self.query_one("#path", Input).value.strip()
        return Typed("Import", written({"path": path}, {})) if path and self._draft is not None else None

    def _keep(self, text: str) -> None:
        if self._draft is not None:
            self._draft.keep(text)

    @on(Input.Changed, "#path")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._autosave.changed(written({"path": event.value.strip()}, {}))

    def _show_progress(self, shown: bool) -> None:
        self.query_one("#progress").display = shown
        self.query_one("#pace").display = shown
        self.query_one("#pace", Static).update("")

    def _show_role(self) -> None:
        role = ROLES[self._role] or "just import"
        self.query_one("#role", Static).update(
            Content.assemble(
                "Its runs: ", (role, "bold"), (f"   {key_of(self, 'import.role')} changes", "$foreground-muted")
            )
        )

    def action_role(self) -> None:
        self._role = (self._role + 1) % len(ROLES)
        self._show_role()

    @on(Input.Submitted, "#path")
    def _start(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._importing and event.value.strip():
            try:
                self._begin(typed(event.value))
            except ReadinessError as refusal:
                self.query_one("#result", Static).update(safe(str(refusal), "$text-error"))

    def _begin(self, path: Path, mapping: Path | None = None) -> None:
        self._path, self._offered = path, ProposedMapping()
        self._importing = True
        self._cancel.clear()
        self._pace = Pace("MB")
        self._show_progress(True)
        self.query_one("#result", Static).update("")
        self._import(path, ROLES[self._role] or None, mapping)

    @work(thread=True, group="import")
    def _import(self, path: Path, role: str | None, mapping: Path | None) -> None:
        # A thread of its own, so that saves on the store thread go on between its batches.
        desk = host(self).desk
        assert desk is not None

        def progress(done: int, total: int) -> bool:
            self.app.call_from_thread(self._progressed, done, total)
            return not self._cancel.is_set()

        try:
            results: list[ImportedFile] | str = import_path(desk, path, role=role, mapping=mapping, progress=progress)
        except ReadinessError as refusal:
            results = str(refusal)
        if mapping is None and _asks(results):
            self._offered = mapping_for(path, refused=isinstance(results, str))
        self.app.call_from_thread(self._finish, results, mapping)

    def _progressed(self, done: int, total: int) -> None:
        self.query_one("#progress", ProgressBar).update(total=total, progress=done)
        self.query_one("#pace", Static).update(self._pace.words(done, total, time.monotonic()) or STORING)

    def _finish(self, results: list[ImportedFile] | str, mapping: Path | None) -> None:
        self.call_later(self._finished, results, mapping)

    async def _finished(self, results: list[ImportedFile] | str, mapping: Path | None) -> None:
        self._importing = False
        self.query_one("#path").focus()  # the next path is typed there, also after the mapping's editor was left
        self._show_progress(False)
        shown = self.query_one("#result", Static)
        if isinstance(results, str):
            shown.update(Content("\n").join([*self._offer(), safe(results, "$text-error")]))
            return
        await self._autosave.forget()
        if self._draft is not None:
            await self._draft.clear()
        await host(self).reload()
        lines: list[Content] = []
        for result in results:
            lines.append(safe(result.summary))
            lines += [join("  ", line(changed)) for changed in result.changes]
            lines += [safe(f"  {warning}", "$text-warning") for warning in result.warnings[:6]]
            lines += [line(f"  line {reject.line}: {reject.reason}", "$text-warning") for reject in result.rejected[:6]]
            if len(result.rejected) > 6:
                lines.append(line(f"  … and {len(result.rejected) - 6:,} more rejected lines, kept with the import"))
        lines += self._offer()
        if mapping is not None:
            lines.append(
                safe(f"The mapping is kept as {mapping.name} beside the file; an import of the folder takes it along.")
            )
        view = host(self).view
        if view is not None and view.acceptable:
            lines.append(
                safe(
                    f"Proofs propose a score for {plural(len(view.acceptable), 'item')}: press a on the Overview.",
                    "bold",
                )
            )
        shown.update(Content("\n").join(lines))
        changed = next((result for result in results if result.asks_reason), None)
        if changed is not None:
            self._ask_reason(changed.changes)

    def _offer(self) -> list[Content]:
        """What to do where a mapping may say more than was understood."""
        if self._offered.text:
            return [safe("f2 shows a mapping for it: say what its columns mean, try it, and import.", "bold")]
        return [safe(self._offered.why_not, "$text-muted")] if self._offered.why_not else []

    def action_mapping(self) -> None:
        if self._offered.text and not self._importing:
            self.app.push_screen(MappingDialog(self._path, self._offered.text), self._mapped)

    def _mapped(self, mapping: Path | None) -> None:
        if mapping is not None:
            self._begin(self._path, mapping)

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


def _asks(results: list[ImportedFile] | str) -> bool:
    """Whether a mapping may help: the file was refused, or something in it was not taken because its unit is not said."""
    return isinstance(results, str) or any(NO_UNIT in said for one in results for said in one.warnings)
