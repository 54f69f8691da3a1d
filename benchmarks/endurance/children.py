"""Processes of their own that start in no time: forks of one that has read the program already.

A fork is a process like any other to the operating system, to SQLite's locks and to SIGKILL; all that it does not do is
read the modules once more.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import readiness_tui
from readiness_tui.cli.root import run

Job = Callable[[], int]
PATIENCE = 1_800.0  # seconds after which a child is stuck


@dataclass(frozen=True, slots=True)
class Ended:
    """`status`: the exit status, or minus the signal that ended it; `said`: all it wrote, both streams in one.

    `memory`: its largest resident set in MiB, the parent's share of it included; `cpu`: seconds of a core.
    """

    status: int
    said: str
    seconds: float
    memory: float = 0.0
    cpu: float = 0.0

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Child:
    """A fork that does `job` and ends with what it returns."""

    def __init__(self, job: Job) -> None:
        reads, writes = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.began = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            status = 70
            try:
                os.close(reads)
                os.dup2(writes, 1)
                os.dup2(writes, 2)
                sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, errors="backslashreplace")
                signal.signal(signal.SIGINT, signal.default_int_handler)
                status = job()
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)
        os.close(writes)
        self._reads = reads
        self._said = b""

    def until(self, word: str) -> bool:
        """Whether it has said this; it has ended where not."""
        while word.encode() not in self._said:
            if not self._more(PATIENCE):
                return False
        return True

    def wait(self, seconds: float) -> bool:
        """Give it so long; True when it ended by itself before."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not self._more(left) and time.monotonic() < deadline:
                return True
        return False

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> Ended:
        """Wait until it is gone; one that is stuck is killed."""
        deadline = time.monotonic() + PATIENCE
        while self._more(max(deadline - time.monotonic(), 0.0)):
            pass
        if time.monotonic() >= deadline:
            self.kill()
        _, status, used = os.wait4(self.pid, 0)
        os.close(self._reads)
        said = self._said.decode("utf-8", "replace")
        seconds = time.monotonic() - self.began
        return Ended(
            os.waitstatus_to_exitcode(status), said, seconds, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
        )

    def _more(self, seconds: float) -> bool:
        """Take what it said within this time; False when there will be no more, or was none in time."""
        if not select.select([self._reads], [], [], seconds)[0]:
            return False
        found = os.read(self._reads, 1 << 16)
        self._said += found
        return bool(found)


def did(job: Job) -> Ended:
    return Child(job).end()


def command(*arguments: object) -> Job:
    """`readiness` with these arguments."""
    words = [str(word) for word in arguments]
    return lambda: run(words)


def readiness(*arguments: object) -> Ended:
    return did(command(*arguments))


def killed(job: Job, after: float, begun: str = "") -> Ended:
    """Do it and kill it (-9) so many seconds after it said `begun`, if it was not done before."""
    child = Child(job)
    if begun:
        child.until(begun)
    if not child.wait(after):
        child.kill()
    return child.end()


def at_once(jobs: Sequence[Job]) -> list[Ended]:
    """All of them, let go at the same moment."""
    reads, writes = os.pipe()

    def held(job: Job) -> Job:
        def wait() -> int:
            os.close(writes)
            os.read(reads, 1)  # the pipe's end is the sign
            return job()

        return wait

    children = [Child(held(job)) for job in jobs]
    os.close(writes)
    os.close(reads)
    return [child.end() for child in children]


def read_ahead() -> None:
    """Read all modules of the program but the app's, so that no fork has to."""
    for found in pkgutil.walk_packages(readiness_tui.__path__, "readiness_tui."):
        if not found.name.startswith("readiness_tui.tui"):
            importlib.import_module(found.name)
    for name in ("numpy", "sqlite_utils", "jinja2"):
        importlib.import_module(name)


def warmed(*commands: Job) -> None:
    """Do this once here, so that no fork compiles the same expressions and templates again."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for job in commands:
            job()
    gc.collect()
    gc.freeze()  # a fork that counts these objects would copy their pages


def own_home(folder: Path) -> None:
    """Nobody's own files and names are touched from here on."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        HOME=str(home),
        XDG_STATE_HOME=str(home / "state"),
        XDG_CONFIG_HOME=str(home / "config"),
        READINESS_WHO="ana",
        TZ="UTC",
    )
    os.environ.pop("READINESS_DB", None)
