"""Reads one span with the attributes of any tracing convention as a `RawSpan`, and the judgements on it.

The attributes are plain values (`otel/batch.py` and `phoenix` extract them from their files). A value of the wrong type
counts as not logged and is noted; the raw record keeps it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from readiness_tui.domain.runs.model import Chunk, SpanKind
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.tracing.attributes import CONTENT, EVALUATION_EVENTS, kind_of
from readiness_tui.sources.tracing.known_attributes import AttributeTable, Known, N
from readiness_tui.sources.tracing.messages import Message, json_text, last_text, messages, unflatten
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan

#: Kept on the span under these names, where probes look for them.
_KEPT = (
    "model_requested", "provider", "prompt_name", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning",
    "rule_id", "rule_version", "decision", "target", "approval_id", "idempotency_key", "side_effect", "fallback",
    "status_code",
)  # fmt: skip
_DENIED = frozenset({"deny", "denied", "block", "blocked", "reject", "rejected", "refuse", "refused", "fail", "failed"})
_ALLOWED = frozenset({"allow", "allowed", "pass", "passed", "accept", "accepted", "audit", "warn", "modify", "redact"})
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
#: Meanings that become fields of the trace or span, so they are not repeated among the span's attributes.
_MAPPED = (
    "model", "prompt_version", "tokens_in", "tokens_out", "cost", "usage", "costs", "cached", "tool", "call_id",
    "arguments", "result", "attempt", "retries", "user", "session", "feedback", "outcome", "tags", "error", "blocked",
    "case_id", "run_id", "run_name", *_KEPT,
)  # fmt: skip
_JUDGED_LISTS = ("evaluations", "annotations", "trace.evaluations", "trace.annotations")
_NUMBERED = re.compile(r"\.[0-9]+(\.|$)")
_CONTENT_STARTS = tuple(f"{name}." for name in CONTENT)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a span: a span event, or a log record for that span."""

    name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True)
class LoggedSpan:
    """A span as in its file: `code` is OTLP's status (0 unset, 1 ok, 2 error), `message` the status message."""

    id: str
    parent: str | None
    name: str
    started_at: datetime | None
    duration_ms: float | None
    code: int
    message: str
    attributes: Mapping[str, Any]
    events: Sequence[Event] = ()
    resource: Mapping[str, Any] = field(default_factory=dict)


class Reader:
    """Reads spans with one table of names."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], notes: fields.Notes) -> None:
        self.names = names
        self.notes = notes
        self._table = AttributeTable(names, notes)
        #: by JSON of resource and scope: both as kept in the raw record, and the resource's plain attributes
        self.contexts: dict[bytes, tuple[Mapping[str, Any], Mapping[str, Any], dict[str, Any]]] = {}
        self._mapped = frozenset(name for meaning in _MAPPED for name in names[meaning])

    def span(self, logged: LoggedSpan) -> RawSpan:
        """The span in our own terms."""
        attributes = dict(logged.attributes)
        for event in logged.events:
            if event.name in CARRYING_EVENTS:
                attributes |= event.attributes
                attributes |= event.body if isinstance(event.body, dict) else {}
        known = self._table.known(attributes, logged.resource)
        kind = kind_of(logged.name, attributes)
        listed = _listed(attributes)
        given, got = self._messages(attributes, listed, logged.events)
        chunks, reranks = self._chunks(kind, known, listed)
        tool = known.text("tool") or _tool_name(logged.name) if kind is SpanKind.TOOL else None
        ok = _ok(logged, attributes)
        usage = known.parsed("usage")
        asking = kind in (SpanKind.MODEL, SpanKind.AGENT)
        return RawSpan(
            id=logged.id,
            parent=logged.parent,
            name=logged.name,
            kind=kind,
            started_at=logged.started_at,
            duration_ms=logged.duration_ms,
            ok=ok,
            error=_error(logged, known, attributes) if ok is False else None,
            outcome=known.text("outcome"),
            input=_readable_text(known, "input", given, kind, "user", "human"),
            output=_readable_text(known, "output", got, kind),
            model=known.text("model"),
            prompt_version=known.text("prompt_version"),
            index_version=known.text("index_version"),
            app_version=known.text("app_version"),
            tokens_in=_first_known(known.count("tokens_in"), _summed(usage, "input", "prompt_tokens")),
            tokens_out=_first_known(known.count("tokens_out"), _summed(usage, "output", "completion_tokens")),
            cost=_first_known(known.amount("cost"), _cost(known.parsed("costs"))),
            cached=known.flag("cached") or False,
            tool=tool,
            call_id=known.text("call_id"),
            arguments=json_text(known.first("arguments")) if tool else None,
            result=json_text(known.first("result")) if tool else None,
            attempt=_attempt(known),
            asked=tuple(call for message in got for call in message.asked) if asking else (),
            told={ident: text for message in given for ident, text in message.told.items()} if asking else {},
            chunks=chunks,
            reranks=reranks,
            user=known.text("user"),
            session=known.text("session"),
            feedback=known.text("feedback"),
            tags=payload.tags(known.parsed("tags"), {}),
            attributes=self._kept(known, attributes),
            texts={name: fields.as_json(value) for name, value in attributes.items() if _is_content(name)},
            extra=self._extra(logged, known, attributes),
        )

    def judgements(
        self, attributes: Mapping[str, Any], events: Iterable[Event] = (), *, of: str | None = None
    ) -> list[GivenScore]:
        """The judgements in attributes (of a span or an evaluation's log record), in lists among them, and in events.

        `of`: the id of the judged span.
        """
        found = [self._judgement(attributes)]
        flat = _listed(attributes)
        for prefix in _JUDGED_LISTS:
            listed = payload.parsed(attributes.get(prefix)) or unflatten(flat, prefix)
            for part in listed if isinstance(listed, list) else ():
                if isinstance(part, dict):
                    named = {f"evaluation.{key}": value for key, value in _unwrapped(part).items()}
                    found.append(self._judgement(named))
        found += [self._judgement(event.attributes) for event in events if event.name in EVALUATION_EVENTS]
        return [replace(judgement, of=of) for judgement in found if judgement is not None]

    def _judgement(self, attributes: Mapping[str, Any]) -> GivenScore | None:
        known = self._table.known(attributes)
        name = known.text("judged")
        if not name:
            return None
        error = attributes.get("error.type")
        return GivenScore(
            name=name,
            value=known.signed("judged_value"),
            label=known.text("judged_label"),
            explanation=known.text("judged_why"),
            human=(known.text("judged_by") or "").casefold() == "human",
            error=error if isinstance(error, str) and error else None,
        )

    def _messages(
        self, attributes: Mapping[str, Any], flat: Mapping[str, Any], events: Sequence[Event]
    ) -> tuple[list[Message], list[Message]]:
        """The model's input and output messages."""
        sides: list[list[Message]] = []
        for meaning in ("input_messages", "output_messages"):
            found: list[Message] = []
            for name in self.names[meaning]:
                value = attributes.get(name)
                if value is not None or flat:
                    found = found or messages(value if value is not None else unflatten(flat, name))
            sides.append(found)
        for event in events:
            role = MESSAGE_EVENTS.get(event.name)
            if role is not None:
                said = {**event.attributes, **(event.body if isinstance(event.body, dict) else {})}
                said = payload.parsed(said.get("message")) if isinstance(said.get("message"), str) else said
                if isinstance(said, dict):
                    choice = role == "choice"
                    sides[choice] += messages([{"role": "assistant" if choice else role, **said}])
        return sides[0], sides[1]

    def _chunks(self, kind: SpanKind, known: Known, flat: Mapping[str, Any]) -> tuple[tuple[Chunk, ...] | None, bool]:
        for meaning in ("reranked", "documents"):
            listed = known.parsed(meaning)
            if listed is None and flat:
                listed = next((part for name in self.names[meaning] if (part := unflatten(flat, name))), None)
            if isinstance(listed, list):
                documents = [_document(part) for part in listed]
                return payload.chunks({"chunks": documents}, self.notes), meaning == "reranked"
        if kind is SpanKind.RETRIEVAL:
            output = known.parsed("output")
            output = {"chunks": [_document(part) for part in output]} if isinstance(output, list) else output
            return payload.chunks(output, self.notes), False
        return None, False

    def _kept(self, known: Known, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """What probes read, under their names, and every other short attribute that is not a field already."""
        kept = {k: v for k, v in attributes.items() if k not in self._mapped and not _is_content(k)}
        kept |= {name: value for name in _KEPT if (value := known.first(name)) is not None}
        blocked = known.flag("blocked")
        if blocked is None and isinstance(decision := kept.get("decision"), str):
            word = decision.casefold()
            blocked = True if word in _DENIED else False if word in _ALLOWED else None
        if blocked is not None:
            kept["blocked"] = blocked
        return kept

    def _extra(self, logged: LoggedSpan, known: Known, attributes: Mapping[str, Any]) -> dict[str, Any]:
        metadata: dict[str, Any] = {}
        for name in self.names["metadata"]:
            for found in (payload.parsed(attributes.get(name)), unflatten(attributes, name)):
                if isinstance(found, dict):
                    metadata |= {key: value for key, value in found.items() if key not in metadata}
        extra = metadata if logged.parent is None else {}
        texts = {name: known.text(name) for name in ("run_id", "run_name", "dataset", "service", "environment")}
        texts["case_id"] = payload.case_id(metadata) or known.text(
            "case_id"
        )  # the team's own id, to join its golden set
        return extra | {name: text for name, text in texts.items() if text is not None}


def _attempt(known: Known) -> int | None:
    attempt = known.count("attempt")
    if attempt is None and (again := known.count("retries")) is not None:
        return again + 1
    return attempt


def _error(logged: LoggedSpan, known: Known, attributes: Mapping[str, Any]) -> str:
    """ "RuntimeError: order service timeout": the class first, so that errors can be counted by it."""
    raised = next((event.attributes for event in logged.events if event.name == "exception"), {})
    kind = attributes.get("error.type") or raised.get("exception.type")
    said = logged.message or raised.get("exception.message") or known.text("error")
    parts = [part for part in (kind, said) if isinstance(part, str) and part]
    if len(parts) == 2 and parts[1].startswith(parts[0]):
        del parts[0]
    return ": ".join(parts) or "error"


def _readable_text(known: Known, meaning: str, found: Sequence[Message], kind: SpanKind, *roles: str) -> str | None:
    """The text a person would read: the last message, or the matching field of the payload."""
    value = known.first(meaning)
    if found and (kind is SpanKind.MODEL or value is None):
        return last_text(found, *roles)
    structure = payload.parsed(value)
    if structure is None or structure == "":
        return None
    if inner := messages(structure):
        return last_text(inner, *roles)
    return payload.question(structure) if meaning == "input" else payload.answer(structure)


def _ok(logged: LoggedSpan, attributes: Mapping[str, Any]) -> bool | None:
    if logged.code == 2 or attributes.get("langfuse.observation.level") == "ERROR" or attributes.get("error.type"):
        return False
    return True if logged.code == 1 else None


def _listed(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that are part of a list, marked by a number in their name; most spans have none."""
    return {name: value for name, value in attributes.items() if _NUMBERED.search(name)}


def _is_content(name: str) -> bool:
    return name in CONTENT or name.startswith(_CONTENT_STARTS)


def _tool_name(name: str) -> str:
    """A tool's name without what conventions add to it: "execute_tool lookup", "lookup.tool"."""
    return name.removeprefix("execute_tool ").removesuffix(".tool").strip() or name


def _unwrapped(part: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in ("evaluation", "annotation"):
        inner = part.get(name)
        if isinstance(inner, dict):
            return inner
    return part


def _document(part: Any) -> Any:
    """A retrieved document in the format of a chunk."""
    if isinstance(part, dict) and isinstance(part.get("document"), dict):
        part = part["document"]
    if isinstance(part, dict) and isinstance(part.get("metadata"), str):
        part = {**part, "metadata": payload.parsed(part["metadata"])}
    return part


def _first_known(first: N | None, second: N | None) -> N | None:
    return second if first is None else first


def _summed(usage: Any, part: str, older: str) -> int | None:
    """The sum of Langfuse's usage details: every kind of input (cached, audio) has a key that contains "input"."""
    if not isinstance(usage, dict):
        return None
    counts = [payload.count(value) for name, value in usage.items() if part in name or name == older]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _cost(costs: Any) -> float | None:
    if not isinstance(costs, dict):
        return None
    total = payload.amount(costs.get("total"))
    if total is not None:
        return total
    parts = [amount for value in costs.values() if (amount := payload.amount(value)) is not None]
    return math.fsum(parts) if parts else None
