"""What a tool was given and what it returned, wherever its span has that."""

from __future__ import annotations

from typing import Any

from readiness_tui.sources.kit import payload
from readiness_tui.sources.tracing.conversation import Said
from readiness_tui.sources.tracing.known_attributes import Known
from readiness_tui.sources.tracing.messages import json_text, messages
from readiness_tui.sources.tracing.words import unwrapped

_SCHEMA = frozenset({"properties", "$schema", "required", "additionalProperties"})  # of a definition, not of arguments


def passed(known: Known, said: Said) -> tuple[str | None, str | None]:
    """What a tool was given, and what it returned, as JSON text.

    OpenInference's `tool.parameters` are the tool's definition; some write the arguments there all the same.
    """
    sent, returned = known.first("arguments"), known.first("result")
    if sent is None and returned is None and not (said.given or said.got) and known.name("definition") is None:
        return said.given_text, said.got_text
    arguments, _ = _sent(sent)
    result, got = _sent(returned)
    held = [text for message in messages(got) for text in message.told.values()] if _may_be_json(got) else []
    result = held[0] if len(held) == 1 else result  # LangChain's message around what the tool returned
    if arguments is None:
        stated = known.parsed("definition")
        if isinstance(stated, dict) and not _SCHEMA & stated.keys():
            arguments = json_text(known.first("definition"))
    if arguments is None:
        asked = (call.arguments for message in said.given for _, call in message.asked)
        arguments = next(asked, said.given_text) if said.given else said.given_text
    if result is None:
        told = (text for message in (*said.got, *said.given) for text in message.told.values())
        result = next(told, said.got_text)
    return arguments, result


def _sent(value: Any) -> tuple[str | None, Any]:
    """JSON text of what was sent, without a wrapper around it, and the value inside of the text and the wrapper."""
    if not _may_be_json(value):
        return json_text(value), value
    structure = payload.parsed(value)
    inner = unwrapped(structure)
    return json_text(value if structure == inner else inner), inner


def _may_be_json(value: Any) -> bool:
    """False of nothing, and of a text that begins as none with a structure or a text in it does."""
    return value is not None and not (type(value) is str and value[:1].isalnum())
