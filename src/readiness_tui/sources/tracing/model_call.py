"""One logged call to a model, as gateways and applications log it: what was asked, answered, and which tools it asked for.

The answer is read by `model_output`, as everywhere. A gateway logs the provider's own answer: where it is no message, as
with a bare text or a structure of the application's own, tools are unknown, not none.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.runs.model import ToolCall
from readiness_tui.sources.kit import payload
from readiness_tui.sources.tracing.messages import last_text, messages
from readiness_tui.sources.tracing.model_output import model_output

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
    said = model_output(response)
    known = said.in_messages and said.understood
    return said.text, said.asked or (() if known else None)


def called(asked_for: Asked | None) -> tuple[ToolCall, ...] | None:
    """The calls alone."""
    if asked_for is None:
        return None
    # By their ids: LangChain's messages have a call in their content and beside it.
    return tuple({ident or f"\0{at}": call for at, (ident, call) in enumerate(asked_for)}.values())
