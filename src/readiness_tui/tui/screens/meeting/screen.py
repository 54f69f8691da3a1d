"""Meeting mode: one item at a time, large; an agenda, a clock for the item and for the hour; what was decided last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from readiness_tui.domain.verdict.agenda import AgendaPoint, agenda, pace
from readiness_tui.domain.verdict.decision import Decision, Topic
from readiness_tui.domain.verdict.gap import called
from readiness_tui.reports.atomic import write_text
from readiness_tui.reports.decisions import decisions_markdown
from readiness_tui.services import explanation
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import assess, meeting, people
from readiness_tui.services.review.decisions import decisions
from readiness_tui.tui.dialogs.export import ask_where
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.checklists import item_text
from readiness_tui.tui.screens.checklists.remark_form import ask_promise, ask_shown
from readiness_tui.tui.screens.checklists.scoring import Scoring
from readiness_tui.tui.screens.meeting import meeting_text
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import line
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.widgets.clickable import Clickable
from readiness_tui.tui.widgets.key_lines import KeyLines


@dataclass(frozen=True, slots=True)
class Stop:
    """What is on the screen at once: an item of a point, or a point without one. `group`: items that share its gap."""

    point: AgendaPoint
    item: str | None


def _scoring_keys() -> list[BindingType]:
    """The keys of scoring, but for the one that meeting mode has its own use for."""
    return [one for one in Scoring.BINDINGS if not (isinstance(one, Binding) and one.key == "d")]


class MeetingScreen(RoomScreen):
    """Scores like Checklists, on the agenda's present item alone. The last page tells what was decided."""

    ROOM = "meeting"
    LEGEND = "[2] what the item stands at   claimed counts at most 1   evidenced, proven count in full"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        *_scoring_keys(),
        Binding("d", "defer", "Put off", id="meeting.defer", tooltip="Put the item off, with owner and date: it goes to the end"),
        Binding("s", "shown", "Shown", id="meeting.shown", tooltip="Evidence: it was shown here, and one of those present saw it"),
        Binding("space,right,enter", "step(1)", "Next", id="meeting.next", key_display="Space", tooltip="The next item of the agenda"),
        Binding("left", "step(-1)", "Back", id="meeting.back", key_display="←", tooltip="The item before"),
        Binding("end", "decided", "Decisions", id="meeting.decided", key_display="End", tooltip="What was decided in this meeting"),
        Binding("x", "export", "Export", id="meeting.export", tooltip="Write down what was decided, as markdown"),
        Binding("at", "names", "Names", id="meeting.names", key_display="@", tooltip="Say who the unknown owners are"),
        Binding("p", "people", "People", id="meeting.people", tooltip="Who is here: the vote is theirs, and one initial names them"),
        Binding("down", "scroll(1)", "Down", id="meeting.down", show=False, tooltip="Scroll the item"),
        Binding("up", "scroll(-1)", "Up", id="meeting.up", show=False, tooltip="Scroll back"),
        Binding("pagedown", "scroll(10)", "Page down", id="meeting.page_down", show=False, tooltip="Scroll a page of the item"),
        Binding("pageup", "scroll(-10)", "Page up", id="meeting.page_up", show=False, tooltip="Scroll a page back"),
        Binding("escape,q", "leave", "Leave", id="meeting.leave", key_display="Esc", tooltip="Leave meeting mode"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.scoring = Scoring(self, lambda: self.item_id, room=lambda: self.room, asks_all=True)
        self.own(self.scoring, self.scoring.last)
        self._meeting: meeting.Meeting | None = None
        self._stops: list[Stop] = []
        self._deferred: set[str] = set()  # keys of points
        self._position = 0
        self._shown: Stop | None = None  # what is on the stage
        self._item_began: datetime | None = None
        self._people: tuple[str, ...] = ()
        self._found: tuple[Decision, ...] = ()
        self._strangers: tuple[people.Stranger, ...] = ()
        self._dismissed = False  # whether a hit was dismissed in this review
        self._last_owner = ""  # whom a date was agreed with last, for the next proposal

    def compose(self) -> ComposeResult:
        yield Static(id="clock")
        yield Static(id="who")
        with VerticalScroll(id="stage", can_focus=False):
            yield Clickable(id="item")
        yield Static(id="consequence")
        yield KeyLines(self._offered, id="keys")

    def on_mount(self) -> None:
        self._item_began = self.desk.now()
        self.set_interval(10, self._show_clock)

    async def show(self, view: ReviewView) -> None:
        if self._meeting is None:
            begun = await self.host.fetch(meeting.open_meeting, self.desk)
            if begun is None:
                return
            self._people = await self.host.look(meeting.attendees, self.desk, view.review.reviewers) or ()
            self._found = await self.host.look(decisions, self.desk, view, begun) or ()
            # Fixed when the meeting starts: an item does not slip away the moment it is scored.
            points = agenda(view.workings)
            put_off = {one.about for one in self._found if one.topic is Topic.DEFERRED}
            self._deferred = {point.key for point in points if called(point.key) in put_off}
            first = [point for point in points if point.key not in self._deferred]
            last = [point for point in points if point.key in self._deferred]
            self._stops = [Stop(point, item) for point in [*first, *last] for item in point.items or (None,)]
            self._meeting = begun
        else:
            self._found = await self.host.look(decisions, self.desk, view, self._meeting) or ()
        await self.scoring.last.read(view)
        await self._show_page()

    async def _show_page(self) -> None:
        if self.stop is None:
            self._strangers = await self.host.look(people.strangers, self.desk) or ()
        elif self.scoring.offers("restore_hit"):
            self._dismissed = bool(await self.host.look(assess.dismissed, self.desk))
        self._show_clock()
        self.show_item()
        self.refresh_bindings()

    # -- what is on the screen ------------------------------------------------------------------------------------------

    @property
    def stop(self) -> Stop | None:
        """None: the page of decisions."""
        return self._stops[self._position] if self._position < len(self._stops) else None

    @property
    def item_id(self) -> str | None:
        return self.stop.item if self.stop is not None else None

    @property
    def present_item(self) -> str | None:
        return self.item_id

    def show_news(self) -> None:
        self._show_clock()

    def show_company(self) -> None:
        self.show_item()

    @property
    def here(self) -> tuple[str, ...]:
        """Who is in the room, as somebody said in this meeting."""
        return self._meeting.here if self._meeting is not None else ()

    @property
    def room(self) -> tuple[str, ...]:
        """The reviewers whose the vote is; empty where it is the typist's own."""
        return meeting.room(self.desk, self.view.review, self.here)

    def _open(self) -> tuple[AgendaPoint, ...]:
        """The points that still need the meeting: not those put off in it, nor those that it has decided on as far as
        it can."""
        spoken = {one.about for one in self._found}

        def settled(point: AgendaPoint) -> bool:
            return point.stays and not spoken.isdisjoint((*point.items, called(point.key)))

        points = agenda(self.view.workings)
        return tuple(point for point in points if point.key not in self._deferred and not settled(point))

    @staticmethod
    def _items_of(points: tuple[AgendaPoint, ...]) -> set[str]:
        return {item for point in points for item in point.items}

    def _offered(self, binding: Binding) -> bool:
        """What the footer names: every key of the room that does something now."""
        if self._meeting is None or self.host.view is None:
            return False
        action = binding.action.partition("(")[0]
        if (binding.id or "").startswith("checklists."):
            return self.scoring.offers(action) and (action != "restore_hit" or self._dismissed)
        frozen = self.view.review.frozen_at is not None
        last = self.stop is None
        offered = {
            "app.help": True,
            "leave": True,
            "decided": not last,
            "export": last,
            "people": not frozen and not self.view.review.secret,
            "shown": self.item_id is not None and not frozen and bool(self._witnesses()),
            "names": last and bool(self._strangers) and not frozen,
            "step": bool(self._stops),
            "defer": not frozen and not last and (self.item_id is None or self.scoring.offers("defer")),
        }  # fmt: skip
        return offered.get(action, False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # x ticks the parts of an item; the page of decisions has none, and is exported as everything is.
        if action in ("tick", "export"):
            return (action == "export") == (self.stop is None)
        return super().check_action(action, parameters)

    def _show_clock(self) -> None:
        if self._meeting is None or self._item_began is None or self.host.view is None:
            return
        now = self.desk.now()
        keys = list(dict.fromkeys(stop.point.key for stop in self._stops))
        open_ = {point.key for point in self._open()}
        left = [key for key in keys if key in open_]
        at = self.stop
        if at is not None:
            place = f"{keys.index(at.point.key) + 1} of {len(keys)}"
        else:
            place = "decisions" if keys else "agenda empty"
        item = int((now - self._item_began).total_seconds() // 60) if at is not None else 0
        run = pace(len(left), len(keys) - len(left), (now - self._meeting.began).total_seconds())
        verdict = self.view.judgement.verdict if self.view.lent is None else None
        self.query_one("#clock", Static).update(meeting_text.clock(place, item, run, verdict))
        who, news = meeting_text.who_votes(self.view, self.here, self.room), self.host.together.news
        self.query_one("#who", Static).update(line(f"↻ {news}", "$text-accent") if news else who)

    @property
    def present(self) -> Present | None:
        standing = self.scoring.standing
        return item_text.present(self.view, standing) if standing else None

    def explained_here(self) -> Sequence[explanation.Subject]:
        key = f"item/{self.item_id}" if self.item_id else self.stop.point.key if self.stop else ""
        return (*explanation.about(self.view, key), *explanation.figures(self.view))

    def show_item(self) -> None:
        view, stop = self.view, self.stop
        shown = self.query_one("#item", Static)
        standing = self.scoring.standing
        if stop is None or standing is None:
            self.scoring.consequences.drop()
            self.query_one("#consequence", Static).update("")
        if stop is None:
            page = meeting_text.decided(self._found, self._strangers, len(self._open()))
            shown.update(page if self._stops else Content("\n").join([empty_text("meeting", self), Content(""), page]))
        elif standing is None:
            gap = view.gaps.get(stop.point.key)
            shown.update(
                meeting_text.about_gap(gap, stop.point.why) if gap else line(f"{stop.point.key} is no gap now.")
            )
        else:
            item = standing.item.id
            gap, last = view.gaps.get(self.scoring.gap_key or ""), self.scoring.last.beside(view, item)
            company = self.host.together.company.get(item, ())
            text = item_text.detail(view, standing, view.dossier(item), gap, last, company)
            open_ = item in self._items_of(self._open())
            done = "put off" if stop.point.key in self._deferred else "" if open_ else "settled"
            head = meeting_text.on_the_agenda(stop.point.why_of(item), self.scoring.siblings, done)
            shown.update(Content("\n").join([head, Content(""), text]))
            self.scoring.consequences.show(item)
        if self._shown is not stop or stop is None:
            self._shown = stop
            self.query_one("#stage").scroll_home(animate=False)

    # -- moving about ---------------------------------------------------------------------------------------------------

    async def action_step(self, by: int) -> None:
        """The next stop; an item of the same point that was settled with it is passed over."""
        pages = len(self._stops) + 1
        before, to = self.stop, (self._position + by) % pages
        open_ = self._items_of(self._open())
        while (
            before is not None
            and 0 < to < len(self._stops)
            and self._stops[to].point.key == before.point.key
            and self._stops[to].item not in open_
        ):
            to = (to + by) % pages
        await self._turn_to(to)

    async def _turn_to(self, position: int) -> None:
        self._position = position
        self._item_began = self.desk.now()
        await self._show_page()

    async def action_decided(self) -> None:
        await self._turn_to(len(self._stops))

    def action_scroll(self, by: int) -> None:
        self.query_one("#stage").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        self.dismiss()

    # -- who is here ------------------------------------------------------------------------------------------------------

    def action_people(self) -> None:
        review = self.view.review

        async def save(values: Values) -> str | None:
            refusal = await self.host.attempt(meeting.set_attendees, self.desk, values["names"])
            self._meeting = await self.host.fetch(meeting.open_meeting, self.desk) or self._meeting
            self._people = self.here or self._people
            await self._show_page()
            return refusal

        if review.secret:
            intro = "Votes are blind until the reveal: each person types their own."
        else:
            intro = "What is scored from now on is the vote of the reviewers among them, who agree aloud. A vote that"
            intro += " somebody typed for themselves stays beside it."
        self.ask_with(
            "Who is here?", [Field("names", "Names, separated by commas", ", ".join(self._people))], save, intro=intro
        )

    def action_names(self) -> None:
        """The names that nobody here has, asked about in one list."""
        asked = self._strangers
        if not asked:
            self.host.tell("Everybody who voted or sees to something is known here.")
            return

        merged: list[str] = []

        def save(values: Values) -> None:
            right = {one.name: values[f"name{place}"] for place, one in enumerate(asked)}
            merged[:] = people.settle_names(self.desk, right)

        fields = [
            Field(f"name{place}", f"“{one.name}”, who {meeting_text.what_they_did(one)}, is", one.name,
                  choices=[one.like] if one.like else ())
            for place, one in enumerate(asked)
        ]  # fmt: skip
        submit = self.submitter(save)

        async def submit_and_say(values: Values) -> str | None:
            refusal = await submit(values)
            if refusal is None and merged:
                self.host.tell(f"Voted under both names: {'; '.join(merged)}.")
            return refusal

        intro = "Enter keeps a name as it is; it is not asked about again."
        self.ask_with("Who is who?", fields, submit_and_say, intro=intro)

    def _witnesses(self) -> list[str]:
        known = self.here or self.view.review.reviewers
        return [name for name in known if name.casefold() != self.view.who.casefold()]

    def action_shown(self) -> None:
        witnesses = self._witnesses()
        if self.item_id is None or not witnesses:
            self.host.complain("What was shown needs a second person who saw it. p says who is here.")
            return
        ask_shown(self, [self.item_id], witnesses)

    # -- deciding ---------------------------------------------------------------------------------------------------------

    def action_owner(self) -> None:
        self._promise(deferred=False)

    def action_defer(self) -> None:
        self._promise(deferred=True)

    def _promise(self, *, deferred: bool) -> None:
        stop = self.stop
        if stop is None:
            return
        name = stop.item or stop.point.key

        async def saved(done: bool | None) -> None:
            gap = self.view.gaps.get(stop.point.key)
            if not done or gap is None:
                return
            self._last_owner = gap.owner
            if deferred:
                await self._put_off(stop.point)

        ask_promise(
            self, [name], deferred=deferred, owner=self._last_owner, people=self._people, then=saved,
        )  # fmt: skip

    async def _put_off(self, point: AgendaPoint) -> None:
        """It goes to the end, and the next one is shown."""
        self._deferred.add(point.key)
        moved = [stop for stop in self._stops if stop.point.key == point.key]
        before = sum(stop.point.key == point.key for stop in self._stops[: self._position])
        kept = [stop for stop in self._stops if stop.point.key != point.key]
        self._stops = [*kept, *moved]
        at = self._position - before
        # Of those put off only what was put off is left: then it is time for the decisions.
        await self._turn_to(at if at < len(kept) and kept[at].point.key not in self._deferred else len(self._stops))

    def action_export(self) -> None:
        view, found = self.view, self._found

        def write(path: Path) -> None:
            title = f"Decided: {view.review.system} {view.review.release}"
            write_text(path, decisions_markdown(title, view.as_of, found))

        ask_where(self, "Write down what was decided", "File: .md", "decisions.md", write)
