"""A Textual app in a terminal of its own (a pty): how long until something useful is painted, and what a key costs.

`python paint.py first COLUMNSxROWS MARK -- COMMAND …` prints the CPU and wall seconds until MARK was painted, as JSON;
`python paint.py key COLUMNSxROWS MARK BEFORE KEY -- COMMAND …` those of one press of KEY, until the screen is still
again, after the keys BEFORE led to the place.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

_TICKS = os.sysconf("SC_CLK_TCK")
_STILL = 0.15  # seconds without output: painted
_PATIENCE = 60.0
_PRESSES = 20


class Terminal:
    """A command in a pty. Only Linux tells a living process's CPU time in /proc."""

    def __init__(self, command: list[str], columns: int, rows: int) -> None:
        self.began = time.perf_counter()
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.environ.update(COLUMNS=str(columns), LINES=str(rows))
            os.execvp(command[0], command)
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.shown = b""

    def cpu(self) -> float:
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def read(self, wait: float) -> bool:
        ready, _, _ = select.select([self.end], [], [], wait)
        if not ready:
            return False
        try:
            got = os.read(self.end, 1 << 16)
        except OSError:
            raise SystemExit(f"the app ended before it painted: {self.shown[-2000:]!r}") from None
        self.shown += got
        return bool(got)

    def until(self, mark: bytes) -> tuple[float, float]:
        """CPU and wall seconds since the start until the mark was written."""
        while mark not in self.shown:
            if time.perf_counter() - self.began > _PATIENCE:
                raise SystemExit(f"{mark!r} was not painted: {self.shown[-2000:]!r}")
            self.read(0.02)
        return self.cpu(), time.perf_counter() - self.began

    def still(self) -> None:
        while self.read(_STILL):
            pass

    def press(self, keys: bytes) -> tuple[float, float]:
        """CPU seconds, and wall seconds until the last output, of keys pressed at once."""
        self.shown, cpu, began = b"", self.cpu(), time.perf_counter()
        os.write(self.end, keys)
        last = began
        while self.read(_STILL):
            last = time.perf_counter()
        return self.cpu() - cpu, last - began

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.end)


def main() -> None:
    cut = sys.argv.index("--")
    what, size, mark, *keys = sys.argv[1:cut]
    columns, rows = map(int, size.split("x"))
    terminal = Terminal(sys.argv[cut + 1 :], columns, rows)
    cpu, wall = terminal.until(mark.encode())
    if what == "key":
        before, key = (typed.encode().decode("unicode_escape").encode("latin-1") for typed in keys)
        for pressed in (b"", before):
            if pressed:
                terminal.press(pressed)
            terminal.still()
            time.sleep(2)  # what waits for a pause is done
            terminal.still()
        costs = [terminal.press(key) for _ in range(_PRESSES)]
        cpu, wall = (sum(part) / len(costs) for part in zip(*costs, strict=True))
    terminal.close()
    print(json.dumps({"cpu": cpu, "wall": wall}))


if __name__ == "__main__":
    main()
