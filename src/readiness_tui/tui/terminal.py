"""The terminal as Textual drives it, and what becomes of the app when it is gone."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver


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

    def _handle_exception(self, error: Exception) -> None: ...


class Terminal(LinuxDriver):
    """Ends the app when its terminal is gone; Textual's own would read its end for ever, at full speed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file: Any = _Lasting(cast(TextIO, self._file))
        self._watch: threading.Thread | None = None

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._watch is None:  # this is called again after the app was suspended
            self._watch = threading.Thread(target=self._until_gone, name="readiness-terminal", daemon=True)
            self._watch.start()

    def _until_gone(self) -> None:
        watched = select.poll()
        watched.register(self.fileno, 0)  # hanging up is always told, and nothing else is asked for
        with suppress(OSError):
            watched.poll()
        self.exit_event.set()  # nothing more to read
        self._call(self._ends.terminal_gone)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:  # it went while it was read: seen by the watch as well
            self._call(self._ends.terminal_gone)
        except Exception as error:
            self._call(self._ends._handle_exception, error)

    @property
    def _ends(self) -> _Ends:
        return cast(_Ends, self._app)

    def _call(self, how: Callable[..., None], *given: object) -> None:
        loop = self._app._loop
        with suppress(RuntimeError):  # the loop has ended already
            if loop is not None:
                loop.call_soon_threadsafe(how, *given)
