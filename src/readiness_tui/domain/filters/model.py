"""What a filter line means: conditions that all have to hold, of names, amounts, times and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Sign(StrEnum):
    """How an amount is compared."""

    ABOVE = ">"
    FROM = ">="
    BELOW = "<"
    UP_TO = "<="
    IS = "="


class Like(StrEnum):
    """How a name is compared. ASCII letters count the same in both cases, except for IS."""

    IS = "is"  # the very name
    PART = "part"  # a name that contains it
    WILD = "wild"  # each * stands for any text
    NOTHING = "nothing"  # none is recorded


@dataclass(frozen=True, slots=True)
class NamePattern:
    text: str
    like: Like = Like.IS


@dataclass(frozen=True, slots=True)
class Named:
    """The field `key` fits one of the patterns; of a field with several names (tools, tags), one of them does."""

    key: str
    patterns: tuple[NamePattern, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """The figure `key` compares so with `value`; None: no such figure is recorded."""

    key: str
    sign: Sign
    value: float | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class TimeRange:
    """It began from `start` (inclusive) to `end` (exclusive), in UTC; None: no bound. Without a time it did neither."""

    start: datetime | None = None
    end: datetime | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    """Its texts contain this, whatever the case of ASCII letters."""

    text: str
    hidden: bool = False


#: `hidden` turns a condition round: it shows exactly what the condition without it does not, the unknown among it.
Condition = Named | Amount | TimeRange | Says


@dataclass(frozen=True, slots=True)
class Filter:
    """All conditions hold. Without any it shows everything."""

    conditions: tuple[Condition, ...] = ()


class KeyKind(StrEnum):
    NAME = "name"
    AMOUNT = "amount"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class FilterKey:
    """What can stand before `:` or `>`. `part`: without quotes, a part of the name is enough. `units`: what can be
    written with a number, and how many of the stored unit one of it is."""

    name: str
    kind: KeyKind
    example: str
    meaning: str
    part: bool = False
    units: Mapping[str, float] = field(default_factory=lambda: {"": 1.0})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What lines about one sort of record understand. `thing`: what such a record is called ("a trace")."""

    thing: str
    keys: Mapping[str, FilterKey]


#: For lines like `error:any`: the words for "none is recorded", and for "one is".
NONE_WORDS = ("none", "no")
ANY_WORDS = ("any", "yes")
