"""Reviews and their verdicts over time; and who changed what, when and why, with undo."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import history, trend
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.history.mending import Mending
from readiness_tui.tui.screens.history.text import change_line, difference, summary
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.still import BESIDE, WhenStill
from readiness_tui.tui.text import line, safe
from readiness_tui.tui.texts.places import empty_text
from readiness_tui.tui.typed_day import TypedDay
from readiness_tui.tui.widgets.pick_list import Pick, PickList
from readiness_tui.tui.widgets.steady import replace_text

PAGE = 200
FEW = 5  # changes of a review that has hardly begun: it says what the room is for


class HistoryScreen(RoomScreen):
    ROOM = "history"
    LEGEND = """\
weakest: the section with the lowest share, and each section as a bar   gaps: those that are open, without the risks that were accepted
oldest: how long the oldest of them has been open, in days
✗ undone   ↶ it undoes another change   why ↓: the reason stands below"""
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#changes"
    BINDINGS = [
        Binding("u", "undo", "Undo", id="history.undo", tooltip="Take the highlighted change back, by a new entry"),
        Binding("d", "difference", "Changes", id="history.difference", tooltip="What changed since the last review, by cause"),
        *Mending.BINDINGS,
        Binding("r", "switch", "Review", id="history.switch", tooltip="Work on another review of this file"),
        Binding("n", "new", "Next", id="history.new", tooltip="Start the next review of this system"),
        Binding("l", "older", "Older", id="history.older", tooltip="Load older changes"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.own(Mending(self))
        self._changes: list[history.AuditEntry] = []
        self._limit = PAGE
        self._beside = WhenStill(self, BESIDE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "older":
            return len(self._changes) >= self._limit
        return super().check_action(action, parameters)

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(id="summary")
            yield Static(Content.styled("CHANGES  the newest first, times in UTC", "bold $text-accent"))
            yield PickList(id="changes", noun="changes")
            yield Static(id="rows")

    async def show(self, view: ReviewView) -> None:
        found = await self.host.look(trend.review_lines, self.desk, view) or []
        self._changes = await self.host.look(history.log, self.desk, limit=self._limit) or []
        told = [summary(found, view.review.id, max(self.size.width - 2, 60))]
        if len(found) < 2 and len(self._changes) < FEW:
            told += [Content(""), empty_text("history", self)]
        self.query_one("#summary", Static).update(Content("\n").join(told))
        width = max(self.size.width - 4, 60)
        self.query_one("#changes", PickList).refill(
            [
                Pick(change_line(change, width), id=str(change.id), words=f"{change.who} {change.what} {change.why}")
                for change in self._changes
            ],
            empty=lambda: empty_text("changes", self),
        )
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted, "#changes")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        change = int(event.option.id or 0)
        self._beside.ask(lambda: self._show_rows(change))

    @work(exclusive=True, group="rows")
    async def _show_rows(self, change_id: int) -> None:
        rows = await self.host.look(history.rows, self.desk, change_id)
        change = self._current
        if change is None or change.id != change_id:
            return
        blocks = [safe(f"Why: {change.why}")] if change.why else []
        blocks += [line(text, "$foreground-muted") for text in history.describe(rows or [])[:6]]
        replace_text(self.query_one("#rows", Static), Content("\n").join(blocks))

    @property
    def _current(self) -> history.AuditEntry | None:
        current = self.query_one("#changes", PickList).current
        return next((change for change in self._changes if str(change.id) == current), None)

    @property
    def present(self) -> Present | None:
        one = self._current
        return (
            None
            if one is None
            else Present(str(one.id), f"{one.at:%Y-%m-%d %H:%M} UTC {one.who} {one.what}", [one.why])
        )

    async def action_undo(self) -> None:
        change = self._current
        if change is None:
            return
        if why_not := await self.host.fetch(history.why_not, self.desk, change.id):
            self.host.complain(why_not)
            return
        self.ask(
            "Undo this change?",
            [Field("why", "Why? (may stay empty)")],
            lambda values: history.undo(self.desk, change.id, values["why"]),
            intro=f"{change.what}\nby {change.who}, {change.at:%Y-%m-%d %H:%M} UTC. The history keeps both entries.",
            button="Undo",
            about=str(change.id),
        )

    async def action_older(self) -> None:
        self._limit += PAGE
        await self.refresh_view()

    async def action_switch(self) -> None:
        await self.host.action_which()

    async def action_difference(self) -> None:
        found = await self.host.look(trend.difference, self.desk, self.view)
        if found is not None:
            self.app.push_screen(ReadingDialog("What changed since the last review", difference(found)))

    async def action_new(self) -> None:
        view = self.view
        runs = await self.host.fetch(history.next_baseline, self.desk) or ()
        days, asked = TypedDay(), set[str]()

        def start(values: Values) -> None:
            day = days.read(values["held_on"], view.as_of, was=view.review.held_on, held=True)
            said = history.doubt_next(self.desk, values["release"], day)
            if said and said not in asked:
                asked.add(said)
                raise ReadinessError(f"{said} If it is meant, save again.")
            history.next_review(self.desk, values["release"], day, values["baseline"])

        self.ask(
            f"Next review of {view.review.system}",
            [
                Field("release", "Release"),
                Field("held_on", "Date of the review (empty: today)", hint="YYYY-MM-DD"),
                Field("baseline", "Baseline: last time's candidate (empty: none)", ", ".join(runs)),
            ],
            start,
            intro="Same checklists, people, gate and settings; gaps, conditions and live waivers go on. Every item starts"
            " undecided beside last time's vote, and the gate waits for a run."
            + ("" if view.review.frozen_at else f"\nRelease {view.review.release} is not frozen: it stays as it is."),
            button="Start",
        )
