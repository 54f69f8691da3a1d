"""A real shell, or a command, on a terminal of its own: what is typed goes in, what it prints comes out."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path


class Terminal:
    """A process on a pseudo-terminal of `rows` lines and 120 columns."""

    def __init__(self, command: list[str], env: dict[str, str], cwd: Path, rows: int = 24) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 120, 0, 0))
        self._end = ours
        self.text = ""

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=cwd, preexec_fn=own_terminal
        )
        os.close(theirs)

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """Read until it is there; all that was read."""
        until = time.monotonic() + seconds
        while text not in self.text and time.monotonic() < until and self._read(0.1):
            pass
        assert text in self.text, f"{text!r} is not in {self.text!r}"
        return self.text

    def still(self, seconds: float = 0.7) -> str:
        """Read until nothing has come for a while."""
        while self._read(seconds, once=True):
            pass
        return self.text

    def finish(self, seconds: float = 30) -> int:
        """Read to the end; the exit status."""
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            self._read(0.05)
        while self._read(0.1, once=True):
            pass
        return self.process.wait(timeout=5)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._end)

    def _read(self, seconds: float, once: bool = False) -> bool:
        ready, _, _ = select.select([self._end], [], [], seconds)
        if not ready:
            return not once
        try:
            data = os.read(self._end, 65536)
        except OSError:
            return False
        self.text += data.decode("utf-8", "replace")
        return bool(data)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Of a person whose home is this folder, with the program of this interpreter on the PATH."""
    tools = home / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("readiness", "readiness-tui"):
        (tools / name).write_text(f"#!{sys.executable}\nfrom readiness_tui.cli import main\nmain()\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    kept = {name: os.environ[name] for name in ("LANG", "COVERAGE_PROCESS_START") if name in os.environ}
    return {
        **kept,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_DATA_HOME": str(home / "data"),
        "TERM": "xterm-256color",
        "READINESS_WHO": "ana",
        "LC_ALL": "C.UTF-8",
        **more,
    }
