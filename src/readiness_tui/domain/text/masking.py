"""Masks secrets in any value: no document prints one; exported incidents lose personal data too."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from enum import Enum
from functools import cache
from operator import is_
from typing import Any, TypeVar, cast

from readiness_tui.domain.text.personal_data import find_personal_data
from readiness_tui.domain.text.secrets import mask as mask

T = TypeVar("T")
_IDS = frozenset({"uid", "item_id", "traces", "eval_cases"})  # digits in these are ids, not personal data
_TELLING = re.compile("pass|pwd|secret|token|key|auth|cred|cookie|session", re.IGNORECASE)
_WORDLESS = frozenset({int, float, bool, type(None)})
_SURROGATE = re.compile("[\ud800-\udfff]")


def masked(value: T, *, personal: bool = False) -> T:
    """The same value with every text masked, however deep. Half a surrogate pair, which no file can hold, becomes a
    replacement character. `personal`: personal data too."""
    return cast(T, _masked(value, mask_all if personal else mask))


def mask_all(text: str) -> str:
    """`text` with each credential and each piece of personal data replaced by what it was: `[masked email]`."""
    text = mask(text)
    parts: list[str] = []
    at = 0
    for hit in find_personal_data(text):
        parts += (text[at : hit.start], f"[masked {hit.pattern}]")
        at = hit.end
    return "".join((*parts, text[at:])) if parts else text


def _masked(value: Any, hide: Callable[[str], str]) -> Any:
    """A value in which nothing is masked is handed back itself, but for lists and mappings, which somebody may change."""
    kind = type(value)
    if kind in _WORDLESS:
        return value
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        shown = hide(value.encode("utf-8", "replace").decode() if _SURROGATE.search(value) else value)
        return value if kind is str and shown == value else shown
    if kind is not type and dataclasses.is_dataclass(kind):
        changed = {}
        for name in _names(kind):
            before = getattr(value, name)
            after = _masked(before, mask if name in _IDS else hide)
            if after is not before:
                changed[name] = after
        return dataclasses.replace(value, **changed) if changed else value
    if isinstance(value, dict):
        return _fields(value, hide)
    if isinstance(value, tuple):
        made = [_masked(entry, hide) for entry in value]
        return value if kind is tuple and all(map(is_, made, value)) else tuple(made)
    if isinstance(value, list):
        return [_masked(entry, hide) for entry in value]
    return value


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _fields(value: dict[Any, Any], hide: Callable[[str], str]) -> dict[Any, Any]:
    """A mapping: its names are masked too, and a text is read with the name before it, so that `password` tells what
    stands there. Two names that would become one are told apart: nothing is lost."""
    made: dict[Any, Any] = {}
    for name, entry in value.items():
        shown = hide(name) if isinstance(name, str) else name
        while shown in made:
            shown += "'"
        made[shown] = _named(name, entry, hide) if isinstance(name, str) else _masked(entry, hide)
    return made


def _named(name: str, entry: Any, hide: Callable[[str], str]) -> Any:
    if isinstance(entry, str) and _TELLING.search(name):
        lead = f"{name}="
        told = hide(lead + entry)
        if told.startswith(lead):
            return _masked(told.removeprefix(lead), hide)
    return _masked(entry, hide)
