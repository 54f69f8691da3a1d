"""What decides: the verdict with its reasons, the fewest changes that better it, and where everything stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.tui.screens.overview.glance import (
    Glance,
    action_line,
    condition_table,
    facts_table,
    from_plain,
    section_table,
    verdict_line,
)
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.text import line
from readiness_tui.tui.widgets.clickable import Clickable
from readiness_tui.tui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readiness_tui.services.core.view import ReviewView
    from readiness_tui.services.explanation import Subject


class OverviewScreen(RoomScreen):
    ROOM = "overview"
    LEGEND = """\
✗ fail   · undecided   ◐ partial, or a condition with owner and date   ○ missing   ! vote and proof disagree
assessed: items with a score, of all   proven: by what was imported   ✓ ◐ ○ handed in, in part, not"""
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = ""  # see `_show_flips`
    BINDINGS = [
        Binding("enter", "open", "Open", id="overview.open", tooltip="Open what the highlighted line is about"),
        Binding("a", "accept", "Accept proofs", id="overview.accept",
                tooltip="Accept every proposed score that contradicts nobody"),
        Binding("space", "next", "Next", id="overview.next", tooltip="Go to the next thing that needs a person"),
        Binding("v", "why", "Why", id="overview.why", tooltip="The verdict with every cause"),
        Binding("x", "app.jump('scorecard')", "Export", id="overview.export", tooltip="Preview and export the scorecard"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._glance: Glance | None = None
        self._drawn = 0  # the width that the changes were drawn for

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "accept":
            return self._glance is not None and self._glance.acceptable and not self._looks_on
        if action in ("open", "next"):
            return self._glance is not None and bool(self._glance.flips)
        return super().check_action(action, parameters)

    @property
    def _looks_on(self) -> bool:
        """Whether this person observes, and is offered no vote."""
        view = self.host.view
        if view is None or not view.review.observers:
            return False
        from readiness_tui.services.review import roles

        return roles.observes(view.review, view.who)

    def body(self) -> ComposeResult:
        with VerticalScroll(id="body", can_focus=False):
            yield Clickable(id="verdict")
            yield Static(id="flips-title", classes="heading")
            yield PickList(id="flips", noun="changes")
            yield Static(id="flips-rest")
            yield Static(id="nothing")
            yield Clickable(id="sections")
            yield Clickable(id="facts")
            yield Clickable(id="conditions")

    async def show(self, view: ReviewView) -> None:
        if view.review.observers:
            self.refresh_bindings()  # who looks on is offered no vote
        from readiness_tui.services.review import carry
        from readiness_tui.tui.screens.overview.look import glance_of

        if self._glance is None:
            self._draw(glance_of(view))
        waiting = await self.host.look(carry.waiting, self.desk, view) or ()
        self._draw(glance_of(view, len(waiting)))

    def show_first(self, kept: object) -> None:
        if (glance := from_plain(kept)) is not None:
            self._draw(glance)
            return
        self.show_waiting("judging…")
        for name in ("#flips", "#flips-title", "#flips-rest", "#conditions"):
            self.query_one(name).display = False

    def show_waiting(self, words: str) -> None:
        self.query_one("#verdict", Static).update(line(words, "$foreground-muted"))

    def _draw(self, glance: Glance) -> None:
        self._glance = glance
        self.query_one("#verdict", Static).update(verdict_line(glance.verdict))
        self._show_flips(glance)
        self.query_one("#sections", Static).update(section_table(glance.sections))
        self.query_one("#facts", Static).update(facts_table(glance))
        self._show_nothing(glance)
        # Where the terminal has room for more than what decides, the closing list stands below.
        room = self.size.height - 27
        conditions = self.query_one("#conditions", Static)
        conditions.display = room > 3 and bool(glance.conditions)
        conditions.update(condition_table(glance.conditions, max(self.size.width - 4, 40), room))
        self.refresh_bindings()

    def _show_nothing(self, glance: Glance) -> None:
        """What the screen is for, where nothing is in it; and where no change is asked for. Where no verdict is given, its line
        says why and what to do."""
        name = "overview" if not glance.begun else "" if glance.flips else "overview changes"
        nothing = self.query_one("#nothing", Static)
        view = self.host.view
        nothing.display = bool(name) and view is not None and not view.unjudged
        if nothing.display:
            from readiness_tui.tui.texts.places import empty_text

            nothing.update(empty_text(name, self))

    def _show_flips(self, glance: Glance) -> None:
        flips = self.query_one("#flips", PickList)
        title = self.query_one("#flips-title", Static)
        rest = self.query_one("#flips-rest", Static)
        flips.display = bool(glance.flips)
        rest.display = title.display = glance.flips_to is not None
        if glance.flips_to is None:
            return
        title.update(line(f"FIX {len(glance.flips)} TO REACH {glance.flips_to}"))
        self._drawn = width = self._room_for_flips(flips)
        flips.refill(Option(action_line(flip, width), id=flip.key) for flip in glance.flips)
        rest.update(line(glance.flips_rest))
        if flips.display and self.focused is None:
            flips.focus(scroll_visible=False)  # the verdict above it stays in sight

    def _room_for_flips(self, flips: PickList) -> int:
        """The width of a row: two scrollbars show only once it is laid out that there is so much to show."""
        return max(min(self.size.width - 3, flips.scrollable_content_region.width or self.size.width), 40)

    @on(PickList.LaidOut, "#flips")
    def _fit_flips(self, event: PickList.LaidOut) -> None:
        event.stop()
        if self._glance is not None and self._room_for_flips(self.query_one("#flips", PickList)) != self._drawn:
            self._show_flips(self._glance)

    @on(OptionList.OptionSelected, "#flips")
    async def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self._go_to(event.option.id or "")

    async def action_open(self) -> None:
        key = self.query_one("#flips", PickList).current
        if key is not None:
            await self._go_to(key)

    async def action_section(self, place: int) -> None:
        """The checklist of a line that was clicked, at its first item."""
        sections = self.view.judgement.sections
        if place < len(sections) and sections[place].standings:
            await self._go_to(f"item/{sections[place].standings[0].item.id}")

    async def action_condition(self, place: int) -> None:
        """The line of a condition that was clicked, in the closing list."""
        conditions = self.view.judgement.conditions
        if place < len(conditions):
            await self._go_to(f"condition/{conditions[place].key}")

    async def action_next(self) -> None:
        if self._glance is not None and self._glance.flips:
            await self._go_to(self._glance.flips[0].key)

    async def _go_to(self, key: str) -> None:
        await self.host.go_to(key)

    async def action_accept(self) -> None:
        from readiness_tui.tui.dialogs.accept import ask_to_accept

        await ask_to_accept(self)

    def action_why(self) -> None:
        from readiness_tui.tui.screens.overview.why import WhyScreen

        self.app.push_screen(WhyScreen())

    def explained_here(self) -> Sequence[Subject]:
        """The highlighted change, and every figure of the screen."""
        from readiness_tui.services import explanation

        key = self.query_one("#flips", PickList).current
        return (*(explanation.about(self.view, key) if key else ()), *explanation.figures(self.view))
