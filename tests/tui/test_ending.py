"""However the app ends: the terminal is as it was, nothing of the data stands on it, and what was being typed is kept."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from readiness_tui.services.core import crash_report, drafts
from readiness_tui.services.core.desk import open_desk
from tests.walk.terminal import Terminal

pytestmark = pytest.mark.slow
TYPED = "the provider says"
SECRET = "CUSTOMER-4711"
#: F1 meets this instead of the help. Its locals and its message hold the data.
FAULT = f"""
import asyncio
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.tui.app import ReadinessApp

def fails(*args):
    held = "{SECRET}"
    raise KeyError(held)

async def later():
    fails()

class BadMount(ModalScreen):
    async def on_mount(self):
        fails()

class BadCompose(ModalScreen):
    def compose(self):
        fails()
        yield

class BadRender(Static):
    def render(self):
        fails()

async def press(self, event):
    if isinstance(event, Key) and event.key == "f1":
        {{}}
    else:
        await before(self, event)

before, ReadinessApp.on_event = ReadinessApp.on_event, press
"""
FAULTS = {
    "a handler": "fails()",
    "a worker": "self.run_worker(later())",
    "a worker's thread": "self.run_worker(fails, thread=True)",
    "a timer": "self.set_timer(0.01, fails)",
    "after a refresh": "self.screen.call_after_refresh(fails)",
    "the store's thread": "await self.serve(fails)",
    "a rule": "await self.reckon(fails)",
    "a task": "asyncio.get_running_loop().create_task(later()); await asyncio.sleep(0.1)",
    "compose": "self.push_screen(BadCompose())",
    "mount": "await self.push_screen(BadMount())",
    "render": "self.screen.mount(BadRender())",
    "markup": f"self.screen.mount(Static('{SECRET} [/closed]'))",
    "a refusal": f"raise ReadinessError('{SECRET}')",
    "a system error": f"raise OSError(2, '{SECRET}')",
}


@pytest.fixture
def opened(sample_db: Path) -> Iterator[Callable[..., Terminal]]:
    """The app with half a line typed into the live notes, which no second has passed over."""
    running = []

    def start(**how: object) -> Terminal:
        terminal = Terminal("--db", sample_db, **how)  # type: ignore[arg-type]
        running.append(terminal)
        terminal.until("Support bot")
        terminal.type("L")
        terminal.until("in front backdates")
        terminal.type(TYPED)
        terminal.until("now")
        return terminal

    yield start
    for terminal in running:
        terminal.close()


def kept(sample_db: Path) -> tuple[str, tuple[str, ...]]:
    """The draft, and where the next start says that it is."""
    desk = open_desk(sample_db, "ana")
    draft = drafts.kept(desk, "incident/2/live")
    places = drafts.take_left(desk)
    desk.close()
    return (draft.text if draft else ""), places


def restored(terminal: Terminal) -> bytes:
    """What stands below, after the app's own screen was left."""
    before, left, after = terminal.written.rpartition(b"\x1b[?1049l")
    assert left, before[-300:]
    assert b"\x1b[?25h" in after  # the cursor shows
    return after


@pytest.mark.parametrize("where", FAULTS)
def test_a_fault_is_a_sentence_a_report_and_70(where: str, opened: Callable[..., Terminal], sample_db: Path) -> None:
    terminal = opened(before=FAULT.replace("{}", FAULTS[where]))
    terminal.type("\x1bOP")
    assert terminal.ended() == 70
    said = restored(terminal)
    (report,) = crash_report.folder().glob("crash-*.txt")
    assert str(report).encode() in said.replace(b"\r\n", b"")
    assert b"by our own fault" in said
    assert b"Traceback" not in terminal.written
    assert SECRET.encode() not in terminal.written
    text = report.read_text(encoding="utf-8")
    assert SECRET not in text
    assert "LiveNotes" in text  # where one was
    assert stat.S_IMODE(os.stat(report).st_mode) == 0o600
    draft, places = kept(sample_db)
    assert draft == TYPED
    assert places


def test_the_next_start_offers_what_was_typed(opened: Callable[..., Terminal], sample_db: Path) -> None:
    terminal = opened(before=FAULT.replace("{}", FAULTS["a handler"]))
    terminal.type("\x1bOP")
    assert terminal.ended() == 70
    again = Terminal("--db", sample_db)
    try:
        again.until("while you were")
        again.type("L")
        again.until("kept from before")
        again.type("\x11")
        assert again.ended() == 0
    finally:
        again.close()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_it_in_order(name: str, opened: Callable[..., Terminal], sample_db: Path) -> None:
    terminal, number = opened(), signal.Signals[name]
    os.kill(terminal.process.pid, number)
    assert terminal.ended() == 128 + number
    restored(terminal)
    assert kept(sample_db)[0] == TYPED
    assert not list(crash_report.folder().glob("*"))


@pytest.mark.parametrize("ignored", [None, signal.SIGHUP], ids=["told", "nohup"])
def test_a_terminal_that_is_gone_ends_it(
    ignored: signal.Signals | None, opened: Callable[..., Terminal], sample_db: Path
) -> None:
    terminal = opened(ignored=ignored)
    before = terminal.computed()
    terminal.hang_up()
    end = time.monotonic() + 30
    while (status := terminal.process.poll()) is None and time.monotonic() < end:
        assert terminal.computed() - before < 10  # seconds of computing: Textual reads the end of its input for ever
        time.sleep(0.05)
    assert status == 129
    assert kept(sample_db)[0] == TYPED
    assert not list(crash_report.folder().glob("*"))


#: What reaches the app where a terminal is closed: the shell, tmux, sshd, the system each say so.
CLOSED = {
    "twice": ["SIGHUP", "SIGHUP"],
    "three times": ["SIGHUP", "SIGHUP", "SIGHUP"],
    "and gone": ["SIGHUP", "gone"],
    "as by a session's end": ["SIGTERM", "SIGHUP", "SIGCONT", "gone"],
}


@pytest.mark.parametrize("how", CLOSED)
def test_a_terminal_that_is_closed_says_so_several_times(
    how: str, opened: Callable[..., Terminal], sample_db: Path
) -> None:
    terminal = opened()
    for said in CLOSED[how]:
        if said == "gone":
            terminal.hang_up()
        else:
            os.kill(terminal.process.pid, signal.Signals[said])
            time.sleep(0.02)  # else the system makes one of two
    assert terminal.process.wait(30) in (129, 143)
    assert kept(sample_db)[0] == TYPED


#: What keeps a process busy for good, on F1.
BUSY = {
    "a worker's thread": "self.run_worker(busy, thread=True)",
    "the loop": "busy()",
    "messages without an end": "again(self)",
    "a layout without an end": "laid_out(self)",
}


@pytest.mark.parametrize("ignored", [None, signal.SIGHUP], ids=["told", "nohup"])
@pytest.mark.parametrize("where", BUSY)
def test_whatever_keeps_it_a_terminal_that_is_gone_ends_it(
    where: str, ignored: signal.Signals | None, opened: Callable[..., Terminal], sample_db: Path
) -> None:
    helpers = """
from readiness_tui.tui import terminal_app
terminal_app.GRACE = 1.0

def busy():
    while True:
        pass

def again(app):
    app.call_next(again, app)

def laid_out(app):
    app.screen.refresh(layout=True)
    app.screen.call_later(laid_out, app)
"""
    app = opened(before=helpers + FAULT.replace("{}", BUSY[where]), ignored=ignored)
    app.read(2)  # longer than a draft takes
    app.type("\x1bOP")
    app.read(0.5)
    app.hang_up()
    assert app.ended(patience=30) == 129
    assert kept(sample_db)[0] == TYPED


def test_stopped_and_continued_it_goes_on(opened: Callable[..., Terminal]) -> None:
    terminal = opened()
    os.kill(terminal.process.pid, signal.SIGTSTP)
    terminal.read(1)
    os.kill(terminal.process.pid, signal.SIGCONT)
    terminal.type("!")
    terminal.until("in front backdates", TYPED + "!")
    terminal.type("\x11")
    assert terminal.ended() == 0


def test_text_that_the_file_does_not_take_is_put_beside_it(opened: Callable[..., Terminal], sample_db: Path) -> None:
    terminal = opened(before=FAULT.replace("{}", "drafts.keep = fails; fails()").replace(
        "import asyncio", "import asyncio\nfrom readiness_tui.services.core import drafts", 1))  # fmt: skip
    terminal.type("\x1bOP")
    assert terminal.ended() == 70
    (typed,) = crash_report.folder().glob("typed-*.txt")
    assert str(typed).encode() in terminal.written.replace(b"\r\n", b"")
    assert typed.read_text(encoding="utf-8").strip() == TYPED
