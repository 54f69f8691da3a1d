"""Incidents: the open ones first, each with its note; annotated as they happen, written up, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.incidents.search import FoundIncident, Wanted
from readiness_tui.domain.text.format import plural
from readiness_tui.reports.incident_md import incident_markdown
from readiness_tui.services import explanation
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.incidents import read
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.incidents import incident_text, trends_text
from readiness_tui.tui.screens.incidents.actions import IncidentActions
from readiness_tui.tui.screens.incidents.facts import IncidentFacts
from readiness_tui.tui.screens.incidents.files import IncidentFiles
from readiness_tui.tui.screens.incidents.links import IncidentLinks
from readiness_tui.tui.screens.incidents.note import IncidentNote
from readiness_tui.tui.screens.incidents.note_dialog import NoteDialog
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.still import BESIDE, WhenStill
from readiness_tui.tui.text import line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.opening_list import OpeningList
from readiness_tui.tui.widgets.pane import Pane
from readiness_tui.tui.widgets.steady import replace_text

FEATURES = (IncidentFacts, IncidentNote, IncidentActions, IncidentLinks, IncidentFiles)


class IncidentsScreen(RoomScreen):
    ROOM = "incidents"
    LEGEND = """\
sev1 is the worst, sev4 the least   ✗ open   ✓ closed   ◐ in progress
The days at the right: how long it is open, or when it was closed"""
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#incidents"
    BINDINGS = [
        *(binding for feature in FEATURES for binding in feature.BINDINGS),
        Binding("slash", "search", "Find", id="incidents.search", key_display="/", tooltip="Find: words, is:open, is:overdue, sev:2, class:tool"),
        Binding("z", "filter", "Open only", id="incidents.filter", show=False, tooltip="Only the open ones, or all"),
        Binding("r", "trends", "Trends", id="incidents.trends", show=False, tooltip="All incidents together: how long they took, what recurs, what is late"),
        Binding("space", "next", "Next", id="incidents.next", show=False, tooltip="Go to the next open incident"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.own(*(feature(self, lambda: self.incident) for feature in FEATURES))
        self._found: dict[str, FoundIncident] = {}
        self._filter = read.NO_FILTER
        self._wanted: str | None = None
        self._beside = WhenStill(self, BESIDE)

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            with Horizontal(id="search-line"):
                yield Input(id="search", placeholder="words  is:open  is:overdue  sev:2  class:tool", compact=True)
                yield Static(id="search-count")
            yield from self._panes()

    def _panes(self) -> ComposeResult:
        with Container(id="panes"):
            yield OpeningList(id="incidents", noun="incidents", fitted=True)
            with Pane(id="detail"):
                yield Static(id="incident")

    def on_mount(self) -> None:
        self.query_one("#search-line").display = False

    async def show(self, view: ReviewView) -> None:
        found = await self.host.look(read.found, self.desk, self._filter) or []
        if self._wanted and self._wanted not in {str(one.incident.number) for one in found}:
            # Asked for by name: shown in spite of the filter.
            found += [
                one
                for one in await self.host.look(read.found, self.desk) or []
                if str(one.incident.number) == self._wanted
            ]
        self._found = {str(one.incident.number): one for one in found}
        narrow = self._filter != read.NO_FILTER
        self.query_one("#search-line").display = narrow or self.query_one("#search").has_focus
        total = plural(len(view.facts.incidents), "incident")
        said = f"{len(found):,} of {total} · Esc shows all" if narrow else ""
        self.query_one("#search-count", Static).update(line(said))
        listed = self.query_one("#incidents", OpeningList)
        listed.display = bool(self._found)
        width = listed.scrollable_content_region.width or self.size.width - 2
        listed.refill(
            [
                Option(incident_text.list_line(one.incident, view.as_of, width), id=number)
                for number, one in self._found.items()
            ],
            wanted=self._wanted,
        )
        self._wanted = None
        self._show_detail()
        self.refresh_bindings()

    @property
    def place(self) -> str:
        return "incidents filtered" if self._filter != read.NO_FILTER and not self._found else self.ROOM

    def explained_here(self) -> Sequence[explanation.Subject]:
        one = self.incident
        return (*(explanation.incident(self.view, str(one.number)) if one else ()), *explanation.figures(self.view)[:1])

    def point_at(self, what: str) -> None:
        self._wanted = what.removeprefix("INC-")

    @property
    def incident(self) -> Incident | None:
        found = self._current
        return None if found is None else found.incident

    @property
    def _current(self) -> FoundIncident | None:
        return self._found.get(self.query_one("#incidents", OpeningList).current or "") if self._found else None

    @on(OptionList.OptionHighlighted, "#incidents")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._beside.ask(self._show_other)

    @on(OptionList.OptionSelected, "#incidents")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()

    def _show_other(self) -> None:
        self._show_detail()
        self.query_one("#detail").scroll_home(animate=False)

    def _show_detail(self) -> None:
        view, found = self.view, self._current
        shown = self.query_one("#incident", Static)
        if found is None:
            shown.update(empty_text(self.place, self))
        else:
            width = self.query_one("#detail").scrollable_content_region.width or self.size.width - 4
            replace_text(shown, incident_text.detail(view, found.incident, width, found.hits))

    @property
    def present(self) -> Present | None:
        one = self.incident
        if one is None:
            return None
        return Present(
            one.name, f"{one.name} {one.severity} {one.title}", [*one.fields.values(), *(e.text for e in one.timeline)]
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._found) if action in ("open", "next") else super().check_action(action, parameters)

    def action_open(self) -> None:
        if self.incident is not None:
            self.app.push_screen(NoteDialog(incident_markdown(self.incident, self.view.as_of)))

    async def action_filter(self) -> None:
        await self._narrow(replace(self._filter, open=not self._filter.open))

    def action_search(self) -> None:
        field = self.query_one("#search", Input)
        self.query_one("#search-line").display = True
        field.focus()

    @on(Input.Submitted, "#search")
    async def _searched(self, event: Input.Submitted) -> None:
        event.stop()
        wanted = await self.host.fetch(read.parse_filter, event.value)
        if wanted is not None:
            await self._narrow(wanted)

    @property
    def narrowed(self) -> bool:
        return self.query_one("#search-line").display or self._filter != read.NO_FILTER

    async def unwind(self) -> None:
        self.query_one("#search", Input).value = ""
        await self._narrow(read.NO_FILTER)

    async def _narrow(self, wanted: Wanted) -> None:
        self._filter = wanted
        await self.refresh_view()
        # Without a row the list does not show, and what does not show cannot take keys.
        (self.query_one("#incidents") if self._found else self.query_one("#detail")).focus()

    async def action_trends(self) -> None:
        found = await self.host.look(read.summed_up, self.desk)
        if found is not None:
            self.app.push_screen(ReadingDialog("All incidents together", trends_text.trends(found)))

    def action_next(self) -> None:
        if not self.query_one("#incidents", OpeningList).pick_next(lambda number: self._found[number].incident.open):
            self.host.tell("No incident is open.")
