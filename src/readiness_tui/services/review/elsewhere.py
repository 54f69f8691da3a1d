"""What other processes do to the file while it is open here, and where in it their people are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.text.news import Deed
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.review import history
from readiness_tui.store.together import presence
from readiness_tui.store.together.presence import Presence
from readiness_tui.store.together.pulse import Pulse, pulse

_MOST = 500  # entries that are looked through for who did what
GONE = 15.0  # seconds after which a process of another machine that shows no sign of life has left
_BEAT = 5.0  # seconds between signs of life, where somebody on another machine looks out for them
_LISTENING = 60.0  # seconds that signs of life go on after the last one of another machine
_APART = 3.0  # seconds between two writes of where one is


@dataclass(frozen=True, slots=True)
class News:
    """`pulse`: how far the file has come. `deeds`: what others did, the oldest first. `moved`: whether anything of the
    desk's system is other than before, by whoever, so that what is shown has to be read again."""

    pulse: Pulse
    deeds: tuple[Deed, ...]
    moved: bool
    secret: bool


def news(desk: Desk, since: Pulse) -> News | None:
    """What was saved since; None for nothing.

    Who did what is read from the history as the desk's person may see it (`history.log`), never from the trail itself.
    """
    with desk.store.read() as conn:
        found = pulse(conn)
        if found == since:
            return None
        secret = current_review(conn, desk).secret
    entries = [one for one in history.log(desk, limit=_MOST) if one.id > since.change]
    own = desk.store.own_changes
    deeds = tuple(Deed(one.who, one.what, one.items) for one in reversed(entries) if one.id not in own)
    moved = bool(entries) or (found.imports, found.published) != (since.imports, since.published)
    return News(found, deeds, moved, secret)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where somebody is: in a room of a review, at an item ("" for none)."""

    review_id: int
    room: str
    item: str = ""


@dataclass
class Company:
    """Says where this process is, and knows where the others are. `clock`: seconds that never run backwards.

    Used by one thread at a time, away from the UI.
    """

    desk: Desk
    clock: Callable[[], float] = time.monotonic
    _own: Presence | None = None
    _wrote: float = float("-inf")
    _others: tuple[Presence, ...] = ()
    _alive: dict[str, tuple[int, float | None]] = field(default_factory=dict)  # beat, and when it last moved
    _heard: float = float("-inf")  # when a row of another machine last moved or came

    def look(self) -> None:
        """Read where the others are."""
        with self.desk.store.read() as conn:
            found = presence.all(conn)
        own, at = presence.own_process(), self.clock()
        self._others = tuple(one for one in found if one.process != own)
        for one in self._others:
            if one.here:
                continue
            before = self._alive.get(one.process)
            if before is None:
                self._alive[one.process] = (one.beat, None)  # it may have been left behind: it has to move first
                self._heard = at
            elif before[0] != one.beat:
                self._alive[one.process] = (one.beat, at)
                self._heard = at

    def say(self, place: Whereabouts) -> bool:
        """Write where this process is, where it has moved or somebody on another machine needs a sign of life.

        At most one tiny write every few seconds, and none that anybody would wait for; False where none was made.
        """
        at = self.clock()
        moved = self._own is None or (self._own.review_id, self._own.room, self._own.item) != (
            place.review_id,
            place.room,
            place.item,
        )
        due = at - self._heard < _LISTENING and at - self._wrote >= _BEAT
        if at - self._wrote < _APART or not (moved or due):
            return False
        beat = 1 if self._own is None else self._own.beat + 1
        own = Presence(presence.own_process(), self.desk.who, place.review_id, place.room, place.item, beat)
        if self.desk.store.keep(lambda conn: presence.put(conn, own, self.desk.now())):
            self._own, self._wrote = own, at
            return True
        return False

    def leave(self) -> None:
        """This process is gone from where it was."""
        if self._own is not None:
            process = self._own.process
            self.desk.store.keep(lambda conn: presence.remove(conn, process))
            self._own = None

    def at(self, review_id: int) -> dict[str, tuple[str, ...]]:
        """Who else is at which item of a review, by item."""
        at, me = self.clock(), name_key(self.desk.who)
        found: dict[str, dict[str, str]] = {}
        for one in self._others:
            if one.review_id == review_id and one.item and name_key(one.person) != me and self._there(one, at):
                found.setdefault(one.item, {}).setdefault(name_key(one.person), one.person)
        return {item: tuple(people.values()) for item, people in found.items()}

    def _there(self, one: Presence, at: float) -> bool:
        if one.here:
            return one.running
        moved = self._alive.get(one.process, (0, None))[1]
        return moved is not None and at - moved < GONE
