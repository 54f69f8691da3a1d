"""All cases of a run: filter, sort and count them, open one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.domain.filters.case_filter import CaseOrder, case_orders, score_of
from readiness_tui.domain.filters.completion import Completion, narrowed
from readiness_tui.domain.filters.histogram import Limits
from readiness_tui.domain.metrics import case_key
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.runs.model import Case
from readiness_tui.domain.text.format import number, plural
from readiness_tui.services import run_cases
from readiness_tui.services.run_cases import CaseListing, RunCases
from readiness_tui.tui.dialogs.counts import Chosen, CountsDialog
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.dialogs.spread import SpreadDialog
from readiness_tui.tui.help_key import HELP
from readiness_tui.tui.host import Host, host
from readiness_tui.tui.screens.evals.case_text import STATUS
from readiness_tui.tui.screens.evals.page import CaseLine
from readiness_tui.tui.text import fit, join, line, one_line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets import gate_limits
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.filter_line import FilterLine
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.row_list import RowList
from readiness_tui.tui.widgets.titles import Title, Titles

COUNTED = {"status": "Status", "error": "Error class", "tag": "Tag", "variant": "Variant"}
_NAME = 20  # columns of a score at most
_FIGURES = 18  # columns of latency and cost
_QUESTION = 36  # columns left for the question before a second score has a column
_KINDS = {"pass": "good", "fail": "bad", "error": "bad", "unknown": "muted"}


class AllCaseRows(RowList[Case]):
    """`metrics`: the scores that may have columns, the first always has one. `painted` is told of every case whose verdict and score are shown."""

    def __init__(self, *, id: str, painted: Callable[[Case], None]) -> None:
        super().__init__(id=id)
        self.metrics: tuple[str, ...] = ()
        self._painted = painted

    def cells(self, row: Case, width: int) -> list[tuple[str, str]]:
        self._painted(row)
        mark, word = STATUS[row.status]
        again = f" ×{row.repeat + 1}" if row.repeat else ""
        made = [
            (fit(f"{mark.glyph} {word}", 12) + " ", _KINDS[row.status.value]),
            (fit(one_line(case_key(row)) + again, max(10, min(20, width // 5))) + " ", ""),
        ]
        for metric, size in self._scores(width):
            made.append((fit(number(score_of(row, metric)), size, right=True) + " ", ""))
        made += [
            (fit(number(row.latency_ms.value, "ms", up=True), 7, right=True) + " ", ""),
            (fit(number(row.cost.value, "usd", up=True), 8, right=True) + "  ", ""),
        ]
        rest = max(width - sum(len(text) for text, _ in made), 4)
        made.append((fit(one_line(row.error or row.question, 200), rest), "bad" if row.error else "muted"))
        return made

    def _scores(self, width: int) -> list[tuple[str, int]]:
        """The scores that have a column, with its width: their names in full as far as that leaves room to read on."""
        left = width - 13 - max(10, min(20, width // 5)) - 1 - _FIGURES
        found: list[tuple[str, int]] = []
        for metric in self.metrics:
            size = min(max(cell_len(one_line(metric)), 7), _NAME)
            if found and left - size - 1 < _QUESTION:
                break
            found.append((metric, size))
            left -= size + 1
        return found

    def titles(self, width: int, order: CaseOrder) -> list[Title]:
        arrow = "▼" if order.descending else "▲"

        def named(name: str, by: str, size: int, *, right: bool = False) -> Title:
            return fit(f"{arrow} {name}" if by and by == order.by else name, size, right=right) + " ", by

        return [
            ("  ", ""),
            named("status", "status", 12),
            named("case", "", max(10, min(20, width // 5))),
            *(named(one_line(metric), metric, size, right=True) for metric, size in self._scores(width)),
            named("ms", "latency", 7, right=True),
            named("cost", "cost", 8, right=True),
            (" question, error", ""),
        ]


class AllCasesDialog(ClosesItself, ModalScreen[None]):
    """`open_case` shows one of some cases in full."""

    guide = "All cases of a run"  # for F1
    BINDINGS = [
        Binding("slash", "filter", "Find", id="cases.filter", key_display="/", tooltip="Filter: words, error, status:fail, tag:high_risk, latency>3000, a score<0.8; - before one turns it round"),
        Binding("s", "sort", "Sort", id="cases.sort", tooltip="Sort by status, latency, cost or a score"),
        Binding("f", "counts", "Counts", id="cases.counts", tooltip="Count what is listed by status, error, tag and variant; Enter narrows"),
        Binding("h", "spread", "Spread", id="cases.spread", tooltip="How latency and cost of what is listed are spread"),
        Binding("escape,q", "leave", "Leave", id="cases.leave", key_display="Esc", tooltip="Clear the filter, then back to Evals"),
        *HELP,
    ]  # fmt: skip
    DEFAULT_CSS = """
    AllCasesDialog { background: $background; }
    AllCasesDialog #all-cases { padding: 0 1; }
    AllCasesDialog Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    AllCasesDialog #list { height: 1fr; }
    AllCasesDialog #place { text-align: right; }
    """

    def __init__(self, run_id: str, open_case: Callable[[Sequence[CaseLine], int], None]) -> None:
        super().__init__()
        self._run_id = run_id
        self._open_case = open_case
        self._found: RunCases | None = None
        self._listing: CaseListing | None = None
        self._typed = self._asked_for = ""  # the filter of what is listed, and of what is being read
        self._order = CaseOrder()

    @property
    def _host(self) -> Host:
        return host(self)

    @property
    def _list(self) -> AllCaseRows:
        return self.query_one("#list", AllCaseRows)

    @property
    def _line(self) -> FilterLine:
        return self.query_one(FilterLine)

    def compose(self) -> ComposeResult:
        with Vertical(id="all-cases"):
            yield Static(id="summary")
            yield FilterLine("words  error  status:fail  tag:high_risk  latency>3000", self._complete)
            yield Titles(id="titles")
            yield Static(id="nothing")
            yield AllCaseRows(id="list", painted=self._seen)
            yield Static(id="place")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._list.focus()
        self.query_one("#summary", Static).update(Content.styled("reading the cases …", "bold"))
        self._read()

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        """The cases once, then what is listed of them; all of it away from the UI thread."""
        desk = self._host.desk
        if desk is None:
            return
        if self._found is None:
            self._found = await self._host.search(run_cases.load, desk, self._run_id)
        if self._found is None:
            self.dismiss(None)
            return
        typed = self._asked_for
        found = await self._host.search(run_cases.listing, desk, self._found, typed, self._order, self._limits())
        if found is None:  # the line cannot be read: it stays to be mended, and nothing changes
            self._asked_for = self._typed
            self._line.open()
            return
        self._typed = typed
        self._line.say(typed)
        if self._line.has_keys or self.focused is None:
            self._list.focus()
        kept = self._list.current if self._list.window.rank != 1 else None
        self._listing = found
        self._list.metrics = self._metrics(self._found)
        self._list.window.start(found.cases, whole=True)
        self._list.window.cursor = next((at for at, case in enumerate(found.cases) if case is kept), 0)
        self._list.changed()
        nothing = self.query_one("#nothing", Static)
        nothing.display = not found.cases
        nothing.update(empty_text("all cases", self))
        self._say(self._found, found)

    def _limits(self) -> Limits:
        view = self._host.view
        return gate_limits.values(view.gate.gate if view else None, From.RUN)

    def _metrics(self, found: RunCases) -> tuple[str, ...]:
        """The scores in the list: the one it is sorted by before the others."""
        return tuple(sorted(found.metrics.values(), key=lambda metric: metric != self._order.by))

    def _say(self, run: RunCases, found: CaseListing) -> None:
        total = len(run.cases)
        head = (
            plural(total, "case")
            if not self._typed
            else f"{len(found.cases):,} of {plural(total, 'case')} {'meets' if len(found.cases) == 1 else 'meet'} the filter"
        )
        counted: list[Content | str] = [Content.styled(head, "bold"), "  "]
        for status, n in found.survey.facet("status").counts:
            mark, word = next(known for key, known in STATUS.items() if key.value == status)
            counted += [Content.styled(f"{mark.glyph} {n:,} {word}  ", mark.style)]
        self.query_one("#summary", Static).update(join(*counted, line(run.title, "$foreground-muted")))
        self.query_one(Titles).paint(self._list.titles(self._list.size.width - 2, self._order))

    def on_resize(self) -> None:
        self.query_one(Titles).paint(self._list.titles(self.app.size.width - 4, self._order))

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        window = self._list.window
        said = f"{window.cursor + 1:,} of {len(window.rows):,}" if window.rows else "nothing meets this"
        self.query_one("#place", Static).update(line(f"{said} · {self._order.said}", "$foreground-muted"))

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        cases = self._list.window.rows
        lines = [CaseLine(case_key(case), self._run_id, *STATUS[case.status], question=case.question) for case in cases]
        self._open_case(lines, self._list.window.cursor)

    def _seen(self, case: Case) -> None:
        desk = self._host.desk
        if desk is not None:
            run_cases.scores_seen(desk, self._run_id, case)

    # Filtering, sorting and counting

    async def _complete(self, typed: str) -> list[Completion] | None:
        if self._found is None:
            return None
        counts = self._listing.survey if self._listing else None
        return await self._host.search(run_cases.complete, self._found, counts, typed)

    def action_filter(self) -> None:
        self._line.open()

    @on(FilterLine.Asked)
    def _asked(self, event: FilterLine.Asked) -> None:
        event.stop()
        self._narrow(event.typed)

    def _narrow(self, typed: str) -> None:
        self._asked_for = typed.strip()
        self._list.focus()
        self._read()

    def action_leave(self) -> None:
        if self._line.has_keys:
            self._line.say(self._typed)
            self._list.focus()
        elif self._typed:
            self._narrow("")
        else:
            self.dismiss(None)

    def action_sort(self) -> None:
        if self._found is None:
            return
        orders = case_orders(self._found.metrics)
        choices = [(str(at), line(order.said)) for at, order in enumerate(orders)]
        present = str(orders.index(self._order)) if self._order in orders else None

        def chosen(key: str | None) -> None:
            if key is not None:
                self._order = orders[int(key)]
                self._read()

        self.app.push_screen(PickDialog("Sort by", choices, at=present, now=present), chosen)

    @on(Titles.Chosen)
    def _title_clicked(self, event: Titles.Chosen) -> None:
        """By this column; clicked again, the other way round."""
        event.stop()
        if self._found is not None:
            ways = [order for order in case_orders(self._found.metrics) if order.by == event.by]
            self._order = next((one for one in ways if one != self._order), ways[0])
            self._read()

    def action_counts(self) -> None:
        if self._listing is None:
            return

        def narrow(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._narrow(narrowed(self._line.typed, *chosen))

        counts = self._listing.survey
        title = f"What {plural(counts.total, 'case')} have in common"
        self.app.push_screen(CountsDialog(title, counts.facets, counts.total, COUNTED), narrow)

    def action_spread(self) -> None:
        if self._listing is not None:
            counts, view = self._listing.survey, self._host.view
            limits = gate_limits.limits(view.gate.gate if view else None, From.RUN)
            title = f"Latency and cost of {plural(counts.total, 'case')}"
            self.app.push_screen(SpreadDialog(title, counts.bars, limits))
