"""A real Chromium: logs in, scores an item, and everybody else on the file sees it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.review import history
from tests.blind_voting import OPINIONS, make_files
from tests.web.chromium import CHROMIUM, Tab, tab
from tests.web.test_windows import at, opened
from tests.web.visitor import Served, served

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]
#: What the terminal shows, by rows; xterm.js paints on a canvas, and its buffer is not the page's to read.
_PAINTED = "document.body.classList.contains('-first-byte')"


async def log_in(page: Tab, server: Served, who: str) -> None:
    await page.go(f"{server.address}/login#{server.tokens[who]}")
    await page.until("document.querySelector('#token').value.length > 20")
    assert await page.run("location.hash") == ""
    await page.run("document.querySelector('button').click()")
    await page.until("document.querySelector('.textual-terminal')")
    await page.until(_PAINTED, 60)
    await page.until("document.activeElement.className.includes('xterm')")


def complaints(page: Tab) -> list[str]:
    return [
        one
        for one in page.console
        if "Content Security Policy" in one or "exception" in one.lower() or "Refused" in one
    ]


async def test_chromium_scores_an_item_and_another_session_shows_it_within_a_second(sample_db: Path) -> None:
    desk = open_desk(sample_db, "chloe")
    with served(sample_db) as server:
        async with tab() as page, at(server, "ben") as ben:
            await log_in(page, server, "ana")
            other = await opened(ben)
            await other.listen(2)
            before = {change.id for change in history.log(desk)}
            await page.press("C")
            await other.listen(3)
            other.seen = ""
            await page.press("1")
            ends = time.monotonic() + 30
            while not (made := [change for change in history.log(desk) if change.id not in before]):
                assert time.monotonic() < ends
                await other.listen(0.02)
            seen = time.monotonic()
            await other.until("ana scored", 30)
            assert time.monotonic() - seen < 1.5  # a second, and what two busy cores take to paint
            assert made[0].who == "ana"
            assert complaints(page) == []
    desk.close()


async def test_a_link_works_once_and_what_ends_says_so(sample_db: Path) -> None:
    with served(sample_db) as server:
        async with tab(400, 800) as page:
            await log_in(page, server, "ana")
            await page.press("C")
            await page.run("fetch('/logout', {method: 'POST'}).then(() => 1)")
            await page.until("document.body.classList.contains('-closed')")
            assert await page.run("getComputedStyle(document.querySelector('.over')).display") == "grid"
            for part in ("color", "backgroundColor"):  # its heading is as its sentence: no style of another script's
                heading, said = (
                    f"getComputedStyle(document.querySelector('.over {tag}')).{part}" for tag in ("h1", "p")
                )
                assert await page.run(f"{heading} === {said}"), part
            await page.run("document.querySelector('.over a').click()")
            await page.until("document.body.innerText.includes('Nobody is logged in here')")
            await page.go(f"{server.address}/login#{server.tokens['ana']}")
            await page.until("document.querySelector('#token').value.length > 20")
            await page.run("document.querySelector('button').click()")
            await page.until("document.querySelector('#said').textContent.includes('used already')")
            assert await page.run("document.documentElement.scrollWidth <= innerWidth")
            assert complaints(page) == []


async def test_another_sites_page_reaches_nothing(sample_db: Path) -> None:
    """The same browser, logged in, on a page of another origin: a server of its own on another port."""
    with served(sample_db) as server:
        async with tab() as page:
            await log_in(page, server, "ana")
            windows = len(server.children())
            await page.go(f"{server.address.replace('127.0.0.1', 'localhost')}/login")
            told = await page.run(
                "new Promise(done => { const socket = new WebSocket('ws" + server.address[4:] + "/ws');"
                " socket.onopen = () => done('open'); socket.onerror = () => done('refused'); })"
            )
            assert told == "refused"
            got = await page.run(
                f"fetch('{server.address}/', {{credentials: 'include'}}).then(() => 'got', () => 'refused')"
            )
            assert got == "refused"
            assert len(server.children()) <= windows


async def test_two_browsers_vote_blind(tmp_path: Path) -> None:
    """What the server sends to chloe's Chromium holds nothing of ben's, while his own is open beside it."""
    path = make_files(tmp_path)[OPINIONS[0]]
    with served(path) as server:
        async with tab() as ben, tab() as chloe:
            frames = chloe.frames
            await chloe.do("Network.enable")
            await log_in(ben, server, "ben")
            await log_in(chloe, server, "chloe")
            for key in "CGSH":
                await chloe.press(key)
                await ben.press(key)
                await chloe.until(_PAINTED)
            ends = time.monotonic() + 20
            while len("".join(frames)) < 4000:
                assert time.monotonic() < ends, len("".join(frames))
                await chloe.run("new Promise(done => setTimeout(done, 200))")
            await chloe.run("new Promise(done => setTimeout(done, 2500))")
    painted = "".join(frames)
    assert "OBS-01" in painted
    for word in OPINIONS[0].words[1:]:
        assert word not in painted
