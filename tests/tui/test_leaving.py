"""Leaving: whatever is being read, Ctrl+Q is obeyed; what saves is waited for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key

from readiness_tui.services import traces
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, scorecard, trend
from readiness_tui.tui import app as app_module
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.overview.why import WhyScreen
from readiness_tui.tui.widgets.bars import RoomTab
from tests.tui.driving import settle
from tests.walk.stages import Stage
from tests.walk.terminal import Terminal

SOON = 5.0  # seconds, on a machine with much else to do; what is held stays so for ever


@pytest.fixture
def held(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What reads stands still until this is set. As in a terminal, nobody waits for it."""
    monkeypatch.setattr(app_module, "LINGER", 0)
    go = threading.Event()
    yield go
    go.set()
    for thread in threading.enumerate():
        if thread.name.startswith("readiness-"):
            thread.join(60)  # before the file is closed


def holds(go: threading.Event, begun: threading.Event) -> Callable[..., None]:
    def hold(*_: Any, **__: Any) -> None:
        begun.set()
        go.wait()

    return hold


async def until(begun: threading.Event) -> None:
    end = time.monotonic() + 60
    while not begun.is_set():
        assert time.monotonic() < end, "it was never asked for"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("owner", "name", "key"),
    [(scorecard, "text", "S"), (trend, "review_lines", "H"), (traces, "state", "T"), (app_module, "_load", "i")],
)
async def test_what_only_reads_holds_nobody(
    owner: Any, name: str, key: str, sample_desk: Desk, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, begun = ReadinessApp(sample_desk), threading.Event()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(owner, name, holds(held, begun))
        app.post_message(Key(key, None))
        if name == "_load":
            app.run_worker(app.reload())
        await until(begun)
        began = time.monotonic()
        app.exit()
    assert time.monotonic() - began < SOON
    assert app.threads.still_reading
    assert app.fault is None


async def test_what_saves_is_waited_for_also_behind_what_reads(
    sample_desk: Desk, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, begun = ReadinessApp(sample_desk), threading.Event()
    item = next(iter(load(sample_desk).judgement.standings))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(scorecard, "text", holds(held, begun))
        app.post_message(Key("S", None))
        await until(begun)
        app.call_later(app.act, assess.note, sample_desk, item, "said at last")
        await asyncio.sleep(0.05)
        threading.Timer(0.3, held.set).start()
        app.exit()
    assert load(sample_desk).dossier(item).note == "said at last"


async def test_what_follows_a_save_is_done_although_the_review_is_not_read_again(
    sample_desk: Desk, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, begun, done = ReadinessApp(sample_desk), threading.Event(), []
    item = next(iter(load(sample_desk).judgement.standings))

    async def twice() -> None:
        done.append(await app.act(assess.note, sample_desk, item, "first"))
        done.append(await app.act(assess.note, sample_desk, item, "then"))

    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(app_module, "_load", holds(held, begun))
        app.call_later(twice)
        await until(begun)
        threading.Timer(0.3, held.set).start()
        app.exit()
    assert done == [True, True]


@pytest.mark.slow
@pytest.mark.parametrize("work", ["time.sleep(600)", "while True: pass", "store_reads(desk)"])
def test_the_process_ends_whatever_a_thread_reads(work: str, tmp_path: Path) -> None:
    before = f"""
import time
from readiness_tui.services.review import scorecard
def store_reads(desk):
    with desk.store.read() as conn:
        conn.execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n").fetchone()
def text(desk, **_):
    {work}
scorecard.text = text
"""
    stage = Stage("sample", tmp_path)
    terminal = Terminal("--db", stage.fresh(), "--who", "ana", before=before)
    try:
        terminal.until("to close", "GO")
        terminal.read(2)
        terminal.type("S")
        terminal.read(2)
        began = time.monotonic()
        terminal.type("\x11")
        assert terminal.ended() == 0
        assert time.monotonic() - began < SOON
        assert b"\x1b[?1049l" in terminal.written  # the screen is given back
        assert b"Traceback" not in terminal.written
    finally:
        terminal.close()


@pytest.mark.parametrize("room", ["overview", "gaps"])
async def test_a_screen_that_is_left_by_its_own_work_does_not_wait_for_its_own_end(
    room: str, sample_desk: Desk
) -> None:
    """The tabs above Why: once clicked, no key was heard any more."""
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await app.action_jump("overview")
        await app.push_screen(WhyScreen())
        app.screen.post_message(RoomTab.Chosen(room))
        async with asyncio.timeout(30):
            while len(app.screen_stack) > 2 or getattr(app.screen, "ROOM", "") != room:
                await asyncio.sleep(0.01)
            heard = asyncio.Event()
            app.call_later(heard.set)
            await heard.wait()
            await app.action_room("overview")
        app.exit()
