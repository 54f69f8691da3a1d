"""Reviews and their verdicts over time; and who changed what, when and why, with undo."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.services import history
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.dialogs.form import Field
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import fit, join, line, safe

PAGE = 200


class HistoryScreen(RoomScreen):
    ROOM = "history"
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
        self._changes: list[history.Change] = []
        self._limit = PAGE

    def body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static(id="summary")
            yield OptionList(id="changes", compact=True)
            yield Static(id="rows")

    @property
    def _desk(self) -> Desk:
        assert self.readiness.desk is not None
        return self.readiness.desk

    async def show(self, view: ReviewView) -> None:
        reviews = await self.fetch(history.reviews, self._desk) or []
        self.query_one("#summary", Static).update(summary(reviews, view))
        self._changes = await self.fetch(history.log, self._desk, limit=self._limit) or []
        listed = self.query_one("#changes", OptionList)
        current = listed.highlighted_option.id if listed.highlighted_option else None
        width = max(self.size.width - 4, 60)
        listed.set_options(Option(change_line(change, width), id=str(change.id)) for change in self._changes)
        ids = [str(change.id) for change in self._changes]
        if ids:
            listed.highlighted = ids.index(current) if current in ids else 0

    @on(OptionList.OptionHighlighted, "#changes")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_rows(int(event.option.id or 0))

    @work(exclusive=True, group="rows")
    async def _show_rows(self, change_id: int) -> None:
        rows = await self.fetch(history.rows, self._desk, change_id)
        change = self._current
        if change is None or change.id != change_id:
            return
        blocks = [safe(f"Why: {change.why}")] if change.why else []
        blocks += [line(text, "$text-muted") for text in history.describe(rows or [])[:6]]
        self.query_one("#rows", Static).update(Content("\n").join(blocks))

    @property
    def _current(self) -> history.Change | None:
        option = self.query_one("#changes", OptionList).highlighted_option
        return next((change for change in self._changes if option and str(change.id) == option.id), None)

    def action_undo(self) -> None:
        change = self._current
        if change is None:
            return
        self.ask(
            "Undo this change?",
            [Field("why", "Why? (may stay empty)")],
            lambda values: history.undo(self._desk, change.id, values["why"]),
            intro=f"{change.what}\nby {change.who}, {change.at:%Y-%m-%d %H:%M} UTC. The history keeps both entries.",
            button="Undo",
        )

    async def action_older(self) -> None:
        self._limit += PAGE
        await self.refresh_view()

    def action_switch(self) -> None:
        self.ask(
            "Work on which review?",
            [Field("review", "Its number in the list above")],
            lambda values: history.switch(self._desk, values["review"]),
        )

    def action_new(self) -> None:
        view = self.readiness.view
        if view is None:
            return
        self.ask(
            f"Next review of {view.review.system}",
            [
                Field("release", "Release"),
                Field("held_on", "Date of the review (empty: today)", hint="YYYY-MM-DD"),
            ],
            lambda values: history.next_review(self._desk, values["release"], values["held_on"]),
            intro="Same checklists, depth, people, gate and settings; every item starts undecided, gaps live on.",
            button="Start",
        )


def summary(reviews: list[history.ReviewLine], view: ReviewView) -> Content:
    """A line a review: number, release, date, verdict, score; and the trend of the headline."""
    rows = [Content.styled("REVIEWS", "bold $text-accent")]
    for entry in reviews[:5]:
        here = entry.id == view.review.id
        verdict = view.judgement.verdict if here else entry.verdict
        percent = view.judgement.headline_percent if here else entry.headline
        rows.append(
            join(
                Content.styled("▸ " if here else "  ", "bold $text-accent"),
                line(f"{entry.id:>2}  {fit(entry.release, 14)} {entry.held_on}  "),
                Content.styled(fit(str(verdict or "not frozen"), 19), glyphs.VERDICT_STYLE[verdict] if verdict else ""),
                f" {glyphs.bar(percent / 100 if percent is not None else None, 10)}"
                f" {'—' if percent is None else f'{percent}%'}",
                "  frozen" if entry.frozen else "",
            )
        )
    if len(reviews) > 5:
        rows.append(line(f"  and {len(reviews) - 5} earlier", "$text-muted"))
    return Content("\n").join(rows)


def change_line(change: history.Change, width: int) -> Content:
    mark = "↶" if change.undoes else "✗" if change.undone_by else " "
    word = "undo  " if change.undoes else "undone" if change.undone_by else "      "
    return join(
        line(f"{change.at:%d %b %H:%M} "),
        Content.styled(f"{mark} {word} ", "$text-muted"),
        line(f"{fit(change.who, 10)} "),
        line(fit(change.what, max(width - 36, 20))),
        Content.styled("  why ↓" if change.why else "", "$text-muted"),
    )
