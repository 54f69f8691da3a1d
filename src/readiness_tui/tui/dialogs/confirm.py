"""What will be done, said in sentences before it is: with the focus on No where it cannot be taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from readiness_tui.tui.text import line, safe
from readiness_tui.tui.widgets.closing import ClosesItself


class ConfirmDialog(ClosesItself, ModalScreen[bool]):
    """Dismisses with True once `act` was asked for and did not refuse; Enter alone leaves everything as it is."""

    DEFAULT_CSS = """
    ConfirmDialog #confirm-text { height: auto; max-height: 60vh; }
    ConfirmDialog .confirm-line { height: auto; margin-bottom: 1; }
    """
    BINDINGS = [
        Binding("escape,n", "leave", "No", id="confirm.no", key_display="Esc", tooltip="Leave everything as it is"),
        Binding("y", "go", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("left,up", "app.focus_previous", "Other button", id="confirm.left", show=False, tooltip="The other button"),
        Binding("right,down", "app.focus_next", "Other button", id="confirm.right", show=False, tooltip="The other button"),
    ]  # fmt: skip

    def __init__(
        self,
        title: str,
        sentences: Sequence[str],
        act: Callable[[], Awaitable[str | None]],
        *,
        yes: str,
        at_yes: bool = False,
    ) -> None:
        """`at_yes`: Enter does it, because it is what was asked for and can be taken back."""
        super().__init__(classes="dialog")
        self._title, self._sentences, self._act = title, tuple(sentences), act
        self._yes, self._first = yes, "#yes" if at_yes else "#no"

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(self._title, "bold"), id="dialog-title")
            with VerticalScroll(id="confirm-text", can_focus=False):
                for sentence in self._sentences:
                    yield Static(safe(sentence), classes="confirm-line")
            yield Static("", id="dialog-refusal")
            with Horizontal(id="dialog-buttons"):
                yield Button("No (n)", id="no", compact=True)
                yield Button(line(f"{self._yes} (y)"), variant="primary", id="yes", compact=True)

    def on_mount(self) -> None:
        self.query_one(self._first).focus()

    @on(Button.Pressed, "#yes")
    async def _yes_pressed(self) -> None:
        await self.action_go()

    @on(Button.Pressed, "#no")
    def _no_pressed(self) -> None:
        self.action_leave()

    async def action_go(self) -> None:
        refusal = await self._act()
        if refusal is None:
            self.dismiss(True)
        else:
            self.query_one("#dialog-refusal", Static).update(safe(refusal))

    def action_leave(self) -> None:
        self.dismiss(False)
