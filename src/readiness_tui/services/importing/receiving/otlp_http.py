"""OTLP over HTTP, as specified: what a request must be, and how it is answered.

opentelemetry.io/docs/specs/otlp: `POST /v1/traces` and `/v1/logs` in protobuf or JSON, gzip or plain. What is refused
for good is a 4xx (400 for a payload that is none, 415 for another type, 413 for one that is too large); what may be
sent again later is a 503. Records that cannot be used inside a good payload are counted in the response's partial
success.

A browser sends what any web page tells it to, also to this machine. A page of another site carries an `Origin`, and is
refused; one whose own name was made to lead here (DNS rebinding) is known by its `Host`, which is not one of ours.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus

from readiness_tui.domain.text.hosts import OwnHosts
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.importing.receiving.http_server import MAX_BODY, RefusedError, Reply, RequestHead

MAX_UNPACKED = 16 * 1024 * 1024  # bytes after gzip

JSON, PROTOBUF = "application/json", "application/x-protobuf"
_SIGNALS = {"/v1/traces": "traces", "/v1/logs": "logs"}
_REJECTED = {"traces": "rejectedSpans", "logs": "rejectedLogRecords"}
_INVALID_ARGUMENT, _UNAVAILABLE = 3, 14  # google.rpc.Code
_WINDOW = 16 * 1024  # bytes unpacked at a time: what follows a member is copied once for each


@dataclass(slots=True)
class Unused:
    """How many records of a request cannot be used, and why the first cannot."""

    count: int = 0
    first: str = ""

    def add(self, reason: str) -> None:
        self.first = self.first or reason
        self.count += 1


#: Takes one export request (signal, whether it is protobuf, its bytes); what it returned of is durable. Raises RefusedError.
Take = Callable[[str, bool, bytes], Unused]


class OtlpRequests:
    """Export requests, handed to `take`. `hosts`: names besides this machine's own that lead here."""

    def __init__(self, take: Take, hosts: Collection[str] = ()) -> None:
        self._take = take
        self._hosts = OwnHosts(hosts)

    def check(self, head: RequestHead) -> None:
        """Raises RefusedError."""
        if "origin" in head.headers:
            raise RefusedError(HTTPStatus.FORBIDDEN, "requests from web pages are not taken")
        host = head.headers.get("host", "")
        if host not in self._hosts:
            raise RefusedError(
                HTTPStatus.FORBIDDEN,
                f"the request is for the host {one_line(host, 60) or '(none)'}; allow that name with --host",
            )
        _signal(head)
        if head.method != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "only POST is taken")
        if (kind := _kind(head)) not in (JSON, PROTOBUF):
            raise RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{one_line(kind, 60)} is not taken; send {PROTOBUF} or {JSON}"
            )
        if (encoding := _encoding(head)) not in ("gzip", "identity"):
            raise RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the encoding {one_line(encoding, 40)} is not taken; send gzip"
            )
        if int(head.headers.get("content-length", 0)) > MAX_BODY:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"the body is larger than {MAX_BODY // 2**20} MiB; send smaller batches",
            )

    def answer(self, head: RequestHead, body: bytes) -> Reply:
        """Raises RefusedError."""
        signal, protobuf = _signal(head), _kind(head) == PROTOBUF
        rejected = self._take(signal, protobuf, _unpacked(body) if _encoding(head) == "gzip" else body)
        others = f" (the first of {rejected.count})" if rejected.count > 1 else ""
        said = rejected.first + others
        if protobuf:
            inner = b"\x08" + _varint(rejected.count) + _string(0x12, said)
            return Reply(HTTPStatus.OK, PROTOBUF, b"\x0a" + _varint(len(inner)) + inner if rejected.count else b"")
        partial = {_REJECTED[signal]: str(rejected.count), "errorMessage": said}
        return Reply(HTTPStatus.OK, JSON, _json({"partialSuccess": partial} if rejected.count else {}))

    def refusal(self, head: RequestHead | None, refused: RefusedError) -> Reply:
        """A google.rpc.Status, in the request's own type."""
        code = _UNAVAILABLE if refused.status is HTTPStatus.SERVICE_UNAVAILABLE else _INVALID_ARGUMENT
        if head is not None and _kind(head) == PROTOBUF:
            return Reply(refused.status, PROTOBUF, b"\x08" + _varint(code) + _string(0x12, str(refused)))
        return Reply(refused.status, JSON, _json({"code": code, "message": str(refused)}))


def _signal(head: RequestHead) -> str:
    signal = _SIGNALS.get(head.target.partition("?")[0].rstrip("/"))
    if signal is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, "only /v1/traces and /v1/logs are received here")
    return signal


def _kind(head: RequestHead) -> str:
    return head.headers.get("content-type", "").partition(";")[0].strip().lower() or "no content type"


def _encoding(head: RequestHead) -> str:
    return head.headers.get("content-encoding", "identity").strip().lower()


def _unpacked(body: bytes) -> bytes:
    """The gzip's members, one after another. Raises RefusedError."""
    pieces: list[bytes] = []
    size = at = 0
    rest = b""
    unpacker: zlib._Decompress | None = None
    while rest or at < len(body):
        if not rest:
            rest, at = body[at : at + _WINDOW], at + _WINDOW
        if unpacker is None:
            rest = rest.lstrip(b"\0") if pieces else rest  # gzip's own tools pad to a full block
            if not rest:
                continue
            unpacker = zlib.decompressobj(wbits=31)
        try:
            pieces.append(unpacker.decompress(rest, MAX_UNPACKED + 1 - size))
        except zlib.error as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is not valid gzip") from error
        size += len(pieces[-1])
        if size > MAX_UNPACKED:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"the body unpacks to more than {MAX_UNPACKED // 2**20} MiB; send smaller batches",
            )
        rest = unpacker.unconsumed_tail
        if unpacker.eof:
            rest, unpacker = unpacker.unused_data, None
    if unpacker is not None or not pieces:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the gzip of the body is cut off")
    return b"".join(pieces)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*parts, number))


def _string(tag: int, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return bytes((tag,)) + _varint(len(data)) + data
