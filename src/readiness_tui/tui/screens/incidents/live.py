"""Live notes: a line that stays open while an incident runs. Enter writes it down, and the next one can be typed."""

from __future__ import annotations

from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit, links, log
from readiness_tui.services.incidents.links import Candidate
from readiness_tui.tui.autosave import Autosave, Typed
from readiness_tui.tui.host import host
from readiness_tui.tui.screens.incidents import live_text
from readiness_tui.tui.text import line, safe
from readiness_tui.tui.texts.places import empty_sentence, empty_text
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.note_line import NoteLine


async def open_live(over: Screen[Any], desk: Desk) -> None:
    """Live notes over what is shown, for the worst incident that is not over."""
    found = await host(over).fetch(edit.listed, desk) or []
    open_ = [incident for incident in found if incident.open]
    running = [incident for incident in open_ if incident.resolved is None] or open_
    if running:
        await over.app.push_screen(LiveNotes(desk, running[0]))
    else:
        host(over).tell(empty_sentence("live", over))


class LiveNotes(ClosesItself, ModalScreen[None]):
    """Lies over the lower part of whatever room one is in. Half a line is a draft within a second."""

    guide = "Live notes"  # for F1
    CSS_PATH = "live.tcss"
    AUTO_FOCUS = "#live-line"
    BINDINGS = [
        Binding("enter", "write", "Write down", id="live.write", key_display="Enter", priority=True, tooltip="Write the line down"),
        Binding("tab", "complete", "Complete", id="live.complete", priority=True, tooltip="Take the proposal that is highlighted"),
        Binding("down", "choose(1)", "Next proposal", id="live.down", show=False, priority=True, tooltip="The next proposal"),
        Binding("up", "choose(-1)", "Proposal before", id="live.up", show=False, priority=True, tooltip="The proposal before"),
        Binding("ctrl+o", "other", "Other incident", id="live.other", tooltip="Write to the next open incident"),
        Binding("escape", "leave", "Leave", id="live.leave", key_display="Esc", tooltip="Leave; half a line is kept"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, incident: Incident) -> None:
        super().__init__()
        self._desk = desk
        self._incident = incident
        self._candidates: list[Candidate] = []
        self._autosave = Autosave(self, self._keep, lambda sentence: host(self).complain(sentence), self._unsaved)

    @property
    def _line(self) -> NoteLine:
        return self.query_one(NoteLine)

    def compose(self) -> ComposeResult:
        with Vertical(id="live"):
            yield Static(id="live-title")
            yield Static(id="live-entries")
            yield OptionList(id="live-proposals", compact=True)
            yield NoteLine(id="live-line", placeholder="what happens   @ links   / commands   14:05 in front backdates")
            yield Static(id="live-reading")
            yield KeyFooter()

    async def on_mount(self) -> None:
        proposals = self.query_one("#live-proposals", OptionList)
        proposals.can_focus = proposals.display = False
        await self._open(self._incident)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    async def _open(self, incident: Incident) -> None:
        self._incident = incident
        draft = await host(self).fetch(drafts.kept, self._desk, self._draft)
        self._line.put(draft.text if draft else "")
        self._draw()
        if draft:
            self._say(Content.styled("kept from before; Enter writes it down", "$text-warning"))

    @property
    def _draft(self) -> str:
        return f"incident/{self._incident.number}/live"

    def _unsaved(self) -> Typed | None:
        text = self._line.whole
        return Typed(f"Live notes of {self._incident.name}", text) if text.strip() else None

    def _keep(self, text: str) -> None:
        drafts.keep(self._desk, self._draft, text)

    def _draw(self) -> None:
        shown = self.query_one("#live-entries", Static)
        width = max(self.size.width - 4, 20)
        self.query_one("#live-title", Static).update(live_text.title(self._incident, self._desk, width))
        if self._incident.timeline:
            shown.update(live_text.entries(self._incident, self._desk, width, 6 if self.size.height < 30 else 12))
        else:
            shown.update(empty_text("live notes", self))

    def _say(self, said: Content) -> None:
        self.query_one("#live-reading", Static).update(said)

    # -- typing -------------------------------------------------------------------------------------------------------

    @on(Input.Changed, "#live-line")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._autosave.changed(self._line.whole)
        self._say(live_text.reading(event.value, self._desk))
        self._propose()

    @work(exclusive=True, group="propose")
    async def _propose(self) -> None:
        """Names are looked up in a thread; typing goes on meanwhile."""
        field = self._line
        typed = field.value, field.cursor_position
        found = await host(self).search(links.complete, self._desk, *typed, self._incident)
        if typed != (field.value, field.cursor_position):
            return
        self._candidates = found or []
        proposals = self.query_one("#live-proposals", OptionList)
        proposals.display = bool(self._candidates)
        proposals.set_options(Option(live_text.candidate(one)) for one in self._candidates)
        proposals.highlighted = 0 if self._candidates else None

    def action_choose(self, by: int) -> None:
        proposals = self.query_one("#live-proposals", OptionList)
        if self._candidates:
            proposals.highlighted = ((proposals.highlighted or 0) + by) % len(self._candidates)

    def action_complete(self) -> None:
        chosen = self.query_one("#live-proposals", OptionList).highlighted
        if self._candidates and chosen is not None:
            candidate, field = self._candidates[chosen], self._line
            field.replace(candidate.insert, candidate.start, field.cursor_position)
            field.cursor_position = candidate.start + len(candidate.insert)

    # -- writing down -------------------------------------------------------------------------------------------------

    async def action_write(self) -> None:
        typed = self._line.whole
        if not typed.strip():
            return
        await self._autosave.flush()
        try:
            noted = await host(self).serve(log.note_line, self._desk, self._incident.number, typed)
            await host(self).serve(drafts.clear, self._desk, self._draft)
        except ReadinessError as refusal:
            self._say(safe(str(refusal), "$text-error"))
            return
        self._incident = noted.incident
        await self._autosave.forget()
        field = self._line
        with field.prevent(Input.Changed):
            field.put("")
        self.query_one("#live-proposals", OptionList).display = False
        self._candidates = []
        self._draw()
        self._say(live_text.noted(noted))
        await host(self).reload()

    async def action_other(self) -> None:
        found = await host(self).fetch(edit.listed, self._desk) or []
        open_ = [incident for incident in found if incident.open]
        numbers = [incident.number for incident in open_]
        if len(open_) < 2:
            self._say(line("No other incident is open.", "$foreground-muted"))
            return
        await self._autosave.flush()
        here = numbers.index(self._incident.number) if self._incident.number in numbers else -1
        await self._open(open_[(here + 1) % len(open_)])

    async def action_leave(self) -> None:
        await self._autosave.flush()
        self.dismiss(None)
