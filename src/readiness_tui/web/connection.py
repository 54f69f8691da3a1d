"""One connection to the server: how many there are at once, how long a request may take to begin, and what is no request."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from readiness_tui.web import pages
from readiness_tui.web.guard import HEADERS

CONNECTIONS = 256  # at once, those of open windows among them
HEAD = 20.0  # seconds for the head of a first or next request, and for the body of a login
_NO_REQUEST = ("Not understood", "This is no request as browsers send them, so it is not answered.")
_FULL = "The server has as many connections as it takes. Try again in a minute."


class Connection(web.RequestHandler):
    """Closed where no whole request comes in time (aiohttp's keep-alive timer runs from the connection on). Where there are
    `CONNECTIONS` already, a further one takes the place of the oldest that is no open window, whatever that waits for, so
    that nobody keeps the others out; where all are windows it is told so. What is no HTTP gets a page like every other refusal.
    """

    __slots__ = ("_carrier", "_dropped", "window")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._carrier, self._dropped = transport, False
        self.window = False  # whether it carries one
        manager = self._manager
        others = [] if manager is None else [one for one in manager.connections if isinstance(one, Connection)]
        there = [one for one in others if not one._dropped]
        if len(there) >= CONNECTIONS:
            oldest = next((one for one in there if not one.window), None)
            if oldest is None:
                transport.write(_raw(HTTPStatus.SERVICE_UNAVAILABLE, "No further connection", _FULL))
                transport.close()
                self._manager = None  # it is none of those that are counted
                return
            oldest._dropped = True
            oldest._carrier.abort()  # a client that does not read would never let it be closed in order
        super().connection_made(transport)

    async def start(self) -> None:
        try:
            await super().start()
        except Exception:  # what aiohttp makes a request of fails at a name that is none, where it catches nothing
            if self.transport is not None:
                self.transport.write(_raw(HTTPStatus.BAD_REQUEST, *_NO_REQUEST))
                self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._manager is not None:
            super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        del exc, message  # the library's words; whoever sent this is told ours
        if request.writer.output_size > 0:
            raise ConnectionError("Part of an answer was sent already.")
        said = pages.sentence(*_NO_REQUEST)
        response = web.Response(status=status, text=said, content_type="text/html", headers={**HEADERS, "Server": ""})
        response.force_close()
        return response


def _raw(status: HTTPStatus, title: str, said: str) -> bytes:
    body = pages.sentence(title, said).encode()
    headers = {
        **HEADERS,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **({"Retry-After": "60"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}),
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
