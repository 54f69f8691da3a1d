"""The server with a small stand-in for the app: who is let in, what is refused and how, limits, and its end."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from readiness_tui.web import server as server_module
from readiness_tui.web.guard import HEADERS, Guard
from readiness_tui.web.links import LoginLinks
from readiness_tui.web.server import AppServer, Rules, listen
from readiness_tui.web.window import Opens
from tests.web.visitor import Pane, Visitor, all_gone, gone

#: Says who it is for and its process, then repeats what is typed. "!" makes it fail, "~" makes it deaf to everything.
STAND_IN = r"""
import json, os, signal, sys
out = sys.stdout.buffer
def paint(kind, data):
    out.write(kind + len(data).to_bytes(4, "big") + data); out.flush()
out.write(b"__GANGLION__\n")
paint(b"D", f"for {sys.argv[1]} pid={os.getpid()} ".encode())
while True:
    kind = sys.stdin.buffer.read(1)
    if not kind:
        sys.exit(0)
    data = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4), "big"))
    if kind == b"M":
        if json.loads(data)["type"] == "quit":
            print("What you were typing is kept. \x1b[31m", file=sys.stderr)
            sys.exit(0)
        paint(b"D", b"told " + data)
    elif data == b"!":
        print("It broke <b>here</b>.", file=sys.stderr)
        sys.exit(2)
    elif data == b"~":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        paint(b"D", b"deaf")
        while True:
            signal.pause()
    else:
        paint(b"D", b"typed " + data)
"""


class StandIn(Opens):
    def command(self, who: str) -> list[str]:
        return [sys.executable, "-c", STAND_IN, who]


class Running:
    def __init__(self, address: str, links: LoginLinks, ended: asyncio.Event, task: asyncio.Task[None]) -> None:
        self.address, self.links, self.ended, self.task = address, links, ended, task

    def token(self, who: str, lasts: float = 3600, until: float | None = None) -> str:
        return self.links.make(who, time.time() + 3600 if until is None else until, lasts)

    @asynccontextmanager
    async def visitor(self, who: str = "ben", lasts: float = 3600) -> AsyncIterator[Visitor]:
        async with Visitor(self.address) as visitor:
            assert await visitor.log_in(self.token(who, lasts)) == (204, "")
            yield visitor

    async def end(self) -> None:
        self.ended.set()
        await self.task


Serve = Callable[..., Awaitable[Running]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    running: list[Running] = []

    async def start(*, idle: float = 60, public: str = "", database: str = "readiness.db") -> Running:
        links = LoginLinks(tmp_path / database)
        listening = listen("127.0.0.1", 0)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        links.serve_at(address)
        rules = Rules(Guard(public=public), StandIn(tmp_path / database), idle, public.startswith("https:"))
        ended = asyncio.Event()
        task = asyncio.create_task(AppServer(listening, rules, links, lambda fault: repr(fault)).run(ended))
        running.append(Running(address, links, ended, task))
        return running[-1]

    yield start
    for one in running:
        await one.end()
        one.links.close()


async def pid_of(pane: Pane) -> int:
    await pane.until("pid=")
    while not pane.seen.partition("pid=")[2].endswith(" "):
        await pane.listen(0.1)
    return int(pane.seen.partition("pid=")[2])


# -- who comes in -----------------------------------------------------------------------------------------------------------


async def test_a_link_opens_the_app_for_its_person(serve: Serve) -> None:
    async with (await serve()).visitor("ben") as ben:
        status, page = await ben.get("/")
        assert status == 200
        assert "as ben" in page
        pane = await ben.window()
        await pane.until("for ben")
        await pane.type("x")
        await pane.until("typed x")


@pytest.mark.parametrize(
    "path", ["/", "/ended", "/ws", "/static/js/textual.js", "/static/css/xterm.css", "/download/x", "/nope"]
)
async def test_nothing_is_served_without_a_login(serve: Serve, path: str) -> None:
    running = await serve()
    async with Visitor(running.address) as nobody:
        status, page = await nobody.get(path, Origin=running.address)
    assert status == 403
    assert "Nobody is logged in here" in page


async def test_a_wrong_an_expired_and_a_replayed_token_are_each_a_sentence_and_no_login(serve: Serve) -> None:
    running = await serve()
    used = running.token("ben")
    async with Visitor(running.address) as first:
        assert (await first.log_in(used))[0] == 204
    for token, said in (
        ("wrong", "no such token"),
        (running.token("ben", until=time.time() - 1), "has expired"),
        (used, "used already"),
    ):
        async with Visitor(running.address) as visitor:
            status, sentence = await visitor.log_in(token)
            assert status == 403
            assert said in sentence
            assert "Ask whoever runs the server" in sentence
            assert len(visitor.client.cookie_jar) == 0
            assert (await visitor.get("/"))[0] == 403
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await visitor.window()


@pytest.mark.parametrize("token", ["", "\0", "a" * 100_000, "{}", "é" * 400])
async def test_what_is_no_token_is_a_sentence(serve: Serve, token: str) -> None:
    running = await serve()
    async with Visitor(running.address) as visitor:
        status, sentence = await visitor.log_in(token)
    assert status == 403
    assert "Traceback" not in sentence
    assert "token" in sentence


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"Content-Type": f"text/plain; charset={name}"}
            for name in ("zip", "undefined", "idna", "utf-16", "hex", "")
        ),
        *({"Content-Encoding": name} for name in ("gzip", "deflate", "nonsense")),
    ],
    ids=str,
)
async def test_however_a_token_is_said_to_be_written_it_is_no_fault_of_ours(
    serve: Serve, headers: dict[str, str]
) -> None:
    """A fault is reported to whoever runs the server, in a file: who is not logged in could make any number of them."""
    running = await serve()
    headers |= {"Origin": running.address}
    for body in (b"xn--\xff\xff.abc", b"abc", "é".encode()):
        async with (  # a connection each: after what cannot be read it is closed
            Visitor(running.address) as stranger,
            stranger.client.post(f"{running.address}/login", data=body, headers=headers) as answer,
        ):
            assert answer.status in (400, 403)  # 400: aiohttp itself could not read the request
            assert "fault" not in await answer.text()


async def test_guesses_are_slowed_down(serve: Serve) -> None:
    running = await serve()
    async with Visitor(running.address) as visitor:
        told = [(await visitor.log_in(f"guess {number}"))[0] for number in range(15)]
        assert told == [403] * 10 + [429] * 5
        assert await visitor.log_in(running.token("ben")) == (
            429,
            "Too many wrong tokens came from there. Wait a minute, then try again.",
        )


async def test_the_cookie_is_for_this_server_alone_and_no_script_reads_it(serve: Serve) -> None:
    for public, secure in (("", False), ("https://review.example.org", True)):
        running = await serve(public=public, database=f"{secure}.db")
        async with Visitor(running.address) as visitor:
            sent = {"data": running.token("ben"), "headers": {"Origin": public or running.address}}
            async with visitor.client.post(f"{running.address}/login", **sent) as answer:
                (cookie,) = answer.cookies.values()
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/"
        assert bool(cookie["secure"]) is secure
        assert int(cookie["max-age"]) == 3600
        assert len(cookie.value) * 6 >= 128


async def test_the_cookie_of_another_server_lets_nobody_in(serve: Serve) -> None:
    one, other = await serve(), await serve(database="other.db")
    async with one.visitor("ben") as ben:
        (cookie,) = ben.client.cookie_jar
    name = f"readiness_{other.address.rpartition(':')[2]}"
    async with Visitor(other.address) as visitor:
        status, _ = await visitor.get("/", Cookie=f"{name}={cookie.value}; {cookie.key}={cookie.value}")
        assert status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await visitor.window(Cookie=f"{name}={cookie.value}")


# -- where requests come from -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/login", "/assets/page.js", "/static/js/textual.js", "/ended", "/ws", "/download/x"]
)
@pytest.mark.parametrize("forged", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
async def test_a_foreign_host_or_origin_gets_nothing_even_logged_in(
    serve: Serve, path: str, forged: dict[str, str]
) -> None:
    async with (await serve()).visitor() as ben:
        status, page = await ben.get(path, **forged)
        assert status == 403
        assert "Not from here" in page
        assert "evil" not in page or "evil.example" in page


@pytest.mark.parametrize(
    "forged", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}]
)
async def test_no_foreign_page_opens_a_window(serve: Serve, forged: dict[str, str]) -> None:
    async with (await serve()).visitor() as ben:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await ben.window(**forged)
        assert refused.value.status == 403


async def test_a_token_is_not_used_up_by_a_foreign_page(serve: Serve) -> None:
    running = await serve()
    token = running.token("ben")
    async with Visitor(running.address) as visitor:
        assert (await visitor.log_in(token, origin="http://evil.example"))[0] == 403
        assert (await visitor.log_in(token, origin=None))[0] == 403
        assert (await visitor.log_in(token))[0] == 204


@pytest.mark.parametrize(
    "path", ["/", "/login", "/assets/page.css", "/static/js/textual.js", "/nope", "/download/x", "/static/../server.py"]
)
async def test_every_answer_has_the_headers(serve: Serve, path: str) -> None:
    async with (await serve()).visitor() as ben, ben.client.get(f"{ben.address}{path}") as answer:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Server" not in answer.headers


async def test_folders_are_not_listed_and_no_other_file_is_served(serve: Serve) -> None:
    async with (await serve()).visitor() as ben:
        for path in (
            "/static/",
            "/static/js",
            "/static/%2e%2e/server.py",
            "/assets/",
            "/assets/..%2fserver.py",
            "/assets/server.py",
        ):
            status, page = await ben.get(path)
            assert status in (403, 404)
            assert "import" not in page


# -- windows ------------------------------------------------------------------------------------------------------------------


async def test_nothing_in_the_address_changes_who_somebody_is(serve: Serve) -> None:
    async with (await serve()).visitor("ben") as ben:
        pane = await ben.window(
            "?width=9&height=9&who=ana&READINESS_WHO=ana&delay=1", **{"X-Forwarded-User": "ana", "X-Who": "ana"}
        )
        await pane.until("for ben")


@pytest.mark.parametrize(
    "sent",
    ["no json", "{}", "[]", "[1]", '["stdin"]', '["stdin", 5, 6]', '["resize", 5]', '["resize", {"width": {}}]', '["shell", "x"]',
     '["meta", {"type": "quit"}]', "null", '["ping"]', pytest.param("[" * 5000, id="deep")],
)  # fmt: skip
async def test_what_no_page_of_ours_sends_closes_the_window_and_nothing_else(serve: Serve, sent: str) -> None:
    async with (await serve()).visitor() as ben:
        pane, other = await ben.window(), await ben.window()
        await pane.until("for ben")
        await pane.socket.send_str(sent)
        if sent != '["stdin", 5, 6]':  # taken as nothing typed
            await pane.over()
            assert "sent what no window of the app sends" in (await ben.get("/ended"))[1]
        await other.type("y")
        await other.until("typed y")


async def test_a_paste_that_is_too_long_closes_the_window_and_says_so(serve: Serve) -> None:
    async with (await serve()).visitor() as ben:
        pane = await ben.window()
        await pane.until("for ben")
        await pane.type("x" * server_module.MAX_MESSAGE)
        await pane.over()
        async with asyncio.timeout(20):  # aiohttp closes what is too long by itself, before the app has ended
            while "More was pasted at once than the app takes from a browser" not in (await ben.get("/ended"))[1]:
                await asyncio.sleep(0.05)


async def test_a_size_is_kept_within_reason(serve: Serve) -> None:
    async with (await serve()).visitor() as ben:
        pane = await ben.window("?width=1e9&height=-4")
        await pane.socket.send_json(["resize", {"width": 10**30, "height": -1}])
        await pane.until('"width": 1000, "height": 1')


async def test_what_the_app_said_at_its_end_is_told_on_the_page_after_it(serve: Serve) -> None:
    async with (await serve()).visitor() as ben:
        pane = await ben.window()
        await pane.until("for ben")
        await pane.type("!")
        await pane.over()
        status, page = await ben.get("/ended")
        assert status == 200
        assert "It broke &lt;b&gt;here&lt;/b&gt;." in page


async def test_an_app_that_cannot_be_started_is_a_sentence(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (await serve()).visitor() as ben:
        monkeypatch.setattr(StandIn, "command", lambda self, who: ["/nowhere/python"])
        pane = await ben.window()
        await pane.over()
        assert "could not be started: No such file" in (await ben.get("/ended"))[1]


async def test_a_lost_connection_ends_the_app_in_order(serve: Serve) -> None:
    async with (await serve()).visitor() as ben:
        pane = await ben.window()
        pid = await pid_of(pane)
        await pane.socket.close()
        assert await all_gone([pid])
        ends = time.monotonic() + 10
        while "What you were typing is kept" not in (page := (await ben.get("/ended"))[1]):
            assert time.monotonic() < ends, page
            await asyncio.sleep(0.05)
        assert "\x1b" not in page


@pytest.mark.slow
async def test_nobody_at_the_keys_closes_the_window(serve: Serve) -> None:
    async with (await serve(idle=0.6)).visitor() as ben:
        pane = await ben.window()
        pid = await pid_of(pane)
        for _ in range(4):  # typing keeps it open, and the page's own pings do not
            await pane.type("x")
            await pane.until("typed x")
            await asyncio.sleep(0.3)
        begun = time.monotonic()
        while not pane.socket.closed and time.monotonic() < begun + 10:
            await pane.socket.send_json(["ping", "1"])
            await pane.listen(0.1)
        assert pane.socket.closed
        assert await all_gone([pid])
        assert "Nobody typed here for a long time" in (await ben.get("/ended"))[1]


@pytest.mark.slow
async def test_a_login_that_is_over_closes_its_windows_and_a_stale_tab_gets_a_sentence(serve: Serve) -> None:
    async with (await serve()).visitor(lasts=1.5) as ben:
        (cookie,) = ben.client.cookie_jar
        pane = await ben.window()
        pid = await pid_of(pane)
        await pane.over()
        assert await all_gone([pid])
        kept = {"Cookie": f"{cookie.key}={cookie.value}"}  # a browser with a clock of its own still sends it
        status, page = await ben.get("/", **kept)
        assert status == 403
        assert "the login is over" in page
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await ben.window(**kept)


async def test_logging_out_closes_every_window_and_the_cookie_is_worth_nothing(serve: Serve) -> None:
    async with (await serve()).visitor() as ben:
        (cookie,) = ben.client.cookie_jar
        pids = [await pid_of(await ben.window()) for _ in range(2)]
        async with ben.client.post(f"{ben.address}/logout", headers={"Origin": ben.address}) as answer:
            assert answer.status == 204
        assert await all_gone(pids)
        assert (await ben.get("/", Cookie=f"{cookie.key}={cookie.value}"))[0] == 403


async def test_one_person_has_four_windows_and_the_fifth_is_a_sentence(serve: Serve) -> None:
    running = await serve()
    async with running.visitor("ben") as ben, running.visitor("ben") as again, running.visitor("ana") as ana:
        panes = [await (ben if number % 2 else again).window() for number in range(4)]
        for pane in panes:
            await pane.until("for ben")
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await again.window()
        assert refused.value.status == 503
        assert "ben has 4 windows open already" in (await again.get("/ended"))[1]
        await (await ana.window()).until("for ana")
        await panes[0].socket.close()
        ends = time.monotonic() + 10
        while True:
            try:
                pane = await ben.window()
                break
            except aiohttp.WSServerHandshakeError:
                assert time.monotonic() < ends
                await asyncio.sleep(0.05)
        await pane.until("for ben")


@pytest.mark.slow
async def test_the_end_of_the_server_takes_even_a_deaf_app_with_it(serve: Serve) -> None:
    running = await serve()
    async with running.visitor() as ben:
        panes = [await ben.window() for _ in range(3)]
        pids = [await pid_of(pane) for pane in panes]
        await panes[0].type("~")
        await panes[0].until("deaf")
        begun = time.monotonic()
        await running.end()
        assert time.monotonic() - begun < 5
        assert all(map(gone, pids))


async def test_a_fault_of_ours_is_a_sentence_and_the_server_goes_on(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(who: str) -> str:
        raise KeyError("secret inside")

    async with (await serve()).visitor() as ben:
        with monkeypatch.context() as patched:
            patched.setattr(server_module.pages, "app", broken)
            status, page = await ben.get("/")
        assert status == 500
        assert "Our own fault" in page
        assert "Traceback" not in page
        assert (await ben.get("/"))[0] == 200
