"""One window: a process of the app, which a browser sees and types into over its WebSocket."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from readiness_tui.domain.text.sanitise import visible
from readiness_tui.services.core.locate import BROWSER

#: Seconds: to leave in order, keeping what is being typed (less of them where the server ends); to end when told by a signal.
LEAVING, IN_HASTE, ENDING = 10.0, 2.5, 0.5
_SAID = 4000  # characters of what the process had to say
_PIECE = 64 * 1024
#: What of the server's surroundings the app does not get: what would have it run or log elsewhere.
_NOT_PASSED_ON = (
    "READINESS_",
    "TEXTUAL",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "BROWSER",
    "COLUMNS",
    "LINES",
    "ROWS",
    "NO_COLOR",
)
_RUN = "from readiness_tui.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Opens:
    """What the windows of a server open: which file, and what else names the review."""

    database: Path
    options: Sequence[str] = ()

    def command(self, who: str) -> list[str]:
        return [sys.executable, "-P", "-c", _RUN, f"--db={self.database}", f"--who={who}", *self.options]


class AppWindow(AppService):
    """`said`: what the process printed for people when it ended."""

    def __init__(self, opens: Opens, who: str, socket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        super().__init__(
            "",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._over,
            download_manager=downloads,
        )
        self.who = who
        self._command = opens.command(who)
        self._socket = socket
        self.said = ""

    async def stop(self, leaving: float = LEAVING) -> None:
        """End the app as its own key would, which keeps what is being typed; then as hard as it takes."""
        process, task = self._process, self._task
        if process is None or task is None:
            return
        await self._download_manager.cancel_app_downloads(self.app_service_id)
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(leaving):
                await self.send_meta({"type": "quit"})
                await asyncio.shield(task)
        for end in (process.terminate, process.kill):
            if not task.done():
                with suppress(ProcessLookupError):
                    end()
                with suppress(TimeoutError):
                    async with asyncio.timeout(ENDING):
                        await asyncio.shield(task)
        self._task = None

    async def run(self) -> None:
        """Hand on what the app paints, until the process has ended. (As AppService's, but what the process says to people is
        kept for them, and a browser that is gone does not leave it waiting for somebody to read what it paints.)"""
        assert self._process is not None
        process = self._process
        assert process.stdout is not None
        said = asyncio.create_task(self._listen(process))
        with suppress(asyncio.IncompleteReadError, ConnectionError, RuntimeError, ValueError):
            await self._paint(process.stdout)
        while await process.stdout.read(_PIECE):
            pass
        status = await process.wait()
        self.said = visible(await said) or (f"The app ended with status {status}." if status > 0 else "")
        await self._over()

    async def _paint(self, painted: asyncio.StreamReader) -> None:
        while await painted.readline() not in (b"__GANGLION__\n", b""):
            pass
        while True:
            kind = await painted.readexactly(1)
            payload = await painted.readexactly(int.from_bytes(await painted.readexactly(4), "big"))
            if kind == b"D":
                await self.on_data(payload)
            elif kind == b"M":
                await self.on_meta(payload)
            elif kind == b"P":
                await self.on_packed(payload)

    async def _listen(self, process: Process) -> str:
        assert process.stderr is not None
        kept = b""
        while piece := await process.stderr.read(_PIECE):
            kept = (kept + piece)[-_SAID:]
        return kept.decode("utf-8", "replace").strip()

    async def _over(self) -> None:
        with suppress(ConnectionError, RuntimeError):
            await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Without a shell, and in a session of its own: Ctrl-C for the server is not one for the app."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=os.name != "nt",
        )
        self._stdin = process.stdin
        return process

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        passed = {name: text for name, text in os.environ.items() if not name.startswith(_NOT_PASSED_ON)}
        return passed | {
            BROWSER: "1",
            "TEXTUAL_DRIVER": "readiness_tui.tui.remote.driver:BrowserDriver",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "COLUMNS": str(width),
            "ROWS": str(height),
        }
