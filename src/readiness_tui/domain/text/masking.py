"""Masks secrets in any value: no document prints one; exported incidents lose personal data too."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

from readiness_tui.domain.text.personal_data import find_personal_data
from readiness_tui.domain.text.secrets import mask as mask

T = TypeVar("T")
_IDS = frozenset({"uid", "item_id", "traces", "eval_cases"})  # digits in these are ids, not personal data
_TELLING = re.compile("pass|pwd|secret|token|key|auth|cred|cookie|session", re.IGNORECASE)
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
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return hide(value.encode("utf-8", "replace").decode() if _SURROGATE.search(value) else value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value,
            **{
                f.name: _masked(getattr(value, f.name), mask if f.name in _IDS else hide)
                for f in dataclasses.fields(value)
            },
        )
    if isinstance(value, dict):
        return _fields(value, hide)
    if isinstance(value, tuple):
        return tuple(_masked(entry, hide) for entry in value)
    if isinstance(value, list):
        return [_masked(entry, hide) for entry in value]
    return value


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
