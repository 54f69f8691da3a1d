"""The requests around an incident, over the whole screen: what changed and when, taken into the note with a key."""

from __future__ import annotations

from datetime import datetime

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.incidents.what_changed import ChangedPart
from readiness_tui.domain.text.dates import parse_moment
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit, traces
from readiness_tui.services.incidents.traces import Around
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.host import host
from readiness_tui.tui.screens.incidents import around_text
from readiness_tui.tui.text import join, line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.pick_list import PickList, finding

_UNSURE = 12  # differences that chance may explain which are listed; the others moved less


class AroundDialog(ClosesItself, ModalScreen[None]):
    """Reads the requests in a thread; each line that is taken is saved at once."""

    guide = "Around an incident"  # for F1
    CSS_PATH = "around.tcss"
    BINDINGS = [
        Binding("enter", "take", "Take", id="around.take", key_display="Enter", priority=True, tooltip="Write this line into the note"),
        Binding("space", "next", "Next", id="around.next", show=False, tooltip="Go to the next line that is not taken"),
        Binding("t", "time", "Time", id="around.time", tooltip="Compare around another time, or over more hours"),
        Binding("g", "example", "Example", id="around.example", tooltip="Show a request of the new state"),
        Binding("escape,q", "leave", "Leave", id="around.leave", key_display="Esc", tooltip="Back to the incident"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, incident: Incident) -> None:
        super().__init__()
        self._desk = desk
        self._incident = incident
        self._found: Around | None = None
        self._at: datetime | None = None
        self._hours: float | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="around"):
            yield Static(id="around-title")
            yield Static("reading the traces …", id="sparklines")
            yield Static(id="around-head")
            yield PickList(id="proposals", noun="lines")
            yield Static(around_text.RANKED, id="ranked", classes="muted")
            yield KeyFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "take" or not finding(self)  # Enter in the line of `/` goes to what was found

    def on_mount(self) -> None:
        self.query_one("#proposals").focus()
        self._read()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    @work(exclusive=True, group="around")
    async def _read(self) -> None:
        given = {} if self._hours is None else {"hours": self._hours}
        found = await host(self).search(traces.around, self._desk, self._incident.number, at=self._at, **given)
        if found is None:
            if self._found is None:
                self.dismiss(None)
            return
        self._found = found
        self._show()

    def _show(self, wanted: str | None = None) -> None:
        found, incident = self._found, self._incident
        self.query_one("#around-title", Static).update(line(f"{incident.name}  {incident.title}", "bold"))
        if found is None:
            return
        self.query_one("#sparklines", Static).update(around_text.sparklines(found))
        self.query_one("#around-head", Static).update(around_text.head(found))
        listed = self.query_one("#proposals", PickList)
        width = listed.scrollable_content_region.width or self.size.width - 2
        listed.refill(self._options(found, width), wanted=wanted)

    def _options(self, found: Around, width: int) -> list[Option]:
        sure = [(f"change/{place}", change) for place, change in enumerate(found.changes) if change.sure]
        unsure = [(f"change/{place}", change) for place, change in enumerate(found.changes) if not change.sure]
        rows = [Option(around_text.changes_heading(found), disabled=True)]

        def add(listed: list[tuple[str, ChangedPart]]) -> None:
            for key, change in listed:
                taken = traces.in_note(self._incident, change)
                rows.append(Option(around_text.change_line(change, width, taken=taken), id=key))

        add(sure)
        if unsure:
            more = f", {len(unsure) - _UNSURE} more moved less" if len(unsure) > _UNSURE else ""
            said = join(Content.styled("COULD BE CHANCE", "bold"), Content.styled(more, "$foreground-muted"))
            rows.append(Option(said, disabled=True))
            add(unsure[:_UNSURE])
        rows += [Option(text, disabled=True) for text in around_text.lines_heading(found)]
        for place, proposed in enumerate(found.lines):
            taken = traces.in_timeline(self._incident, proposed)
            rows.append(Option(around_text.line_line(proposed, width, taken=taken), id=f"line/{place}"))
        return rows

    @on(OptionList.OptionSelected)
    async def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.action_take()

    async def action_take(self) -> None:
        found, key = self._found, self.query_one("#proposals", PickList).current
        if found is None or key is None:
            return
        kind, _, place = key.partition("/")
        number = self._incident.number
        if kind == "change":
            done = await host(self).act(traces.accept_change, self._desk, number, found.changes[int(place)])
        else:
            done = await host(self).act(traces.accept_line, self._desk, number, found.lines[int(place)])
        fresh = await host(self).fetch(edit.get, self._desk, number) if done else None
        if fresh is not None:
            self._incident = fresh
            self._show()
            self.action_next()

    def action_next(self) -> None:
        found = self._found
        if found is None:
            return

        def open_(key: str) -> bool:
            kind, _, place = key.partition("/")
            if kind == "change":
                return not traces.in_note(self._incident, found.changes[int(place)])
            return not traces.in_timeline(self._incident, found.lines[int(place)])

        self.query_one("#proposals", PickList).pick_next(open_)

    async def action_example(self) -> None:
        found, key = self._found, self.query_one("#proposals", PickList).current or ""
        kind, _, place = key.partition("/")
        trace = found.changes[int(place)].trace if found is not None and kind == "change" else ""
        if not trace:
            host(self).tell("This line has no single request to show.")
            return
        self.dismiss(None)
        await host(self).show_traces([trace], f"the new state, found for {self._incident.name}")

    def action_time(self) -> None:
        found = self._found
        if found is None:
            return

        async def submit(values: Values) -> str | None:
            try:
                hours = float(values["hours"])
                at = parse_moment(values["at"], self._desk.now())
            except ValueError:
                return f"“{values['hours']}” is not a number of hours. Type for example 24."
            except ReadinessError as refusal:
                return str(refusal)
            self._at, self._hours = at, hours
            self._read()
            return None

        self.app.push_screen(
            FormDialog(
                "Compare the requests before and after a time",
                [
                    Field("at", "Time, in UTC", f"{found.at:%Y-%m-%d %H:%M}", hint="2026-11-21 14:05, 14:05 or now"),
                    Field("hours", "Hours on each side", f"{found.hours:g}"),
                ],
                submit,
                intro="The time after it ends early where the incident was mitigated.",
                save="Compare",
            )
        )

    def action_leave(self) -> None:
        self.dismiss(None)
