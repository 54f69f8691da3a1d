"""What each score of an item would do, said before one is pressed: once the cursor stands still on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from textual.content import Content
from textual.widgets import Static
from textual.worker import WorkType

from readiness_tui.domain.verdict.preview import preview_vote
from readiness_tui.services.review import assess, roles
from readiness_tui.tui.screens.checklists import item_text
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.still import THINKING, WhenStill
from readiness_tui.tui.text import line
from readiness_tui.tui.widgets.steady import replace_text

_GROUP = "consequence"  # of its workers


class Consequences:
    """Fills the screen's `#consequence`. `present`: the item that the keys act on; `room`: who votes together."""

    def __init__(
        self, screen: RoomScreen, present: Callable[[], str | None], room: Callable[[], tuple[str, ...]] = tuple
    ) -> None:
        self._screen, self._present, self._room = screen, present, room
        self._still = WhenStill(screen, THINKING)

    def show(self, item_id: str) -> None:
        screen = self._screen
        view, shown = screen.view, screen.query_one("#consequence", Static)
        self.drop()
        if roles.observes(view.review, view.who) and not self._room():
            shown.update(line(f"{view.who} observes this review: observers do not vote.", "$foreground-muted"))
            return
        # As high as what it says of another item now, so that nothing moves.
        replace_text(shown, Content("If you press  …" + "\n" * (shown.size.height - 1)))

        async def compute() -> None:
            room, together = self._room(), tuple[str, ...]()
            if room:
                found = await screen.host.look(assess.voters, screen.desk, item_id, room)
                if found == ():
                    shown.update(line("Everybody in the room has a vote of their own here.", "$foreground-muted"))
                    return
                together = found or room
            results = [
                await screen.host.reckon(preview_vote, view.workings, view.who, item_id, n, together) for n in (0, 1, 2)
            ]
            if self._present() == item_id and screen.view is view:
                said = item_text.consequence(results, copy=view.lent is not None)
                replace_text(shown, said)

        self._still.ask(lambda: screen.run_worker(cast(WorkType[None], compute), group=_GROUP, exclusive=True))

    def drop(self) -> None:
        """The cursor has moved on: what was being worked out is not wanted any more."""
        self._still.drop()
        self._screen.workers.cancel_group(self._screen, _GROUP)
