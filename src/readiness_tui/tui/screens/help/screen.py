"""Every key that works here and now, and the words the app uses."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from readiness_tui.tui.text import fit
from readiness_tui.tui.widgets.pane import Pane

WORDS = """\
● met   ◐ partial, or only claimed   ○ missing   · undecided   ! conflict   – not applicable
A claim without evidence counts at most 1. A proof (P) is computed from what you imported.
NO-GO, GO WITH CONDITIONS, GO: the worst of gate, checklists and incidents, never an average.
A gap lives on across reviews until it is verified. A waiver accepts a risk and never raises a score."""


class HelpScreen(ModalScreen[None]):
    """Lists the active bindings of the screen it was called from."""

    BINDINGS = [
        Binding(
            "escape,q,question_mark,f1", "dismiss", "Close", id="help.close", key_display="Esc", tooltip="Close help"
        )
    ]

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__(classes="dialog")
        seen: dict[str, tuple[str, str, bool]] = {}
        for active in about.active_bindings.values():
            binding = active.binding
            if binding.id and active.enabled:
                of_app = binding.id.startswith("app.")
                seen.setdefault(
                    binding.id, (about.app.get_key_display(binding), binding.tooltip or binding.description, of_app)
                )
        self._here = [entry for entry in seen.values() if not entry[2]]
        self._everywhere = [entry for entry in seen.values() if entry[2]]

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Keys", id="dialog-title")
            with Pane(id="dialog-fields"):
                yield Static("On this screen", classes="heading")
                yield Static(self._table(self._here))
                yield Static("\nEverywhere", classes="heading")
                yield Static(self._table(self._everywhere))
                yield Static("\nWords", classes="heading")
                yield Static(Content(WORDS))

    @staticmethod
    def _table(entries: list[tuple[str, str, bool]]) -> Content:
        rows = [Content.assemble((fit(key, 9), "bold $text-accent"), what) for key, what, _ in entries]
        return Content("\n").join(rows)

    async def action_dismiss(self, result: None = None) -> None:
        self.dismiss(result)
