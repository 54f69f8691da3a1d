"""The way back: which rooms were left by a jump, and a meeting that was left for one of them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from textual._context import active_message_pump
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.widgets.bars import ROOMS


class Way:
    """What Esc goes back through. A meeting on it is kept as it was left; the eight rooms are kept by the app."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._steps: list[str] = []
        self._paused: dict[str, RoomScreen] = {}  # meetings among them, by the name in the way

    @property
    def came_from(self) -> str:
        """The room that was left last; "" where none was."""
        last = self._steps[-1] if self._steps else ""
        return self._paused[last].ROOM if last in self._paused else last

    def leave(self, room: str) -> None:
        """What is shown is left for `room`."""
        over, stack = self._app.screen, self._app.screen_stack
        here = next((one.ROOM for one in stack if isinstance(one, RoomScreen) and one.ROOM in ROOMS), "")
        if here and isinstance(over, RoomScreen) and over.ROOM not in ROOMS:
            # A meeting over a room: Esc comes back to it, not to the room beneath.
            self._steps += [here, self._pause(over)]
        elif here and here != room:
            self._steps.append(here)

    def back(self) -> tuple[str, str]:
        """The room to go to, and the name of what lay over it; "" for neither."""
        last = self._steps.pop() if self._steps else ""
        return (self._steps.pop(), last) if last in self._paused else (last, "")

    def clear(self) -> None:
        """A room was gone to by its own key: nothing is gone back to from there."""
        self._steps.clear()

    async def forget(self) -> None:
        """Nobody can come back to these meetings any more."""
        for name, screen in list(self._paused.items()):
            if screen not in self._app.screen_stack and name not in self._steps:
                del self._paused[name]
                self._app.uninstall_screen(name)
                await screen.remove()

    def _pause(self, screen: RoomScreen) -> str:
        name = f"{screen.ROOM} {id(screen)}"
        if name not in self._paused:
            self._app.install_screen(screen, name)
            self._paused[name] = screen
        return name


async def close_top(app: App[Any]) -> None:
    """Close the screen on top."""
    closing = app.screen
    await ended(closing, app.pop_screen())


async def ended(screen: Screen[Any], ending: Awaitable[object]) -> None:
    """Wait until `screen` is gone, which goes by itself, or is laid aside. Whoever has it go in its own work, or in that of a part of
    it, does not wait: it ends when that work is done, so that both would wait for ever, and the app with them."""
    at = active_message_pump.get(None)
    own = isinstance(at, DOMNode) and screen in at.ancestors_with_self
    if not own or screen.app.is_screen_installed(screen):
        await ending
