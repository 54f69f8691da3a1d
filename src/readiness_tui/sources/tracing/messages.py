"""Reads questions, answers and tool calls from the messages of a model call, in any format that tracers write.

GenAI messages with `parts`, chat completion messages with `content` and `tool_calls`, and both flattened into one
attribute per leaf (`llm.input_messages.0.message.role`, `gen_ai.prompt.0.content`). Anything not understood is left
out; the raw record still has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.domain.runs.model import ToolCall
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.payload import parsed

_DEPTH = 12  # levels of an attribute's name that are followed
_CALL_PARTS = frozenset({"tool_call", "tool_use", "function_call"})
_RESULT_PARTS = frozenset({"tool_call_response", "tool_result", "function_call_output"})


@dataclass(slots=True)
class Message:
    """One message: its text, the tool calls it asks for (`asked`, by id), the tool results it contains (`told`, by id)."""

    role: str = ""
    text: str | None = None
    asked: list[tuple[str, ToolCall]] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)


def messages(value: Any) -> list[Message]:
    """The messages in a value: a list of them, an object around the list, or either as JSON text."""
    value = parsed(value)
    if isinstance(value, dict):
        value = value.get("messages", [value] if {"role", "content", "parts"} & value.keys() else None)
    return [_message(part) for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def last_text(found: Sequence[Message], *roles: str) -> str | None:
    """The text of the last message with one of these roles and a text; any role if none is given."""
    return next((m.text for m in reversed(found) if m.text is not None and (not roles or m.role in roles)), None)


def unflatten(attributes: Mapping[str, Any], prefix: str) -> Any:
    """The structure spelled out by attributes named `prefix.…`; numbers are list indexes. None: there are none."""
    start = prefix + "."
    tree: dict[str, Any] = {}
    for name, value in attributes.items():
        if not name.startswith(start):
            continue
        steps = name[len(start) :].split(".")
        if len(steps) > _DEPTH:
            continue
        node = tree
        for step in steps[:-1]:
            inner = node.get(step)
            if not isinstance(inner, dict):
                inner = node[step] = {}
            node = inner
        if not isinstance(node.get(steps[-1]), dict):
            node[steps[-1]] = value
    return _listed(tree) if tree else None


def json_text(value: Any) -> str | None:
    """A tool's arguments or result as JSON text; other text becomes a JSON string. None: nothing there."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and (value.lstrip()[:1] in ("{", "[", '"') or value in ("true", "false", "null")):
        return value
    return fields.as_json([value])[1:-1]  # in a list, as_json writes a text as JSON too


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isascii() and key.isdigit() for key in node):
        return [_listed(node[key]) for key in sorted(node, key=lambda key: (len(key), key))]
    return {key: _listed(value) for key, value in node.items()}


def _message(value: Mapping[str, Any]) -> Message:
    inner = value.get("message")  # OpenInference names each field message.…, a choice wraps its message
    if isinstance(inner, dict):
        value = inner
    role = value.get("role")
    message = Message(role.casefold() if isinstance(role, str) else "")
    texts = []
    for part in _parts(value):
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            _read_part(part, message, texts)
    if message.role == "tool":
        ident = value.get("tool_call_id", value.get("id"))
        if isinstance(ident, str) and texts and ident not in message.told:
            message.told[ident] = json_text("\n".join(texts)) or ""
        return message
    message.text = "\n".join(texts) or None
    calls = parsed(value.get("tool_calls"))
    for call in calls if isinstance(calls, list) else ():
        _add_call(call, message)
    return message


def _parts(value: Mapping[str, Any]) -> Iterator[Any]:
    for name in ("parts", "contents", "content", "text"):
        found = parsed(value.get(name)) if name != "text" else value.get(name)
        if isinstance(found, list):
            yield from found
            return
        if found is not None:
            original = value.get(name)
            yield original if isinstance(original, str) else found
            return


def _read_part(part: dict[str, Any], message: Message, texts: list[str]) -> None:
    part = part.get("message_content", part) if isinstance(part.get("message_content", part), dict) else part
    kind = part.get("type")
    ident = part.get("id", part.get("tool_use_id", part.get("call_id", "")))
    if kind in _CALL_PARTS:
        _add_call(part, message)
    elif kind in _RESULT_PARTS and isinstance(ident, str):
        result = next((part[name] for name in ("response", "result", "content", "output") if name in part), None)
        if (text := json_text(result)) is not None:
            message.told[ident] = text
    elif kind in (None, "text", "input_text", "output_text"):
        text = part.get("content", part.get("text"))
        if isinstance(text, str):
            texts.append(text)


def _add_call(call: Any, message: Message) -> None:
    if isinstance(call, dict) and isinstance(call.get("tool_call"), dict):
        call = call["tool_call"]
    if not isinstance(call, dict):
        return
    inner = call.get("function")
    named = inner if isinstance(inner, dict) else call
    name = named.get("name", inner if isinstance(inner, str) else None)
    arguments = next((named[key] for key in ("arguments", "input", "args") if key in named), None)
    ident = call.get("id", call.get("call_id", ""))
    if isinstance(name, str) and name:
        called = ToolCall(name=name, arguments=json_text(arguments))
        message.asked.append((ident if isinstance(ident, str) else "", called))
