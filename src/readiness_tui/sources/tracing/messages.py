"""Reads questions, answers and tool calls from the messages of a model call, in any format that tracers write.

GenAI messages with `parts` (OpenTelemetry), chat completions with `content` and `tool_calls` (OpenAI), content blocks
(Anthropic, Bedrock's `toolUse`), response items (`function_call`), Gemini's `contents` with `function_call` parts
(Google ADK), the Vercel AI SDK's `tool-call` parts, LangChain's serialised messages, and any of them flattened into one
attribute per leaf (`llm.input_messages.0.message.role`, `gen_ai.prompt.0.content`). Anything not understood is left out
and named in `unread`; the raw record still has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.domain.runs.model import ToolCall
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.keys import PerKeys
from readiness_tui.sources.kit.payload import parsed

_LONG_NAME = 200
_DEPTH = 12  # levels of an attribute's name that are followed
_WRAPS = ("messages", "contents", "choices", "candidates", "generations", "output", "message", "content", "kwargs",
          "tool_calls", "toolCalls")  # fmt: skip
_CALL_PARTS = frozenset(
    {"tool_call", "tool_use", "function_call", "tool-call", "server_tool_use", "server_tool_call", "mcp_call",
     "mcp_tool_use", "custom_tool_call", "toolrequest", "function", "tooluse", "functioncall"}
)  # fmt: skip
_RESULT_PARTS = frozenset(
    {"tool_call_response", "tool_result", "function_call_output", "tool-result", "server_tool_call_response",
     "tool_response", "tool-return", "custom_tool_call_output", "mcp_tool_result", "toolresult", "functionresponse", "toolresponse",
     "function_response"}
)  # fmt: skip
_TEXT_PARTS = frozenset(
    {"text", "input_text", "output_text", "instructions", "summary_text", "system-prompt", "user-prompt"}
)
#: Parts that ask for no tool: what a model thinks, and media.
_SILENT_PARTS = frozenset(
    {"reasoning", "thinking", "redacted_thinking", "redacted-reasoning", "reasoning_content", "reasoningcontent",
     "refusal", "image", "image_url", "input_image", "image-url", "audio", "input_audio", "audio-url", "video",
     "video-url", "file", "input_file", "document", "document-url", "blob", "uri", "media", "binary", "citation",
     "cachepoint", "source", "compaction", "data", "step-start", "item_reference", "retry-prompt", "guardcontent"}
)  # fmt: skip
_IDS = ("call_id", "id", "tool_call_id", "toolCallId", "tool_use_id", "toolUseId", "tool_id", "ref")
_NAMES = ("name", "toolName", "tool_name")
_ARGUMENTS = ("arguments", "input", "args", "parameters")
_RESULTS = ("response", "result", "output", "content")
#: The class of a LangChain message → its role.
_LANGCHAIN = {
    "human": "user", "humanmessage": "user", "humanmessagechunk": "user", "ai": "assistant", "aimessage": "assistant",
    "aimessagechunk": "assistant", "system": "system", "systemmessage": "system", "tool": "tool", "toolmessage": "tool",
    "function": "tool", "functionmessage": "tool", "model": "assistant", "chatmessage": "",
}  # fmt: skip
_LISTED_TYPES = frozenset({"message", "messages", "constructor"})


@dataclass(slots=True)
class Message:
    """One message: its text, the tool calls it asks for (`asked`, by id), the tool results it contains (`told`, by id).

    `finish`: why the model stopped there. `unread`: kinds of its parts that were not understood.
    """

    role: str = ""
    text: str | None = None
    asked: list[tuple[str, ToolCall]] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    finish: str | None = None
    unread: list[str] = field(default_factory=list)


def messages(value: Any) -> list[Message]:
    """The messages in a value: a list of them, objects around the list, or either as JSON text (even JSON in JSON)."""
    return list(_found(decoded(value), 0))


def decoded(value: Any) -> Any:
    """The structure or text in a JSON text, and in a JSON text of such a text; anything else as it is."""
    for _ in range(3):
        if not isinstance(value, str) or len(value) < 2 or value[0] != '"' or value[-1] != '"':
            return parsed(value)
        inner = parsed(f"[{value}]")
        if not isinstance(inner, list) or len(inner) != 1:
            return value
        value = inner[0]
    return value


def last_text(found: Sequence[Message], *roles: str) -> str | None:
    """The text of the last message with one of these roles and a text; any role if none is given."""
    return next((m.text for m in reversed(found) if m.text is not None and (not roles or m.role in roles)), None)


def unflatten(attributes: Mapping[str, Any], prefix: str) -> Any:
    """The structure spelled out by attributes named `prefix.…`; numbers are list indexes. None: there are none."""
    if not attributes:
        return None
    known = _PREFIXES[tuple(attributes)]
    if known is not None and prefix not in known:
        return None
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


def _prefixes(names: tuple[str, ...]) -> frozenset[str] | None:
    """What stands before a dot in these names; None where one is so long that this would take memory."""
    if max(map(len, names)) > _LONG_NAME:
        return None
    return frozenset(name[:at] for name in names for at, mark in enumerate(name) if mark == ".")


_PREFIXES = PerKeys(_prefixes)


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


def _found(value: Any, depth: int) -> Iterator[Message]:
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        if value and all(isinstance(part, dict) and _is_part(part) for part in value):
            yield _message({"content": value})  # content blocks or response items without a message around them
            return
        for part in value:
            yield from _found(part, depth + 1)
    elif isinstance(value, dict):
        if _is_message(value):
            yield _message(value)
        elif _is_part(value):
            yield _message({"content": [value]})
        elif isinstance(value.get("replies"), list):  # Haystack
            for reply in value["replies"]:
                yield from [Message("assistant", reply)] if isinstance(reply, str) else _found(reply, depth + 1)
        elif isinstance(value.get("text"), str) and {"toolCalls", "tool_calls"} & value.keys():  # Mastra, AI SDK
            yield _message({**value, "role": "assistant", "content": value["text"]})
        elif (held := next((name for name in _WRAPS if isinstance(value.get(name), (dict, list))), None)) is not None:
            inner = list(_found(value[held], depth + 1))
            finish = _word(value, "finish_reason", "stop_reason", "stopReason", "finishReason")
            if inner and finish and inner[-1].finish is None:
                inner[-1].finish = finish
            yield from inner
        elif isinstance(value.get("text"), str) and len(value) <= 3:
            yield _message({"content": value["text"], "role": "assistant"})  # a bare generation


def _is_message(value: Mapping[str, Any]) -> bool:
    inner = value.get("message")  # OpenInference names each field message.…, a choice wraps its message
    if isinstance(inner, dict) and ("role" in inner or "tool_calls" in inner or "content" in inner):
        return True
    if isinstance(value.get("parts"), list):
        return True
    return ("role" in value and bool({"content", "contents", "tool_calls", "text", "function_call", "message"} & value.keys())) or _langchain(value) is not None  # fmt: skip


def _langchain(value: Mapping[str, Any]) -> str | None:
    """The role of a LangChain message, serialised in one of its ways; None for anything else."""
    path, kind = value.get("id"), value.get("type")
    if isinstance(path, list) and path and isinstance(path[-1], str) and isinstance(value.get("kwargs"), dict):
        return _LANGCHAIN.get(path[-1].casefold())
    if isinstance(kind, str) and ("content" in value or isinstance(value.get("data"), dict)):
        return _LANGCHAIN.get(kind.casefold())
    return None


def _is_part(value: Mapping[str, Any]) -> bool:
    kind = _kind(value)
    return kind in _CALL_PARTS or kind in _RESULT_PARTS or (isinstance(value.get("type"), str) and (kind in _TEXT_PARTS or kind in _SILENT_PARTS or kind.endswith("_call")))  # fmt: skip


def _kind(part: Mapping[str, Any]) -> str:
    """What a part is: its type, or the one key that Bedrock and Gemini name it by."""
    for name in ("type", "part_kind", "block_type", "kind"):
        kind = part.get(name)
        if isinstance(kind, str):
            return kind.casefold()
    if isinstance(part.get("toolName"), str) and "toolCallId" in part:
        return "tool-call"
    for key in part:
        if key.casefold() in _CALL_PARTS | _RESULT_PARTS and isinstance(part[key], dict):
            return key.casefold()
    for key in part:
        if key.casefold() in _SILENT_PARTS | {"inline_data", "inlinedata", "file_data", "filedata", "thought"}:
            return "data"
    return ""


def _message(value: Mapping[str, Any]) -> Message:
    finish = _word(value, "finish_reason", "stop_reason", "finishReason")
    inner = value.get("message")
    if isinstance(inner, dict):
        value = inner
    role = _langchain(value)
    if role is not None:
        held = value.get("kwargs", value.get("data"))
        value = {**(held if isinstance(held, dict) else value), "role": role}
    role = value.get("role")
    message = Message(role.casefold() if isinstance(role, str) else "")
    message.role = {"model": "assistant", "ai": "assistant"}.get(message.role, message.role)
    message.finish = finish or _word(value, "finish_reason", "stop_reason", "finishReason")
    texts: list[str] = []
    for part in _parts(value):
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            _read_part(part, message, texts)
    if message.role in ("tool", "function"):
        ident = next((value[name] for name in ("tool_call_id", "id") if isinstance(value.get(name), str)), None)
        if ident is not None and texts and ident not in message.told:
            message.told[ident] = json_text("\n".join(texts)) or ""
        return message
    message.text = "\n".join(texts) or None
    for name in ("tool_calls", "toolCalls"):
        calls = decoded(value.get(name))
        for call in calls if isinstance(calls, list) else ():
            _add_call(call, message)
    if isinstance(value.get("function_call"), dict):  # OpenAI before tools
        _add_call({"name": value["function_call"].get("name"), **value["function_call"]}, message)
    return message


def _parts(value: Mapping[str, Any]) -> Iterator[Any]:
    for name in ("parts", "contents", "content", "text"):
        found = parsed(value.get(name)) if name != "text" else value.get(name)
        if isinstance(found, list):
            if all(isinstance(part, (str, dict)) for part in found):
                yield from found
            return
        if found is not None:
            original = value.get(name)
            yield original if isinstance(original, str) else found
            return


def _read_part(part: dict[str, Any], message: Message, texts: list[str]) -> None:
    part = part.get("message_content", part) if isinstance(part.get("message_content", part), dict) else part
    kind = _kind(part)
    inner = next((part[key] for key in part if key.casefold() == kind and isinstance(part[key], dict)), None)
    if kind in _CALL_PARTS:
        _add_call(_whole_call(part, inner) if inner is not None and kind != "function" else part, message)
    elif kind in _RESULT_PARTS:
        held = inner if inner is not None else part
        ident = next((held[name] for name in _IDS if isinstance(held.get(name), str) and held[name]), None)
        result = next((held[name] for name in _RESULTS if name in held), None)
        if ident is not None and (text := json_text(result)) is not None:
            message.told[ident] = text
    elif kind in ("message", "output", "messages"):
        for found in _found(part, 1):
            texts += [found.text] if found.text is not None else []
            message.asked += found.asked
            message.told |= found.told
            message.unread += found.unread
    elif kind.endswith("_call"):  # the provider's own tools: web_search_call, code_interpreter_call
        _add_call({"name": kind.removesuffix("_call"), "id": part.get("id"), "arguments": part.get("action")}, message)
    elif kind in _TEXT_PARTS or kind == "":
        text = part.get("content", part.get("text"))
        if isinstance(text, str):
            texts.append(text)
        elif kind == "" and part:
            message.unread.append("part of a message")
    elif kind not in _SILENT_PARTS and not kind.endswith(("_tool_result", "_call_output")):
        message.unread.append(f"{kind} in a message")


def _whole_call(part: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    """Bedrock and Gemini have all of a call in the inner object; GenAI's server tools have their name beside it, and
    inside of it the arguments with the tool's type."""
    if any(isinstance(inner.get(key), str) and inner[key] for key in _NAMES):
        return inner
    name = next((part[key] for key in _NAMES if isinstance(part.get(key), str) and part[key]), inner.get("type"))
    return {"arguments": {key: value for key, value in inner.items() if key != "type"} or None, **part, "name": name}


def _add_call(call: Any, message: Message) -> None:
    if isinstance(call, dict) and isinstance(call.get("tool_call"), dict):
        call = call["tool_call"]
    if not isinstance(call, dict):
        message.unread.append("tool call of a message")
        return
    inner = call.get("function", call.get("custom"))  # OpenAI's custom tools have a text for input
    named = inner if isinstance(inner, dict) else call
    name = next((named[key] for key in _NAMES if isinstance(named.get(key), str)), inner)
    arguments = next((named[key] for key in _ARGUMENTS if key in named), None)
    ident = next((call[key] for key in _IDS if isinstance(call.get(key), str)), "")
    if isinstance(name, str) and name:
        message.asked.append((ident, ToolCall(name=name, arguments=json_text(arguments))))
    else:
        message.unread.append("tool call of a message")


def _word(value: Mapping[str, Any], *names: str) -> str | None:
    return next((value[name].casefold() for name in names if isinstance(value.get(name), str) and value[name]), None)
