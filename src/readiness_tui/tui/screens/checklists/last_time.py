"""Last time's votes on a screen that scores: which wait to be confirmed, and confirming a section at once."""

from __future__ import annotations

from collections.abc import Callable

from textual.binding import Binding
from textual.content import Content

from readiness_tui.domain.text.format import plural
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import carry
from readiness_tui.tui.screens.checklists import last_text
from readiness_tui.tui.screens.room import Feature, RoomScreen
from readiness_tui.tui.text import join, line

_NAMED = 12  # items in the question


class LastTimes(Feature):
    """What the review before says of the items of this one. `present`: the item that the keys act on."""

    BINDINGS = [
        Binding("Y", "confirm_section", "As last time", id="checklists.confirm_section",
                tooltip="Confirm a section as last time, but for what somebody has to look at"),
    ]  # fmt: skip

    def __init__(self, screen: RoomScreen, present: Callable[[], str | None]) -> None:
        super().__init__(screen)
        self._present = present
        self._found: dict[str, carry.LastTime] = {}
        self._open: frozenset[str] = frozenset()

    async def read(self, view: ReviewView) -> bool:
        """What was said last time, for `view`; returns whether it is something else than what was known."""
        before = self._found, self._open
        self._found = await self.host.look(carry.last_time, self.desk) or {}
        self._open = frozenset(carry.open_items(view, self._found))
        self.screen.refresh_bindings()
        return (self._found, self._open) != before

    def of(self, view: ReviewView) -> None:
        """What is known of last time, held against `view`: what was voted on just now waits no longer."""
        self._open = frozenset(carry.open_items(view, self._found))

    def waits(self, item: str) -> bool:
        """Whether whoever sits here can confirm it."""
        return item in self._open

    def works(self, action: str) -> bool:
        return bool(self._open)

    def in_list(self, item: str) -> str:
        """What stands in the item's line in place of "undecided"; empty where nothing waits."""
        return last_text.in_list(self._found[item]) if self.waits(item) else ""

    def beside(self, view: ReviewView, item: str) -> list[Content]:
        """What stands beside the item."""
        last = self._found.get(item)
        if last is None:
            return []
        waits = self.waits(item)
        return last_text.beside(last, carry.reasons_alone(view, last) if waits else (), waits=waits)

    def action_confirm_section(self) -> None:
        view, item = self.view, self._present()
        section = next(
            (one.checklist for one in view.judgement.sections if any(s.item.id == item for s in one.standings)), None
        )
        if section is None:
            return
        inside = {one.id for one in section.at(view.review.depth)}
        waiting = [one.id for one in view.items if one.id in inside and self.waits(one.id)]
        ready = [one for one in waiting if not carry.reasons_alone(view, self._found[one])]
        if not waiting:
            self.host.complain(f"{section.title}: nothing of last time waits to be confirmed by you.")
            return
        left: list[carry.LeftOut] = []

        def save(_: dict[str, str]) -> None:
            left[:] = carry.confirm_section(self.desk, section.id).left

        if not ready:
            self._show_left([carry.LeftOut(one, carry.reasons_alone(view, self._found[one])) for one in waiting], "")
            return
        named = [f"{one} {self._found[one].word}" for one in ready]
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        self.screen.ask_then(
            f"{section.title}: confirm {plural(len(ready), 'item')} as last time?",
            save,
            lambda: self._show_left(left, f"{plural(len(ready), 'item')} confirmed together."),
            intro=f"{', '.join(named[:_NAMED])}{more}.\n"
            f"Evidence keeps its date. Left to be looked at one by one: {len(waiting) - len(ready) or 'none'}.",
            button="Confirm",
        )

    def _show_left(self, left: list[carry.LeftOut], done: str) -> None:
        """The items left out, each with why; Enter goes to one."""
        if not left:
            self.host.tell(done)
            return

        async def go(item: str) -> None:
            await self.host.go_to(f"item/{item}")

        choices = [(one.item_id, join(line(one.item_id, "bold"), "  ", line("; ".join(one.reasons)))) for one in left]
        intro = f"{done} These are confirmed one by one: look at each, then c.".strip()
        self.screen.pick("Left out", choices, go, intro=intro)
