"""Reads one span with the attributes of any tracing convention as a `RawSpan`, and the judgements on it.

The attributes are plain values (`otel/batch.py` and `phoenix` extract them from their files). A value of the wrong type
counts as not logged and is noted; the raw record keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from readiness_tui.domain.runs.model import Chunk, SpanKind
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.keys import PerKeys
from readiness_tui.sources.tracing import conversation, usage
from readiness_tui.sources.tracing.attributes import CONTENT, EVALUATION_EVENTS, SPREAD, spread, step_of
from readiness_tui.sources.tracing.conversation import CARRYING_EVENTS, MESSAGE_EVENTS
from readiness_tui.sources.tracing.ended import ended_well
from readiness_tui.sources.tracing.known_attributes import AttributeTable, Known, N, Places
from readiness_tui.sources.tracing.logged import Event, LoggedSpan
from readiness_tui.sources.tracing.messages import unflatten
from readiness_tui.sources.tracing.passed import passed
from readiness_tui.sources.tracing.raw_span import GivenScore, RawSpan
from readiness_tui.sources.tracing.tool_names import tool_name
from readiness_tui.sources.tracing.words import readable

__all__ = ["CARRYING_EVENTS", "MESSAGE_EVENTS", "Event", "LoggedSpan", "Reader"]

#: Kept on the span under these names, where probes look for them.
_KEPT = (
    "model_requested", "provider", "prompt_name", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning",
    "rule_id", "rule_version", "decision", "target", "approval_id", "idempotency_key", "side_effect", "fallback",
    "status_code",
)  # fmt: skip
_DENIED = frozenset({"deny", "denied", "block", "blocked", "reject", "rejected", "refuse", "refused", "fail", "failed"})
_ALLOWED = frozenset({"allow", "allowed", "pass", "passed", "accept", "accepted", "audit", "warn", "modify", "redact"})
#: Meanings that become fields of the trace or span, so they are not repeated among the span's attributes.
_MAPPED = (
    "model", "prompt_version", "tokens_in", "tokens_out", "cost", "usage", "costs", "cached", "tool", "call_id",
    "tokens_total", "arguments", "result", "attempt", "retries", "tool_status", "finish", "conversation_start", "user", "session", "feedback", "outcome", "tags", "error", "blocked",
    "case_id", "run_id", "run_name", *_KEPT,
)  # fmt: skip
#: Fields of a span that are one meaning's text.
_TEXTS = ("outcome", "model", "prompt_version", "index_version", "app_version", "user", "session", "feedback")
_USED = ("tokens_in", "tokens_out", "usage", "tokens_cache_read", "tokens_cache_write", "tokens_total")
_OF_REQUEST = ("run_id", "run_name", "dataset", "service", "environment")
_JUDGED_LISTS = ("evaluations", "annotations", "trace.evaluations", "trace.annotations")
_NUMBERED = re.compile(r"\.[0-9]+(\.|$)")
_CACHE_BESIDE = frozenset({"input_tokens"})  # Anthropic's own figure, which Claude Code passes on
_encode = msgspec.json.Encoder().encode
_CONTENT_STARTS = tuple(f"{name}." for name in CONTENT)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the names of a span's attributes say: those that are part of a list, marked by a number (most spans have
    none), long texts, those that are kept as they are, parts of metadata, the meanings that probes look for, those that are
    a text of the span or of its request; and whether there may be a price, a repeat, tags, an example, metadata, a
    judgement, judgements in a list, tokens, documents, parts that Braintrust writes as one text, a call's id, an input, an
    output. `places`: where each meaning stands if none of the attributes is empty.
    """

    places: Places
    listed: tuple[str, ...]
    content: tuple[str, ...]
    kept: tuple[str, ...]
    spelled: tuple[str, ...]
    probed: tuple[str, ...]
    texts: tuple[str, ...]
    of_request: tuple[str, ...]
    priced: bool
    cached: bool
    repeated: bool
    tagged: bool
    example: bool
    metadata: bool
    judged: bool
    judging: bool
    used: bool
    documents: bool
    spreads: bool
    called: bool
    asked: bool
    answered: bool


class Reader:
    """Reads spans with one table of names."""

    def __init__(self, names: Mapping[str, tuple[str, ...]], notes: fields.Notes) -> None:
        self.names = names
        self.notes = notes
        self._table = AttributeTable(names, notes)
        #: by JSON of resource and scope: both as kept in the raw record, and the resource's plain attributes
        self.contexts: dict[bytes, tuple[Mapping[str, Any], Mapping[str, Any], dict[str, Any]]] = {}
        self._mapped = frozenset(name for meaning in _MAPPED for name in names[meaning])
        self._metadata_starts = tuple(f"{name}." for name in names["metadata"])
        self._said = conversation.SaidReader(names)
        #: by the names of a span's attributes, then by those of its resource
        self._plans = PerKeys(lambda names: PerKeys(lambda of_resource: self._plan(names, of_resource)))
        self._last: tuple[Any, Any, bytes] = (None, None, b"")

    def context_key(self, resource: Mapping[str, Any], scope: Mapping[str, Any]) -> bytes:
        """JSON of both; the spans beside each other in a batch share them."""
        if self._last[0] is not resource or self._last[1] is not scope:
            self._last = resource, scope, _encode([resource, scope])
        return self._last[2]

    def _plan(self, attributes: tuple[str, ...], of_resource: tuple[str, ...]) -> _Plan:
        content = tuple([name for name in attributes if _is_content(name)])
        spelled = tuple([name for name in attributes if name.startswith(self._metadata_starts)])
        listed = tuple([name for name in attributes if _NUMBERED.search(name)])

        def has(*meanings: str) -> bool:
            return any(name in attributes for meaning in meanings for name in self.names[meaning])

        def may_have(meaning: str) -> bool:
            return has(meaning) or any(name in of_resource for name in self.names[meaning])

        return _Plan(
            places=self._table.places(attributes, of_resource),
            listed=listed,
            content=content,
            kept=tuple([name for name in attributes if name not in self._mapped and name not in content]),
            spelled=spelled,
            probed=tuple([meaning for meaning in _KEPT if has(meaning)]),
            texts=tuple(filter(may_have, _TEXTS)),
            of_request=tuple(filter(may_have, _OF_REQUEST)),
            priced=has("cost", "costs"),
            cached=has("cached"),
            repeated=has("attempt", "retries"),
            tagged=has("tags"),
            example=has("case_id"),
            metadata=bool(spelled) or has("metadata"),
            judged=has("judged"),
            judging=bool(listed) or any(name in attributes for name in _JUDGED_LISTS),
            used=has(*_USED),
            documents=bool(listed) or has("reranked", "documents"),
            spreads=any(name in attributes for name in SPREAD),
            called=has("call_id"),
            asked=has("input"),
            answered=has("output"),
        )

    def span(self, logged: LoggedSpan) -> RawSpan:
        """The span in our own terms."""
        attributes, of_resource, events = logged.attributes, logged.resource, logged.events
        plan = self._plans[tuple(attributes)][tuple(of_resource)]
        carrying = [event for event in events if event.name in CARRYING_EVENTS] if events else ()
        if plan.spreads or carrying:
            attributes = spread(attributes)
            for event in carrying:
                attributes |= event.attributes
                attributes |= event.body if isinstance(event.body, dict) else {}
            plan = self._plans[tuple(attributes)][tuple(of_resource)]
        if None in attributes.values():
            known = self._table.known(attributes, of_resource)
        else:
            known = Known(plan.places, attributes, of_resource, self.notes)
        step = step_of(logged.name, attributes, serves=logged.side == "server")
        kind = step.kind
        said = self._said.read(
            kind, known, attributes, {name: attributes[name] for name in plan.listed} if plan.listed else {}, events
        )
        asking = kind is SpanKind.MODEL or kind is SpanKind.AGENT
        is_tool = kind is SpanKind.TOOL
        found: dict[str, Any] = {}  # fields of which something here may speak
        if plan.documents or kind is SpanKind.RETRIEVAL:
            listed = {name: attributes[name] for name in plan.listed}
            found["chunks"], found["reranks"] = self._chunks(kind, known, listed)
        raised = [event.attributes for event in events if event.name == "exception"] if events else ()
        ok, assumed = ended_well(
            logged.code,
            logged.has_ended,
            attributes,
            raised,
            known.text("tool_status") if is_tool else None,
            logged.side,
        )
        if ok is False:
            found["error"] = _error(logged, known, attributes, raised)
        if plan.used:
            found["tokens_in"], found["tokens_out"] = self._tokens(known)
        if is_tool or (kind is SpanKind.OTHER and not step.explained):
            found["arguments"], found["result"] = passed(known, said)
        for meaning in plan.texts:
            found[meaning] = known.text(meaning)
        if plan.priced:
            found["cost"] = _first_known(known.amount("cost"), usage.of_costs(known.parsed("costs")))
        if plan.cached:
            found["cached"] = known.flag("cached") or False
        if is_tool:
            found["tool"] = tool_name(known.text("tool") or logged.name)
        if plan.repeated:
            found["attempt"] = _attempt(known)
        if asking:
            found["finish"] = said.finish
            if said.got:
                found["asked"] = tuple([call for message in said.got for call in message.asked])
            if said.given:
                found["told"] = {ident: text for message in said.given for ident, text in message.told.items()}
        if plan.tagged and known.first("tags") is not None:
            found["tags"] = payload.tags(known.parsed("tags"), {})
        if plan.content:
            found["texts"] = {name: fields.as_json(attributes[name]) for name in plan.content}
        if plan.of_request or plan.metadata or plan.example:
            found["extra"] = self._extra(logged, known, attributes, plan)
        if plan.asked or said.given:
            found["input"] = readable(known, "input", said.given, kind, "user", "human")
        if plan.answered or said.got:
            found["output"] = readable(known, "output", said.got, kind)
        if plan.called:
            found["call_id"] = _call_id(known)
        return RawSpan(
            id=logged.id,
            parent=logged.parent,
            name=logged.name,
            kind=kind,
            started_at=logged.started_at,
            duration_ms=logged.duration_ms,
            ok=ok,
            attributes=self._kept(known, plan.probed, {name: attributes[name] for name in plan.kept}),
            assumed=assumed,
            explained=step.explained,
            kind_word=step.word,
            may_retrieve=step.may_retrieve,
            blind=step.blind,
            told_all=said.told_all,
            unread=said.unread,
            **found,
        )

    def _tokens(self, known: Known) -> tuple[int | None, int | None]:
        """Input tokens, with those from a cache, and output tokens."""
        into, out = usage.of_usage(known.parsed("usage"))
        stated, output = known.count("tokens_in"), known.count("tokens_out")
        beside = known.name("tokens_in") in _CACHE_BESIDE
        cached = known.count("tokens_cache_read"), known.count("tokens_cache_write")
        stated = usage.with_cache(stated, *cached, output, known.count("tokens_total"), beside)
        return _first_known(stated, into), _first_known(output, out)

    def judgements(
        self, attributes: Mapping[str, Any], events: Sequence[Event] = (), *, of: str | None = None
    ) -> list[GivenScore]:
        """The judgements in attributes (of a span or an evaluation's log record), in lists among them, and in events.

        `of`: the id of the judged span.
        """
        plan = self._plans[tuple(attributes)][()]
        if not (plan.judged or plan.judging or events):
            return []
        found = [self._judgement(attributes)] if plan.judged else []
        flat = {name: attributes[name] for name in plan.listed}
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

    def _kept(self, known: Known, probed: Sequence[str], kept: dict[str, Any]) -> dict[str, Any]:
        """What probes read, under their names, beside every other short attribute that is not a field already."""
        for name in probed:
            if (value := known.first(name)) is not None:
                kept[name] = value
        blocked = known.flag("blocked")
        if blocked is None and isinstance(decision := kept.get("decision"), str):
            word = decision.casefold()
            blocked = True if word in _DENIED else False if word in _ALLOWED else None
        if blocked is not None:
            kept["blocked"] = blocked
        return kept

    def _extra(self, logged: LoggedSpan, known: Known, attributes: Mapping[str, Any], plan: _Plan) -> dict[str, Any]:
        metadata: dict[str, Any] = {}
        spelled = {name: attributes[name] for name in plan.spelled} if plan.spelled else {}
        for name in self.names["metadata"] if plan.metadata else ():
            for found in (payload.parsed(attributes.get(name)), unflatten(spelled, name)):
                if isinstance(found, dict):
                    metadata |= {key: value for key, value in found.items() if key not in metadata}
        extra = metadata if logged.parent is None else {}
        for name in plan.of_request:
            if (text := known.text(name)) is not None:
                extra[name] = text
        ident = (payload.case_id(metadata) if metadata else None) or known.text("case_id")  # to join its golden set
        if ident is not None:
            extra["case_id"] = ident
        return extra


def _call_id(known: Known) -> str | None:
    ident = known.text("call_id")
    return None if ident == "<not specified>" else ident  # Google ADK's word for none


def _attempt(known: Known) -> int | None:
    attempt = known.count("attempt")
    if attempt is None and (again := known.count("retries")) is not None:
        return again + 1
    return attempt


def _error(logged: LoggedSpan, known: Known, attributes: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> str:
    """ "RuntimeError: order service timeout": the class first, so that errors can be counted by it."""
    raised = next(iter(events), {})
    kind = attributes.get("error.type") or raised.get("exception.type")
    said = logged.message or raised.get("exception.message") or known.text("error") or attributes.get("error")
    parts = [part for part in (kind, said) if isinstance(part, str) and part.casefold() not in ("", "true")]
    if len(parts) == 2 and parts[1].startswith(parts[0]):
        del parts[0]
    return ": ".join(parts) or "error"


def _is_content(name: str) -> bool:
    return name in CONTENT or name.startswith(_CONTENT_STARTS)


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
