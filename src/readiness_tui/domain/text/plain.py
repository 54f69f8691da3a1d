"""Values as JSON knows them, and back. A class is the one definition of its fields: what is stored, what a digest is
over and what is read follow from it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from readiness_tui.domain.errors import ReadinessError

T = TypeVar("T")
_LATER = "later"
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def later(default: Any) -> Any:
    """A field that a later version added to a class: not in the plain form while it says nothing, so that what an older
    file holds has the digest that it had."""
    return dataclasses.field(default=default, metadata={_LATER: True})


def plain(value: Any) -> Any:
    """The value as JSON knows it: dates as ISO text, times in UTC, fractions as "2/3", not-finite numbers as null."""
    kind = type(value)
    if kind in _AS_IT_IS:  # most of a scorecard, and asked for thousands of times
        return value
    if kind is tuple or kind is list:
        return [plain(entry) for entry in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(kind):
        return {
            name: plain(given)
            for name, is_later, default in _fields(kind)
            if (given := getattr(value, name)) != default or not is_later
        }
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(entry) for entry in value]
    return value


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, bool, Any], ...]:
    """Of each field of a dataclass: its name, whether a later version added it, its default."""
    return tuple((field.name, field.metadata.get(_LATER, False), field.default) for field in dataclasses.fields(kind))


def declared(value: Any, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults: a field that a later version adds is in nothing
    written before it, so that digests stay as they were."""
    return {
        field.name: plain(given)
        for field in dataclasses.fields(value)
        if field.name not in without and (given := getattr(value, field.name)) != field.default
    }


def stored(content: Any, kind: type[T], what: str) -> T:
    """The value whose plain form is `content`; fields that a newer version added are passed over.

    Raises ReadinessError where a field is missing, or has a value that no `kind` can have.
    """
    import msgspec

    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise ReadinessError(
            f"A stored {what} cannot be read ({error}). The database was changed by something else: restore a backup."
        ) from error


def canonical(content: Any) -> str:
    """JSON text, the same for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(content: Any) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(canonical(content).encode("utf-8", "surrogatepass")).hexdigest()
