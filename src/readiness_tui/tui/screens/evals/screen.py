"""Gate, candidate against baseline, and the history of runs: one table each, and the cases behind its chosen row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from readiness_tui.services import explanation
from readiness_tui.services.core.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.evals.cases import CaseList
from readiness_tui.tui.screens.evals.compare import CompareTab
from readiness_tui.tui.screens.evals.gate import GateTab
from readiness_tui.tui.screens.evals.page import CaseLine, Detail
from readiness_tui.tui.screens.evals.plan import GatePlan
from readiness_tui.tui.screens.evals.runs import RunsTab
from readiness_tui.tui.screens.evals.table import LISTED, EvalsTab, EvalsTable, open_rows
from readiness_tui.tui.screens.evals.tabs import TABS, Rows, TabName, sides
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.still import BESIDE, WhenStill
from readiness_tui.tui.text import line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.steady import replace_text


class EvalsScreen(RoomScreen):
    ROOM = "evals"
    LEGEND = """\
● pass   ✗ fail   ◐ not decided by what there is   ○ missing   ! changed since the lock
≥ 0.771 in 95% bound: the true value is at least that, 95 times of 100   ≥~ the same, approximate
holds at 95 %: the bound meets the rule too   could be luck: the bound does not, more cases would tell
one case short: one more good answer would have passed   judge unchecked: nobody compared it with people
● better   ✗ worse   – not tested, or no change   C candidate   B baseline"""
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CaseList.BINDINGS,
        *GateTab.BINDINGS,
        *RunsTab.BINDINGS,
        *GatePlan.BINDINGS,
        *CompareTab.BINDINGS,
        Binding("right_square_bracket", "tab(1)", "Tab", id="evals.tab", key_display="[ ]", tooltip="Next tab: gate, compare, runs"),
        Binding("left_square_bracket", "tab(-1)", "Tab before", id="evals.tab_back", key_display="[", show=False, tooltip="The tab before"),
        Binding("v", "why", "Why", id="evals.why", show=False, tooltip="All sentences of this tab and of the row, in full"),
        Binding("space", "next", "Next", id="evals.next", show=False, tooltip="The next row that needs a person"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._table = EvalsTable(self)
        self._runs = RunsTab(self, self._table)
        self._cases = CaseList(self, lambda: self._runs.chosen)
        self._compare = CompareTab(self, self._table)
        self._gate = GateTab(self, self._table, self._compare)
        tabs = (self._gate, self._compare, self._runs)
        self._tabs: dict[str, EvalsTab] = {tab.NAME: tab for tab in tabs}
        self.own(self._cases, *tabs, GatePlan(self, self._table))
        self._about = Content("")
        self._wanted = ""  # a case or row that another screen asked to see
        self._beside = WhenStill(self, BESIDE)

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            with Horizontal(id="tabs"):
                for tab in TABS:
                    yield TabName(tab)
                yield Static(id="sides")
            yield Static(id="sentence")
            yield Static(id="nothing")
            yield Static(id="columns")
            yield Rows(id="rows", noun="rows")
            yield Static(id="about")
            yield Rows(id="cases", noun="cases")

    @property
    def _tab(self) -> EvalsTab:
        return self._tabs[self._table.tab]

    # -- showing ----------------------------------------------------------------------------------------------------

    async def show(self, view: ReviewView) -> None:
        await self._tab.prepare(view)
        for name in self.query(TabName):
            name.show(name.tab == self._table.tab)
        self.query_one("#sides", Static).update(line(sides(view, self._table.width - 22), "$foreground-muted"))
        self._fill(view)
        self._open_wanted()
        if self._tab.stale(view):
            self._load(view)

    @work(group="load")
    async def _load(self, view: ReviewView) -> None:
        tab = self._tab
        await tab.load(view)
        if not self._table.gone and view is self.view and tab is self._tab:
            self._fill(view)

    def _fill(self, view: ReviewView) -> None:
        """The tab from what is known now."""
        self._table.page = self._tab.page(view)
        self.query_one("#sentence", Static).update(self._table.page.heading)
        nothing = self.query_one("#nothing", Static)
        nothing.display = bool(self._table.page.nothing)
        if self._table.page.nothing:
            nothing.update(empty_text(self._table.page.nothing, self))
        self._fill_rows()
        self.refresh_bindings()

    def _fill_rows(self) -> None:
        self._table.fill(self._tab.first())
        if self._table.page.rows and self.focused is None:
            self._table.rows.focus()  # while it was empty it did not show, and what does not show cannot take keys
        self._explain()

    @property
    def place(self) -> str:
        return self._table.page.nothing or (self.ROOM if self._table.tab == "gate" else self._table.tab)

    def explained_here(self) -> Sequence[explanation.Subject]:
        row = self._table.gate_row(self.view)
        return (*(explanation.gate_row(self.view, row.rule.key) if row else ()), *explanation.figures(self.view)[:1])

    def point_at(self, what: str) -> None:
        """A case's id, or a gate row's key."""
        self._table.tab = self._gate.NAME
        self._wanted = what

    def _open_wanted(self) -> None:
        wanted, self._wanted = self._wanted, ""
        if not wanted:
            return
        keys = [row.key for row in self._table.page.rows]
        if wanted in keys:
            self._table.rows.go(keys.index(wanted))
        else:
            self._cases.open_alone(CaseLine(wanted, "", glyphs.UNDECIDED, ""))

    def on_resize(self) -> None:
        self._fill_rows()

    @on(TabName.Chosen)
    async def _tab_clicked(self, event: TabName.Chosen) -> None:
        await self._go_to(event.tab)

    async def action_tab(self, by: int) -> None:
        await self._go_to(TABS[(TABS.index(self._table.tab) + by) % len(TABS)])

    async def _go_to(self, tab: str) -> None:
        self._table.tab = tab
        await self.refresh_view()
        self._table.rows.focus()

    # -- the chosen row and its cases ---------------------------------------------------------------------------------

    @on(OptionList.OptionHighlighted, "#rows")
    def _row_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._table.choose(self._table.tab, self._table.key)
        self._beside.ask(self._explain_row)

    def _explain_row(self) -> None:
        self._explain()
        self.refresh_bindings()

    @work(group="explain")
    async def _explain(self) -> None:
        """What is known of the highlighted row, computed away from the UI thread."""
        view = self.view
        if self._table.gone:
            return
        tab, key = self._tab, self._table.key
        found = await tab.detail(view, key)
        if found is not None and not self._table.gone and (tab, key) == (self._tab, self._table.key):
            self._show_detail(found)

    def _show_detail(self, found: Detail) -> None:
        self._about = found.text
        replace_text(self.query_one("#about", Static), found.text)
        self._cases.fill(found.cases, self._table.width)
        if not found.cases and (self._cases.listed.has_focus or self.focused is None):
            self._table.rows.focus()
        self.refresh_bindings()

    # -- acting -----------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not self.is_mounted or super().check_action(action, parameters)

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        """From the row to its cases, or its traces; from a case to its dialog."""
        event.stop()
        if self._cases.listed.has_focus and self._cases.case is not None:
            self._cases.open()
        elif self._cases.lines:
            self._cases.listed.focus()
        elif self._gate.opens_traces:
            await self._gate.action_traces()

    @property
    def present(self) -> Present | None:
        case = self._cases.case if self._cases.listed.has_focus else None
        if case is not None:
            return Present(case.key, f"{case.key} {case.word} {case.figures} {case.question}")
        run = self._runs.chosen
        return Present(run or self._table.key, self._table.rows.current_line) if self._table.key else None

    @property
    def why_nothing_to_find(self) -> str:
        return (
            "There are no rows here to find one among."
            if self.view.runs
            else "There is nothing to find here yet: no run is imported. Press i and name a file or a folder."
        )

    @property
    def narrowed(self) -> bool:
        return self._cases.listed.has_focus or self._compare.slices is not None

    async def unwind(self) -> None:
        """From the cases to the table; there, from the slices to the metrics."""
        if self._table.rows.has_focus and self._compare.slices is not None:
            await self._compare.action_slices()
        self._table.rows.focus()

    def action_next(self) -> None:
        """The next row (or case, where the cases have the focus) below that is not good, round the end."""
        if self._cases.listed.has_focus:
            shown, bad = self._cases.listed, [case.mark is not glyphs.MET for case in self._cases.lines[:LISTED]]
        else:
            shown, bad = self._table.rows, open_rows(self._table.page)
        start = shown.place or 0
        for place in [*range(start + 1, len(bad)), *range(start + 1)]:
            if place < len(bad) and bad[place]:
                shown.go(place)
                return
        self.host.tell("Nothing else here needs a person.")

    def action_why(self) -> None:
        said = Content("\n\n").join([self._tab.why(self.view), self._about])
        self.app.push_screen(ReadingDialog(self._table.tab.capitalize(), said))
