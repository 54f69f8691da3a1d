"""One case, candidate against baseline: make it a gap, give it a human label."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.services import runs
from readiness_tui.services.runs import CaseView
from readiness_tui.tui.host import host
from readiness_tui.tui.screens.evals import case_text, pair_text
from readiness_tui.tui.screens.evals.page import WIDE, CaseLine
from readiness_tui.tui.text import line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.pane import Pane


class CaseDialog(ClosesItself, ModalScreen[str]):
    """Shows the case at `place` of `lines`; dismisses with the key of the case shown last.

    `gap` and `label` ask what it takes to make a case a gap, and to give it a label.
    """

    guide = "One case"  # for F1
    BINDINGS = [
        Binding("escape,q,enter", "close", "Leave", id="case.close", key_display="Esc", tooltip="Back to the list"),
        Binding("g", "gap", "Gap", id="case.gap", tooltip="Make this case a gap with an owner and a date"),
        Binding("r", "label", "Label", id="case.label", tooltip="Give a human label: pass, fail or unsure"),
        Binding("space", "step(1)", "Next", id="case.next", tooltip="The next case of the list"),
        Binding("backspace", "step(-1)", "Before", id="case.previous", show=False, tooltip="The case before"),
    ]

    def __init__(
        self,
        lines: Sequence[CaseLine],
        place: int,
        *,
        gap: Callable[[CaseLine], None],
        label: Callable[[CaseLine], None],
    ) -> None:
        super().__init__(classes="dialog")
        self._gap = gap
        self._label = label
        self._lines = lines
        self._place = place

    @property
    def case(self) -> CaseLine:
        return self._lines[self._place]

    def compose(self) -> ComposeResult:
        with Vertical(id="case"):
            yield Static(id="case-title")
            with Pane(id="case-body"):
                yield Static(id="case-question")
                with Horizontal(id="case-sides"):
                    yield Static(id="case-side-0", classes="case-side")
                    yield Static(id="case-side-1", classes="case-side")
                yield Static(id="case-figures")
                yield Static(id="case-more")
            yield KeyFooter()

    async def on_screen_resume(self) -> None:
        await self.fill()

    async def fill(self) -> None:
        """Read the case again: a label may have been given since."""
        app = host(self)
        view, desk = app.view, app.desk
        if view is None or desk is None:
            return
        shown = self.case
        found = await app.search(runs.case_view, desk, shown.key, view.measured, shown.run_id)
        if found is None or shown is not self.case:
            return
        place = f" · {self._place + 1} of {len(self._lines)}" if len(self._lines) > 1 else ""
        gap = view.gaps.get(f"case/{found.sides[0].repeats[0].id}")
        marked = f" · gap of {gap.owner or 'nobody'}" if gap is not None and gap.state.live else ""
        self.query_one("#case-title", Static).update(line(f"Case {found.key}{place}{marked}", "bold"))
        self.query_one("#case-question", Static).update(case_text.question(found))
        self._show(found)
        self.query_one("#case-body").scroll_home(animate=False)
        self.query_one("#case-body").focus()

    def _show(self, found: CaseView) -> None:
        pair, figures = found.pair, Content("")
        if pair is None:
            texts = [case_text.side(side, found.gold) for side in found.sides]
            shown, more = texts[:1], texts[1:]
        else:
            figures = pair_text.table(found, pair)
            first, *others = pair.answers
            both = pair_text.beside(first) if self.app.size.width >= WIDE else None
            shown = [*both] if both else [pair_text.unified(first)]
            more = [*pair_text.retrieved(first.chunks), *pair_text.tools(first.calls)]
            more = [Content("\n").join(more), *(pair_text.repeat(i, one) for i, one in enumerate(others, 2))]
            more += [case_text.side(side, found.gold) for side in found.sides[2:]]
        self.query_one("#case-figures", Static).update(figures)
        self.query_one("#case-figures").display = pair is not None
        for number in range(2):
            widget = self.query_one(f"#case-side-{number}", Static)
            widget.display = number < len(shown)
            widget.update(shown[number] if widget.display else "")
        self.query_one("#case-more", Static).update(Content("\n\n").join(more))

    def action_close(self) -> None:
        self.dismiss(self.case.key)

    async def action_step(self, by: int) -> None:
        self._place = (self._place + by) % len(self._lines)
        await self.fill()

    def action_gap(self) -> None:
        self._gap(self.case)

    def action_label(self) -> None:
        self._label(self.case)
