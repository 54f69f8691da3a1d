"""`readiness serve` as a process, and somebody who visits it without a browser: what the page's script does, by hand."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp

from tests.cli.test_processes import READINESS

PATIENCE = 60.0  # seconds; machines that run tests are busy
_ESCAPES = re.compile(r"\x1b\[[0-9;?<>$=]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_LINK = re.compile(r"^(.+?) +(http\S+/login)#(\S+)$")


class Served:
    """The process. `tokens`: by name."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.tokens: dict[str, str] = {}
        self.address = ""
        assert process.stdout is not None
        for line in iter(process.stdout.readline, ""):
            if found := _LINK.match(line.strip()):
                self.tokens[found[1]] = found[3]
            if line.startswith("Serving "):
                self.address = line.split()[1]
                break
        assert self.address, process.communicate()

    def children(self) -> list[int]:
        """The windows' processes."""
        found = subprocess.run(["ps", "--ppid", str(self.process.pid), "-o", "pid="], capture_output=True, text=True)
        return [int(one) for one in found.stdout.split()]

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, float, str]:
        """Its status, how many seconds its end took, and what it still said."""
        begun = time.monotonic()
        self.process.send_signal(how)
        said = self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode, time.monotonic() - begun, said


@contextmanager
def served(db: Path, *options: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [*READINESS, "--db", str(db), "serve", "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, env=os.environ,
    )  # fmt: skip
    try:
        yield Served(process)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        if process.stdout is not None:
            process.stdout.close()


def gone(pid: int) -> bool:
    """Whether a process has ended (one that nobody waits for any more counts as ended)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


async def all_gone(pids: list[int], seconds: float = 20.0) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if all(map(gone, pids)):
            return True
        await asyncio.sleep(0.1)
    return False


class Pane:
    """A window: what the app painted into it, without the colours."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen = ""

    async def until(self, text: str, seconds: float = PATIENCE) -> None:
        """Read until `text` was painted since the last key."""
        async with asyncio.timeout(seconds):
            while text not in self.seen:
                message = await self.socket.receive()
                assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), (message, self.seen[-600:])
                self._take(message)

    async def listen(self, seconds: float) -> None:
        """Take what is painted in this time."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            try:
                self._take(await self.socket.receive(timeout=left))
            except TimeoutError:
                return

    async def over(self, seconds: float = PATIENCE) -> None:
        """Read until the server has closed it, also where it did so before a ping of its own was answered."""
        async with asyncio.timeout(seconds):
            with suppress(aiohttp.ClientConnectionResetError):
                while not self.socket.closed:
                    self._take(await self.socket.receive())

    async def type(self, text: str) -> None:
        self.seen = ""
        await self.socket.send_json(["stdin", text])

    def _take(self, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.BINARY:
            self.seen += _ESCAPES.sub("", message.data.decode("utf-8", "replace"))
        elif message.type is aiohttp.WSMsgType.TEXT:
            self.seen += f"\n{json.loads(message.data)}\n"


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def log_in(self, token: str, origin: str | None = "") -> tuple[int, str]:
        """Status and sentence; `origin` "" is the server's own, None is none."""
        headers = {} if origin is None else {"Origin": origin or self.address}
        async with self.client.post(f"{self.address}/login", data=token, headers=headers) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.client.get(f"{self.address}{path}", headers=headers) as answer:
            return answer.status, await answer.text(errors="replace")

    async def window(self, query: str = "?width=100&height=30", **headers: str) -> Pane:
        """A window of the app. Raises WSServerHandshakeError where it is refused."""
        headers = {"Origin": self.address, **headers}
        return Pane(await self.client.ws_connect(f"{self.address}/ws{query}", headers=headers))
