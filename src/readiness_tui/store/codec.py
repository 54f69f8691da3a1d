"""How plain values become columns and come back: times as UTC text, days as ISO text, lists as JSON text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, overload

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


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _made_once() -> Callable[[Any, int], Iterable[str]] | None:
    """What `JSONEncoder` makes anew at each call, which takes longer than to encode a row; None where Python has it not."""
    make = getattr(json.encoder, "c_make_encoder", None)
    try:
        made = make(None, _JSON.default, json.encoder.encode_basestring, None, ":", ",", True, False, False)  # type: ignore[misc]
        return made if "".join(made({"b": "é", "a": None}, 0)) == '{"a":null,"b":"é"}' else None
    except TypeError:
        return None


_PARTS = _made_once()


def dump(value: Any) -> str:
    """Canonical JSON text: the same value gives the same bytes."""
    return _JSON.encode(value) if _PARTS is None else "".join(_PARTS(value, 0))


def load(text: str) -> Any:
    return json.loads(text)


def words(text: str) -> tuple[str, ...]:
    """A stored JSON list of strings."""
    return tuple(json.loads(text))
