"""Which of the file's reviews to work on: all systems with their reviews, narrowed by typing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.text.format import full_day
from readiness_tui.services.core.target import Heading
from readiness_tui.tui.text import column, join, line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pick_list import PickList


class ReviewDialog(ClosesItself, ModalScreen[int | None]):
    """Dismisses with the number of the review that was chosen, None where nobody chose. `at`: the present one; `leaves`: what Esc does."""

    DEFAULT_CSS = """
    ReviewDialog #reviews { height: auto; max-height: 16; border: none; background: $surface; padding: 0; }
    ReviewDialog #narrow { display: none; height: 1; border: none; padding: 0; }
    ReviewDialog #narrow.asked { display: block; }
    """
    BINDINGS = [
        Binding("slash", "narrow", "Find", id="reviews.find", tooltip="Show only reviews that contain what you type"),
        Binding("escape", "leave", "Leave", id="reviews.leave", key_display="Esc", tooltip="Leave without choosing"),
    ]

    def __init__(
        self,
        found: Sequence[Heading],
        *,
        at: int | None = None,
        title: str = "Work on which review?",
        leaves: str = "leaves",
    ) -> None:
        super().__init__(classes="dialog")
        self._leaves = leaves
        self._found = tuple(found)
        self._at = at
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(self._title, "bold"), id="dialog-title")
            yield Input(placeholder="system or release", id="narrow", compact=True)
            yield PickList(id="reviews", compact=True)
            yield Static(line(f"Enter chooses · / finds · Esc {self._leaves}"), classes="muted")

    def on_mount(self) -> None:
        self._fill("")
        self.query_one(PickList).focus()

    def _fill(self, typed: str) -> None:
        words = typed.casefold().split()
        rows: list[Option] = []
        system = None
        for one in self._found:
            if not all(word in f"{one.system} {one.release} {one.state}".casefold() for word in words):
                continue
            if one.system != system:
                rows.append(Option(line(one.system, "bold $text-accent"), disabled=True))
            system = one.system
            rows.append(Option(self._row(one), id=str(one.id)))
        shown = {row.id for row in rows}
        self.query_one(PickList).refill(
            rows,
            wanted=str(self._at) if not typed and str(self._at) in shown else None,
            empty=lambda: empty_text("reviews", self),
        )

    def _row(self, one: Heading) -> Content:
        mark = "▸ " if one.id == self._at else "  "
        return join(f"{mark}{one.id:>3}  ", column(one.release, 16), f" {full_day(one.held_on):<12} ", line(one.state))

    @on(Input.Changed, "#narrow")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill(event.value)

    @on(Input.Submitted, "#narrow")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if (current := self.query_one(PickList).current) is not None:
            self.dismiss(int(current))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.dismiss(int(event.option_id))

    def action_narrow(self) -> None:
        field = self.query_one("#narrow", Input)
        field.add_class("asked")
        self.call_after_refresh(field.focus)  # what is not shown yet takes no focus

    def action_leave(self) -> None:
        """Out of the search first, then out of the dialog."""
        field = self.query_one("#narrow", Input)
        if field.has_class("asked"):
            field.remove_class("asked")
            field.value = ""
            self.query_one(PickList).focus()
        else:
            self.dismiss(None)
