"""What went into a model and what came out of it, wherever its span has that: attributes, events, payloads.

What looks like messages or a payload of a model and is not understood is named, so that nobody takes a message that was
not read for one that asked for no tool.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.domain.text.frozen import quick
from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.keys import PerKeys
from readiness_tui.sources.tracing.attributes import CONTENT, NAMES
from readiness_tui.sources.tracing.finish_words import asks_for_none, asks_for_tools, plain_word
from readiness_tui.sources.tracing.known_attributes import Known
from readiness_tui.sources.tracing.logged import Event
from readiness_tui.sources.tracing.messages import Message, decoded, json_text, messages, unflatten
from readiness_tui.sources.tracing.model_output import may_hide_calls

MESSAGE_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    "gen_ai.choice": "choice",
}
CARRYING_EVENTS = frozenset(
    {"gen_ai.client.inference.operation.details", "gen_ai.content.prompt", "gen_ai.content.completion"}
)
#: Attributes of tracing conventions begin with these; a structure among them that no table knows may be a message.
_CONVENTIONS = (
    "gen_ai.", "ai.", "llm.", "langfuse.observation.", "traceloop.", "openinference.", "pydantic_ai.",
    "gcp.vertex.agent.", "braintrust.", "langsmith.", "mlflow.", "haystack.", "lk.", "genkit:", "mastra.", "spring.ai.", "gen_ai_", "langtrace.", "lmnr.", "crewai.", "agent.",
    "tool_call", "input.", "output.",
)  # fmt: skip
_KNOWN = frozenset(name for names in NAMES.values() for name in names)
_KNOWN_STARTS = tuple(f"{name}." for name in (*CONTENT, *NAMES["metadata"]))
_NUMBERED = re.compile(r"\.[0-9]+(\..*)?$")
_STOP = frozenset({"stop", "completed"})
#: Models and servers that say "stop" when they ask for tools, too: Gemini and Vertex AI, Ollama.
_STOP_FOR_TOOLS = ("gemini", "vertex", "gcp", "google", "ollama")
_LIKE_MESSAGES = frozenset({"role", "tool_calls", "toolCalls", "function_call", "tool_use", "toolUse", "finish_reason"})


@quick
@dataclass(frozen=True, slots=True)
class Said:
    """The messages that a model was given and that it gave, why it stopped, and the names of what was not understood.

    `told_all`: they are all messages of a run. `given_text`, `got_text`: for a tool, what its events say of its arguments and its result, as JSON text.
    """

    given: Sequence[Message] = ()
    got: Sequence[Message] = ()
    finish: str | None = None
    unread: tuple[str, ...] = ()
    given_text: str | None = None
    got_text: str | None = None
    told_all: bool = False


_NOTHING = Said()


@dataclass(slots=True)
class _Heard:
    given: list[Message] = field(default_factory=list)
    got: list[Message] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    told_all: bool = False


class SaidReader:
    """Reads what was said with one table of names."""

    def __init__(self, names: Mapping[str, tuple[str, ...]]) -> None:
        self._names = names
        self._holders = PerKeys(self._may_hold)
        self._texts = frozenset(names["input"]) | frozenset(names["output"])

    def read(
        self,
        kind: SpanKind,
        known: Known,
        attributes: Mapping[str, Any],
        flat: Mapping[str, Any],
        events: Sequence[Event],
    ) -> Said:
        """What was said on a span. `flat`: those of its attributes that are parts of lists."""
        names = tuple(attributes)
        given, got, conversation = self._holders[names]
        if not (events or given or got or conversation):
            if kind is SpanKind.TOOL:
                return _NOTHING
            answers = (kind is SpanKind.MODEL or kind is SpanKind.AGENT) and known.name("output") is not None
            if not answers and known.name("finish") is None and not (_STRANGE[names] and _unknown(attributes)):
                return _NOTHING
        heard = _Heard()
        if given:
            heard.given = self._side("input_messages", given, attributes, flat, heard)
        if got:
            heard.got = self._side("output_messages", got, attributes, flat, heard)
        if conversation and not heard.given and not heard.got:
            self._conversation(conversation, known, attributes, heard)
        given_text, got_text = _from_events(kind, events, heard)
        if kind is SpanKind.TOOL:
            return Said(heard.given, heard.got, given_text=given_text, got_text=got_text)
        finish = _finish(known, heard.got)
        if not heard.got and kind in (SpanKind.MODEL, SpanKind.AGENT):
            self._payload(kind, known, heard)
            finish = finish or _finish(known, heard.got)
        heard.unread += [word for message in heard.got for word in message.unread]
        # A stop for another reason proves that no strange attribute hides a request for a tool. What stands in the
        # answer itself is never passed over: tools that the provider runs are called before such a stop.
        proven = kind is SpanKind.MODEL and asks_for_none(finish)
        if kind in (SpanKind.MODEL, SpanKind.AGENT, SpanKind.OTHER) and not proven:
            heard.unread += _unknown(attributes)
        return Said(heard.given, heard.got, finish, tuple(dict.fromkeys(heard.unread)), told_all=heard.told_all)

    def _may_hold(self, attributes: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Of each of three meanings, the names that stand among these, or of which a part does."""
        meanings = ("input_messages", "output_messages", "conversation")
        return tuple([
            tuple([
                name
                for name in self._names[meaning]
                if name in attributes or any(key.startswith(f"{name}.") for key in attributes)
            ])
            for meaning in meanings
        ])  # fmt: skip

    def _side(
        self,
        meaning: str,
        names: Sequence[str],
        attributes: Mapping[str, Any],
        flat: Mapping[str, Any],
        heard: _Heard,
    ) -> list[Message]:
        for name in names:
            value = attributes.get(name)
            if value is None and flat:
                value = unflatten(flat, name)
            if value in (None, "", [], {}):
                continue
            if found := messages(value):
                if meaning == "output_messages" and not any(m.asked for m in found) and may_hide_calls(decoded(value)):
                    heard.unread.append(name)
                return found
            structure = decoded(value)
            if structure in ("", [], {}):
                continue  # Google ADK's way to leave content out
            if isinstance(structure, str) and structure.lstrip()[:1] not in ("{", "["):
                if name not in self._texts:
                    return [Message("user" if meaning == "input_messages" else "assistant", structure)]
            elif meaning == "output_messages":
                heard.unread.append(name)
        return []

    def _conversation(self, names: Sequence[str], known: Known, attributes: Mapping[str, Any], heard: _Heard) -> None:
        """All messages of an agent's run in one attribute. Those before its start are of earlier runs."""
        for name in names:
            listed = decoded(attributes.get(name))
            if not isinstance(listed, list) or not listed:
                continue
            start = known.count("conversation_start") or 0
            found = [(at, part, message) for at, part in enumerate(listed) for message in messages([part])]
            chosen = any(_is_choice(part) for _, part, _ in found)
            for at, part, message in found:
                came = _is_choice(part) if chosen else message.role == "assistant" and at >= start
                (heard.got if came else heard.given).append(message)
            heard.told_all = bool(heard.got)
            if not found:
                heard.unread.append(name)
            return

    def _payload(self, kind: SpanKind, known: Known, heard: _Heard) -> None:
        """The messages in a model's plain output."""
        value = known.first("output")
        if value is None:
            return
        heard.got += messages(value)
        name = known.name("output") or ""
        structure = decoded(value)
        cut = isinstance(structure, str) and structure.lstrip()[:1] in ("{", "[")
        own = name.endswith(("object", "final_result"))  # an answer in a shape of the application's own
        structured = isinstance(structure, (dict, list))
        if (not heard.got and kind is SpanKind.MODEL and (cut or structured) and not own) or (
            structured and not own and not any(message.asked for message in heard.got) and may_hide_calls(structure)
        ):
            heard.unread.append(name)


def _from_events(kind: SpanKind, events: Sequence[Event], heard: _Heard) -> tuple[str | None, str | None]:
    """Adds the messages in events. Returns a tool's arguments and result, which Strands writes as messages, too."""
    given_text: str | None = None
    got_text: str | None = None
    for event in events:
        role = MESSAGE_EVENTS.get(event.name)
        if role is None:
            if event.name.startswith("gen_ai.") and event.name.endswith(".message"):
                heard.unread.append(event.name)
            continue
        said = {**event.attributes, **(event.body if isinstance(event.body, dict) else {})}
        content = payload.parsed(said.pop("gen_ai.event.content", None))  # Azure: all of the message in one attribute
        said |= content if isinstance(content, dict) else {} if content is None else {"content": content}
        choice = role == "choice"
        inner = payload.parsed(said.get("message"))
        if kind is SpanKind.TOOL:
            text = json_text(inner if choice else said.get("content"))
            given_text, got_text = (given_text, text) if choice else (text, got_text)
            continue
        if inner is not None and not isinstance(inner, dict):
            said |= {"content": inner}  # Strands: the content blocks alone
        elif isinstance(inner, dict):
            said = {**inner, **{key: said[key] for key in ("finish_reason",) if key in said}}
        said.pop("message", None)
        found = messages([{**said, "role": "assistant" if choice else said.get("role") or role}])
        (heard.got if choice else heard.given).extend(found)
    if kind is SpanKind.AGENT and not heard.got:  # Azure's agents have no choice among their messages
        heard.got = [message for message in heard.given if message.role == "assistant"]
        heard.given = [message for message in heard.given if message.role != "assistant"]
    return given_text, got_text


def _is_choice(part: Any) -> bool:
    return isinstance(part, dict) and (part.get("event.name") == "gen_ai.choice" or part.get("event_name") == "gen_ai.choice")  # fmt: skip


def _finish(known: Known, got: Sequence[Message]) -> str | None:
    """Why the model stopped, as one lower-case word."""
    value = known.parsed("finish")
    if value is None and not got:
        return None
    words = value if isinstance(value, list) else [value]
    said = [word.casefold() for word in words if isinstance(word, str) and word]
    said += [message.finish for message in got if message.finish]
    if not said:
        return None
    # Of several choices, one may ask for tools, and one may have stopped for a reason that is not known.
    for word in (*filter(asks_for_tools, said), *(word for word in said if not asks_for_none(word))):
        return word
    names = " ".join(known.text(meaning) or "" for meaning in ("provider", "model", "model_requested")).casefold()
    return None if plain_word(said[0]) in _STOP and any(name in names for name in _STOP_FOR_TOOLS) else said[0]


def _unknown(attributes: Mapping[str, Any]) -> list[str]:
    """Names of attributes that no table knows and that may hold a message."""
    return list(
        dict.fromkeys([
            plain
            for name, plain, of_convention in _STRANGE[tuple(attributes)]
            if (of_convention and plain != name) or _may_ask(attributes[name], of_convention)
        ])
    )  # fmt: skip


#: Of those names: the name, the same without what is behind a number in it, and whether a tracing convention has it.
_STRANGE = PerKeys(
    lambda names: tuple([
        (name, _NUMBERED.sub("", name), name.startswith(_CONVENTIONS))
        for name in names
        if name not in _KNOWN and not name.startswith(_KNOWN_STARTS)
    ])
)  # fmt: skip


def _may_ask(value: Any, of_convention: bool) -> bool:
    """Whether a value of an unknown name is a structure of a tracing convention, or looks like messages anywhere."""
    if type(value) is str and value[:1].isalnum():  # as most: no structure begins so
        return False
    if not isinstance(value, (str, list, dict)):
        return False
    value = payload.parsed(value)
    if isinstance(value, str):
        return of_convention and value.lstrip()[:1] in ("{", "[") and value.lstrip()[1:2] in ('"', "{", "[")
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(payload.parsed(first), dict):
        return False
    inner = payload.parsed(first)
    return bool(inner) and (of_convention or bool(_LIKE_MESSAGES & inner.keys()))
