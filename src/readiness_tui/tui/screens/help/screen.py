"""Every key that works here and now, and the words the app uses."""

from __future__ import annotations

import re
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from readiness_tui.tui.text import fit, line
from readiness_tui.tui.texts.named_keys import with_keys
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.letters import moves
from readiness_tui.tui.widgets.pane import Pane

WORDS = """\
● met   ◐ partial, or only claimed   ○ missing   · undecided   ! conflict   – not applicable
A claim without evidence counts at most 1. A proof (P) is computed from what you imported.
NO-GO, GO WITH CONDITIONS, GO: the worst of gate, checklists and incidents, never an average.
A gap lives on across reviews until it is verified. A waiver accepts a risk and never raises a score."""


GIVE_WAY = (
    "j, k, g and G move too, where the room has no act of its own on the letter; the arrows, Home and End always do."
)


class HelpScreen(ClosesItself, ModalScreen[None]):
    """Lists the active bindings of the screen it was called from."""

    BINDINGS = [
        Binding(
            "escape,q,question_mark,f1", "dismiss", "Leave", id="help.close", key_display="Esc", tooltip="Close help"
        ),
        Binding("w", "words", "Words", id="help.words", tooltip="What each word and sign means"),
    ]

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__(classes="dialog")
        seen: dict[str, tuple[str, str]] = {}
        for active in about.active_bindings.values():
            binding = active.binding
            if binding.id and active.enabled:
                key, does = about.app.get_key_display(binding), binding.tooltip or binding.description
                before = seen.get(binding.id)
                if before is None:
                    seen[binding.id] = key, does
                elif key not in before[0].split(" ") and not binding.key_display:
                    seen[binding.id] = f"{before[0]} {key}", does
        everywhere = ("app.", "room.")
        self._here = [entry for id, entry in seen.items() if not moves(id) and not id.startswith(everywhere)]
        self._moving = [entry for id, entry in seen.items() if moves(id)]
        if not self._here:  # somebody types: what the line does with keys is all there is
            self._here, self._moving = self._moving, []
        self._everywhere = [entry for id, entry in seen.items() if id.startswith(everywhere)]
        self._legend: str = getattr(about, "LEGEND", "")

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Keys", id="dialog-title")
            with Pane(id="dialog-fields"):
                yield Static("On this screen", classes="heading")
                yield Static(self._table(self._here))
                if self._legend:
                    yield Static("\nLetters and signs", classes="heading")
                    yield Static(Content(_kept_together(self._legend)))
                yield Static("\nEverywhere", classes="heading")
                yield Static(self._table(self._everywhere))
                if self._moving:
                    yield Static("\nMoving in a list or a text", classes="heading")
                    yield Static(self._table(self._moving))
                    yield Static(Content(GIVE_WAY))
                yield Static("\nWords", classes="heading")
                yield Static(Content(_kept_together(WORDS)))
            yield Static(id="help-keys", classes="muted")

    def on_mount(self) -> None:
        said = with_keys(
            "{help.words} what every word means · {app.explain} explains what is focused · {help.close} leaves", self
        )
        self.query_one("#help-keys", Static).update(line(said))

    def action_words(self) -> None:
        from readiness_tui.tui.dialogs.glossary import GlossaryDialog

        self.app.push_screen(GlossaryDialog())

    @staticmethod
    def _table(entries: list[tuple[str, str]]) -> Content:
        rows = [Content.assemble((f"{fit(key, 9)} ", "bold $text-accent"), what) for key, what in entries]
        return Content("\n").join(rows)

    async def action_dismiss(self, result: None = None) -> None:
        self.dismiss(result)


def _kept_together(legend: str) -> str:
    """A sign stays on the line of its meaning."""
    return re.sub(r"(^|   )(\S) ", "\\1\\2\u00a0", legend, flags=re.MULTILINE)
