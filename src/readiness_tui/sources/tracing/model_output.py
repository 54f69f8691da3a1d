"""What a model said and asked for, in the payloads that tools keep of a call's input and output as a whole.

The messages in them are read by `messages`; here is what stands around them: LangChain's `additional_kwargs`, calls as
JSON text in a message, a bare text, and the question whether a call may hide in what was not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.runs.model import ToolCall
from readiness_tui.sources.kit import payload
from readiness_tui.sources.tracing.finish_words import asks_for_tools
from readiness_tui.sources.tracing.messages import Message, decoded, last_text, messages

_DEEP = 8  # steps into a payload
_CALL_LIKE = re.compile(r"tool|func|grounding_?metadata|executable_?code", re.IGNORECASE)
#: What a model may call, not what it called.
_OFFERED = re.compile(
    r"^(tools|functions|tool_?choice|parallel_?tool_?calls|tool_?config|tool_?definitions?)$", re.IGNORECASE
)
_ASKED_IN_TEXT = re.compile(r'\s*\[\s*\{[^{}]{0,200}"function"\s*:')
_FINISH = ("finish_reason", "finishReason", "stop_reason", "stopReason")
_HOLD_FINISH = (
    "generations",
    "choices",
    "candidates",
    "message",
    "output",
    "kwargs",
    "response_metadata",
    "generation_info",
)


@dataclass(slots=True)
class ModelOutput:
    """`text`: the answer. `asked`: requested tool calls by call id ("" if it has none). `finish`: why it stopped, in
    lower case. `understood`: False where a call may hide in what was not understood. `in_messages`: the answer came in
    messages, not as a text or a structure of the application's own."""

    text: str | None = None
    asked: tuple[tuple[str, ToolCall], ...] = ()
    finish: str | None = None
    understood: bool = True
    in_messages: bool = False

    @property
    def unread(self) -> tuple[str, ...]:
        """What a step's `unread` says of it."""
        return () if self.understood else ("output of a model call",)


def model_output(value: Any) -> ModelOutput:
    value = _prepared(decoded(value))
    if value is None or value in ("", {}, []):
        return ModelOutput(text=value if value == "" else None)
    said = messages(value)
    turns = (at for at, message in enumerate(said) if message.role == "user" and not message.told)
    last = max(turns, default=-1)
    said = said[last + 1 :]  # before it, the conversation so far
    asked = tuple(pair for message in said for pair in message.asked)
    text = last_text(_of_first_choice(value, said), "assistant", "") if said else payload.answer(value)
    if text is None and said and not asked:
        text = _bare(value)
    unread = any(message.unread for message in said) or (not asked and may_hide_calls(value))
    stops = [message.finish for message in reversed(said) if message.finish]
    finish = next(filter(asks_for_tools, stops), None) or next(iter(stops), None) or _finish(value)
    understood = not unread and (bool(said) or text is not None)
    return ModelOutput(text, asked, finish, understood, in_messages=bool(said))


def _of_first_choice(value: Any, said: list[Message]) -> list[Message]:
    """The messages of the first choice: the application shows that one. Tools may be asked for in any."""
    for name in ("choices", "candidates"):
        listed = value.get(name) if isinstance(value, dict) else None
        if isinstance(listed, list) and len(listed) > 1:
            return messages({name: listed[:1]})
    return said


def told(value: Any) -> dict[str, str]:
    """The tool results that a model was given, by call id."""
    found: dict[str, str] = {}
    for message in messages(_prepared(decoded(value))):
        found |= message.told
    return found


def tool_message(value: Any) -> tuple[str, str] | None:
    """The call id and result of a tool's answer as LangChain logs it (`ToolMessage`); None if it is none."""
    found = told(value)
    return next(iter(found.items())) if len(found) == 1 else None


def last_said(value: Any, role: str) -> str | None:
    """The last text of a user or assistant among the messages in a payload; None if it has none."""
    return last_text(messages(_prepared(value)), role) if isinstance(value, (dict, list)) else None


def _prepared(value: Any, depth: int = 0) -> Any:
    """The payload, in which the calls of a message stand under `tool_calls`."""
    if depth > _DEEP:
        return value
    if isinstance(value, list):
        return [_prepared(part, depth + 1) for part in value]
    if not isinstance(value, dict):
        return value
    found = {
        name: _prepared(part, depth + 1) if isinstance(part, (dict, list)) else part for name, part in value.items()
    }
    extra = payload.inner(found, "additional_kwargs")
    for name in ("tool_calls", "function_call"):
        if extra.get(name) and not found.get("tool_calls") and not found.get(name):
            found[name] = extra[name]
    content = found.get("content")
    if isinstance(content, str) and not found.get("tool_calls") and _ASKED_IN_TEXT.match(content):
        calls = payload.parsed(content)
        if isinstance(calls, list):
            found |= {"tool_calls": calls, "content": None}
    return found


def _bare(value: Any, depth: int = 0) -> str | None:
    """The text of a generation of LangChain whose message has none."""
    if depth > _DEEP:
        return None
    if isinstance(value, list):
        return next((found for part in value if (found := _bare(part, depth + 1))), None)
    if not isinstance(value, dict):
        return None
    text = value.get("text")
    return text if isinstance(text, str) and text else _bare(value.get("generations"), depth + 1)


def may_hide_calls(value: Any, depth: int = 0) -> bool:
    """Whether some key names a tool or function, or what a provider's own tools found, with something under it."""
    if depth > _DEEP or not isinstance(value, (dict, list)):
        return False
    if isinstance(value, list):
        return any(may_hide_calls(part, depth + 1) for part in value)
    return any(
        (_CALL_LIKE.search(name) is not None and isinstance(part, (str, list, dict)) and bool(part))
        or may_hide_calls(part, depth + 1)
        for name, part in value.items()
        if not _OFFERED.match(name)
    )


def _finish(value: Any, depth: int = 0) -> str | None:
    if depth > _DEEP:
        return None
    if isinstance(value, list):
        return next((found for part in value if (found := _finish(part, depth + 1))), None)
    if not isinstance(value, dict):
        return None
    stated = next((value[name] for name in _FINISH if isinstance(value.get(name), str) and value[name]), None)
    if stated is not None:
        return str(stated).lower()
    return next((found for name in _HOLD_FINISH if (found := _finish(value.get(name), depth + 1))), None)
