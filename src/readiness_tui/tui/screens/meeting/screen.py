"""Meeting mode: one item at a time, large; an agenda, a clock for the item and for the hour."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from readiness_tui.domain.verdict.agenda import agenda
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import gaps, meeting
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.checklists import item_text
from readiness_tui.tui.screens.checklists.scoring import Scoring
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import column, join, line
from readiness_tui.tui.widgets.clickable import Clickable

HOUR = 60


class MeetingScreen(RoomScreen):
    """Scores like Checklists, on the agenda's present item alone."""

    ROOM = "meeting"
    LEGEND = "[2] what the item stands at   claimed counts at most 1   evidenced, proven count in full"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        *Scoring.BINDINGS,
        Binding("escape,q", "leave", "Leave", id="meeting.leave", key_display="Esc", tooltip="Leave meeting mode"),
        Binding("right,space,enter", "step(1)", "Next", id="meeting.next", key_display="Space", tooltip="The next item of the agenda"),
        Binding("left", "step(-1)", "Back", id="meeting.back", show=False, tooltip="The item before"),
        Binding("p", "people", "People", id="meeting.people", show=False, tooltip="Who is here: typed once, owners by initial"),
        Binding("down", "scroll(1)", "Down", id="meeting.down", show=False, tooltip="Scroll the item"),
        Binding("up", "scroll(-1)", "Up", id="meeting.up", show=False, tooltip="Scroll back"),
        Binding("pagedown", "scroll(10)", "Page down", id="meeting.page_down", show=False, tooltip="Scroll a page of the item"),
        Binding("pageup", "scroll(-10)", "Page up", id="meeting.page_up", show=False, tooltip="Scroll a page back"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.scoring = Scoring(self, lambda: self.item_id)
        self.own(self.scoring)
        self._agenda: tuple[tuple[str, str], ...] = ()
        self._position = 0
        self._began: datetime | None = None
        self._item_began: datetime | None = None
        self._people: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(id="clock")
        with VerticalScroll(id="stage", can_focus=False):
            yield Clickable(id="item")
        yield Static(id="consequence")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self._began = self._item_began = self._now()
        self.set_interval(10, self._show_clock)

    async def show(self, view: ReviewView) -> None:
        if not self._agenda:
            # Fixed when the meeting starts: an item does not slip away the moment it is scored.
            self._agenda = agenda(view.judgement.standings)
            self._people = await self.host.fetch(meeting.attendees, self.desk, view.review.reviewers) or ()
        self._show_clock()
        self.show_item()

    def _now(self) -> datetime:
        return self.desk.now()

    def _show_clock(self) -> None:
        view = self.view
        if self._began is None or self._item_began is None:
            return
        hour = int((self._now() - self._began).total_seconds() // 60)
        item = int((self._now() - self._item_began).total_seconds() // 60)
        verdict = view.judgement.verdict
        left = self._left(view)
        settled = sum(1 for item, _ in self._agenda if item not in left)
        place = f"{self._position + 1} of {len(self._agenda)}" if self._agenda else "agenda empty"
        head = join(
            Content.styled(f"MEETING  {place}", "bold"),
            f" · {settled} settled" if settled else "",
            f"   item {item} min · {hour} of {HOUR} min   ",
            Content.styled(str(verdict), glyphs.VERDICT_STYLE[verdict]),
        )
        people = ", ".join(self._people) or "who is here? p"
        room = self.size.width - 5 - head.cell_length
        self.query_one("#clock", Static).update(join(head, "   ", column(people, max(room, 0), "$foreground-muted")))

    @staticmethod
    def _left(view: ReviewView) -> frozenset[str]:
        """The items that still need the meeting."""
        return frozenset(item for item, _ in agenda(view.judgement.standings))

    @property
    def item_id(self) -> str | None:
        return self._agenda[self._position][0] if self._position < len(self._agenda) else None

    @property
    def present(self) -> Present | None:
        standing = self.scoring.standing
        return item_text.present(self.view, standing) if standing else None

    def show_item(self) -> None:
        view, standing = self.view, self.scoring.standing
        shown = self.query_one("#item", Static)
        if standing is None:
            shown.update(Content("Nothing is left on the agenda: every item is decided and undisputed.\n\nEsc leaves."))
            self.query_one("#consequence", Static).update("")
            return
        reason = self._agenda[self._position][1]
        gap = view.gaps.get(self.scoring.gap_key or "")
        text = item_text.detail(view, standing, view.dossier(standing.item.id), gap)
        done = "" if standing.item.id in self._left(view) else f"   {glyphs.DONE.glyph} settled"
        head = join(line(f"On the agenda: {reason}", "$text-accent"), Content.styled(done, glyphs.DONE.style))
        shown.update(Content("\n").join([head, Content(""), text]))
        self.query_one("#stage").scroll_home(animate=False)
        self.scoring.consequences.show(standing.item.id)

    def action_step(self, by: int) -> None:
        if self._agenda:
            self._position = (self._position + by) % len(self._agenda)
            self._item_began = self._now()
            self._show_clock()
            self.show_item()

    def action_scroll(self, by: int) -> None:
        self.query_one("#stage").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        self.app.pop_screen()

    def action_people(self) -> None:
        async def save(values: Values) -> str | None:
            refusal = await self.host.attempt(meeting.set_attendees, self.desk, values["names"])
            self._people = await self.host.fetch(meeting.attendees, self.desk, ()) or ()
            self._show_clock()
            return refusal

        self.ask_with("Who is here?", [Field("names", "Names, separated by commas", ", ".join(self._people))], save)

    def action_owner(self) -> None:
        """Owner by initial: one letter is enough where one attendee has it."""
        key = self.scoring.gap_key
        view = self.view
        if key is None or key not in view.gaps or not view.gaps[key].state.live:
            self.scoring.action_owner()
            return
        people = self._people

        def save(values: Values) -> None:
            typed = values["owner"]
            matches = meeting.by_initial(people, typed) if len(typed) == 1 else ()
            gaps.set_owner(self.desk, key, matches[0] if len(matches) == 1 else typed)

        self.ask(
            f"Owner of {self.item_id}", [Field("owner", "Initial or name", view.gaps[key].owner, choices=people)], save
        )
