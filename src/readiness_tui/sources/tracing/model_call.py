"""One logged call to a model, as gateways and applications log it: what was asked, answered, and which tools it asked for.

Understood: chat completions (`choices`), Anthropic's messages (`content` blocks), OpenAI's responses (`output` items),
Gemini's `candidates`, a single message, a plain text. Whatever else stands there is not understood: tools are unknown
then, not none.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.runs.model import ToolCall
from readiness_tui.sources.kit import payload
from readiness_tui.sources.tracing.messages import Message, last_text, messages

_REQUEST = ("messages", "input", "prompt", "contents", "query")


def asked(request: Any) -> str | None:
    """The words of the person: the last message of a user, or the text. None: not logged."""
    request = payload.parsed(request)
    if isinstance(request, dict):
        inner = next((request[name] for name in _REQUEST if request.get(name)), None)
        request = payload.parsed(inner) if inner is not None else request
    if not request:
        return None
    found = messages(request)
    if found:
        return last_text(found, "user", "human") or last_text(found)
    return payload.question(request) or None


Asked = tuple[tuple[str, ToolCall], ...]  # by call id, "" if it has none


def answered(response: Any) -> tuple[str | None, Asked | None]:
    """The text of the answer, and the tools that the model asked for: () if it asked for none, None if not known."""
    response = payload.parsed(response)
    if response is None or response in ("", {}, []):
        return None, None
    if isinstance(response, str):
        return response, None
    found = _messages(response)
    if not found:
        return payload.answer(response), None
    calls = tuple(call for message in found for call in message.asked)
    return last_text(found), calls


def called(asked_for: Asked | None) -> tuple[ToolCall, ...] | None:
    """The calls alone."""
    return None if asked_for is None else tuple(call for _, call in asked_for)


def finish(response: Any) -> str | None:
    """Why the model stopped, in lower case."""
    response = payload.parsed(response)
    listed = response.get("choices", response.get("candidates")) if isinstance(response, dict) else response
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    places = (first, response if isinstance(response, dict) else {})
    found = (place.get(name) for place in places for name in ("finish_reason", "finishReason", "stop_reason"))
    return next((word.lower() for word in found if isinstance(word, str) and word), None)


def _messages(response: Any) -> list[Message]:
    if isinstance(response, list):
        return messages([part for part in response if isinstance(part, dict) and part.get("role") != "user"])
    if not isinstance(response, dict):
        return []
    if isinstance(choices := response.get("choices"), list):
        return messages([choice for choice in choices[:1] if isinstance(choice, dict) and "message" in choice])
    if isinstance(output := response.get("output"), list):
        items = [part for part in output if isinstance(part, dict)]
        asking = [part for part in items if part.get("type") == "function_call"]
        said = [part for part in items if part.get("type") == "message"]
        return messages([{"role": "assistant", "content": asking}, *said]) if items else []
    if isinstance(candidates := response.get("candidates"), list):
        return messages([part["content"] for part in candidates[:1] if isinstance(part, dict) and "content" in part])
    return messages(response)
