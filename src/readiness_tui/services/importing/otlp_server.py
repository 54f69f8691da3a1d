"""The HTTP side of the receiver: OTLP over HTTP as specified, on the loopback address only.

opentelemetry.io/docs/specs/otlp: `POST /v1/traces` and `/v1/logs` in protobuf or JSON, gzip or plain. What is refused
for good is a 4xx (400 for a payload that is none, 415 for another type, 413 for one that is too large); what may be
sent again later is a 503 with `Retry-After`. Records that cannot be used inside a good payload are counted in the
response's partial success. A request that carries an `Origin` comes from a web page and is refused.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

LOOPBACK = "127.0.0.1"
MAX_BODY = 16 * 1024 * 1024  # bytes as sent
MAX_UNPACKED = 64 * 1024 * 1024  # bytes after gzip
CONNECTIONS = 32  # at once; more wait in the listening queue
IDLE = 30  # seconds after which a connection that says nothing is closed
RETRY_AFTER = 5  # seconds

JSON, PROTOBUF = "application/json", "application/x-protobuf"
_SIGNALS = {"/v1/traces": "traces", "/v1/logs": "logs"}
_REJECTED = {"traces": "rejectedSpans", "logs": "rejectedLogRecords"}
_INVALID_ARGUMENT, _UNAVAILABLE = 3, 14  # google.rpc.Code


class RefusedError(Exception):
    """A request that is answered with `status` and a sentence."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


#: Takes one export request (signal, whether it is protobuf, its bytes); returns why parts of it were rejected.
#: Raises RefusedError.
Take = Callable[[str, bool, bytes], list[str]]


class OtlpServer(ThreadingHTTPServer):
    """Listens from the moment it is made. Raises ReadinessError where the port cannot be had."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, take: Take) -> None:
        self.take = take
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ReadinessError(
                f"Port {port} of {LOOPBACK} cannot be listened on: {reason}. End the program that has it, an"
                " OpenTelemetry collector perhaps, or take another port with --port."
            ) from error

    def process_request(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        self._slots.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._slots.release()
            raise

    def process_request_thread(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """A client that disconnected is not worth a report: it sends again what was not acknowledged."""


class _Handler(BaseHTTPRequestHandler):
    server: OtlpServer
    protocol_version = "HTTP/1.1"
    server_version = "readiness"
    sys_version = ""
    timeout = IDLE

    def do_POST(self) -> None:
        kind = self.headers.get_content_type()
        try:
            signal = self._signal()
            if kind not in (JSON, PROTOBUF):
                raise RefusedError(
                    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                    f"{one_line(kind, 60)} is not taken; send {PROTOBUF} or {JSON}",
                )
            rejected = self.server.take(signal, kind == PROTOBUF, self._body())
        except RefusedError as refused:
            self._refuse(refused.status, str(refused), protobuf=kind == PROTOBUF)
        else:
            self._accept(signal, rejected, protobuf=kind == PROTOBUF)

    def _signal(self) -> str:
        if self.headers.get("Origin") is not None:
            raise RefusedError(HTTPStatus.FORBIDDEN, "requests from web pages are not taken")
        signal = _SIGNALS.get(self.path.partition("?")[0].rstrip("/"))
        if signal is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "only /v1/traces and /v1/logs are received here")
        return signal

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or self.headers.get("Transfer-Encoding"):
            raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "send the body with a Content-Length")
        if len(length) > 12 or int(length) > MAX_BODY:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"the body is larger than {MAX_BODY // 2**20} MiB; send smaller batches",
            )
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the body ends before its Content-Length")
        encoding = self.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding == "gzip":
            return _unpacked(body)
        if encoding != "identity":
            raise RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the encoding {one_line(encoding, 40)} is not taken; send gzip"
            )
        return body

    def _accept(self, signal: str, rejected: list[str], *, protobuf: bool) -> None:
        said = f"{rejected[0]} (the first of {len(rejected)})" if len(rejected) > 1 else "".join(rejected)
        if protobuf:
            inner = b"\x08" + _varint(len(rejected)) + _string(0x12, said)
            self._send(HTTPStatus.OK, PROTOBUF, b"\x0a" + _varint(len(inner)) + inner if rejected else b"")
        else:
            partial = {_REJECTED[signal]: str(len(rejected)), "errorMessage": said}
            self._send(HTTPStatus.OK, JSON, json.dumps({"partialSuccess": partial} if rejected else {}).encode())

    def _refuse(self, status: HTTPStatus, reason: str, *, protobuf: bool) -> None:
        """The body is a google.rpc.Status. What was not read of the request would be taken for the next one."""
        self.close_connection = True
        code = _UNAVAILABLE if status is HTTPStatus.SERVICE_UNAVAILABLE else _INVALID_ARGUMENT
        if protobuf:
            self._send(status, PROTOBUF, b"\x08" + _varint(code) + _string(0x12, reason))
        else:
            self._send(status, JSON, json.dumps({"code": code, "message": reason}).encode())

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", str(RETRY_AFTER))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are counted, not printed."""


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, MAX_UNPACKED)
    except zlib.error as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is not valid gzip") from error
    if unpacker.unconsumed_tail:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body unpacks to more than {MAX_UNPACKED // 2**20} MiB; send smaller batches",
        )
    if not unpacker.eof:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the gzip of the body is cut off")
    return data


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*parts, number))


def _string(tag: int, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return bytes((tag,)) + _varint(len(data)) + data
