"""The browser as Textual drives it, and what becomes of the app when the server is gone."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, Protocol, cast

from textual.drivers import web_driver

from readiness_tui.tui.pastes import Parser

web_driver.XTermParser = Parser  # type: ignore[attr-defined]  # it makes its own, and no one else is in this process


class _EndsAlone(Protocol):
    """The app, as far as its server ends it."""

    def terminal_gone(self) -> None: ...

    def end_anyway(self) -> None: ...


class BrowserDriver(web_driver.WebDriver):
    """As Textual's, but a server that is gone ends the app, where Textual's would go on for ever with nobody to see it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._write: Any = self._write_if_read

    def _write_if_read(self, data: bytes) -> None:
        with suppress(OSError):
            while data:
                data = data[os.write(self.fileno, data) :]

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if self.exit_event.is_set():
            return
        app, loop = cast(_EndsAlone, self._app), self._app._loop
        with suppress(RuntimeError):  # the loop has ended already
            if loop is not None:
                loop.call_soon_threadsafe(app.terminal_gone)
        app.end_anyway()
