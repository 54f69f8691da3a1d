"""How plain values become columns and come back: times as UTC text, days as ISO text, lists as JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


@overload
def stamp(at: datetime) -> str: ...
@overload
def stamp(at: None) -> None: ...
def stamp(at: datetime | None) -> str | None:
    """UTC with microseconds, always the same width, so that text sorts as time. Refuses a time without a zone."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at.isoformat()}")
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def opt_moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC: what traces are sorted and cut by. Refuses a time without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at.isoformat()}")
    return (at - _EPOCH) // _MICRO


def from_micros(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def day(text: str) -> date:
    return date.fromisoformat(text)


def opt_day(text: str | None) -> date | None:
    return None if text is None else day(text)


def iso(when: date | None) -> str | None:
    return None if when is None else when.isoformat()


# Made once: `json.dumps` makes one at each call.
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def dump(value: Any) -> str:
    """Canonical JSON text: the same value gives the same bytes."""
    return _ENCODE(value)


#: Of these types alone, msgspec writes the very bytes that `json` does, in a tenth of the time. A float it writes
#: otherwise, and of bytes it makes a text.
_ALIKE = frozenset({str, int, bool, type(None)})


def dump_bytes(value: Any, leaves: Iterable[Any]) -> bytes:
    """`dump` in UTF-8, for what every save writes: lists, and dictionaries whose keys are texts, of the values `leaves`."""
    if _ALIKE.issuperset(map(type, leaves)):
        try:
            return _encoder().encode(value)
        except (UnicodeEncodeError, OverflowError):  # a lone surrogate, or a number of more than 64 bits
            pass
    return dump(value).encode("utf-8", "surrogatepass")


@cache
def _encoder() -> msgspec.json.Encoder:
    import msgspec  # whoever only reads does without

    return msgspec.json.Encoder(order="deterministic")


def load(text: str) -> Any:
    return json.loads(text)


def words(text: str) -> tuple[str, ...]:
    """A stored JSON list of strings."""
    return tuple(json.loads(text))
