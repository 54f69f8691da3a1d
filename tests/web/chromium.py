"""A headless Chromium, driven over its DevTools protocol: what a reviewer's browser does, without a library of its own."""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_STARTS = 30.0  # seconds


class BetweenPagesError(Exception):
    """The page that was asked is being left for another."""


class Tab:
    """One tab. `console`: what its pages complained of. `frames`: what its WebSockets received, where Network is enabled."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._reader = asyncio.create_task(self._read())
        self.console: list[str] = []
        self.frames: list[str] = []

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if waits := self._answers.pop(told.get("id"), None):
                waits.set_result(told)
            elif told.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.console.append(str(told["params"]))
            elif told.get("method") == "Network.webSocketFrameReceived":
                frame = told["params"]["response"]
                binary = frame["opcode"] == 2
                data = (
                    base64.b64decode(frame["payloadData"]).decode("utf-8", "replace")
                    if binary
                    else frame["payloadData"]
                )
                self.frames.append(data)

    async def do(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        told = await asyncio.wait_for(answer, 30)
        if "navigated or closed" in str(told.get("error", "")):
            raise BetweenPagesError
        assert "error" not in told, told
        return told["result"]

    async def run(self, script: str) -> Any:
        """The value of a JavaScript expression."""
        told = await self.do(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, script: str, seconds: float = 20.0) -> None:
        """Wait until a JavaScript expression is true; between two pages there is nothing that it could be asked of."""
        script = f"(() => {{ try {{ return {script} }} catch {{ return false }} }})()"
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while True:
            with suppress(BetweenPagesError):
                if await self.run(f"!!({script})"):
                    return
            assert loop.time() < ends, f"{script}\n{await self.run('document.body.innerText')}\n{self.console}"
            await asyncio.sleep(0.05)

    async def go(self, address: str) -> None:
        await self.do("Page.navigate", url=address)
        await self.until("document.readyState === 'complete'")

    async def press(self, text: str) -> None:
        """Type characters into what has the focus."""
        for key in text:
            await self.do("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
            await self.do("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def screenshot(self, path: Path) -> None:
        told = await self.do("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(told["data"]))

    async def close(self) -> None:
        await self._socket.close()
        self._reader.cancel()


@asynccontextmanager
async def tab(width: int = 1280, height: int = 800) -> AsyncIterator[Tab]:
    """A tab of a new browser, with nothing remembered."""
    assert CHROMIUM is not None
    folder = Path(tempfile.mkdtemp(prefix="chromium-"))
    process = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={folder}",
         f"--window-size={width},{height}", "--disable-dev-shm-usage", "about:blank"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = await _port(folder / "DevToolsActivePort")
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{port}/json") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            opened = Tab(await client.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0))
            for domain in ("Page", "Runtime", "Log"):
                await opened.do(f"{domain}.enable")
            yield opened
            await opened.close()
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _port(note: Path) -> int:
    ends = asyncio.get_running_loop().time() + _STARTS
    while asyncio.get_running_loop().time() < ends:
        if note.exists() and (lines := note.read_text().splitlines()):
            return int(lines[0])
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not start")
