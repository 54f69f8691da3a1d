"""An HTTP/1.1 server for requests with a body, on one address: h11 reads the protocol, this bounds what clients may do.

Whatever they do, accepting goes on and stopping takes a moment: each request has a deadline for its head and its body,
no client holds a thread while it sends, and where there are too many connections the one that has kept the server
waiting longest is closed for the new one. All bodies together are bounded too. What is refused for want of room is a
503 with `Retry-After`, which the sender may send again.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import h11

from readiness_tui.domain.errors import ReadinessError

MAX_BODY = 16 * 1024 * 1024  # bytes as sent
IN_FLIGHT = 64 * 1024 * 1024  # bytes of all bodies that are being received or answered
CONNECTIONS = 256  # at once
BACKLOG = 256  # connections that the system keeps until they are accepted
ANSWERING = 8  # requests at once that are being understood and stored
IDLE, HEAD, BODY = 60.0, 10.0, 30.0  # seconds: for a next request to begin, for its head, for its body
SENDING = 5.0  # seconds in which a client takes its answer
LINGER = 2.0  # seconds in which a client that was refused may still send, so that it sees the refusal
ENDING = 0.5  # seconds in which what is being answered at the end may be answered
RETRY_AFTER = 5  # seconds

_PIECE = 64 * 1024


class RefusedError(Exception):
    """A request that is answered with `status` and a sentence."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The beginning of a request; `headers` by their names in lower case, the first of each."""

    method: str
    target: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client is answered."""

    status: HTTPStatus
    kind: str  # the content type
    body: bytes


class Application(Protocol):
    """What requests mean."""

    def check(self, head: RequestHead) -> None:
        """Called before the body is read. Raises RefusedError."""

    def answer(self, head: RequestHead, body: bytes) -> Reply:
        """Called in a thread. Raises RefusedError."""

    def refusal(self, head: RequestHead | None, refused: RefusedError) -> Reply:
        """How a refusal is said; `head` None: it could not be read."""


class _GoneError(Exception):
    """The client has gone, or said nothing for too long between two requests."""


class HttpServer:
    """Listens from the moment it is made and answers from `start` on. Raises ReadinessError where the port cannot be had."""

    def __init__(self, host: str, port: int, application: Application) -> None:
        self.application = application
        try:
            self._socket = socket.create_server((host, port), backlog=BACKLOG)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ReadinessError(
                f"Port {port} of {host} cannot be listened on: {reason}. End the program that has it, an"
                " OpenTelemetry collector perhaps, or take another port with --port."
            ) from error
        self.port: int = self._socket.getsockname()[1]
        self.in_flight = 0
        self._open: dict[_Connection, asyncio.Task[None]] = {}
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda loop, context: None)  # a client that broke off is not worth a report
        self._ending = asyncio.Event()
        self._answering = asyncio.Semaphore(ANSWERING)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and return soon: what is being answered may still be, everything else is cut off."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(3 * ENDING)
        elif not self._loop.is_closed():
            self._loop.close()
        self._socket.close()

    async def in_thread(self, work: Callable[[], Reply]) -> Reply:
        """Its result. The thread dies with the process: the end never waits for it."""
        loop, future = self._loop, self._loop.create_future()

        def settle(setter: Callable[[Any], None], value: Any) -> None:
            if not future.done():
                setter(value)

        def run() -> None:
            told: tuple[Callable[[Any], None], Any]
            try:
                told = future.set_result, work()
            except RefusedError as refused:
                told = future.set_exception, refused
            except Exception as error:
                failed = f"the receiver failed ({type(error).__name__}); nothing of the request was taken"
                told = future.set_exception, RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, failed)
            with contextlib.suppress(RuntimeError):  # nobody waits for it any longer
                loop.call_soon_threadsafe(settle, *told)

        async with self._answering:
            threading.Thread(target=run, daemon=True).start()
            reply: Reply = await future
            return reply

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.close()

    async def _main(self) -> None:
        server = await asyncio.start_server(self._accepted, sock=self._socket, backlog=BACKLOG, limit=_PIECE)
        await self._ending.wait()
        server.close()
        for connection in [*self._open]:
            if connection.waits_since is not None:
                connection.abort()
        if self._open:
            await asyncio.wait(self._open.values(), timeout=ENDING)
        for connection, task in [*self._open.items()]:
            connection.abort()
            task.cancel()
        await asyncio.sleep(0)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        if self._ending.is_set():
            connection.abort()
            return
        if len(self._open) >= CONNECTIONS:
            waiting = [(known.waits_since, known) for known in self._open if known.waits_since is not None]
            if waiting:
                longest = min(waiting, key=lambda pair: pair[0])[1]
                longest.abort()
                self._open.pop(longest)
        task = asyncio.current_task()
        assert task is not None
        self._open[connection] = task
        try:
            with contextlib.suppress(_GoneError, OSError, TimeoutError, h11.ProtocolError):
                await connection.serve(full=len(self._open) > CONNECTIONS)
        finally:
            self._open.pop(connection, None)
            connection.abort()


class _Connection:
    """One client. `waits_since`: the loop's time since when it keeps the server waiting; None while the server works."""

    def __init__(self, server: HttpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)
        self._clock = asyncio.get_running_loop().time
        self._held = 0  # bytes of its request's body
        self.waits_since: float | None = self._clock()

    def abort(self) -> None:
        self._writer.transport.abort()

    async def serve(self, *, full: bool) -> None:
        """Answer request after request until one of both ends it. `full`: there is no room for this one."""
        while True:
            head = None
            try:
                if full:
                    raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections; send it again later")
                self.waits_since = self._clock()
                head = await self._head()
                reply = await self._answered(head)
            except RefusedError as refused:
                await self._refuse(self._server.application.refusal(head, refused))
                return
            except h11.RemoteProtocolError as error:
                status = HTTPStatus(error.error_status_hint)
                unread = RefusedError(status, f"this is no request in HTTP/1.1: {error}")
                await self._refuse(self._server.application.refusal(head, unread))
                return
            finally:
                self._server.in_flight -= self._held
                self._held = 0
            await self._send(reply)
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _answered(self, head: RequestHead) -> Reply:
        application = self._server.application
        application.check(head)
        body = await self._body()
        self.waits_since = None
        return await self._server.in_thread(lambda: application.answer(head, body))

    async def _head(self) -> RequestHead:
        begun = bool(self._http.trailing_data[0])  # sent right behind the request before
        until = self._clock() + (HEAD if begun else IDLE)
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                headers: dict[str, str] = {}
                for name, value in event.headers:
                    headers.setdefault(name.decode("ascii"), value.decode("latin-1"))
                return RequestHead(event.method.decode("ascii"), event.target.decode("ascii"), headers)
            if event is not h11.NEED_DATA:
                raise _GoneError
            data = await self._read(until, "head", HEAD, begun=begun)
            if data and not begun:
                begun, until = True, self._clock() + HEAD
            self._http.receive_data(data)

    async def _body(self) -> bytes:
        if self._http.they_are_waiting_for_100_continue:
            await self._write(h11.InformationalResponse(status_code=100, headers=[]))
        until = self._clock() + BODY
        pieces: list[bytes] = []
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.EndOfMessage):
                return b"".join(pieces)
            if isinstance(event, h11.Data):
                self._hold(len(event.data))
                pieces.append(bytes(event.data))
            elif event is h11.NEED_DATA:
                self._http.receive_data(await self._read(until, "body", BODY, begun=True))
            else:
                raise _GoneError

    def _hold(self, size: int) -> None:
        self._held += size
        self._server.in_flight += size
        if self._held > MAX_BODY:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"the body is larger than {MAX_BODY // 2**20} MiB; send smaller batches",
            )
        if self._server.in_flight > IN_FLIGHT:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "too much is being received at once; send it again later"
            )

    async def _read(self, until: float, part: str, within: float, *, begun: bool) -> bytes:
        try:
            async with asyncio.timeout_at(until):
                return await self._reader.read(_PIECE)
        except TimeoutError as error:
            if not begun:
                raise _GoneError from error
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, f"the {part} of the request took longer than {within:g} seconds"
            ) from error

    async def _refuse(self, reply: Reply) -> None:
        """What was not read of the request would be taken for the next one, so the connection ends; a client that is
        still sending gets to see why."""
        self.waits_since = self._clock()
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        await self._send(reply, last=True)
        self._writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while await self._reader.read(_PIECE):
                    pass

    async def _send(self, reply: Reply, *, last: bool = False) -> None:
        self.waits_since = self._clock()
        headers = [("Content-Type", reply.kind), ("Content-Length", str(len(reply.body)))]
        if reply.status is HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", str(RETRY_AFTER)))
        if reply.status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "POST"))
        if last:
            headers.append(("Connection", "close"))
        response = h11.Response(status_code=reply.status, headers=headers, reason=reply.status.phrase.encode())
        await self._write(response, h11.Data(data=reply.body), h11.EndOfMessage())

    async def _write(self, *events: h11.Event) -> None:
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))
        async with asyncio.timeout(SENDING):
            await self._writer.drain()
