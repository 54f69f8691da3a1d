"""The app as its terminal meets it: how small it may be, what its keys are called, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from textual.app import App, ScreenError
from textual.binding import Binding
from textual.dom import DOMNode
from textual.driver import Driver
from textual.errors import NoWidget
from textual.events import Event, MouseEvent, MouseUp
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from readiness_tui.tui import autosave
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.gone import GONE, hits_nothing, left

_KEYS = {"enter": "Enter", "space": "Space", "escape": "Esc", "backspace": "Backspace", "tab": "Tab"}
_FAULT = 70  # EX_SOFTWARE, as for a command
_LAST_KEYS = 0.05  # seconds: what was pressed before the end is still on its way to its field
GRACE = 20.0  # seconds that the app has to end in once its terminal is gone
_KEEPING = 10  # seconds more in which what is typed may be kept
_HANGUP = 129  # 128 and the signal's number, as a shell says it


class _Underneath(ClosesItself, Screen[None]):
    """Lies under all others, and is never seen."""


class TerminalApp(App[None]):
    """After `run`: `fault` is what the app ended by, if it did not end by itself; `return_code` is the exit status."""

    doing = ""  # the screens that were open when the app ended, by their class

    @property
    def fault(self) -> Exception | None:
        return self._exception

    def get_driver_class(self) -> type[Driver]:
        kind = super().get_driver_class()
        if kind.__name__ != "LinuxDriver":  # a browser, or another operating system
            return kind
        from readiness_tui.tui.terminal import Terminal

        return Terminal

    def get_default_screen(self) -> Screen[Any]:
        return _Underneath(id="_default")

    def get_key_display(self, binding: Binding) -> str:
        """As Textual's, but with one name for each of these keys wherever it stands."""
        return binding.key_display or _KEYS.get(binding.key) or super().get_key_display(binding)

    def action_command_palette(self) -> None:
        from readiness_tui.tui.dialogs.palette import Palette

        # It may lie under what was opened over it, such as what F1 says.
        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self) -> None:
        """As Textual's, but in a palette that closes itself: closed twice at once, its own took the room underneath along."""
        from textual.theme import ThemeProvider

        from readiness_tui.tui.dialogs.palette import Palette

        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def action_help_quit(self) -> None:
        """Ctrl+C. As Textual's, but by the key's own name, and without markup, which notices here show as it is."""
        for active in self.active_bindings.values():
            if active.binding.action in ("quit", "app.quit"):
                self.notify(
                    f"{self.get_key_display(active.binding)} leaves the app.",
                    title="Do you want to quit?",
                    markup=False,
                )
                return

    async def on_event(self, event: Event) -> None:
        if isinstance(event, MouseEvent) and not event.is_forwarded and self._hits_what_is_gone(event):
            return
        await super().on_event(event)

    def _hits_what_is_gone(self, event: MouseEvent) -> bool:
        """Whether what stood there was taken away and the screen not laid out since. Textual would select in it, and end by its
        having no parent. What lets the button go still ends what the press began."""
        if isinstance(event, MouseUp):
            return False
        try:
            widget, _ = self.get_widget_at(event.x, event.y)
        except (NoWidget, ScreenError):
            return False
        return not widget.is_attached

    def _register_child(self, parent: DOMNode, child: Widget, *where: int | None) -> None:
        if child not in self._registry:
            child._dispatch_message = partial(self._outlive, child, child._dispatch_message)  # type: ignore[method-assign]
        super()._register_child(parent, child, *where)

    async def _dispatch_message(self, message: Message) -> None:
        await self._outlive(self, super()._dispatch_message, message)

    async def _outlive(
        self, hears: MessagePump, dispatch: Callable[[Message], Awaitable[None]], message: Message
    ) -> None:
        """Who meets a fault hears nothing any more, as Textual has it: a list, a room, the app itself. So what is none, because
        its screen was left, does not come so far."""
        if hits_nothing(hears, message):
            return
        try:
            await dispatch(message)
        except GONE as error:
            if not self._exit and not left(self, error):
                raise

    # -- ending -------------------------------------------------------------------------------------------------------

    def on_load(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._unseen)
        if threading.current_thread() is not threading.main_thread():
            return
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            if (number := getattr(signal, name, None)) is not None:
                with suppress(NotImplementedError, RuntimeError):
                    loop.add_signal_handler(number, self._asked_to_end, number)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """As Textual's. Whoever has the terminal meanwhile has its Ctrl+C too: it does not end the app."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # Windows: nothing was added
            loop.remove_signal_handler(signal.SIGINT)
        before = signal.signal(signal.SIGINT, lambda *_: None)  # not ignored: that, the editor would inherit
        try:
            with super().suspend():
                yield
        finally:
            signal.signal(signal.SIGINT, before)
            with suppress(NotImplementedError):
                loop.add_signal_handler(signal.SIGINT, self._asked_to_end, signal.SIGINT)

    def _asked_to_end(self, number: int) -> None:
        """Leave as by the key. A second signal ends the process at once, as it would any other; but who closes a terminal sends
        several (the shell, tmux, the system), and what is typed is not kept yet."""
        asyncio.get_running_loop().remove_signal_handler(number)
        if 128 + number == _HANGUP:
            signal.signal(number, signal.SIG_IGN)
            self.end_anyway()
        self.exit(return_code=128 + number)

    def terminal_gone(self) -> None:
        """The driver saw the terminal go: there is nobody to ask any more."""
        if not self._exit:
            self.exit(return_code=_HANGUP)

    def end_anyway(self) -> None:
        """The terminal is gone: nobody sees the process any more, so it does not go on, whatever keeps it. It ends as by
        kill -9, which the database does not mind, but after what was typed is kept. Called in any thread."""

        def end() -> None:
            time.sleep(GRACE)
            with suppress(Exception):
                autosave.keep_all()
            os._exit(_HANGUP)

        threading.Thread(target=end, daemon=True).start()
        if hasattr(signal, "alarm"):  # not on Windows
            signal.alarm(int(GRACE) + _KEEPING)  # the system's own, where no other thread gets its turn

    def exit(self, result: None = None, return_code: int = 0, message: Any = None) -> None:
        self._look_back()
        super().exit(result, return_code, message)

    def _unseen(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A task failed that nobody waited for."""
        error = context.get("exception")
        if isinstance(error, Exception) and self._running:
            self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        """Ends the app, as Textual's own does, but leaves it to the command line to say so: without anybody's data."""
        cause = getattr(error, "error", error)
        if isinstance(cause, GONE) and (self._exit or left(self, cause)):
            return
        self._return_code = _FAULT
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self._look_back()
        self._close_messages_no_wait()

    def panic(self, *_: object) -> None:
        """Textual would print what it was given, values and all."""
        self._handle_exception(RuntimeError("the app was told to panic"))

    async def _shutdown(self) -> None:
        if self._return_code:
            await asyncio.sleep(_LAST_KEYS)
        self._look_back()
        await super()._shutdown()

    def _look_back(self) -> None:
        """While the screens still stand: which they are, and what is typed in them."""
        with suppress(Exception):  # before the first screen there is none
            self.doing = self.doing or " > ".join(type(screen).__name__ for screen in self.screen_stack)
        autosave.look()
