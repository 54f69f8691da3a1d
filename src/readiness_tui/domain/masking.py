"""Values without secrets, whatever they are made of: no document prints one."""

from __future__ import annotations

import dataclasses
import re
from enum import Enum
from typing import Any, TypeVar, cast

from readiness_tui.domain.secrets import mask

T = TypeVar("T")
_SURROGATE = re.compile("[\ud800-\udfff]")


def masked(value: T) -> T:
    """The same value with every text masked, however deep. Half a surrogate pair, which no file can hold, becomes a
    replacement character."""
    return cast(T, _masked(value))


def _masked(value: Any) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return mask(value.encode("utf-8", "replace").decode() if _SURROGATE.search(value) else value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value, **{f.name: _masked(getattr(value, f.name)) for f in dataclasses.fields(value)}
        )
    if isinstance(value, dict):
        return {key: _masked(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return tuple(_masked(entry) for entry in value)
    return value
