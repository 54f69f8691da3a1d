"""The app as `tests.walk` starts it in a terminal: the real command with the real driver, which says over a pipe where it is, once
it is asked and as soon as nothing goes on in it any more. So nobody who presses keys has to wait by a clock.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.events import MouseMove
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

from readiness_tui.tui import terminal
from tests.walk.keys import place

FAR = 9999  # a line that no mouse is at
_LEAVES = ("enter", "tab", "shift+tab", "escape", "up", "down")  # keys of a field that may do more than edit
_EARS = ("on_click", "_on_click", "on_mouse_down", "_on_mouse_down", "on_mouse_up", "_on_mouse_up")
SOON = 0.03  # seconds: a repaint, or what a key has put off, is waited for; what is due later (news, a clock) is not
LONG = 1.0  # seconds: what still ticks then, ticks for ever


def ask(number: int) -> bytes:
    """ "Where are you?", as a terminal would say that the mouse is far away."""
    return f"\x1b[<35;{number};{FAR}M".encode()


class Idle:
    """The selector of the app's loop. It is asked to wait where nothing is ready to run: no message in any queue, and then
    nothing goes on unless a thread works for the loop, or a repaint is due."""

    def __init__(self, loop: Any, tell: Callable[[int], None]) -> None:
        self._loop, self._tell, self._inner, self._busy = loop, tell, loop._selector, 0
        self._run = loop.run_in_executor
        self.asked, self._told = 0, -1  # at first it says so unasked
        self._since = 0.0  # when it could first have said so, but for what was due soon
        loop._selector, loop.run_in_executor = self, self._counted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def select(self, timeout: float | None = None) -> Any:
        if self._busy:
            self._since = 0.0
        elif self.asked > self._told and timeout != 0:
            self._since = self._since or self._loop.time()
            if not self._soon() or self._loop.time() - self._since > LONG:
                self._told, self._since = self.asked, 0.0
                self._tell(self.asked)
        return self._inner.select(timeout)

    def ask(self, number: int) -> None:
        """Asked once more, it says so once more: the answer may have been none, while no screen stood."""
        self.asked, self._told = number, min(self._told, number - 1)

    def __str__(self) -> str:
        return f"asked {self.asked}, told {self._told}, {self._busy} threads at work"

    def _soon(self) -> bool:
        end = self._loop.time() + SOON
        return any(not one._cancelled and one._when < end for one in self._loop._scheduled)

    def _counted(self, executor: Any, work: Any, *given: Any) -> Any:
        self._busy += 1
        done = self._run(executor, work, *given)
        done.add_done_callback(self._ended)
        return done

    def _ended(self, _: object) -> None:
        self._busy -= 1


def watch(pipe: int) -> None:
    """From now on the app says where it is on the file `pipe`, a line of JSON each time."""

    class Watched(terminal.Terminal):
        _idle: Idle | None = None
        _spent = 0.0

        def start_application_mode(self) -> None:
            loop = asyncio.get_running_loop()
            if self._idle is None:  # else it comes back from an editor
                self._idle = Idle(loop, self._say)
                loop.add_signal_handler(signal.SIGUSR2, _where_it_waits, self._idle)
            super().start_application_mode()

        def process_message(self, message: Message) -> None:
            if isinstance(message, MouseMove) and message.y == FAR - 1:
                assert self._app._loop is not None
                self._app._loop.call_soon_threadsafe(self._ask, int(message.x) + 1)
            else:
                super().process_message(message)

        def _ask(self, number: int) -> None:
            """Behind what was pressed, in both queues that keys go through: where one of them stands still, nothing is said."""
            idle = self._idle
            assert idle is not None
            self._app.call_later(lambda: self._app.screen_stack and self._app.screen.call_later(idle.ask, number))

        def _say(self, asked: int) -> None:
            spent, self._spent = self._spent, time.thread_time()
            said = seen(self._app) | {"computed": self._spent - spent, "asked": asked}
            os.write(pipe, json.dumps(said).encode() + b"\n")

    terminal.Terminal = Watched  # type: ignore[misc]


def _where_it_waits(idle: Idle) -> None:
    """For who finds that it does not answer: what each task and thread of it is at, in a file of its folder."""
    with open("crash-waits", "w", encoding="utf-8") as file:
        file.write(f"{idle}\n")
        for task in asyncio.all_tasks():
            task.print_stack(file=file)
            waited: Any = task.get_coro()
            while (
                waited := getattr(waited, "cr_await", None)
            ) is not None:  # a stack of a task has its outermost frame alone
                file.write(f"    awaits {waited!r:.200}\n")
        faulthandler.dump_traceback(file)


def seen(app: App[Any]) -> dict[str, Any]:
    """`place`, "" while the app ends; `keys`: what is bound here, with its id and whether that is the app's own; `clicks`: the first of each kind of
    widget that is painted and heeds clicks, one of those that do not, and where; `field`: whether one types here."""
    if not app.screen_stack or app._exit or app._exception is not None:
        return {"place": "", "keys": [], "clicks": {}, "field": False}
    screen, focused = app.screen, app.focused
    field = isinstance(focused, Input | TextArea)
    keys = [
        [key, active.binding.id or "", active.node is app, active.enabled]
        for key, active in screen.active_bindings.items()
        if key in _LEAVES or not (field and active.node is focused)  # else it is one of those that a field takes
    ]
    known = {key for key, *_ in keys}  # under a dialog, what comes before its own keys is not in its table
    keys += [[key, one.id or "", True, True] for key, one in app._bindings if one.priority and key not in known]
    clicks: dict[str, tuple[int, int]] = {}
    for widget in screen.walk_children():
        region = widget.region.intersection(screen.region)  # type: ignore[attr-defined]
        if widget.display and region and not widget.children:  # type: ignore[attr-defined]
            mark = (
                "field" if (widget.id or "").startswith("field-") else widget.id or ""
            )  # one of a form is as good as another
            name = f"{type(widget).__name__}#{mark}" if _heeds(type(widget)) else "text"
            clicks.setdefault(name, (region.x + region.width // 2, region.y))
    return {"place": place(app), "keys": keys, "clicks": clicks, "field": field}


def _heeds(kind: type[Widget]) -> bool:
    """Whether a widget of this kind has ears for the mouse, beyond what all of them do, or is one of the app's own."""
    own = [one for one in kind.__mro__ if one not in Widget.__mro__]
    ears = any(name in vars(one) for one in own for name in _EARS)
    return ears or kind.can_focus or kind.__module__.startswith("readiness_tui.")
