"""The line in which `/` finds: what is typed is looked for at once in the list below it."""

from __future__ import annotations

from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from readiness_tui.tui.text import line


class Found(Protocol):
    """The list in which is looked."""

    def find(self, typed: str) -> None:
        """Show only what has these words."""

    def found(self) -> None:
        """Go to the rows."""

    def show_all(self) -> None:
        """Show all rows again."""


class FindInput(Input):
    BINDINGS = [
        Binding("escape", "all", "All", id="find.all", key_display="Esc", tooltip="Show all rows again"),
        Binding("enter", "submit", "To the rows", id="find.rows", show=False, tooltip="Go to the rows that were found"),
        Binding("down,tab", "submit", "To the rows", id="find.down", show=False, tooltip="Go to the rows that were found"),
    ]  # fmt: skip

    def action_all(self) -> None:
        for above in self.ancestors:
            if isinstance(above, FindLine):
                above.listed.show_all()


class FindLine(Horizontal):
    """Belongs to one list, which mounts it when something is first looked for."""

    DEFAULT_CSS = """
    FindLine { height: 1; width: 1fr; }
    FindLine > FindInput, #dialog FindLine > FindInput { width: 1fr; height: 1; border: none; padding: 0 1; background: $boost; }
    FindLine > FindInput:focus { background: $primary 30%; }
    FindLine > Static { width: auto; height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, listed: Found) -> None:
        super().__init__()
        self.listed = listed
        # Its list speaks through it as soon as there is one: its parts are there before they are on the screen.
        self._field = FindInput(placeholder="words to find", compact=True, select_on_focus=False)
        self._said = Static()

    def compose(self) -> ComposeResult:
        yield self._field
        yield self._said

    def open(self) -> None:
        self.display = True
        self._field.focus()

    def close(self) -> None:
        with self._field.prevent(Input.Changed):
            self._field.value = ""
        self.display = False

    def say(self, sentence: str) -> None:
        self._said.update(line(sentence))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.listed.find(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.listed.found()
