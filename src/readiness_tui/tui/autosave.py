"""Keeping what is being typed: never more than about a second of it is only on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from textual.dom import DOMNode
from textual.timer import Timer

from readiness_tui.domain.errors import ReadinessError

DELAY = 0.5  # seconds from the first change that is not kept to keeping all of them


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that is not saved, and where it was typed, in a person's words."""

    where: str
    text: str


class Autosave:
    """Hands the latest text to `keep`, in a thread of its own: it waits neither for a save nor for a long look.

    `complain` is told once when that fails, and again only after it worked in between. `typed` reads what stands in the
    fields at this moment; None: nothing that is not saved.
    """

    def __init__(
        self,
        owner: DOMNode,
        keep: Callable[[str], Any],
        complain: Callable[[str], None],
        typed: Callable[[], Typed | None],
    ) -> None:
        self._owner = owner
        self._keep = keep
        self._complain = complain
        self._typed = typed
        self.left: Typed | None = None  # what stood there when the app ended otherwise than by its key
        _ALL.add(self)
        self._text: str | None = None  # what is not kept yet
        self._timer: Timer | None = None
        self._busy = asyncio.Lock()  # one after the other, so that an older text never replaces a newer one
        self._failing = False

    def changed(self, text: str) -> None:
        """Called with every change."""
        self._text = text
        if self._timer is None:
            self._timer = self._owner.set_timer(DELAY, self.flush)

    async def forget(self) -> None:
        """The text is about to be saved for good or discarded: no more drafts after this."""
        self._stop()
        self._text = None
        async with self._busy:
            pass

    async def flush(self) -> None:
        """Keep now what is not kept yet."""
        self._stop()
        async with self._busy:
            text, self._text = self._text, None
            if text is None:
                return
            try:
                await asyncio.to_thread(self._keep, text)
                self._failing = False
            except ReadinessError as refusal:
                if not self._failing:
                    self._failing = True
                    self._complain(f"What you type is not kept at the moment: {refusal}")

    def look(self) -> None:
        """Take what stands in the fields now, whatever events are still on their way."""
        if self._owner.is_attached:
            self.left = self._typed()

    def keep_now(self) -> None:
        """Keep what `look` took; no event loop is needed."""
        if self.left is not None:
            self._keep(self.left.text)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


_ALL: WeakSet[Autosave] = WeakSet()
_LOOKED: list[Autosave] = []  # those that held something: their screens are gone by the time it is kept


def look() -> None:
    """All that is being typed at this moment is taken, before the screens go."""
    for one in list(_ALL):
        with suppress(Exception):  # one screen that is broken must not lose the text of another
            one.look()
        if one.left is not None and one not in _LOOKED:
            _LOOKED.append(one)


def keep_all() -> tuple[list[Typed], list[Typed]]:
    """After the app has ended: what `look` took and is kept now, and what cannot be kept."""
    kept: list[Typed] = []
    lost: list[Typed] = []
    while _LOOKED:
        one = _LOOKED.pop()
        assert one.left is not None
        try:
            one.keep_now()
        except Exception:  # the file may be what broke
            lost.append(one.left)
        else:
            kept.append(one.left)
    return kept, lost
