"""What stands in the free-form parts of a tool's record: its input, output and metadata.

Tools keep whatever the application passed. A question, an answer, chunks or an id are taken where they stand under a
name that is common for them; anything else is kept as JSON text. Nothing here refuses a record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, TypeVar

from readiness_tui.domain.runs.model import Chunk, ToolCall
from readiness_tui.domain.text.secrets import mask
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import MAX_DEPTH, RecordError, decode

T = TypeVar("T")

is_number = fields.is_number

MOST = 2.0**53  # what a cost or a count may be at most
CASE_IDS = ("case_id", "caseId", "test_id", "testId")
_QUESTIONS = ("question", "query", "input", "user_input", "message", "prompt", "content", "text", "q", "task")
_ANSWERS = ("answer", "output", "response", "completion", "content", "text", "result")
_CHUNKS = ("retrieved_chunks", "retrievedChunks", "chunks", "contexts", "retrieved_contexts", "documents", "docs")
_TOOLS = ("tool_calls", "toolCalls")
_ENVIRONMENT = ("LANGSMITH_", "LANGCHAIN_", "LANGFUSE_")
_MASKED = "[masked environment value]"


def inner(value: Any, name: str) -> dict[str, Any]:
    """The object under a key, or an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def parts(value: Any, name: str) -> list[dict[str, Any]]:
    """The objects in the list under a key; none where something else than a list stands there."""
    found = value.get(name) if isinstance(value, dict) else None
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def parsed(value: Any) -> Any:
    """The structure in a text that is JSON of an object or a list; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return decode(value.encode())
    except (RecordError, UnicodeEncodeError):
        return value


def question(value: Any) -> str:
    """What was asked: a text, the field that is named for it, the last message of a user; else all as JSON text."""
    found = _said(value, _QUESTIONS, "user")
    return found if found is not None else "" if value is None else fields.as_json(value)


def answer(value: Any) -> str | None:
    """What was answered, found the same way. None: nothing was recorded."""
    if isinstance(value, dict) and all(part is None for part in value.values()):
        return None  # `{"output": null}`: a function that returned nothing
    found = _said(value, _ANSWERS, "assistant")
    return found if found is not None else None if value is None else fields.as_json(value)


def _said(value: Any, names: tuple[str, ...], role: str) -> str | None:
    """The text in one of the shapes that chat interfaces use: named, in messages, in choices, in generations."""
    for _ in range(_DEEP):
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            said = [part for part in value if _role(part) in _ROLES[role]]
            if not said and len(value) != 1:
                return None
            value = said[-1] if said else value[0]
        elif isinstance(value, dict):
            named = (value[name] for name in names if isinstance(value.get(name), str))
            nested = (value[name] for name in _NESTED if isinstance(value.get(name), (dict, list)))
            value = next(chain(named, nested, value.values() if len(value) == 1 else ()), None)
        else:
            return None
    return None


_DEEP = 8  # steps into a payload; LangChain's generations take six
_NESTED = ("messages", "choices", "generations", "message", "output", "kwargs")
_ROLES = {"user": ("user", "human", "HumanMessage"), "assistant": ("assistant", "ai", "AIMessage")}


def _role(message: Any) -> Any:
    if not isinstance(message, dict):
        return None
    kind = message.get("id")  # LangChain's serialised messages: {"id": ["langchain", …, "HumanMessage"], "kwargs": …}
    return message.get("role") or (kind[-1] if isinstance(kind, list) and kind else message.get("type"))


def case_id(metadata: Mapping[str, Any]) -> str | None:
    """The id of an example that its metadata names."""
    for name in CASE_IDS:
        value = metadata.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return None


def version(metadata: Mapping[str, Any], *names: str) -> str | None:
    """A version or model that metadata names, as text."""
    for name in names:
        value = metadata.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return None


def tags(listed: Any, metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts in a list of tags, and `high_risk` where metadata says so."""
    texts = [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    own = metadata.get("tags")
    texts += [tag for tag in own if isinstance(tag, str)] if isinstance(own, list) else []
    return fields.tags({"tags": texts}, metadata)


def chunks(output: Any, notes: fields.Notes) -> tuple[Chunk, ...] | None:
    """Chunks that an output lists. None: it lists none that are understood."""
    return _listed(output, _CHUNKS, fields.chunks, notes)


def tool_calls(output: Any, notes: fields.Notes) -> tuple[ToolCall, ...] | None:
    """Tool calls that an output lists. None: it lists none that are understood."""
    return _listed(output, _TOOLS, fields.tool_calls, notes)


def _listed(
    output: Any, names: tuple[str, ...], read: Callable[[Mapping[str, Any], str], T | None], notes: fields.Notes
) -> T | None:
    if isinstance(output, dict):
        for name in names:
            if isinstance(output.get(name), list):
                try:
                    return read(output, name)
                except RecordError as error:
                    notes.add(f"the output's {name} were not understood, so they count as not logged: {error}")
    return None


def amount(value: Any) -> float | None:
    """A number from 0 up to `MOST`, also as text (`"0.0009"`); None for anything else."""
    try:
        found = fields.number({"": value}, "", least=0)
    except RecordError:
        return None
    return found if found is not None and found < MOST else None


def count(value: Any) -> int | None:
    """A whole number of tokens; None for anything else."""
    if type(value) is int and 0 <= value < MOST:  # nearly all are
        return value
    found = amount(value)
    return int(found) if found is not None and found.is_integer() else None


def masked(value: Any, key: str = "") -> Any:
    """Metadata without credentials: values of the tool's own environment variables, and whatever looks like a key."""
    if isinstance(value, dict):
        return {name: masked(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [masked(part, key) for part in value]
    if key.startswith(_ENVIRONMENT):
        return None if value is None else _MASKED
    if isinstance(value, str):
        prefix = f"{key}="
        return mask(prefix + value).removeprefix(prefix)  # `password=…` is found by its name
    return value


def as_raw(value: Any) -> str:
    """A record as JSON text."""
    return json.dumps(value, ensure_ascii=False)


def plain(value: Any, depth: int = 0) -> Any:
    """A Python literal as JSON has it: keys are texts, a tuple or set is a list, what JSON cannot hold is a text."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        return {str(key): plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, (list, tuple, set)) and depth < MAX_DEPTH:
        return [plain(part, depth + 1) for part in value]
    if value is None or isinstance(value, (str, bool)) or is_number(value):
        return value
    return "an integer beyond 64 bits" if isinstance(value, int) else str(value)
