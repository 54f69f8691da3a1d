"""A terminal that is killed in mid-sentence: at most the last second of typing is gone."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import pytest

from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.incidents import edit

pytestmark = pytest.mark.slow
PATIENCE = 60  # seconds; machines that run tests are busy


class Terminal:
    """The app in a terminal of its own, 80×24."""

    def __init__(self, db: Path) -> None:
        self.screen, child = pty.openpty()
        ioctl(child, TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from readiness_tui.cli import main; main()", "--db", str(db)],
            stdin=child, stdout=child, stderr=child, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(child)
        self.seen = ""

    def until(self, text: str) -> None:
        """Read what the app paints until `text` was among it."""
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert time.monotonic() < end, f"never painted {text!r}: {self.seen[-500:]!r}"
            if select.select([self.screen], [], [], 0.2)[0]:
                with suppress(OSError):
                    self.seen += os.read(self.screen, 65536).decode(errors="replace")

    def type(self, text: str) -> None:
        self.seen = ""
        os.write(self.screen, text.encode())

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.screen)


def test_killed_in_mid_sentence(sample_db: Path) -> None:
    terminal = Terminal(sample_db)
    try:
        terminal.until("Support bot")
        terminal.type("L")
        terminal.until("in front backdates")
        terminal.type("the provider says")
        terminal.until("now")
        time.sleep(1)  # what the promise allows to be lost
    finally:
        terminal.kill()
    desk = open_desk(sample_db, "ana")
    draft = drafts.kept(desk, "incident/2/live")
    assert draft is not None
    assert draft.text == "the provider says"

    terminal = Terminal(sample_db)
    try:
        terminal.until("Support bot")
        terminal.type("L")
        terminal.until("kept from before")
        terminal.type("\r")
        terminal.until("written down")
    finally:
        terminal.kill()
    assert edit.get(desk, 2).timeline[-1].text == "the provider says"
    desk.close()
