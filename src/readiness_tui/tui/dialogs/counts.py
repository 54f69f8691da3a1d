"""How many of the listed records have each value of each field; Enter narrows the list to one."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.filters.survey import Facet
from readiness_tui.tui.text import column, join, line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pick_list import PickList

SHOWN = 8  # values of a field
_BAR = 12
Chosen = tuple[str, str | None]  # a field and its value; None: none is recorded


class CountsDialog(ClosesItself, ModalScreen[Chosen | None]):
    """Dismisses with the value to narrow to. `titles`: what each field is called, in the order of the dialog."""

    DEFAULT_CSS = """
    CountsDialog #dialog { width: 76; }
    CountsDialog #counts { height: auto; max-height: 70vh; border: none; background: $surface; padding: 0; }
    """
    BINDINGS = [
        Binding("escape,q,f", "leave", "Leave", id="counts.leave", key_display="Esc", tooltip="Back to the list"),
    ]

    def __init__(self, title: str, facets: tuple[Facet, ...], total: int, titles: Mapping[str, str]) -> None:
        super().__init__(classes="dialog")
        self._title = title
        self._facets = {facet.key: facet for facet in facets}
        self._total = total
        self._titles = titles
        self._values: list[Chosen] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(line(self._title, "bold"), id="dialog-title")
            yield PickList(id="counts", noun="values", pointer=True)
            yield Static("Enter narrows the list to this value · Esc leaves", classes="muted")

    def on_mount(self) -> None:
        options: list[Option] = []
        for key, title in self._titles.items():
            options += self._options(key, title)
        listed = self.query_one(PickList)
        listed.refill(options, wanted="0")
        listed.focus()

    def _options(self, key: str, title: str) -> list[Option]:
        facet = self._facets.get(key, Facet(key, ()))
        options = [Option(Content.styled(title.upper(), "bold $text-accent"), disabled=True)]
        for value, count in facet.counts[:SHOWN]:
            options.append(Option(counted(value, count, self._total), id=str(len(self._values))))
            self._values.append((key, value))
        more = facet.others + max(len(facet.counts) - SHOWN, 0)
        if more:
            options.append(Option(Content.styled(f"  … and {more:,} more values", "$foreground-muted"), disabled=True))
        if not facet.counts:
            options.append(Option(Content.styled("  none recorded", "$foreground-muted"), disabled=True))
        return options

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.dismiss(self._values[int(event.option_id)])

    def action_leave(self) -> None:
        self.dismiss(None)


def counted(value: str | None, count: int, total: int) -> Content:
    """ "  timeout   ███░░░   12"."""
    filled = max(round(count / total * _BAR), 1) if total and count else 0
    name = (
        Content.styled(f"{'not recorded':<36}", "$foreground-muted")
        if value is None
        else column(value or "(empty)", 36)
    )
    return join(name, " ", "█" * min(filled, _BAR), " " * max(_BAR - filled, 0), f" {count:>9,}")
