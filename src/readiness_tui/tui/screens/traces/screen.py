"""All traces in any order: filter them, count them, read one, select several, make them a gap, evidence or an incident."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from threading import Event
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from readiness_tui.domain.filters.completion import Completion, narrowed
from readiness_tui.domain.filters.histogram import Limits
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.text.format import plural
from readiness_tui.services import traces
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.traces import NOTHING, ListOrder, Survey
from readiness_tui.tui.dialogs.counts import Chosen, CountsDialog
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.dialogs.spread import SpreadDialog
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.screens.traces import trace_text
from readiness_tui.tui.screens.traces.acts import TraceActs
from readiness_tui.tui.screens.traces.trace_list import TraceList
from readiness_tui.tui.text import join, line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets import gate_limits
from readiness_tui.tui.widgets.filter_line import FilterLine
from readiness_tui.tui.widgets.page_window import PAGE, PageSide
from readiness_tui.tui.widgets.steady import replace_text
from readiness_tui.tui.widgets.titles import Titles

REST = 0.05  # seconds that the cursor rests before a record is read
NOT_COUNTED = "What is listed is still being counted. Press the key again in a moment."
PANE = 110  # columns of the terminal from which the record stands beside the list


class TracesScreen(RoomScreen):
    ROOM = "traces"
    LEGEND = trace_text.LEGEND
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Find", id="traces.filter", key_display="/", tooltip="Filter: words, error, status:fail, latency>3000, model:gpt*, “a phrase”; - before one turns it round"),
        Binding("s", "sort", "Sort", id="traces.sort", tooltip="Sort by time, latency or cost"),
        Binding("f", "counts", "Counts", id="traces.counts", tooltip="Count what is listed by status, error, model, prompt, tool and release; Enter narrows"),
        Binding("h", "spread", "Spread", id="traces.spread", tooltip="How latency and cost of what is listed are spread, with the gate's limits"),
        *TraceActs.BINDINGS,
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.own(TraceActs(self))
        self._filter = NOTHING
        self._order = ListOrder.NEWEST
        self._pinned: tuple[tuple[str, ...], str] | None = None  # ids that another screen wants to be seen, and why
        self._pinned_order: ListOrder | None = None  # None: in the order in which they were named
        self._shown: tuple[object, ...] | None = None  # what the list was read for; it is read again when that changes
        self._reading = False
        self._empty = False  # no trace is imported
        self._survey: Survey | None = None  # of what is listed; None: not counted yet
        self._stop = Event()  # set when nobody waits any more for what is being counted

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(id="summary")
            yield Static(id="errors")
            yield FilterLine(
                "words  error  status:fail  latency>3000  tool:refund_create  day:2026-11-21", self._complete
            )
            with Horizontal(id="panes"):
                with Vertical(id="listed"):
                    yield Titles(id="titles")
                    yield Static(id="nothing")
                    yield TraceList(id="list")
                    yield Static(id="place")
                with VerticalScroll(id="pane", can_focus=False):
                    yield Static(id="record")

    @property
    def place(self) -> str:
        if self._list.window.total != 0 or self._empty:
            return self.ROOM
        return "traces filtered" if self._filter != NOTHING else "traces pinned"

    @property
    def _list(self) -> TraceList:
        return self.query_one("#list", TraceList)

    @property
    def _line(self) -> FilterLine:
        return self.query_one(FilterLine)

    def on_unmount(self) -> None:
        self._stop.set()

    # -- showing ----------------------------------------------------------------------------------------------------

    async def show(self, view: ReviewView) -> None:
        state = await self.host.search(traces.state, self.desk)
        wanted = (state, self._filter, self._order, self._pinned, self._pinned_order)
        if wanted != self._shown:
            same = self._shown is not None and wanted[1:] == self._shown[1:]  # only more was imported
            self._shown = wanted
            self._load(gate_limits.values(view.gate.gate, From.TRACES), same)
        self._layout()

    def point_at(self, what: str) -> None:
        self.point_at_many([what], "this trace")

    async def whole(self) -> None:
        if self._pinned is not None:
            self._pinned = None
            await self.refresh_view()

    def point_at_many(self, ids: Sequence[str], why: str) -> None:
        self._pinned, self._pinned_order = (tuple(dict.fromkeys(ids)), why), None
        self._filter = NOTHING
        if self.is_mounted:
            self._line.say("")

    @work(exclusive=True, group="load")
    async def _load(self, limits: Limits, same: bool) -> None:
        """The rows round the trace that was highlighted, at once; how many there are and of what kind once counted.

        `same`: the list is the one that was shown before, so what is selected in it stays selected.
        """
        self._stop.set()
        stop = self._stop = Event()
        shown, wanted, order, self._survey = self._list, self._filter, self._order, None
        moved = shown.current is not None and shown.window.rank != 1  # who is at the top stays at the top
        kept = shown.current.trace.id if shown.current and moved else ""
        above = shown.window.cursor - shown.window.top if same else 0  # lines between the top of the screen and it
        if not same:
            shown.selected.clear()
        if self._pinned is not None:
            await self._load_pinned(self._pinned[0], kept)
            return
        rows, place = await self.host.search(traces.around, self.desk, wanted, order, kept, PAGE) or ([], 0)
        if place:
            shown.window.start_at(rows, place)
            shown.window.top = max(place - above, 0)
        else:
            shown.window.start(rows)
        shown.changed()
        self._summarise()
        if place:
            shown.window.origin = await self.host.search(traces.rank, self.desk, wanted, order, rows[0].cursor)
            self._show_place()
        shown.window.counted(await self.host.search(traces.count, self.desk, wanted))
        self._summarise()
        self._survey = await self.host.search(traces.survey, self.desk, wanted, limits, stop.is_set)
        self._summarise()
        if await self.host.search(traces.worth_indexing, self.desk, wanted):
            self._index(stop)

    async def _load_pinned(self, ids: tuple[str, ...], kept: str) -> None:
        found = await self.host.search(traces.several, self.desk, ids, self._filter, self._pinned_order)
        rows, unknown = found if found else ([], ())
        self._list.window.start(rows, whole=True)
        self._list.window.cursor = next((at for at, row in enumerate(rows) if row.trace.id == kept), 0)
        self._list.changed()
        self._summarise(unknown)

    @work(group="index")
    async def _index(self, stop: Event) -> None:
        """Make the index of words, so that the next search need not read every trace."""

        def progress(done: int, total: int) -> bool:
            if not stop.is_set():
                self.app.call_from_thread(self._show_place, f"indexing words: {done * 100 // max(total, 1)} %")
            return not stop.is_set()

        await self.host.search(traces.index_words, self.desk, progress)
        if not stop.is_set():
            self._show_place()

    def _summarise(self, unknown: Sequence[str] = ()) -> None:
        if not self.is_mounted:
            return
        summary, second = self.query_one("#summary", Static), self.query_one("#errors", Static)
        total, narrow = self._list.window.total, self._filter != NOTHING
        empty = self._empty = total == 0 and self._pinned is None and not narrow
        self.query_one("#panes").display = second.display = not empty
        self.refresh_bindings()
        if empty:
            summary.update(empty_text("traces", self))
            return
        nothing = self.query_one("#nothing", Static)
        nothing.display = total == 0
        nothing.update(empty_text(self.place, self) if total == 0 else "")
        head = Content.styled(trace_text.counted(total, narrow=narrow), "bold")
        if self._pinned is not None:
            summary.update(trace_text.pinned(total or 0, self._pinned[1], unknown, narrow=narrow))
            second.update(Content.styled(trace_text.pinned_keys(self.host.came_from), "$foreground-muted"))
        elif self._survey is None:
            summary.update(head)
            second.update(Content.styled("counting by kind …", "$foreground-muted"))
        else:
            summary.update(join(head, "  ", trace_text.outcome_line(self._survey.facet("status"))))
            second.update(trace_text.error_line(self._survey.facet("error")))
        self._show_place()

    def _layout(self) -> None:
        """Beside each other where there is room; the titles in the list's present width."""
        self.query_one("#pane").display = self.app.size.width >= PANE
        self.call_after_refresh(self._titles)

    def _titles(self) -> None:
        width = max(self._list.size.width - 2, 20)
        self.query_one(Titles).paint(trace_text.header(width, self._order_shown))

    @property
    def _order_shown(self) -> ListOrder | None:
        """None: as they were named."""
        return self._order if self._pinned is None else self._pinned_order

    def on_resize(self) -> None:
        self._layout()

    def _show_place(self, also: str = "") -> None:
        """ "12 of 1,304 · newest first"; what is not counted yet says so."""
        if not self.is_mounted:
            return
        said = trace_text.place(self._list.window, self._order_shown, len(self._list.selected), also)
        self.query_one("#place", Static).update(line(said, "$foreground-muted"))

    @on(TraceList.Highlighted)
    def _highlighted(self, event: TraceList.Highlighted) -> None:
        event.stop()
        self._show_place()
        if self.query_one("#pane").display:
            self._read_beside()

    @work(exclusive=True, group="beside")
    async def _read_beside(self) -> None:
        """The highlighted record beside the list, once the cursor rests on it."""
        await asyncio.sleep(REST)
        row, pane = self._list.current, self.query_one("#pane")
        found = await self.host.search(traces.trace, self.desk, row.trace.id) if row else None
        if row is self._list.current:
            width = max((shown := self.query_one("#record", Static)).size.width, 30)
            replace_text(shown, trace_text.record(found.trace, width=width, left=found.left) if found else Content(""))
            pane.scroll_home(animate=False)

    # -- reading on ---------------------------------------------------------------------------------------------------

    @on(TraceList.Wanted)
    def _wanted(self, event: TraceList.Wanted) -> None:
        event.stop()
        if not self._reading and self._pinned is None:
            self._reading = True
            self._extend(event.side)

    @work(group="extend")
    async def _extend(self, side: PageSide) -> None:
        """One more page beyond an edge of what is read."""
        window, shown = self._list.window, self._shown
        edge = window.rows[-1 if side is PageSide.AFTER else 0].cursor
        where: dict[str, Any] = {side.value: edge}
        try:
            page = await self.host.search(traces.page, self.desk, self._filter, self._order, limit=PAGE, **where)
        finally:
            self._reading = False
        if page is not None and shown == self._shown and window.rows:
            at = window.rows[-1 if side is PageSide.AFTER else 0].cursor
            if at == edge:  # nobody went to the other end meanwhile
                window.extend(page, side)
            self._list.changed()

    @on(TraceList.End)
    def _to_end(self, event: TraceList.End) -> None:
        event.stop()
        self._jump(event.which)

    @work(exclusive=True, group="jump")
    async def _jump(self, which: str) -> None:
        shown, window = self._shown, self._list.window
        last = which == "bottom"
        rows = await self.host.search(traces.page, self.desk, self._filter, self._order, last=last, limit=PAGE)
        if rows is None or shown != self._shown:
            return
        total = window.total
        if last:
            window.finish(rows)
        else:
            window.start(rows)
            window.counted(window.total if window.total is not None else total)
        self._list.changed()

    # -- filtering, sorting and counting --------------------------------------------------------------------------------

    async def _complete(self, typed: str) -> list[Completion] | None:
        return await self.host.search(traces.complete, self.desk, typed)

    def action_filter(self) -> None:
        self._line.open()

    @on(FilterLine.Asked)
    async def _asked(self, event: FilterLine.Asked) -> None:
        event.stop()
        await self._narrow(event.typed)

    async def _narrow(self, typed: str) -> None:
        """Show what meets a typed filter; a line that cannot be read stays to be mended, and nothing changes."""
        found = await self.host.search(traces.parse_filter, self.desk, typed)
        if found is None:
            return
        self._filter = found
        self._line.say(typed if found != NOTHING else "")
        self._list.focus()
        await self.refresh_view()

    @property
    def present(self) -> Present | None:
        row = self._list.current
        return trace_text.present(row.trace) if row is not None else None

    @property
    def narrowed(self) -> bool:
        """What another room asked to be shown is left by going back to it."""
        pinned = self._pinned is not None and not self.host.came_from
        return self._line.has_keys or bool(self._list.selected) or pinned or self._filter != NOTHING

    async def unwind(self) -> None:
        shown = self._list
        if self._line.has_keys:
            self._line.say("" if self._filter == NOTHING else self._line.typed)
            shown.focus()
        elif shown.selected:
            shown.selected.clear()
            shown.changed()
        elif self._pinned is not None or self._filter != NOTHING:
            self._pinned, self._filter = (None if self._filter == NOTHING else self._pinned), NOTHING
            self._line.say("")
            await self.refresh_view()

    def action_sort(self) -> None:
        present = self._order_shown
        choices = [(order.value, Content(trace_text.ORDERS[order])) for order in ListOrder]
        now = present.value if present else None
        self.pick("Sort by", choices, self._sort, at=now, now=now)

    async def _sort(self, chosen: str) -> None:
        if self._pinned is None:
            self._order = ListOrder(chosen)
        else:
            self._pinned_order = ListOrder(chosen)
        await self.refresh_view()

    @on(Titles.Chosen)
    async def _title_clicked(self, event: Titles.Chosen) -> None:
        """By this column; clicked again, the other way round."""
        event.stop()
        ways = [order for order in ListOrder if order.field == event.by]
        await self._sort(next(one for one in ways if one is not self._order_shown).value)

    def action_counts(self) -> None:
        if self._survey is None:
            self.host.tell(NOT_COUNTED)
            return

        async def narrow(chosen: Chosen | None) -> None:
            if chosen is not None:
                await self._narrow(narrowed(self._line.typed, *chosen))

        title = f"What {plural(self._survey.total, 'trace')} have in common"
        self.app.push_screen(CountsDialog(title, self._survey.facets, self._survey.total, trace_text.COUNTED), narrow)

    def action_spread(self) -> None:
        if self._survey is None:
            self.host.tell(NOT_COUNTED)
            return
        title = f"Latency and cost of {plural(self._survey.total, 'trace')}"
        limits = gate_limits.limits(self.view.gate.gate, From.TRACES)
        self.app.push_screen(SpreadDialog(title, self._survey.bars, limits))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("filter", "sort", "counts", "spread") and self._empty:
            return False
        return self._pinned is None if action in ("counts", "spread") else super().check_action(action, parameters)

    # -- the whole record -----------------------------------------------------------------------------------------------

    @on(TraceList.Opened)
    async def _open(self, event: TraceList.Opened) -> None:
        event.stop()
        row = self._list.current
        found = await self.host.search(traces.record, self.desk, row.trace.id) if row else None
        if found is not None:
            said = partial(trace_text.record, found.trace, found.raw, left=found.left)
            self.app.push_screen(ReadingDialog(f"Trace {found.trace.id}", lambda width: said(width=width)))
