"""Splits one OTLP export batch (opentelemetry-proto: collector/trace and collector/logs, JSON encoding) into pieces.

A batch nests spans in scopes in resources. `pieces` yields each span and log record on its own, with its trace id. In
OTLP JSON, 64-bit integers are strings, enums are numbers, and ids are lower-case hex. Exporters that write ids as
base64, as proto3 JSON would, are understood and noted.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError, quoted

KEYS = ("resourceSpans", "resourceLogs")
#: OTLP's kinds of attribute value
KINDS = frozenset({"stringValue", "boolValue", "bytesValue", "intValue", "doubleValue", "arrayValue", "kvlistValue"})
TRACE_BYTES, SPAN_BYTES = 16, 8

_IDS = (("traceId", TRACE_BYTES), ("spanId", SPAN_BYTES), ("parentSpanId", SPAN_BYTES))
_ID_NAMES = frozenset(name for name, _ in _IDS)
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_SURE_DIGITS = 19  # of a number that 64 bits hold
_HEX = re.compile("[0-9a-fA-F]+")
_LOWER_HEX = "0123456789abcdef"
_YEAR = 31_556_952 * 10**9  # in nanoseconds
_LEAST_NANOS = 20 * _YEAR  # since 1970
_OUR_DAYS = (40 * _YEAR, 130 * _YEAR)
_UNITS = (("s", 10**9), ("ms", 10**6), ("µs", 10**3))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INNER = {"resourceSpans": ("scopeSpans", "spans"), "resourceLogs": ("scopeLogs", "logRecords")}


class OtelRecord(msgspec.Struct, frozen=True):
    """A span (`log` False) or log record as in the batch, with ids in hex. `trace_id` None: a log record without one."""

    log: bool
    trace_id: str | None
    resource: Mapping[str, Any]
    scope: Mapping[str, Any]
    value: dict[str, Any]
    place: str = ""  # in its batch


@dataclass(frozen=True, slots=True)
class Bad:
    """A part of the batch that cannot be used: where it is, why, and the trace to which it belongs, if known."""

    place: str
    reason: str
    trace_id: str | None = None


def pieces(batch: Any, notes: fields.Notes) -> Iterator[OtelRecord | Bad]:
    """The spans and log records of one batch. Raises RecordError if it is not a batch at all."""
    if not isinstance(batch, dict) or not any(key in batch for key in KEYS):
        raise RecordError("neither resourceSpans nor resourceLogs is in it, so it is no OTLP batch of spans or logs")
    for key in KEYS:
        scopes_key, values_key = _INNER[key]
        for at, outer in _objects(batch, key, ""):
            if isinstance(outer, Bad):
                yield outer
                continue
            resource = outer.get("resource")
            resource = resource if isinstance(resource, dict) else {}
            for inner_at, scoped in _objects(outer, scopes_key, at):
                if isinstance(scoped, Bad):
                    yield scoped
                    continue
                scope = scoped.get("scope")
                scope = scope if isinstance(scope, dict) else {}
                for place, value in _objects(scoped, values_key, inner_at):
                    try:
                        if isinstance(value, Bad):
                            yield value
                        else:
                            yield _piece(key == "resourceLogs", resource, scope, value, notes, place)
                    except RecordError as error:
                        yield Bad(place, str(error), _trace_of(value) if key == "resourceSpans" else None)


def plain(listed: Any, notes: fields.Notes) -> dict[str, Any]:
    """Attributes (`[{"key", "value": {"stringValue": …}}]`) as plain values. Raises RecordError for another shape."""
    if listed is None:
        return {}
    if not isinstance(listed, list):
        raise RecordError("its attributes are not a list")
    found: dict[str, Any] = {}
    for part in listed:
        if not isinstance(part, dict) or not isinstance(key := part.get("key"), str):
            raise RecordError("an attribute is not an object with a key")
        value = part.get("value")
        if type(value) is dict and len(value) == 1:  # nearly all are, and most of them texts
            if type(text := value.get("stringValue")) is str:
                found[key] = text
                continue
            if type(text := value.get("intValue")) is str and _is_short_count(text):
                found[key] = int(text)
                continue
        if (value := any_value(value, notes)) is not None:
            found[key] = value
    return found


def _is_short_count(text: str) -> bool:
    """Whether it is a whole number that needs no closer look."""
    return len(text) <= _SURE_DIGITS and text.isdigit() and text.isascii()


def any_value(value: Any, notes: fields.Notes) -> Any:
    """An AnyValue as a plain value; NaN and infinities as None, with a note. Raises RecordError for another shape."""
    if isinstance(value, dict) and len(value) != 1:  # some writers name every kind, null but for one
        value = {kind: held for kind, held in value.items() if held is not None}
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or len(value) != 1:
        raise RecordError("an attribute's value is not one of OTLP's kinds")
    ((kind, held),) = value.items()
    if kind in ("stringValue", "boolValue", "bytesValue"):
        if not isinstance(held, bool if kind == "boolValue" else str):
            raise RecordError(f"a {kind} holds {quoted(held)}")
        return held
    if kind == "intValue":
        return integer(held, kind)
    if kind == "doubleValue":
        return _double(held, notes)
    inner = held.get("values") if isinstance(held, dict) else None
    if kind == "arrayValue" and isinstance(inner or [], list):
        return [any_value(part, notes) for part in inner or []]
    if kind == "kvlistValue" and isinstance(inner or [], list):
        return plain(inner or [], notes)
    raise RecordError(f"{quoted(kind)} is no kind of attribute value in OTLP")


def integer(value: Any, name: str) -> int:
    """A 64-bit integer, as a number or, as OTLP JSON has it, a text. Raises RecordError."""
    if type(value) is str and _is_short_count(value):
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not -(2**63) <= value < 2**64:
        raise RecordError(f"{name} is {quoted(value)}, and a whole number of 64 bits is needed")
    return value


def moment(value: Mapping[str, Any], name: str, notes: fields.Notes) -> datetime | None:
    """The time that `nanos` says, in UTC. Raises RecordError."""
    found = nanos(value, name, notes)
    return None if found is None else at(found)


def at(nanoseconds: int) -> datetime:
    """Nanoseconds since 1970 as a time in UTC; 64 bits of them end in the year 2554."""
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


def nanos(value: Mapping[str, Any], name: str, notes: fields.Notes) -> int | None:
    """Nanoseconds since 1970; None if absent or 0, or if its unit is not known.

    Before 1990, a time is in another unit than its name says: the one in which it is of our days, else none that is
    known. Raises RecordError.
    """
    stated = value.get(name)
    if type(stated) is str and len(stated) == _SURE_DIGITS and _is_short_count(stated):
        found = int(stated)
        if found >= _LEAST_NANOS:  # as nearly always
            return found
    found = integer(stated or 0, name)
    if found == 0:
        return None
    if found < _LEAST_NANOS:
        unit, found = next(
            ((unit, found * times) for unit, times in _UNITS if _OUR_DAYS[0] <= found * times < _OUR_DAYS[1]), ("", 0)
        )
        if not unit:
            notes.add(f"{name} is before 1990 in nanoseconds and in every other unit; the time is taken as missing")
            return None
        notes.add(f"{name} is in {unit}, as its size shows, and not in nanoseconds; taken so")
    return found


def _trace_of(value: Any) -> str | None:
    try:
        return _identifier(value.get("traceId"), "traceId", TRACE_BYTES, fields.Notes())
    except RecordError:
        return None


def _objects(holder: Mapping[str, Any], key: str, place: str) -> Iterator[tuple[str, Any]]:
    """The objects in a list of the batch, each with its path; `Bad` for anything else."""
    listed = holder.get(key)
    if listed is None:
        return
    path = f"{place}.{key}".lstrip(".")
    if not isinstance(listed, list):
        yield path, Bad(path, "not a list")
        return
    for at, value in enumerate(listed):
        inner = f"{path}[{at}]"
        yield inner, value if isinstance(value, dict) else Bad(inner, "not an object")


def _piece(
    log: bool,
    resource: Mapping[str, Any],
    scope: Mapping[str, Any],
    value: dict[str, Any],
    notes: fields.Notes,
    place: str,
) -> OtelRecord:
    found: dict[str, Any] = {}
    for name, size in _IDS:
        ident = _identifier(value.get(name), name, size, notes)
        if ident is not None:
            found[name] = ident
    if not log:
        for name in ("traceId", "spanId"):
            if name not in found:
                raise RecordError(f"the span has no {name}")
    trace_id = found.get("traceId")
    for name, held in value.items():
        if name not in _ID_NAMES:
            found[name] = held
    return OtelRecord(log, trace_id, resource, scope, found, place)


def _identifier(value: Any, name: str, size: int, notes: fields.Notes) -> str | None:
    """The id in hex; None if absent, empty or all zeros, OTLP's way of saying "none"."""
    if value is None or value == "":
        return None
    if type(value) is str and len(value) == 2 * size and not value.strip(_LOWER_HEX):  # nearly all are
        return value if value.strip("0") else None
    if not isinstance(value, str):
        raise RecordError(f"{name} is {quoted(value)}, and an id in hex is needed")
    if len(value) == 2 * size and _HEX.fullmatch(value):
        return value.lower() if value.count("0") < len(value) else None
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != size:
        raise RecordError(f"{name} is {quoted(value)}, and {2 * size} hex digits are needed")
    notes.add(f"{name} is base64, where OTLP has hex; it was decoded")
    return decoded.hex() if any(decoded) else None


def _double(value: Any, notes: fields.Notes) -> float | None:
    if isinstance(value, str):  # as proto3's JSON may have any number
        with contextlib.suppress(ValueError):
            value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RecordError(f"a doubleValue holds {quoted(value)}")
    if not fields.is_number(value):
        notes.add("an attribute is NaN or infinite; taken as missing")
        return None
    return float(value)
