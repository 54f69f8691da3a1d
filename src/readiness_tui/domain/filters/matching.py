"""Whether a record meets a filter, given how its fields are read. What SQL answers is held against this."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from readiness_tui.domain.filters.model import (
    Amount,
    Condition,
    Filter,
    Like,
    Named,
    NamePattern,
    Sign,
    TimeRange,
)

_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class Fields(Protocol):
    """One record as a filter reads it; None where something is not recorded."""

    def names(self, key: str, pattern: NamePattern) -> Sequence[str] | None:
        """What the pattern is held against; () where it is recorded that there is none."""
        ...

    def amount(self, key: str) -> float | None: ...

    def began(self) -> datetime | None: ...

    def texts(self) -> Sequence[str | None]: ...


def matches(wanted: Filter, record: Fields) -> bool:
    return all(_holds(condition, record) != condition.hidden for condition in wanted.conditions)


def _holds(condition: Condition, record: Fields) -> bool:
    if isinstance(condition, Named):
        return any(_named(pattern, record.names(condition.key, pattern)) for pattern in condition.patterns)
    if isinstance(condition, Amount):
        return _compares(record.amount(condition.key), condition)
    if isinstance(condition, TimeRange):
        at, start, end = record.began(), condition.start, condition.end
        return at is not None and (start is None or at >= start) and (end is None or at < end)
    return any(contains(text, condition.text) for text in record.texts())


def _named(pattern: NamePattern, names: Sequence[str] | None) -> bool:
    if pattern.like is Like.NOTHING:
        return not names
    return any(fits(name, pattern) for name in names or ())


def fits(name: str, pattern: NamePattern) -> bool:
    """Whether one name fits a pattern that is not NOTHING."""
    if pattern.like is Like.IS:
        return name == pattern.text
    if pattern.like is Like.PART:
        return contains(name, pattern.text)
    return _wild(pattern.text).fullmatch(ascii_lower(name)) is not None


def contains(text: str | None, part: str) -> bool:
    """Whether the text has this part, whatever the case of ASCII letters: as SQLite's LIKE compares."""
    return text is not None and ascii_lower(part) in ascii_lower(text)


def ascii_lower(text: str) -> str:
    return text.translate(_LOWER)


@lru_cache(maxsize=64)
def _wild(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, ascii_lower(pattern).split("*"))), re.DOTALL)


def _compares(value: float | None, asked: Amount) -> bool:
    if asked.value is None:
        return value is None
    if value is None:
        return False
    compared: Mapping[Sign, bool] = {
        Sign.ABOVE: value > asked.value,
        Sign.FROM: value >= asked.value,
        Sign.BELOW: value < asked.value,
        Sign.UP_TO: value <= asked.value,
        Sign.IS: value == asked.value,
    }
    return compared[asked.sign]
