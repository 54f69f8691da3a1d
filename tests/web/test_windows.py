"""`readiness serve` as a process with the app itself, visited without a browser."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.review import assess, history, reviews
from tests.blind_voting import OPINIONS, make_files
from tests.cli.test_processes import READINESS
from tests.web.visitor import Pane, Served, Visitor, all_gone, served

pytestmark = pytest.mark.slow


@asynccontextmanager
async def at(server: Served, who: str) -> AsyncIterator[Visitor]:
    async with Visitor(server.address) as visitor:
        status, said = await visitor.log_in(server.tokens[who])
        assert status == 204, said
        yield visitor


async def opened(visitor: Visitor) -> Pane:
    """A window in which the review is judged and keys are taken."""
    pane = await visitor.window()
    await pane.until("NO-GO")
    await pane.type("C")
    await pane.until("OBS-01")
    await pane.listen(1)
    return pane


async def test_what_is_typed_when_the_connection_is_lost_is_kept_and_the_next_login_says_so(sample_db: Path) -> None:
    with served(sample_db) as server:
        async with at(server, "ben") as ben:
            pane = await opened(ben)
            await pane.type("L")
            await pane.until("in front backdates")
            await pane.type("the provider says")
            await pane.until("now")
            pids = server.children()
            assert len(pids) == 1
            pane.socket._conn.close()  # type: ignore[union-attr]  # as a network that is gone: no goodbye
            assert await all_gone(pids)
            desk = open_desk(sample_db, "ben")
            kept = drafts.kept(desk, "incident/2/live")
            desk.close()
            assert kept is not None
            assert kept.text == "the provider says"
            again = await ben.window()
            await again.until("The app ended while")
            desk = open_desk(sample_db, "ana")
            assert drafts.kept(desk, "incident/2/live") is None  # it is ben's alone
            desk.close()


async def test_two_reviewers_and_a_terminal_see_each_others_saves(sample_db: Path) -> None:
    desk = open_desk(sample_db, "chloe")
    with served(sample_db) as server:
        async with at(server, "ana") as ana, at(server, "ben") as ben:
            left, right = await opened(ana), await opened(ben)
            right.seen = ""
            before = {change.id for change in history.log(desk)}
            await left.type("1")
            await right.until("ana scored", 30)
            made = [change for change in history.log(desk) if change.id not in before]
            assert [change.who for change in made] == ["ana"]
            left.seen = ""
            assess.note(desk, "OBS-02", "seen from the desk")
            await left.until("chloe wrote a note on OBS-02", 30)
    desk.close()


async def test_blind_reviewers_see_nothing_of_each_other(tmp_path: Path) -> None:
    """On files that differ in what ben thinks alone, nothing of it is painted into the window of chloe."""
    for said, path in make_files(tmp_path).items():
        with served(path) as server:
            async with at(server, "chloe") as chloe:
                pane = await chloe.window("?width=120&height=40")
                painted = ""
                for key, shown in (
                    ("", "Overview"),
                    ("C", "OBS-01"),
                    ("G", "Gaps"),
                    ("S", "scorecard"),
                    ("H", "History"),
                    ("m", "of"),
                ):
                    if key:
                        await pane.type(key)
                    await pane.until(shown)
                    await pane.listen(1.5)
                    painted += pane.seen
            async with at(server, "ben") as ben:
                his = await ben.window("?width=120&height=40")
                await his.until("Overview")
                await his.listen(1.5)
                await his.type("C")
                await his.until(said.words[1])  # his own window shows him what he wrote
        assert len(painted) > 2000
        for word in (*OPINIONS[0].words, *OPINIONS[1].words):
            assert word not in painted


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_the_server_ends_within_five_seconds_and_its_windows_with_it(
    sample_db: Path, how: signal.Signals
) -> None:
    with served(sample_db) as server:
        async with at(server, "ana") as ana, at(server, "ben") as ben:
            idle, pane = await opened(ana), await opened(ben)
            await pane.type("L")
            await pane.until("in front backdates")
            await pane.type("half a line")
            await pane.until("now")
            pids = server.children()
            assert len(pids) == 2
            status, seconds, said = await asyncio.to_thread(server.end, how)
            assert status == 0
            assert seconds < 5
            assert "The server has ended" in said
            assert "Traceback" not in said
            assert await all_gone(pids, 0.5)
            await idle.over()
    desk = open_desk(sample_db, "ben")
    kept = drafts.kept(desk, "incident/2/live")
    desk.close()
    assert kept is not None
    assert kept.text == "half a line"


async def test_a_server_that_is_killed_leaves_no_app_behind(sample_db: Path) -> None:
    with served(sample_db) as server:
        async with at(server, "ana") as ana:
            pane = await opened(ana)
            pids = server.children()
            assert len(pids) == 1
            server.process.kill()
            await pane.over()
            assert await all_gone(pids)
    with served(sample_db) as server:  # and nothing of it is in the way of the next
        async with at(server, "ana") as ana:
            assert (await ana.get("/"))[0] == 200


async def test_nothing_secret_is_printed_but_the_links(sample_db: Path) -> None:
    with served(sample_db) as server:
        async with at(server, "ana") as ana:
            (cookie,) = ana.client.cookie_jar
            await ana.log_in("wrong-token-of-somebody")
            await ana.get("/static/js/textual.js", Host="evil.example")
            await (await opened(ana)).type("q")
        said = server.end()[2]
    for secret in (server.tokens["ana"], server.tokens["ben"], cookie.value, "wrong-token-of-somebody"):
        assert secret not in said


async def test_from_a_browser_no_file_is_imported_and_an_export_is_downloaded_once(
    sample_db: Path, tmp_path: Path
) -> None:
    before = {path for path in tmp_path.rglob("*") if not path.name.startswith("readiness.db")}
    with served(sample_db) as server:
        async with at(server, "ana") as ana, at(server, "ben") as ben:
            pane = await opened(ana)
            await pane.type("i")
            await pane.until("not read or written")
            await pane.type("\x1b")
            await pane.listen(0.5)
            await pane.type("S")
            await pane.until("scorecard")
            await pane.listen(1)
            await pane.type("x")
            await pane.until("to download")
            await pane.type("\r")
            await pane.until("deliver_file_start")
            key = re.search(r"'deliver_file_start', '([^']+)'", pane.seen)
            assert key is not None
            assert (await ben.get(f"/download/{key[1]}"))[0] == 404
            painting = asyncio.create_task(pane.listen(10))
            async with ana.client.get(f"{ana.address}/download/{key[1]}") as answer:
                assert answer.status == 200
                assert answer.headers["Content-Disposition"].startswith("attachment;")
                assert answer.headers["Content-Type"] == "application/octet-stream"
                card = await answer.text()
            assert "NO-GO" in card
            assert (await ana.get(f"/download/{key[1]}"))[0] == 404
            painting.cancel()
    assert {path for path in tmp_path.rglob("*") if not path.name.startswith("readiness.db")} == before


async def test_one_more_link_while_the_server_runs(sample_db: Path) -> None:
    def link(name: str) -> subprocess.CompletedProcess[str]:
        words = [*READINESS, "--db", str(sample_db), "serve", "--link", name]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    assert (refused := await asyncio.to_thread(link, "dora")).returncode == 2
    assert "No server of this database runs" in refused.stderr
    with served(sample_db, "--for", "ana") as server:
        assert list(server.tokens) == ["ana"]
        made = await asyncio.to_thread(link, "dora")
        found = re.fullmatch(r"dora  (http\S+)/login#(\S+)\n", made.stdout)
        assert found is not None
        assert found[1] == server.address
        async with Visitor(server.address) as dora:
            assert (await dora.log_in(found[2]))[0] == 204
            assert "as dora" in (await dora.get("/"))[1]


async def test_a_file_that_is_gone_is_a_sentence_on_the_page(sample_db: Path) -> None:
    with served(sample_db) as server:
        async with at(server, "ana") as ana:
            for path in sample_db.parent.glob("readiness.db*"):
                path.unlink()
            pane = await ana.window()
            await pane.over()
            ends = time.monotonic() + 10
            while "readiness.db" not in (page := (await ana.get("/ended"))[1]):
                assert time.monotonic() < ends, page
                await asyncio.sleep(0.1)
            assert "Traceback" not in page


async def test_the_app_of_a_window_runs_no_program_that_the_server_was_told_of(
    sample_db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EDITOR", "VISUAL", "PAGER", "BROWSER"):
        monkeypatch.setenv(name, "touch")
    monkeypatch.setenv("READINESS_WHO", "the operator")
    monkeypatch.setenv("TEXTUAL_LOG", str(sample_db.with_name("log")))
    with served(sample_db) as server:
        async with at(server, "ben") as ben:
            pane = await opened(ben)
            assert "the operator" not in pane.seen
            (pid,) = server.children()
            given = dict(one.partition("=")[::2] for one in Path(f"/proc/{pid}/environ").read_text().split("\0"))
    assert not {"EDITOR", "VISUAL", "PAGER", "BROWSER", "READINESS_WHO", "TEXTUAL_LOG"} & given.keys()
    assert given["READINESS_BROWSER"] == "1"
    assert os.environ["READINESS_WHO"] == "the operator"


def test_a_review_of_nobody_is_not_served(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "readiness.db", "ana", create=True)
    reviews.new_review(desk, system="bot", release="1")
    desk.close()
    told = subprocess.run(
        [*READINESS, "--db", str(tmp_path / "readiness.db"), "serve", "--for", "  "],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 2
    assert "Name who gets a link with --for" in told.stderr
