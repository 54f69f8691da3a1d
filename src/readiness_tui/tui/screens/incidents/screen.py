"""Incidents: the open ones first, each with its note; annotated as they happen, written up, closed."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.incident import Incident
from readiness_tui.services import incidents, printing
from readiness_tui.services.view import ReviewView
from readiness_tui.tui.screens.incidents import incident_text
from readiness_tui.tui.screens.incidents.acting import ActingKeys
from readiness_tui.tui.screens.incidents.happening import HappeningKeys
from readiness_tui.tui.screens.incidents.linking import LinkingKeys
from readiness_tui.tui.screens.incidents.note_dialog import NoteDialog
from readiness_tui.tui.screens.incidents.noting import NotingKeys
from readiness_tui.tui.widgets.opening_list import OpeningList

_NEEDS_ONE = frozenset({"open", "log", "time", "write", "act", "finish", "status", "retitle", "classify", "link",
                        "case", "around", "traces", "export", "next"})  # fmt: skip


class IncidentsScreen(LinkingKeys, ActingKeys, NotingKeys, HappeningKeys):  # the footer's order is the other way round
    ROOM = "incidents"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#incidents"
    BINDINGS = [
        Binding("z", "filter", "Open only", id="incidents.filter", show=False, tooltip="Only the open ones, or all"),
        Binding("space", "next", "Next", id="incidents.next", show=False, tooltip="Go to the next open incident"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, Incident] = {}
        self._only_open = False
        self._wanted: str | None = None

    def body(self) -> ComposeResult:
        with Container(id="body"):
            yield OpeningList(id="incidents", compact=True)
            with VerticalScroll(id="detail"):
                yield Static(id="incident")

    async def show(self, view: ReviewView) -> None:
        found = await self.fetch(incidents.listed, self.desk) or []
        self._found = {
            str(incident.number): incident
            for incident in found
            if incident.open or not self._only_open or str(incident.number) == self._wanted
        }
        listed = self.query_one("#incidents", OpeningList)
        listed.display = bool(self._found)
        width = listed.scrollable_content_region.width or self.size.width - 2
        listed.refill(
            [
                Option(incident_text.list_line(incident, view.as_of, width), id=number)
                for number, incident in self._found.items()
            ],
            wanted=self._wanted,
        )
        self._wanted = None
        self._show_detail()
        self.refresh_bindings()

    def point_at(self, what: str) -> None:
        self._wanted = what.removeprefix("INC-")

    @property
    def incident(self) -> Incident | None:
        return self._found.get(self.query_one("#incidents", OpeningList).current or "")

    @on(OptionList.OptionHighlighted, "#incidents")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_detail()
        self.query_one("#detail").scroll_home(animate=False)

    @on(OptionList.OptionSelected, "#incidents")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()

    def _show_detail(self) -> None:
        view, incident = self.readiness.view, self.incident
        if view is None:
            return
        shown = self.query_one("#incident", Static)
        if incident is None:
            shown.update(incident_text.empty(view.review.system, only_open=self._only_open))
        else:
            width = self.query_one("#detail").scrollable_content_region.width or self.size.width - 4
            shown.update(incident_text.detail(view, incident, width))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in _NEEDS_ONE or bool(self._found)

    def action_open(self) -> None:
        view, incident = self.readiness.view, self.incident
        if view is not None and incident is not None:
            self.app.push_screen(NoteDialog(printing.incident_note(incident, view.as_of)))

    async def action_filter(self) -> None:
        self._only_open = not self._only_open
        await self.refresh_view()

    def action_next(self) -> None:
        if not self.query_one("#incidents", OpeningList).pick_next(lambda number: self._found[number].open):
            self.readiness.tell("No incident is open.")
