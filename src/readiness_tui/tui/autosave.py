"""Keeping what is being typed: never more than about a second of it is only on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.dom import DOMNode
from textual.timer import Timer

from readiness_tui.domain.errors import ReadinessError

DELAY = 0.5  # seconds from the first change that is not kept to keeping all of them


class Autosave:
    """Hands the latest text to `keep`, in a thread of its own: it waits neither for a save nor for a long look.

    `complain` is told once when that fails, and again only after it worked in between.
    """

    def __init__(self, owner: DOMNode, keep: Callable[[str], Any], complain: Callable[[str], None]) -> None:
        self._owner = owner
        self._keep = keep
        self._complain = complain
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

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
