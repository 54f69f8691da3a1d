"""Values as JSON knows them: the short ways for what is met most say the same as the rule for all."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from readiness_tui.domain.text.plain import later, plain


class Word(StrEnum):
    YES = "yes"


class Number(IntEnum):
    ONE = 1


class Pair(Enum):
    BOTH = (1, 2)


class Named(NamedTuple):
    at: date
    share: float


class Text(str):
    pass


@dataclass(frozen=True)
class Inner:
    share: Fraction
    said: str | None = None


@dataclass(frozen=True)
class Outer:
    inner: Inner
    entries: tuple[Any, ...] = ()
    added: int = later(0)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, None), (True, True), (3, 3), ("a", "a"), (Text("a"), "a"), (1.5, 1.5), (float("nan"), None),
        (float("-inf"), None), (Word.YES, "yes"), (Number.ONE, 1), (Pair.BOTH, (1, 2)), (Fraction(2, 3), "2/3"),
        (date(2026, 11, 24), "2026-11-24"), (datetime(2026, 11, 24, 1, tzinfo=UTC), "2026-11-24T01:00:00+00:00"),
        (datetime(2026, 11, 24, 1), "2026-11-24T01:00:00+00:00"),
        (datetime(2026, 11, 24, 1, tzinfo=timezone(timedelta(hours=2))), "2026-11-23T23:00:00+00:00"),
        ((1, (float("inf"), [Word.YES])), [1, [None, ["yes"]]]), (Named(date(2026, 1, 2), 0.5), ["2026-01-02", 0.5]),
        ({Word.YES: Fraction(1, 2), date(2026, 1, 2): ()}, {"yes": "1/2", "2026-01-02": []}),
        (OrderedDict(a=(1,)), {"a": [1]}), (Inner(Fraction(1)), {"share": "1", "said": None}),
        (Outer(Inner(Fraction(1), "x"), (Inner(Fraction(0)),)),
         {"inner": {"share": "1", "said": "x"}, "entries": [{"share": "0", "said": None}]}),
        (Outer(Inner(Fraction(1)), added=2), {"inner": {"share": "1", "said": None}, "entries": [], "added": 2}),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_its_form(value: Any, said: Any) -> None:
    assert plain(value) == said
    assert plain([value, (value,)]) == [said, [said]]
    assert type(plain(value)) is type(said) or isinstance(value, Text)
