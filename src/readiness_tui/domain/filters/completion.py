"""How a filter line can go on: keys first, then the values that records have, with how many have each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters.language import split, written_name
from readiness_tui.domain.filters.matching import contains
from readiness_tui.domain.filters.model import KeyKind, Vocabulary

SHOWN = 8
_VALUE = re.compile(r"(?P<head>-?(?P<key>[^\W\d][\w.@-]*):(?:[^\"]*,)?)(?P<begun>[^\",]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Completion:
    """`line`: the whole line with it; `said`: what is new in it. `count`: how many records have it, None: not counted."""

    line: str
    said: str
    count: int | None = None
    meaning: str = ""


def complete(
    typed: str, words: Vocabulary, values: Mapping[str, Sequence[tuple[str, int]]], limit: int = SHOWN
) -> list[Completion]:
    """The ways in which the last part of a line can go on."""
    before, last = _last(typed)
    if last is None:
        return []
    minus = "-" if last.startswith("-") else ""
    match = _VALUE.fullmatch(last)
    if match is None:
        begun = last.removeprefix("-").casefold()
        return [
            Completion(before + minus + head, head, meaning=key.meaning)
            for key in words.keys.values()
            if key.name.casefold().startswith(begun)
            for head in [key.name + (">" if key.kind is KeyKind.AMOUNT else ":")]
        ][:limit]
    key = words.keys.get(match["key"]) or words.keys.get(match["key"].casefold())
    if key is None:
        return []
    begun, fitting = match["begun"], []
    for place, (value, count) in enumerate(values.get(key.name, ())):
        if contains(value, begun) and value != begun:
            starts = value.casefold().startswith(begun.casefold())
            fitting.append((not starts, place, value, count))
    return [
        Completion(before + match["head"] + written_name(value), value, count)
        for _, _, value, count in sorted(fitting)[:limit]
    ]


def _last(typed: str) -> tuple[str, str | None]:
    """A line before its last part, and that part: "" after a space, None within an open quote."""
    try:
        parts = split(typed)
    except ReadinessError:
        return typed, None
    if not parts or typed[-1].isspace():
        return typed, ""
    return typed[: len(typed) - len(parts[-1])], parts[-1]


def narrowed(typed: str, key: str, value: str | None) -> str:
    """A line with one more condition: the field has this value; None: none is recorded."""
    part = f"{key}:{'none' if value is None else written_name(value)}"
    return typed if part in typed.split() else f"{typed.strip()} {part}".strip()
