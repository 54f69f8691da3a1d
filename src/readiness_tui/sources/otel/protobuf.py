"""OTLP in protobuf, as the same values that OTLP JSON has.

A file holds one message, several joined together (which protobuf reads as one), or, as the OpenTelemetry collector's
file exporter writes them, each after its length in four bytes, big-endian.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.otel.batch import SPAN_BYTES, TRACE_BYTES

_LENGTH = 4
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def signal(data: bytes) -> str | None:
    """ "traces" or "logs" where the beginning of a message is one of OTLP's; None for anything else. Loads no library.

    Resource, scope and their lists have the same numbers in both; the first field of a span is its trace id of 16
    bytes, that of a log record its time, eight bytes wide.
    """
    outer = dict(_fields(data, 2))
    if set(outer) != {(1, _BYTES)}:
        return None
    scoped = next(
        (value for (number, wire), value in _fields(outer[1, _BYTES], 3) if (number, wire) == (2, _BYTES)), b""
    )
    for key, value in _fields(scoped, 3):
        if key == (2, _BYTES):
            keys = dict(_fields(value, 2))
            if len(keys.get((1, _BYTES), b"")) == TRACE_BYTES and len(keys.get((2, _BYTES), b"")) == SPAN_BYTES:
                return "traces"
            return "logs" if (1, _FIXED64) in keys or (11, _FIXED64) in keys else None
    return None


def held(data: bytes) -> str | None:
    """The signal of a file's beginning, bare or after a length."""
    return signal(data) or (signal(data[_LENGTH:]) if framed(data) else None)


def framed(data: bytes) -> bool:
    """Whether each message comes after its length."""
    length = int.from_bytes(data[:_LENGTH], "big")
    return length > 0 and signal(data) is None and signal(data[_LENGTH : _LENGTH + length]) is not None


def messages(data: bytes) -> Iterator[bytes]:
    """The messages in a file's bytes. Raises RecordError where a length goes beyond the end."""
    if not framed(data):
        yield data
        return
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + _LENGTH], "big")
        at += _LENGTH
        if at + length > len(data):
            raise RecordError("the last message is cut off", at)
        yield data[at : at + length]
        at += length


def decode(data: bytes, kind: str) -> dict[str, Any]:
    """An export request as OTLP JSON. `kind`: "traces" or "logs".

    Raises RecordError for bytes that are no such message.
    """
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    message = ExportTraceServiceRequest() if kind == "traces" else ExportLogsServiceRequest()
    try:
        message.ParseFromString(data)
        value: dict[str, Any] = MessageToDict(message, use_integers_for_enums=True)
    except (DecodeError, ValueError, RecursionError, UnicodeDecodeError) as error:
        raise RecordError(f"not a valid protobuf message of OTLP {kind}: {type(error).__name__}") from error
    outer, scoped, held = (
        ("resourceSpans", "scopeSpans", "spans") if kind == "traces" else ("resourceLogs", "scopeLogs", "logRecords")
    )
    value.setdefault(outer, [])
    for resource in value[outer]:
        for scope in resource.get(scoped, ()):
            for record in scope.get(held, ()):
                for named in (record, *record.get("links", ())):
                    for name in ("traceId", "spanId", "parentSpanId"):
                        if name in named:  # protobuf's JSON makes bytes base64, OTLP's makes ids hex
                            named[name] = base64.b64decode(named[name]).hex()
    return value


def _fields(data: bytes, most: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    """(number, wire type) and content of the first fields of a message; what is cut off is given as far as it goes."""
    at = 0
    for _ in range(most):
        tag, at = _varint(data, at)
        if at > len(data) or tag < 8:
            return
        wire = tag & 7
        if wire == _BYTES:
            length, at = _varint(data, at)
            value, at = data[at : at + length], at + length
        elif wire in (_FIXED64, _FIXED32):
            width = 8 if wire == _FIXED64 else 4
            value, at = data[at : at + width], at + width
        elif wire == _VARINT:
            start = at
            _, at = _varint(data, at)
            value = data[start:at]
        else:
            return
        yield (tag >> 3, wire), value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at a place, and where the next begins; beyond the end where it is cut off."""
    number = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    return 0, len(data) + 1
