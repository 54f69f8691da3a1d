"""What a person would read of a step: its question and its answer, out of whatever tracers wrap them in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources.kit import payload
from readiness_tui.sources.tracing.known_attributes import Known
from readiness_tui.sources.tracing.messages import Message, decoded, last_text, messages

#: What the wrapper of a call holds: OpenLLMetry's decorators (args, kwargs), its LangChain callbacks (inputs, outputs).
_WRAPPER = frozenset(
    {"args", "kwargs", "inputs", "outputs", "output", "input_str", "tags", "metadata", "name", "run_id"}
)
_TELLING = frozenset({"args", "kwargs", "inputs", "outputs", "input_str"})
_REPR = re.compile(r"<.+ object at 0x[0-9a-fA-F]+>|\{\}|\[\]|None|")
_DEEP = 4


def unwrapped(value: Any) -> Any:
    """What a function was given or returned, without the wrapper around it; None if the wrapper is empty."""
    value = decoded(value)
    for _ in range(_DEEP):
        if not isinstance(value, dict) or not value or not value.keys() <= _WRAPPER or not value.keys() & _TELLING:
            return value
        value = decoded(_inner(value))
    return value


def _inner(value: dict[str, Any]) -> Any:
    for name in ("inputs", "outputs", "output", "input_str"):
        if value.get(name):
            return value[name]
    listed = value.get("args")
    args = [part for part in listed if not _is_nothing(part)] if isinstance(listed, list) else []
    named = value.get("kwargs") or None
    if named is None or (args and isinstance(args[0], str)):
        return args[0] if len(args) == 1 or (args and isinstance(args[0], str)) else args or None
    return named if not args else value.get("args") if not isinstance(named, dict) else {"args": args, **named}


def _is_nothing(part: Any) -> bool:
    return part in (None, {}, []) or (isinstance(part, str) and _REPR.fullmatch(part) is not None)


def readable(known: Known, meaning: str, found: Sequence[Message], kind: SpanKind, *roles: str) -> str | None:
    """The text a person would read: the last message, or the matching field of the payload."""
    value = known.first(meaning)
    if not found and (value is None or _is_plain(value)):  # as with most: nothing, or a text
        return value or None
    said = last_text(found, *roles) if found else None
    if said is not None and (kind is SpanKind.MODEL or value is None):
        return said
    structure = value if _is_plain(value) else unwrapped(value)
    if structure is None or structure in ("", {}, []):
        return said
    if not _is_plain(structure) and (inner := messages(structure)):
        return last_text(inner, *roles) or said
    if found and kind is SpanKind.MODEL:
        return said
    return payload.question(structure) if meaning == "input" else payload.answer(structure)


def _is_plain(value: Any) -> bool:
    """Whether it is a text, and none that may be JSON."""
    return type(value) is str and value.lstrip()[:1] not in ("{", "[", '"')
