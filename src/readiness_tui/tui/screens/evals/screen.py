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
from textual.widgets.option_list import Option

from readiness_tui.domain.compare.slices import Slices
from readiness_tui.domain.compare.versions import Versions
from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.domain.gate_result.plan import Plan
from readiness_tui.domain.metrics.rule import From
from readiness_tui.services import compare, runs
from readiness_tui.services.core.measure import Measured
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.runs import RunLine
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.evals import compare_text, details, gate_text, plan_text, runs_text
from readiness_tui.tui.screens.evals.case_dialog import CaseDialog
from readiness_tui.tui.screens.evals.comparing import ComparingScreen
from readiness_tui.tui.screens.evals.gating import LISTED
from readiness_tui.tui.screens.evals.page import CaseLine, Detail, Page, Row, case_line, header, table_line
from readiness_tui.tui.screens.evals.tabs import TABS, Rows, Tab, sides
from readiness_tui.tui.text import line

PASSED = ("pass", "complete", "better", "within noise", "no change", "not tested")  # words of rows that need nobody


class EvalsScreen(ComparingScreen):
    ROOM = "evals"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "tab(1)", "Tab", id="evals.tab", key_display="[ ]", tooltip="Next tab: gate, compare, runs"),
        Binding("left_square_bracket", "tab(-1)", "Tab before", id="evals.tab_back", key_display="[", show=False, tooltip="The tab before"),
        Binding("v", "why", "Why", id="evals.why", show=False, tooltip="All sentences of this tab and of the row, in full"),
        Binding("space", "next", "Next", id="evals.next", show=False, tooltip="The next row that needs a person"),
        Binding("escape", "back", "Back", id="evals.back", show=False, tooltip="From the cases back to the table"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._tab = "gate"
        self._page = Page(Content(""))
        self._cases: Sequence[CaseLine] = ()
        self._about = Content("")
        self._versions: Versions | None = None  # of `_measured`
        self._measured: Measured | None = None
        self._plan: Plan | None = None  # what stands in the gate's place before a run
        self._sliced = ""  # the metric that the compare tab shows by slice
        self._slices: Slices | None = None
        self._history: list[RunLine] = []
        self._chosen: dict[str, str] = {}  # the highlighted row of each tab
        self._wanted = ""  # a case or row that another screen asked to see

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            with Horizontal(id="tabs"):
                for tab in TABS:
                    yield Tab(tab)
                yield Static(id="sides")
            yield Static(id="sentence")
            yield Static(id="columns")
            yield Rows(id="rows", compact=True)
            yield Static(id="about")
            yield Rows(id="cases", compact=True)

    @property
    def _width(self) -> int:
        return max(self.app.size.width - 5, 40)

    # -- showing ----------------------------------------------------------------------------------------------------

    async def show(self, view: ReviewView) -> None:
        self._plan = await self.plan_before_run(view) if self._tab == "gate" else None
        for tab in self.query(Tab):
            tab.show(tab.tab == self._tab)
        self.query_one("#sides", Static).update(line(sides(view, self._width - 22), "$foreground-muted"))
        self._fill(view)
        self._open_wanted()
        if self._tab == "runs" or self._stale(view):
            self._load(view)

    def _stale(self, view: ReviewView) -> bool:
        """Whether the comparison that is known is of other runs, or of another metric's slices."""
        sliced = self._slices.compared.metric.key if self._slices else ""
        return self._measured is not view.measured or sliced != self._sliced

    @work(group="load")
    async def _load(self, view: ReviewView) -> None:
        """What a tab rests on, read and computed away from the UI thread; dropped where the screen has gone on."""
        tab, metric = self._tab, self._sliced
        if tab == "runs":
            history = await self.search(runs.history, self.desk) or []
            if view is self.readiness.view:
                self._history = history
        else:
            versions = await self.search(compare.review_versions, self.desk, view.measured)
            row = versions.row(metric) if versions else None
            slices = await self.search(compare.slices, versions, row) if versions and row else None
            if view is self.readiness.view and metric == self._sliced:
                self._measured, self._versions, self._slices = view.measured, versions, slices
                self._sliced = metric if row else ""
        if not self._gone and view is self.readiness.view and tab == self._tab:
            self._fill(view)

    @property
    def _gone(self) -> bool:
        """Whether the screen went away under a worker."""
        return not self.query("#rows")

    def _fill(self, view: ReviewView) -> None:
        """The tab from what is known now."""
        known = self._versions if self._measured is view.measured else None
        if self._tab == "runs":
            self._page = runs_text.page(view, self._history)
        elif self._tab == "gate" and self._plan is not None:
            self._page = plan_text.page(view, self._plan)
        elif self._tab == "gate":
            self._page = gate_text.page(view, self._width, known)
        elif known is not None and self._slices is not None:
            self._page = compare_text.slice_page(self._slices)
        else:
            self._page = compare_text.page(view, known, self._width)
        self.query_one("#sentence", Static).update(self._page.heading)
        self._fill_rows()
        self.refresh_bindings()

    def _fill_rows(self) -> None:
        """The table, at the present width, with the row that was highlighted before."""
        page, rows = self._page, self.query_one("#rows", OptionList)
        columns = self.query_one("#columns", Static)
        rows.display = columns.display = bool(page.rows)
        columns.update(header(page.columns, self._width) if page.rows else "")
        keys = [row.key for row in page.rows]
        key = self._chosen.get(self._tab, "")
        place = keys.index(key) if key in keys else self._first_open()
        rows.set_options(
            [Option(table_line(row, page.columns, self._width), id=f"r{i}") for i, row in enumerate(page.rows)]
        )
        if page.rows:
            rows.highlighted = place
        self._explain()

    def _first_open(self) -> int:
        """The first row that needs a person; else the first."""
        if self._tab != "gate":
            return 0
        return next((i for i, row in enumerate(self._page.rows) if word(row) not in PASSED), 0)

    def point_at(self, what: str) -> None:
        """A case's id, or a gate row's key."""
        self._tab = "gate"
        self._wanted = what

    def _open_wanted(self) -> None:
        wanted, self._wanted = self._wanted, ""
        if not wanted:
            return
        keys = [row.key for row in self._page.rows]
        if wanted in keys:
            self.query_one("#rows", OptionList).highlighted = keys.index(wanted)
        else:
            self.app.push_screen(CaseDialog(self, [CaseLine(wanted, "", glyphs.UNDECIDED, "")], 0))

    def on_resize(self) -> None:
        self._fill_rows()

    @on(Tab.Chosen)
    async def _tab_clicked(self, event: Tab.Chosen) -> None:
        await self._go_to(event.tab)

    async def action_tab(self, by: int) -> None:
        await self._go_to(TABS[(TABS.index(self._tab) + by) % len(TABS)])

    async def _go_to(self, tab: str) -> None:
        self._tab = tab
        await self.refresh_view()
        self.query_one("#rows").focus()

    # -- the chosen row and its cases ---------------------------------------------------------------------------------

    @property
    def _key(self) -> str:
        place = self.query_one("#rows", OptionList).highlighted
        return self._page.rows[place].key if place is not None and place < len(self._page.rows) else ""

    @on(OptionList.OptionHighlighted, "#rows")
    def _row_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._chosen[self._tab] = self._key
        self._explain()
        self.refresh_bindings()

    @work(group="explain")
    async def _explain(self) -> None:
        """What is known of the highlighted row, computed away from the UI thread."""
        if self._gone or self.readiness.view is None:
            return
        view, tab, key = self.readiness.view, self._tab, self._key
        found = await self.search(details.detail, self.desk, view, tab, key, self._versions, self._slices, self.run_id)
        if found is not None and not self._gone and (tab, key) == (self._tab, self._key):
            self._show_detail(found)

    def _show_detail(self, found: Detail) -> None:
        cases = self.query_one("#cases", OptionList)
        kept = cases.highlighted
        self._about = found.text
        self.query_one("#about", Static).update(found.text)
        same = [case.key for case in found.cases] == [case.key for case in self._cases]
        self._cases = found.cases
        options = [Option(case_line(case, self._width), id=f"c{i}") for i, case in enumerate(found.cases[:LISTED])]
        if len(found.cases) > LISTED:
            options.append(
                Option(line(f"… and {len(found.cases) - LISTED:,} more", "$foreground-muted"), disabled=True)
            )
        cases.set_options(options)
        cases.display = bool(options)
        if options:
            cases.highlighted = kept if same and kept is not None else 0
        elif cases.has_focus or self.focused is None:
            self.query_one("#rows").focus()
        self.refresh_bindings()

    @property
    def gate_row(self) -> GateRow | None:
        view = self.readiness.view
        if view is None or self._tab != "gate":
            return None
        return next((row for row in view.gate.rows if row.rule.key == self._key), None)

    @property
    def run_id(self) -> str:
        if self._tab != "runs":
            return ""
        return next((entry.info.run.id for entry in self._history if str(entry.info.key) == self._key), "")

    @property
    def case(self) -> CaseLine | None:
        place = self.query_one("#cases", OptionList).highlighted
        return self._cases[place] if place is not None and place < len(self._cases) else None

    # -- acting -----------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer shows only what works here."""
        view = self.readiness.view
        if not self.is_mounted or view is None:
            return True
        row = self.gate_row
        works = {
            "choose": self._tab == "runs" and bool(self._page.rows),
            "plan": self._tab == "gate" and view.gate.gate is not None,
            "lock": self._tab == "gate" and view.gate.gate is not None,
            "traces": row is not None and row.rule.source is From.TRACES,
            "gap": bool(self._cases),
            "review": any(data.cases for data in view.measured.candidate),
            "slices": bool(self._slices_of),
            "plot": bool(view.measured.runs),
            "export": bool(view.measured.candidate and view.measured.baseline),
        }
        return works.get(action, True)

    @on(OptionList.OptionSelected)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self._open()

    async def _open(self) -> None:
        cases = self.query_one("#cases", OptionList)
        if cases.has_focus and self.case is not None:
            place = cases.highlighted or 0

            def came_back(key: str | None) -> None:
                keys = [case.key for case in self._cases]
                if key in keys:
                    cases.highlighted = keys.index(key)

            self.app.push_screen(CaseDialog(self, self._cases, place), came_back)
        elif self._cases:
            cases.focus()
        elif self.gate_row is not None and self.gate_row.rule.source is From.TRACES:
            await self.action_traces()

    async def action_back(self) -> None:
        """From the cases to the table; there, from the slices to the metrics."""
        if self.query_one("#rows").has_focus and self._slices is not None:
            await self.action_slices()
        self.query_one("#rows").focus()

    @property
    def _slices_of(self) -> str:
        """The metric that `s` shows by slice, or goes back from."""
        if self._tab == "compare":
            return self._sliced or (self._key if self._versions and self._versions.row(self._key) else "")
        row = self.gate_row
        return row.rule.metric if row and self._versions and self._versions.row(row.rule.metric) else ""

    async def action_slices(self) -> None:
        view, metric = self.readiness.view, self._slices_of
        if view is None or not metric:
            return
        self._tab, back = "compare", bool(self._sliced) and self._tab == "compare"
        self._sliced, self._slices = "" if back else metric, None
        self._chosen["compare"] = metric if back else ""
        await self.refresh_view()
        self.query_one("#rows").focus()

    def action_next(self) -> None:
        """The next row (or case, where the cases have the focus) below that is not good, round the end."""
        cases, rows = self.query_one("#cases", OptionList), self.query_one("#rows", OptionList)
        if cases.has_focus:
            shown, bad = cases, [case.mark is not glyphs.MET for case in self._cases[:LISTED]]
        else:
            shown, bad = rows, [word(row) not in PASSED for row in self._page.rows]
        start = shown.highlighted or 0
        for place in [*range(start + 1, len(bad)), *range(start + 1)]:
            if place < len(bad) and bad[place]:
                shown.highlighted = place
                return
        self.readiness.tell("Nothing else here needs a person.")

    def action_why(self) -> None:
        view = self.readiness.view
        if view is not None:
            causes = gate_text.every_cause(view) if self._tab == "gate" else self._page.heading
            self.app.push_screen(ReadingDialog(self._tab.capitalize(), Content("\n\n").join([causes, self._about])))

    async def action_review(self) -> None:
        """The review queue; at the highlighted case, where the cases have the focus."""
        case = self.case if self.query_one("#cases").has_focus else None
        await self.readiness.action_review(case.key if case else "")


def word(row: Row) -> str:
    """The status word of a row."""
    return next((cell[1] for cell in row.cells if isinstance(cell, tuple)), "")
