"""The terminal as Textual drives it, and what becomes of the app when it is gone."""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol, TextIO, cast

from textual._parser import ParseError
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from readiness_tui.tui.pastes import Parser

_PAUSE = 0.1  # seconds until it looks whether a lone Esc was one, and whether the app is leaving
_READ = 65536  # bytes at once: a large paste comes in few pieces


class _Lasting:
    """What the app is painted on. A terminal that is gone takes nothing more, and that is no fault of the app's."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: closed
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class _Ends(Protocol):
    """The app, as far as its terminal ends it."""

    def terminal_gone(self) -> None: ...

    def end_anyway(self) -> None: ...

    def _handle_exception(self, error: Exception) -> None: ...


class Terminal(LinuxDriver):
    """Reads as Textual's does, but for two ends that it has no answer to: a terminal that is gone ends the app, where Textual
    reads its end for ever, at full speed; and bytes that are no UTF-8 are shown as such, where Textual fails. No paste presses keys.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file: Any = _Lasting(cast(TextIO, self._file))

    def run_input_thread(self) -> None:
        parser, decode = Parser(self._debug), getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], _PAUSE)[0]:
                raw = os.read(self.fileno, _READ)
                if not raw:
                    raise EOFError
                if text := decode(raw):  # "" while a character is not whole, which the parser would take for the end
                    self._tell(parser.feed(text))
            self._tell(parser.tick())
        with suppress(EOFError, ParseError):
            list(parser.feed(""))

    def _tell(self, events: Iterable[Message]) -> None:
        for event in events:
            self.process_message(event)

    def _run_input_thread(self) -> None:
        ends = cast(_Ends, self._app)
        try:
            self.run_input_thread()
        except (OSError, EOFError):
            self._call(ends.terminal_gone)
            ends.end_anyway()
        except Exception as error:
            self._call(ends._handle_exception, error)

    def _call(self, how: Callable[..., None], *given: object) -> None:
        loop = self._app._loop
        with suppress(RuntimeError):  # the loop has ended already
            if loop is not None:
                loop.call_soon_threadsafe(how, *given)
