"""Reviews and their verdicts over time; and who changed what, when and why, with undo."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from readiness_tui.domain.text.format import full_day
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import history, reviews
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.form import Field
from readiness_tui.tui.hands import Present
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.still import BESIDE, WhenStill
from readiness_tui.tui.text import column, fit, join, line, safe
from readiness_tui.tui.widgets.pick_list import Pick, PickList

PAGE = 200


class HistoryScreen(RoomScreen):
    ROOM = "history"
    LEGEND = "✗ undone   ↶ it undoes another change   why ↓: the reason stands below"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#changes"
    BINDINGS = [
        Binding("u", "undo", "Undo", id="history.undo", tooltip="Take the highlighted change back, by a new entry"),
        Binding("l", "older", "Older", id="history.older", tooltip="Load older changes"),
        Binding("r", "switch", "Other review", id="history.switch", tooltip="Work on another review of this file"),
        Binding("n", "new", "Next review", id="history.new", tooltip="Start the next review of this system"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._changes: list[history.AuditEntry] = []
        self._limit = PAGE
        self._beside = WhenStill(self, BESIDE)

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(id="summary")
            yield Static(Content.styled("CHANGES  the newest first, times in UTC", "bold $text-accent"))
            yield PickList(id="changes", noun="changes")
            yield Static(id="rows")

    async def show(self, view: ReviewView) -> None:
        found = await self.host.fetch(history.reviews, self.desk) or []
        self.query_one("#summary", Static).update(summary(found, view))
        self._changes = await self.host.fetch(history.log, self.desk, limit=self._limit) or []
        width = max(self.size.width - 4, 60)
        self.query_one("#changes", PickList).refill(
            Pick(change_line(change, width), id=str(change.id), words=f"{change.who} {change.what} {change.why}")
            for change in self._changes
        )

    @on(OptionList.OptionHighlighted, "#changes")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        change = int(event.option.id or 0)
        self._beside.ask(lambda: self._show_rows(change))

    @work(exclusive=True, group="rows")
    async def _show_rows(self, change_id: int) -> None:
        rows = await self.host.fetch(history.rows, self.desk, change_id)
        change = self._current
        if change is None or change.id != change_id:
            return
        blocks = [safe(f"Why: {change.why}")] if change.why else []
        blocks += [line(text, "$foreground-muted") for text in history.describe(rows or [])[:6]]
        self.query_one("#rows", Static).update(Content("\n").join(blocks))

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

    def action_undo(self) -> None:
        change = self._current
        if change is None:
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
        view = self.view
        found = await self.host.fetch(reviews.all_reviews, self.desk)
        if found is None:
            return
        if len(found) == 1:
            self.host.tell("This file holds one review. Press n to start the next one.")
            return

        async def switch(number: str) -> None:
            await self.host.act(history.switch, self.desk, number)

        choices = [
            (str(one.id), join(f"{one.id:>2}  ", line(f"{one.system} · release {one.release} · {full_day(one.held_on)}"),
                               "  frozen" if one.frozen_at else ""))
            for one in reversed(found)
        ]  # fmt: skip
        self.pick("Work on which review?", choices, switch, at=str(view.review.id))

    def action_new(self) -> None:
        view = self.view
        self.ask(
            f"Next review of {view.review.system}",
            [
                Field("release", "Release"),
                Field("held_on", "Date of the review (empty: today)", hint="YYYY-MM-DD"),
            ],
            lambda values: history.next_review(self.desk, values["release"], values["held_on"]),
            intro="Same checklists, depth, people, gate and settings; every item starts undecided, gaps live on."
            + ("" if view.review.frozen_at else f"\nRelease {view.review.release} is not frozen: it stays as it is."),
            button="Start",
        )


def summary(found: list[history.ReviewLine], view: ReviewView) -> Content:
    """A line a review: number, release, date, verdict, and the score of its weakest section."""
    titles = f"    {'release':<14} {'date':<10}  {'verdict':<19} weakest section"
    rows = [Content.styled("REVIEWS", "bold $text-accent"), Content.styled(titles, "$foreground-muted")]
    for entry in found[:5]:
        here = entry.id == view.review.id
        verdict = view.judgement.verdict if here else entry.verdict
        percent = view.judgement.headline_percent if here else entry.headline
        rows.append(
            join(
                Content.styled("▸" if here else " ", "bold $text-accent"),
                f"{entry.id:>2} ",
                column(entry.release, 14),
                f" {entry.held_on}  ",
                Content.styled(fit(str(verdict or "not frozen"), 19), glyphs.VERDICT_STYLE[verdict] if verdict else ""),
                f" {glyphs.bar(percent / 100 if percent is not None else None, 10)}"
                f" {'—' if percent is None else f'{percent}%'}",
                "  frozen" if entry.frozen else "",
            )
        )
    if len(found) > 5:
        rows.append(line(f"and {len(found) - 5} earlier", "$foreground-muted"))
    return Content("\n").join(rows)


def change_line(change: history.AuditEntry, width: int) -> Content:
    mark = "↶ " if change.undoes else "✗ " if change.undone_by else "  "
    word = "undone: " if change.undone_by else ""
    why = "  why ↓" if change.why else ""
    return join(
        f"{change.at:%d %b %H:%M} ",
        Content.styled(mark, "$foreground-muted"),
        column(change.who, 10),
        " ",
        column(word + change.what, width - 26 - len(why), "$foreground-muted" if change.undone_by else ""),
        Content.styled(why, "$foreground-muted"),
    )
