"""The open file as several people's: what others save is shown, who is where, and what two of them wrote is settled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from textual.app import App
from textual.timer import Timer

from readiness_tui.tui.host import Host
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.watch import EVERY, Watch

if TYPE_CHECKING:
    from textual.worker import WorkType

    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.pulse import Pulse
    from readiness_tui.services.review.elsewhere import Whereabouts


class Together:
    """Owned by the app. `company`: who else is at which item; `news`: what others did just now, "" for nothing."""

    def __init__(self, app: App[None], host: Host) -> None:
        self.company: dict[str, tuple[str, ...]] = {}
        self.news = ""
        self._app, self._host = app, host
        self._saving = 0
        self._watch: Watch | None = None
        self._desk: Desk | None = None
        self._timer: Timer | None = None

    def read(self, desk: Desk, at: Pulse) -> None:
        """What is shown of this file was read when it had come so far."""
        if self._watch is None or desk is not self._desk:
            self._watch = None  # not `leave`: that writes, and this is the UI's thread; the old file's presence runs out by itself
            self.company, self.news = {}, ""
            self._desk = desk
            self._watch = Watch(desk, at, place=self._place, reload=self._host.reload, say=self._tell, meet=self._meet)
            if self._timer is None:
                self._timer = self._app.set_interval(EVERY, self._look)
        self._watch.shown = at

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Something is saved and shown: nobody looks out meanwhile."""
        self._saving += 1
        try:
            yield
        finally:
            self._saving -= 1

    async def settle(self) -> None:
        """Show what two people wrote at once, to be settled."""
        from readiness_tui.tui.dialogs.two_versions import ask_which

        if self._host.desk is not None and self._host.view is not None:
            await ask_which(self._host, self._host.desk, self._app.push_screen)

    def leave(self) -> None:
        """Nobody is at this file any more. Writes to it: not for the UI thread while others may use it."""
        if self._watch is not None:
            self._watch.leave()
            self._watch = None

    def _look(self) -> None:
        if self._watch is not None:
            self._app.run_worker(cast("WorkType[None]", self._watch.look), group="watch")

    def _place(self) -> Whereabouts | None:
        from readiness_tui.services.review.elsewhere import Whereabouts

        view, room = self._host.view, self._room
        if self._saving or view is None or room is None or self._host.desk is not self._desk:
            return None
        return Whereabouts(view.review.id, room.ROOM, room.present_item or "")

    @property
    def _room(self) -> RoomScreen | None:
        """The room that is shown, under any dialog; not one that has no widgets yet."""
        return next(
            (one for one in reversed(self._app.screen_stack) if isinstance(one, RoomScreen) and one.is_mounted), None
        )

    def _tell(self, sentence: str) -> None:
        self.news = sentence
        if self._room is not None:
            self._room.show_news()

    def _meet(self, company: dict[str, tuple[str, ...]]) -> None:
        self.company = company
        if self._room is not None:
            self._room.show_company()
