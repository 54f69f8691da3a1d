"""How latency and cost of the listed records are spread, one above the other, with the gate's limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.domain.filters.histogram import Bars
from readiness_tui.tui.help_key import HELP
from readiness_tui.tui.text import line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.pane import Pane
from readiness_tui.tui.widgets.spread import Threshold, spread

_FIGURES = (("latency", "Latency, ms", "ms"), ("cost", "Cost, US dollars", "usd"))
_AROUND = 4  # lines that are no drawing


class SpreadDialog(ClosesItself, ModalScreen[None]):
    guide = "How they are spread"  # for F1
    DEFAULT_CSS = """
    SpreadDialog { background: $background; }
    SpreadDialog #spread { padding: 0 1; }
    SpreadDialog Static { height: auto; }
    """
    BINDINGS = [
        Binding("escape,q,enter,h", "leave", "Leave", id="spread.leave", key_display="Esc", tooltip="Back to the list"),
        *HELP,
    ]

    def __init__(self, title: str, bars: Mapping[str, Bars], limits: Mapping[str, Sequence[Threshold]]) -> None:
        super().__init__()
        self._title = title
        self._bars = bars
        self._limits = limits

    def compose(self) -> ComposeResult:
        with Pane(id="spread"):
            yield Static(line(self._title, "bold $text-accent"))
            yield Static(id="drawn")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.app.size.width - 4, max((self.app.size.height - _AROUND) // 2, 6)
        drawn = [
            spread(title, self._bars.get(key), unit, self._limits.get(key, ()), width, height)
            for key, title, unit in _FIGURES
        ]
        self.query_one("#drawn", Static).update(Content("\n\n").join(drawn))

    def action_leave(self) -> None:
        self.dismiss(None)
