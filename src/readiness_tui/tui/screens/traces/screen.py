"""All traces, newest first: filter them, read one, select several, make them a gap, evidence or an incident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.dates import parse_moment
from readiness_tui.domain.text.format import plural
from readiness_tui.services import traces
from readiness_tui.services.core.choices import choose
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, gaps
from readiness_tui.services.traces import TraceFilter
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.screens.traces import trace_text
from readiness_tui.tui.screens.traces.trace_list import TraceList
from readiness_tui.tui.screens.traces.window import PAGE, PageSide
from readiness_tui.tui.text import line

PANE = 110  # columns of the terminal from which the record stands beside the list
NOTHING = TraceFilter()
EMPTY = """\
No trace is imported yet.

Press i and name a log: JSON Lines with one request a line, or an export of OpenTelemetry, Langfuse, LangSmith, Phoenix
or MLflow. Proofs read it, the gate's latency and error rate can come from it, and incidents point at single requests."""


class TracesScreen(RoomScreen):
    ROOM = "traces"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="traces.filter", key_display="/", tooltip="Filter: words, status:fail, model:…, tool:…, error:…, prompt:…, day:…"),
        Binding("space", "select", "Select", id="traces.select", tooltip="Select the trace, to act on several at once"),
        Binding("g", "gap", "Gap", id="traces.gap", tooltip="Make the selected traces gaps"),
        Binding("e", "evidence", "Evidence", id="traces.evidence", tooltip="Attach the selected traces to an item as evidence"),
        Binding("n", "incident", "Incident", id="traces.incident", tooltip="Open an incident with the selected traces"),
        Binding("escape", "clear", "Clear", id="traces.clear", key_display="Esc", show=False, tooltip="Clear the selection, then the filter"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._filter = NOTHING
        self._pinned: tuple[tuple[str, ...], str] | None = None  # ids that another screen wants to be seen, and why
        self._shown: object = None  # what the list was read for; it is read again when that changes
        self._reading = False

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(id="summary")
            yield Static(id="errors")
            yield Input(
                id="filter",
                placeholder="words  status:fail  tool:refund_create  error:timeout  day:2026-11-21",
                compact=True,
            )
            with Horizontal(id="panes"):
                with Vertical(id="listed"):
                    yield Static(id="titles")
                    yield TraceList(id="list")
                    yield Static(id="place")
                with VerticalScroll(id="pane", can_focus=False):
                    yield Static(id="record")

    def on_mount(self) -> None:
        self.query_one("#filter").display = False

    @property
    def _list(self) -> TraceList:
        return self.query_one("#list", TraceList)

    # -- showing ----------------------------------------------------------------------------------------------------

    async def show(self, view: ReviewView) -> None:
        state = await self.host.search(traces.state, self.desk)
        wanted = (state, self._filter, self._pinned)
        if wanted != self._shown:
            self._shown = wanted
            self._load()
        self._layout()

    def point_at(self, what: str) -> None:
        self.point_at_many([what], "this trace")

    def point_at_many(self, ids: Sequence[str], why: str) -> None:
        self._pinned = (tuple(dict.fromkeys(ids)), why)
        self._filter = NOTHING

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        """The first page at once; how many there are, and of what kind, when that is counted."""
        wanted, pinned = self._filter, self._pinned
        shown = self._list
        shown.selected.clear()
        if pinned is not None:
            found = await self.host.search(traces.several, self.desk, pinned[0])
            rows, unknown = found if found else ([], ())
            shown.window.start(rows, whole=True)
            shown.changed()
            self._summarise(len(rows), None, None, unknown)
            return
        page = await self.host.search(traces.page, self.desk, wanted, limit=PAGE)
        shown.window.start(page or [])
        shown.changed()
        self._summarise(None, None, None)
        total = await self.host.search(traces.count, self.desk, wanted)
        shown.window.total = total
        self._show_place()
        outcomes = await self.host.search(traces.outcome_counts, self.desk, wanted)
        errors = await self.host.search(traces.error_counts, self.desk, wanted)
        self._summarise(total, outcomes, errors)

    def _summarise(
        self,
        total: int | None,
        outcomes: dict[str, int] | None,
        errors: dict[str, int] | None,
        unknown: Sequence[str] = (),
    ) -> None:
        summary, second = self.query_one("#summary", Static), self.query_one("#errors", Static)
        empty = total == 0 and self._pinned is None and self._filter == NOTHING
        self.query_one("#panes").display = second.display = not empty
        if empty:
            summary.update(Content(EMPTY))
            return
        if self._pinned is not None:
            lost = f" · {plural(len(unknown), 'id')} not imported: {', '.join(unknown[:3])}" if unknown else ""
            count = f"Only {plural(total or 0, 'trace')}: "
            summary.update(Content.assemble((count, "bold $text-accent"), line(self._pinned[1] + lost)))
            second.update(Content.styled("Esc shows all traces again", "$foreground-muted"))
            return
        narrowed = "" if self._filter == NOTHING else " meet the filter"
        head = "counting …" if total is None else f"{plural(total, 'trace')}{narrowed}"
        parts: list[Content] = [Content.styled(head, "bold")]
        if outcomes:
            parts += [Content("  "), trace_text.outcome_line(outcomes)]
        summary.update(Content("").join(parts))
        second.update(Content("") if errors is None else trace_text.error_line(errors))

    def _layout(self) -> None:
        """Beside each other where there is room; the titles in the list's present width."""
        self.query_one("#pane").display = self.app.size.width >= PANE
        self.call_after_refresh(self._titles)

    def _titles(self) -> None:
        self.query_one("#titles", Static).update(
            Content.styled("  " + trace_text.header(max(self._list.size.width - 2, 20)), "bold")
        )

    def on_resize(self) -> None:
        self._layout()

    def _show_place(self) -> None:
        window = self._list.window
        total = "…" if window.total is None else f"{window.total:,}"
        selected = f" · {len(self._list.selected)} selected" if self._list.selected else ""
        text = f"{window.cursor + 1:,} of {total}{selected}" if window.rows else "nothing meets this"
        self.query_one("#place", Static).update(line(text, "$foreground-muted"))

    @on(TraceList.Highlighted)
    def _highlighted(self, event: TraceList.Highlighted) -> None:
        event.stop()
        self._show_place()
        if self.query_one("#pane").display:
            row = self._list.current
            self.query_one("#record", Static).update(trace_text.record(row.trace) if row else "")
            self.query_one("#pane").scroll_home(animate=False)

    # -- reading on ---------------------------------------------------------------------------------------------------

    @on(TraceList.Wanted)
    def _wanted(self, event: TraceList.Wanted) -> None:
        event.stop()
        if not self._reading:
            self._reading = True
            self._extend(event.side)

    @work(group="extend")
    async def _extend(self, side: PageSide) -> None:
        """One more page beyond an edge of what is read."""
        window, shown = self._list.window, self._shown
        edge = window.rows[-1 if side is PageSide.AFTER else 0].cursor
        where: dict[str, Any] = {side.value: edge}
        try:
            page = await self.host.search(traces.page, self.desk, self._filter, limit=PAGE, **where)
        finally:
            self._reading = False
        if page is not None and shown == self._shown:
            window.extend(page, side)
            self._list.changed()

    @on(TraceList.End)
    def _to_end(self, event: TraceList.End) -> None:
        event.stop()
        self._jump(event.which)

    @work(exclusive=True, group="load")
    async def _jump(self, which: str) -> None:
        window, wanted = self._list.window, self._filter
        if which == "top":
            total = window.total
            window.start(await self.host.search(traces.page, self.desk, wanted, limit=PAGE) or [])
            window.total = window.total if window.total is not None else total
        else:
            total = window.total
            if total is None:
                total = await self.host.search(traces.count, self.desk, wanted) or 0
            window.finish(
                await self.host.search(traces.page, self.desk, wanted, before=traces.BOTTOM, limit=PAGE) or [], total
            )
        self._list.changed()

    # -- filtering and selecting ----------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    @on(Input.Submitted, "#filter")
    async def _filtered(self, event: Input.Submitted) -> None:
        event.stop()
        found = await self.host.search(traces.parse_filter, self.desk, event.value)
        if found is None:
            return
        self._filter, self._pinned = found, None
        if found == NOTHING:
            self._hide_filter()
        self._list.focus()
        await self.refresh_view()

    async def action_clear(self) -> None:
        field, shown = self.query_one("#filter", Input), self._list
        if field.has_focus:
            if self._filter == NOTHING:
                self._hide_filter()
            shown.focus()
        elif shown.selected:
            shown.selected.clear()
            shown.changed()
        elif self._pinned is not None or self._filter != NOTHING:
            self._pinned, self._filter = None, NOTHING
            self._hide_filter()
            await self.refresh_view()

    def _hide_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.value = ""
        field.display = False

    def action_select(self) -> None:
        self._list.toggle()
        self._show_place()

    @property
    def _chosen(self) -> list[Trace]:
        """The selected traces, else the highlighted one."""
        shown = self._list
        if shown.selected:
            return list(shown.selected.values())
        return [shown.current.trace] if shown.current else []

    # -- acting -----------------------------------------------------------------------------------------------------

    @on(TraceList.Opened)
    async def _open(self, event: TraceList.Opened) -> None:
        event.stop()
        row = self._list.current
        found = await self.host.search(traces.record, self.desk, row.trace.id) if row else None
        if found is not None:
            self.app.push_screen(ReadingDialog(f"Trace {found[0].id}", trace_text.record(*found)))

    def action_gap(self) -> None:
        chosen = self._chosen
        if not chosen:
            return
        levels = [level.value for level in Severity]
        first = chosen[0]

        def save(values: Values) -> None:
            severity = values["severity"].lower()
            level = Severity(severity) if severity in levels else Severity.MAJOR
            for trace in chosen:
                gaps.mark(self.desk, "trace", trace.id, values["title"], level)

        self.ask(
            f"Make {names(chosen)} a gap",
            [
                Field("title", "What is not good enough", (first.error or first.question or first.id)[:120]),
                Field("severity", "Severity", Severity.MAJOR.value, choices=levels),
            ],
            save,
            intro="It lives on across reviews until somebody closes it. Owner and date are set under Gaps.",
        )

    def action_evidence(self) -> None:
        view, chosen = self.view, self._chosen
        if not chosen:
            return
        ids = [item.id for item in view.items]

        def save(values: Values) -> None:
            typed = values["item"].upper()
            for trace in chosen:
                assess.attach(self.desk, [typed], EvidenceKind.TRACE, trace.id)

        self.ask(
            f"Attach {names(chosen)} as evidence",
            [Field("item", "To which item?", hint="for example OBS-04", choices=ids)],
            save,
        )

    def action_incident(self) -> None:
        chosen = self._chosen
        if not chosen:
            return
        times = [trace.started_at for trace in chosen if trace.started_at is not None]
        started = f"{min(times):%Y-%m-%d %H:%M}" if times else ""
        levels = [level.value for level in Sev]

        opened: list[Incident] = []

        def save(values: Values) -> None:
            severity = choose(Sev, values["severity"], "a severity")
            at = parse_moment(values["started"], self.desk.now()) if values["started"] else None
            ids = [trace.id for trace in chosen]
            opened.append(edit.create(self.desk, values["title"], severity, started=at, traces=ids))

        async def then(done: bool | None) -> None:
            if done and opened:
                await self.host.go_to(f"incident/{opened[0].number}")
                self.host.tell(f"{opened[0].name} is open. b says what changed before it.")

        form = FormDialog(
            f"Open an incident with {names(chosen)}",
            [
                Field("title", "What happened?", (chosen[0].error or "")[:120]),
                Field("severity", "Severity", Sev.SEV3.value, choices=levels),
                Field("started", "Started (UTC)", started, hint="2026-11-21 08:40, 08:40 or now"),
            ],
            self.submitter(save),
        )
        self.app.push_screen(form, then)


def names(chosen: Sequence[Trace]) -> str:
    """ "trace-0418" or "trace-0418 and 3 more"."""
    return chosen[0].id + (f" and {len(chosen) - 1} more" if len(chosen) > 1 else "")
