"""The program in a pseudo-terminal of its own, which is its controlling one: what it writes, how it ends, what that takes."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSCTTY, TIOCSWINSZ

PATIENCE = 60.0  # seconds; machines that run tests are busy
MAIN = "from readiness_tui.cli import main; main()"


class Terminal:
    """`before`: Python that runs first, for faults put in. `size`: rows and columns. `folder`: where it is started. `pipes`: open
    files that it has too."""

    def __init__(
        self,
        *arguments: object,
        before: str = "",
        size: tuple[int, int] = (24, 80),
        env: Mapping[str, str | None] | None = None,
        ignored: signal.Signals | None = None,
        folder: Path | None = None,
        pipes: Sequence[int] = (),
    ) -> None:
        self.written = b""
        self.size = size
        self._main, other = pty.openpty()
        ioctl(other, TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

        def own() -> None:
            ioctl(0, TIOCSCTTY, 0)
            if ignored is not None:
                signal.signal(ignored, signal.SIG_IGN)

        given = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", **(env or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{before}\n{MAIN}", *map(str, arguments)],
            stdin=other, stdout=other, stderr=other, start_new_session=True, preexec_fn=own, cwd=folder, pass_fds=pipes,
            env={name: value for name, value in given.items() if value is not None},
        )  # fmt: skip
        os.close(other)

    def read(self, seconds: float) -> bytes:
        """What it writes within so long."""
        got, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._main], [], [], left)[0]:
                try:
                    some = os.read(self._main, 65536)
                except OSError:  # it has ended
                    break
                if not some:
                    break
                got += some
        self.written += got
        return got

    def either(self, pipe: int, seconds: float) -> tuple[bytes, bytes | None]:
        """What it paints and what it says on `pipe`, as soon as there is one of them: b"" of the pipe where it has ended, None
        where it said nothing. Only the last of what is painted is kept."""
        ready = select.select([self._main, pipe], [], [], seconds)[0]
        painted, said = b"", os.read(pipe, 65536) if pipe in ready else None
        if self._main in ready:
            with suppress(OSError):  # it has ended: the pipe says so
                painted = os.read(self._main, 65536)
        self.written = (self.written + painted)[-65536:]
        return painted, said

    def until(self, *texts: str, patience: float = PATIENCE) -> None:
        """Read until one of `texts` is among what was painted since the last key."""
        seen, end = b"", time.monotonic() + patience
        while not any(text.encode() in seen for text in texts):
            assert self.process.poll() is None or self.read(0.1), f"ended before {texts}: {self.written[-800:]!r}"
            assert time.monotonic() < end, f"never painted {texts}: {self.written[-800:]!r}"
            seen += self.read(0.1)

    def type(self, text: str | bytes) -> None:
        """All of it, unless the program ends before it has read so far: a terminal holds but a few thousand bytes, and one that
        nobody reads any more never takes the rest."""
        data = text if isinstance(text, bytes) else text.encode()
        os.set_blocking(self._main, False)
        with suppress(OSError):
            while data:
                if select.select([], [self._main], [], 0.1)[1]:
                    with suppress(BlockingIOError):
                        data = data[os.write(self._main, data) :]
                elif self.process.poll() is not None:
                    break
        os.set_blocking(self._main, True)

    def resize(self, rows: int, columns: int) -> None:
        """Who is in it is told so only where that is another size."""
        self.size = (rows, columns)
        ioctl(self._main, TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """The terminal is closed, as its window is."""
        os.close(self._main)
        self._main = -1

    def ended(self, patience: float = PATIENCE) -> int:
        """Its exit status; all that it wrote is read."""
        end = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < end:
            if self._main >= 0:
                self.read(0.2)
            else:
                time.sleep(0.1)
        if self._main >= 0:
            self.read(0.2)
        status = self.process.poll()
        assert status is not None, f"still running: {self.written[-800:]!r}"
        return status

    def computed(self) -> float:
        """Seconds of processor time that it has taken so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._main >= 0:
            self.hang_up()
