"""One of a few things to choose, with the arrows and Enter."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.tui.text import join, line, safe
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pick_list import PickList

#: (id, how it reads)
Choice = tuple[str, Content]


class PickDialog(ClosesItself, ModalScreen[str | None]):
    """Dismisses with the id of what was chosen, None where nobody chose. `at`: what is highlighted first; `now`: what holds now, and is marked."""

    DEFAULT_CSS = """
    PickDialog #choices { height: auto; max-height: 18; border: none; background: $surface; padding: 0; }
    """
    BINDINGS = [
        Binding("escape,q", "leave", "Leave", id="pick.leave", key_display="Esc", tooltip="Leave without choosing"),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], *, at: str | None = None, now: str | None = None, intro: str = ""
    ) -> None:
        super().__init__(classes="dialog")
        self._intro = intro
        self._title = title
        self._choices = tuple(choices)
        self._at = at
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(self._title, "bold"), id="dialog-title")
            if self._intro:
                yield Static(safe(self._intro), id="dialog-intro")
            yield PickList(id="choices", pointer=True)
            yield Static("Enter chooses · / finds · Esc leaves", classes="muted")

    def on_mount(self) -> None:
        listed = self.query_one(PickList)
        listed.refill(
            [
                Option(join(text, Content.styled("  ● now", "$text-accent")) if key == self._now else text, id=key)
                for key, text in self._choices
            ],
            wanted=self._at,
            empty=lambda: empty_text("choices", self),
        )
        listed.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        self.dismiss(None)
