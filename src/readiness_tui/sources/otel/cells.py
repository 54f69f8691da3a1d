"""What stands in the fields of a span that came as a row: ids, times, statuses, attributes and events, as exports write
them. A field is found under a column's name or, where that has dots, as a key inside; attributes may be an object, flat
or in levels, a list of keys and values (OTLP's, Jaeger's, Go's), pairs, or any of these as text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.otel import batch
from readiness_tui.sources.tracing.attributes import CONTENT, NAMES
from readiness_tui.sources.tracing.outcome import names_error
from readiness_tui.sources.tracing.span_reader import Event

#: Keys beside records that name a further page.
MORE = ("next_cursor", "nextCursor", "nextToken", "next_page_token", "nextPageToken")
ONE_PAGE = "it is one page of several: fetch the others as well."
Names = tuple[str, ...]
NOT_UNDERSTOOD = -1  # a status code that is none of OpenTelemetry's: the span's outcome is unknown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?([eE]\+?[0-9]+)?")
_MOST_DIGITS = 20  # of a whole number that is read exactly
_UNITS = ((1e11, "s", 1_000_000), (1e14, "ms", 1000), (1e17, "µs", 1))
_CODES = {"": 0, "UNSET": 0, "0": 0, "OK": 1, "1": 1, "ERROR": 2, "2": 2}
_STATUS_CODE = ("code", "Code", "statusCode", "status_code", "canonical_code")
_STATUS_MESSAGE = ("message", "Message", "statusMessage", "status_message", "description", "Description")
_SIDES = {"2": "server", "3": "client", "4": "producer", "5": "consumer"}
_SIDE_NUMBERS = {int(number): name for number, name in _SIDES.items()}
_SIDES |= {name.upper(): name for name in _SIDES.values()}
_NOTHING = frozenset({"nan", "NaN", "NaT", "<NA>", "\\N", "None", "null", "NULL"})
_HEX = re.compile("[0-9a-fA-F]{8,}")
_BASE64 = re.compile("[A-Za-z0-9+/]{21}[AQgw]==|[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=")
_KNOWN = frozenset(name for names in NAMES.values() for name in names) | frozenset(CONTENT)
#: what stands before a dot in a known name: llm, llm.token_count
_OUTER = frozenset(name[:at] for name in _KNOWN for at, char in enumerate(name) if char == ".")
_TEXTS = (".value", ".content", ".template", ".message")  # attributes whose text is kept as it is
_VALUES = ("value", "Value", "vStr", "vInt64", "vFloat64", "vBool", "v_str", "v_int64", "v_float64", "v_bool")
_EVENT = ("name", "Name", "event.name", "event", "value")
_EVENT_ATTRIBUTES = ("attributes", "Attributes", "event.attributes", "attributeMap", "fields", "attributes_string")


@dataclass(frozen=True, slots=True)
class When:
    """A time, its microseconds since 1970, and the unit in which a number gave it ("" for a text)."""

    at: datetime
    micros: float
    unit: str


def pick(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The first of these fields that says anything."""
    for name in names:
        value = row.get(name)
        if value is None and "." in name:
            outer, _, inner = name.partition(".")
            held = structure(row.get(outer))
            value = pick(held, (inner,)) if isinstance(held, dict) else None
        if value is not None and value != "" and not (isinstance(value, str) and value in _NOTHING):
            return value
    return None


def identifier(row: Mapping[str, Any], names: Names) -> str | None:
    """An id as text, hex in lower case without 0x; None if there is none or it is all zeros. Raises RecordError."""
    value = pick(row, names)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise RecordError(f"{names[0]} is {quoted(value)}, and an id is needed")
    text = str(value).strip().removeprefix("0x")
    if _BASE64.fullmatch(text):  # 16 or 8 bytes, as protobuf's JSON has an id
        text = base64.b64decode(text).hex()
    text = text.lower() if _HEX.fullmatch(text) else text
    return text if text.strip("0") else None


def when(row: Mapping[str, Any], names: Names, notes: fields.Notes) -> When | None:
    """A time: ISO 8601, or a number since 1970 whose unit follows from its size. Raises RecordError."""
    value = pick(row, names)
    if value is None:
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value) if value.isdigit() and len(value) <= _MOST_DIGITS else float(value)
    if isinstance(value, str):
        at = fields.moment({names[0]: value.removesuffix(" UTC")}, names[0], notes)
        return None if at is None else When(at, (at - _EPOCH) / timedelta(microseconds=1), "")
    if not fields.is_number(value) or value < 0:
        raise RecordError(f"{names[0]} is {quoted(value)}, which is no time")
    if value == 0:
        return None
    unit, micros = next(((unit, value * times) for below, unit, times in _UNITS if value < below), ("ns", value / 1000))
    try:
        return When(_EPOCH + timedelta(microseconds=micros), micros, unit)
    except OverflowError:
        raise RecordError(f"{names[0]} is {quoted(value)}, which is no time") from None


def code_of(value: Any, notes: fields.Notes) -> int:
    """OTLP's status code from a number or one of its words, however spelled; NOT_UNDERSTOOD for anything else."""
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    word = str(value).strip().upper().removeprefix("STATUS_CODE_").removeprefix("STATUSCODE.")
    if isinstance(value, (str, int)) and not isinstance(value, bool) and word in _CODES:
        return _CODES[word]
    notes.add(f"the status {quoted(value)} is none of OpenTelemetry's; how such a span ended is not known")
    return NOT_UNDERSTOOD


def status_of(value: Any, notes: fields.Notes) -> tuple[int, str]:
    """The code and the message of a span's status: OTLP's object, under any spelling of its names, or its code alone.

    An empty object, and one with a message alone, leave the code at its default, "unset", as protobuf's JSON does; a
    message then is that of an error, for no other has one, but OpenTelemetry does not say so: how it ended is unknown.
    """
    if not isinstance(value, dict):
        return code_of(value, notes), ""
    if not value:
        return 0, ""
    if len(value) == 1 and type(code := value.get("code")) is int and code in (0, 1, 2):
        return code, ""
    code = next((value[name] for name in _STATUS_CODE if value.get(name) is not None), None)
    said = next((found for name in _STATUS_MESSAGE if isinstance(found := value.get(name), str) and found), "")
    if code is None and (names_error(said) or value.keys() - {*_STATUS_CODE, *_STATUS_MESSAGE, "deprecatedCode"}):
        return code_of(value, notes), said
    return code_of(code, notes), said


def side_of(kind: Any) -> str:
    """ "server", "client", "producer" or "consumer" from OpenTelemetry's kind of a span, however spelled; else ""."""
    if type(kind) is int:
        return _SIDE_NUMBERS.get(kind, "")
    word = str(kind).upper().removeprefix("SPAN_KIND_").removeprefix("SPANKIND.")
    return _SIDES.get(word, "")


def attributes(value: Any, notes: fields.Notes) -> dict[str, Any]:
    """Attributes in any of their shapes by their dotted names. Raises RecordError."""
    value = structure(value)
    if value is None or value == "":
        return {}
    if isinstance(value, dict):
        return {name: spelled(name, part) for name, part in _flat(value, "").items() if part is not None}
    if not isinstance(value, list):
        raise RecordError(f"its attributes are {quoted(value)}, and an object or a list of keys and values is needed")
    found: dict[str, Any] = {}
    for part in value:
        if isinstance(part, dict) and isinstance(key := part.get("key", part.get("Key")), str):
            held = next((part[name] for name in _VALUES if part.get(name) is not None), None)
        elif isinstance(part, list) and len(part) == 2 and isinstance(part[0], str):
            key, held = part
        else:
            raise RecordError("one of its attributes has no key")
        held = _held(held, notes)
        if held is not None:
            found[key] = spelled(key, held)
    return found


def spelled(name: str, value: Any) -> Any:
    """An attribute's value: a text that spells out a list or object becomes one (JSON is left to whoever reads it),
    and objects in a list get their levels back (`document.content`)."""
    if isinstance(value, str) and value[:1] in ("[", "{", "a", "(") and not name.endswith(_TEXTS):
        read = structure(value)
        dotted = isinstance(read, list) and any(
            isinstance(part, dict) and any("." in key for key in part) for part in read
        )
        if dotted or isinstance(payload.parsed(value), str):  # JSON stays as it was written
            value = read
    return [_levels(part) if isinstance(part, dict) else part for part in value] if isinstance(value, list) else value


def events(value: Any, notes: fields.Notes) -> list[Event]:
    """A span's events: a list of objects with a name and attributes, also as text; Jaeger's logs have fields alone."""
    value = structure(value)
    found = []
    for part in value if isinstance(value, list) else ():
        part = structure(part)
        if not isinstance(part, dict):
            notes.add("an event of a span is no object; it was left out")
            continue
        held = attributes(pick(part, _EVENT_ATTRIBUTES), notes)
        held |= {name: part[name] for name in part if name.startswith("exception.")}
        name = pick(part, _EVENT) or held.get("event") or ("exception" if "exception.type" in held else "")
        found.append(Event(str(name), held, structure(pick(part, ("body",)))))
    return found


def _held(value: Any, notes: fields.Notes) -> Any:
    """A value in a list of keys and values: bare, of OTLP's kinds, or with its type beside it (Go)."""
    if isinstance(value, dict):
        if value.keys() <= batch.KINDS:
            return batch.any_value(value, notes)
        if value.keys() == {"Type", "Value"}:
            return value["Value"]
    return value


def _flat(value: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Levels as dotted names, down to an attribute that is known and may itself be an object."""
    found: dict[str, Any] = {}
    for key, part in value.items():
        name = f"{prefix}{key}"
        if isinstance(part, dict) and part and _has_levels(name, part, prefix):
            found |= _flat(part, f"{name}.")
        else:
            found[name] = part
    return found


def _has_levels(name: str, part: Mapping[str, Any], prefix: str) -> bool:
    """Whether an object holds further levels of attribute names, rather than being an attribute's value."""
    if any(f"{name}.{key}" in _KNOWN or f"{name}.{key}" in _OUTER for key in part):
        return True
    return bool(prefix or name in _OUTER) and name not in _KNOWN


def _levels(part: Mapping[str, Any]) -> dict[str, Any]:
    """An object with dotted keys as levels: `{"document.content": …}` in a data frame."""
    found: dict[str, Any] = {}
    for key, value in part.items():
        *outer, last = key.split(".")
        node = found
        for step in outer:
            inner = node.get(step)
            if not isinstance(inner, dict):
                inner = node[step] = {}
            node = inner
        node[last] = (
            [_levels(one) if isinstance(one, dict) else one for one in value] if isinstance(value, list) else value
        )
    return found
