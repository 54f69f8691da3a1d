"""What a move of the cursor asks for, once the cursor stands still: what it only passes is not looked at at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from textual.dom import DOMNode

BESIDE = 0.05  # seconds until what stands beside a list follows its cursor: longer than a held key takes to repeat
THINKING = 0.25  # seconds until what has to be worked out is


def later(seconds: float, look: Callable[[], None]) -> asyncio.TimerHandle:
    """Call `look` then, unless the handle is cancelled before."""
    return asyncio.get_running_loop().call_later(seconds, look)


class WhenStill:
    """Does the last thing it was asked for, `pause` seconds after it was asked. What was asked before is dropped."""

    def __init__(self, owner: DOMNode, pause: float) -> None:
        self._owner, self._pause = owner, pause
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, look: Callable[[], object]) -> None:
        self.drop()
        self._timer = later(self._pause, partial(self._look, look))

    def drop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, look: Callable[[], object]) -> None:
        """As a message of the owner's, which is in order with its others; not any more where the owner has gone."""
        self._timer = None
        if self._owner.is_attached:
            self._owner.call_later(look)
