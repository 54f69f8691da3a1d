"""The server: one login a person, one process of the app a window, and nothing for anybody else."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import textual_serve
from aiohttp import WebSocketError, WSCloseCode, WSMsgType, web
from textual_serve.download_manager import DownloadManager

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.web import pages
from readiness_tui.web.connection import HEAD, Connection
from readiness_tui.web.guard import HEADERS, Guard
from readiness_tui.web.links import LoginError, LoginLinks
from readiness_tui.web.sessions import Guesses, Login, Logins
from readiness_tui.web.window import IN_HASTE, AppWindow, Opens

ENDS_WITHIN = 4.0  # seconds in which windows leave in order when the server ends
MAX_MESSAGE = 1024 * 1024  # bytes of one message from a browser: a large paste
MAX_TOKEN = 1024  # bytes
_LARGEST = 1000  # columns or lines of a window
_OURS = Path(__file__).parent / "assets"
_THEIRS = Path(textual_serve.__file__).parent / "static"
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
_LOGIN = web.RequestKey("login", object)
_AGAIN = "Ask whoever runs the server for another link."
_NO_LOGIN = (
    "Nobody is logged in here: this browser has not used its login link yet, or the login is over, or the server was started"
    " anew. If you logged in and came here by a link on another page, open the review once more."
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Rules:
    """`idle`: seconds without a key or click after which a window is closed. `secure`: the cookie goes over https alone."""

    guard: Guard
    opens: Opens
    idle: float
    secure: bool = False


class AppServer:
    """`report`: what to say of a fault of ours, after keeping it where whoever runs the server finds it."""

    def __init__(
        self, listening: socket.socket, rules: Rules, links: LoginLinks, report: Callable[[Exception], str]
    ) -> None:
        for name in ("aiohttp", "textual-serve", "asyncio"):  # what a browser sends is no reason to print anything
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._socket = listening
        self._rules = rules
        self._links = links
        self._report = report
        self._logins = Logins()
        self._guesses = Guesses()
        self._downloads = DownloadManager()
        self._windows: set[AppWindow] = set()
        self._ending = False
        self._cookie = f"readiness_{listening.getsockname()[1]}"  # browsers send cookies to every port of a host

    async def run(self, ended: asyncio.Event, begun: Callable[[], None] = lambda: None) -> None:
        """Serve until `ended`, then end every window. `begun`: called as soon as it answers."""
        app = web.Application(middlewares=[self._guarded], client_max_size=MAX_TOKEN)
        app.on_response_prepare.append(_add_headers)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/login", self._login_page),
                web.post("/login", self._log_in),
                web.post("/logout", self._log_out),
                web.get("/ended", self._ended_page),
                web.get("/ws", self._window),
                web.get("/download/{key}", self._download),
                web.get("/assets/{name}", self._asset),
                web.static("/static", _THEIRS),
            ]
        )
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await runner.setup()
        site: asyncio.Server | None = None
        try:
            loop = asyncio.get_running_loop()

            def connection() -> Connection:
                assert runner.server is not None
                return Connection(runner.server, loop=loop, access_log=None, keepalive_timeout=HEAD)  # type: ignore[arg-type]

            site = await loop.create_server(connection, sock=self._socket)
            begun()
            await ended.wait()
        finally:
            self._ending = True
            with suppress(TimeoutError):
                async with asyncio.timeout(ENDS_WITHIN):
                    await asyncio.gather(
                        *(window.stop(IN_HASTE) for window in [*self._windows]), return_exceptions=True
                    )
            if site is not None:
                site.close()
            await runner.cleanup()

    # -- who comes in -------------------------------------------------------------------------------------------------------

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        upgrade = request.path == "/ws" or "Upgrade" in request.headers
        if said := self._rules.guard.refusal(request.method, request.headers, upgrade=upgrade):
            return _sentence(403, "Not from here", said)
        login = self._logins.find(request.cookies.get(self._cookie, ""), time.time())
        open_to_all = request.path == "/login" or request.path.startswith("/assets/")
        if login is None and not open_to_all:
            return _sentence(403, "Log in first", f"{_NO_LOGIN} Else: {_AGAIN}", back="Open the review")
        request[_LOGIN] = login
        try:
            return await handler(request)
        except web.HTTPException as refused:
            if refused.status < 400:
                raise
            return _sentence(
                refused.status,
                "Not here",
                f"There is nothing to be had here ({refused.reason}).",
                back="Open the review",
            )
        except (asyncio.CancelledError, ConnectionError):
            raise
        except Exception as fault:
            said = await asyncio.to_thread(self._report, fault)
            return _sentence(500, "Our own fault", f"What was saved stays. {said}", back="Open the review")

    async def _login_page(self, request: web.Request) -> web.Response:
        return _html(pages.LOGIN)

    async def _log_in(self, request: web.Request) -> web.Response:
        address = request.remote or ""
        if self._guesses.too_many(address, time.monotonic()):
            return web.Response(
                status=429,
                text="Too many wrong tokens came from there. Wait a minute, then try again.",
                headers={"Retry-After": "60"},
            )
        try:
            async with asyncio.timeout(HEAD):
                sent = await request.read()
            token = sent.decode("ascii").strip()  # whatever charset it says: no codec of theirs runs
            guest = await asyncio.to_thread(self._links.use, token, time.time())
        except LoginError as refusal:
            self._guesses.add(address, time.monotonic())
            return web.Response(status=403, text=str(refusal))
        except (TimeoutError, web.HTTPRequestEntityTooLarge, web.RequestPayloadError, UnicodeDecodeError):
            self._guesses.add(address, time.monotonic())
            return web.Response(status=403, text=f"This is no token of a login link. {_AGAIN}")
        response = web.Response(status=204)
        response.set_cookie(
            self._cookie,
            self._logins.begin(guest, time.time()),
            max_age=int(guest.lasts),
            path="/",
            httponly=True,
            samesite="Strict",
            secure=self._rules.secure,
        )
        return response

    async def _log_out(self, request: web.Request) -> web.Response:
        await self._logins.end(_login_of(request))
        response = web.Response(status=204)
        response.del_cookie(self._cookie, path="/")
        return response

    # -- the app --------------------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        return _html(pages.app(_login_of(request).who))

    async def _ended_page(self, request: web.Request) -> web.Response:
        login = _login_of(request)
        said = login.said or "What was saved stays."
        return _html(pages.sentence("This window is over", said, back="Open the review again", leaves=True))

    async def _window(self, request: web.Request) -> web.StreamResponse:
        login = _login_of(request)
        if said := "The server is ending." if self._ending else self._logins.room_for(login):
            login.said = said
            return _sentence(503, "No further window", said)
        browser = web.WebSocketResponse(heartbeat=15, max_msg_size=MAX_MESSAGE, compress=False)
        window = AppWindow(self._rules.opens, login.who, browser, self._downloads)
        told: list[str] = []

        async def close(why: str) -> None:
            told.append(why)
            with suppress(ConnectionError, RuntimeError):
                await browser.close()

        login.windows.add(close)
        self._windows.add(window)
        try:
            await browser.prepare(request)
            if isinstance(request.protocol, Connection):
                request.protocol.window = True
            await window.start(_size(request.query.get("width"), 80), _size(request.query.get("height"), 24))
            told.append(await self._relay(browser, window, login))
        except OSError as error:
            told.append(f"The app could not be started: {error.strerror}. Tell whoever runs the server.")
        finally:
            await asyncio.shield(self._over(login, window, close, told))
        return browser

    async def _over(self, login: Login, window: AppWindow, close: Any, told: list[str]) -> None:
        await window.stop()
        login.windows.discard(close)
        self._windows.discard(window)
        login.said = " ".join(said for said in (*told, window.said) if said)
        await close("")

    async def _relay(self, browser: web.WebSocketResponse, window: AppWindow, login: Login) -> str:
        """Hand on what is typed, until either side ends it. Returns why it ended, where that needs saying."""
        touched = time.monotonic()
        while True:
            idle, left = self._rules.idle - (time.monotonic() - touched), login.until - time.time()
            try:
                message = await browser.receive(timeout=max(0.0, min(idle, left)))
            except TimeoutError:
                if left <= idle:
                    return f"Your login is over. {_AGAIN}"
                return "Nobody typed here for a long time, so the window was closed."
            if isinstance(message.data, WebSocketError) and message.data.code == WSCloseCode.MESSAGE_TOO_BIG:
                return "More was pasted at once than the app takes from a browser (1 MB). Paste it in parts."
            if message.type is not WSMsgType.TEXT:
                return ""
            try:
                typed = await _hand_on(message.data, browser, window)
            except (ValueError, TypeError, KeyError, IndexError, RecursionError):
                return "The browser sent what no window of the app sends, so it was closed."
            if typed:
                touched = time.monotonic()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A document that a window of theirs has exported, once."""
        try:
            found = await self._downloads.get_download_metadata(request.match_info["key"])
        except KeyError:
            raise web.HTTPNotFound from None
        service = found.app_service
        if not isinstance(service, AppWindow) or service.who != _login_of(request).who:
            raise web.HTTPNotFound
        response = web.StreamResponse()
        response.content_type = "application/octet-stream"  # never shown as a page of this server
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}"
        await response.prepare(request)
        async for piece in self._downloads.download(found.delivery_key):
            await response.write(piece)
        await response.write_eof()
        return response

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in _ASSETS:
            raise web.HTTPNotFound
        return web.Response(text=(_OURS / name).read_text(encoding="utf-8"), content_type=_ASSETS[name])


async def _hand_on(text: str, browser: web.WebSocketResponse, window: AppWindow) -> bool:
    """One message of textual-serve's page to the app; whether somebody typed or clicked. Raises ValueError, TypeError,
    KeyError, IndexError or RecursionError for what is none."""
    kind, *rest = json.loads(text)
    if kind == "stdin":
        await window.send_bytes(rest[0].encode("utf-8", "replace") if isinstance(rest[0], str) else b"")
        return True
    if kind == "resize":
        await window.set_terminal_size(_size(rest[0]["width"], 80), _size(rest[0]["height"], 24))
    elif kind == "ping":
        await browser.send_json(["pong", str(rest[0])[:32]])
    elif kind == "blur":
        await window.blur()
    elif kind == "focus":
        await window.focus()
    else:
        raise ValueError(kind)
    return False


def _size(said: Any, otherwise: int) -> int:
    """Columns or lines, as a browser says them."""
    try:
        return min(max(int(said), 1), _LARGEST)
    except (TypeError, ValueError, OverflowError):
        return otherwise


def _login_of(request: web.Request) -> Login:
    login = request[_LOGIN]
    assert isinstance(login, Login)
    return login


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html")


def _sentence(status: int, title: str, said: str, *, back: str = "") -> web.Response:
    return _html(pages.sentence(title, said, back=back), status)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.pop("Server", None)


def listen(host: str, port: int) -> socket.socket:
    """A socket that browsers can connect to. Raises ReadinessError where the port cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ReadinessError(
            f"Port {port} of {host} cannot be listened on: {reason}. End the program that has it, or take another port"
            " with --port."
        ) from error
