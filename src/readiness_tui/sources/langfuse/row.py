"""Reads one row of Langfuse: an observation as a span, a trace with its row of the trace table.

Facts about the format (SDK 2 to 5, server source): the default fields leave out input, output, usage, cost and latency;
input and output may be texts containing JSON, quoted texts too. Before August 2025 every tool and retriever was a SPAN:
what a span did is then told by what the model asked for, by LangChain's documents and tool messages, or by the
attributes that OpenTelemetry left in its metadata; else it is not known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from readiness_tui.domain.runs.model import Chunk, Outcome, SpanKind, ToolCall, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.langfuse import figures
from readiness_tui.sources.langfuse.score import note_several
from readiness_tui.sources.tracing import model_output, rollups
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import kind_of, of_its_steps, probed

ERROR = "ERROR"

_KINDS = {
    "GENERATION": SpanKind.MODEL,
    "TOOL": SpanKind.TOOL,
    "RETRIEVER": SpanKind.RETRIEVAL,
    "AGENT": SpanKind.AGENT,
    "GUARDRAIL": SpanKind.GUARD,
    "EMBEDDING": SpanKind.EMBEDDING,
    "EVALUATOR": SpanKind.EVALUATION,
}
# In metadata.attributes, as the integrations by OpenTelemetry leave them: what a step is, whatever its type.
_HINTS = ("openinference.span.kind", "gen_ai.operation.name", "traceloop.span.kind", "langsmith.span.kind")
_HINTED = {
    "tool": SpanKind.TOOL,
    "execute_tool": SpanKind.TOOL,
    "retriever": SpanKind.RETRIEVAL,
    "retrieval": SpanKind.RETRIEVAL,
    "embedding": SpanKind.EMBEDDING,
    "embeddings": SpanKind.EMBEDDING,
}
#: Types since August 2025, when the vocabulary got words for tools and retrievals. Before, all was a span or an event.
_TYPED = frozenset({"TOOL", "RETRIEVER", "AGENT", "CHAIN", "GUARDRAIL", "EMBEDDING", "EVALUATOR"})
#: The parent of an observation whose export has no column for it: there may be one.
UNSTATED = "not exported"
_TOOL_NAMES = ("gen_ai.tool.name", "tool.name", "tool_name")
_DOCUMENTS = ("documents", "chunks", "results", "output", "matches")


def span(row: Mapping[str, Any], notes: fields.Notes, *, parents: bool = True) -> RawSpan:
    """`parents`: whether its export says which observation is inside of which. Raises RecordError."""
    ident = fields.text(row, "id")
    if not ident:
        raise RecordError("an observation without an id")
    root = fields.flag(row, "isRootObservation")
    parent = None if root else fields.text(row, "parentObservationId") or (None if parents else UNSTATED)
    name = fields.text(row, "name") or ""
    metadata = object_in(row, "metadata")
    source, result = text_or_json(row.get("input")), text_or_json(row.get("output"))
    kind, word = _kind(row, metadata, result)
    started, ended = fields.moment(row, "startTime", notes), fields.moment(row, "endTime", notes)
    failed = str(row.get("level")).upper() == ERROR
    tool, model = kind is SpanKind.TOOL, kind is SpanKind.MODEL
    said = model_output.model_output(result) if model else model_output.ModelOutput()
    answered = model_output.tool_message(result) if kind in (SpanKind.TOOL, SpanKind.OTHER) else None
    if answered is not None and kind is SpanKind.OTHER and isinstance(result, dict) and "tool_call_id" in result:
        kind, tool, word = SpanKind.TOOL, True, None  # LangChain's ToolMessage is a tool's answer
    open_kind = tool or kind is SpanKind.OTHER
    tokens_in, tokens_out = figures.tokens(row, notes)
    release, version = fields.text(row, "release") or None, fields.text(row, "version") or None
    prompt = fields.text(row, "promptVersion") or payload.version(metadata, "prompt_version")
    attributes = probed(metadata)
    for key in ("promptName", "version"):
        if value := fields.text(row, key):
            attributes["prompt_name" if key == "promptName" else key] = value
    hinted = object_in(metadata, "attributes")
    return RawSpan(
        id=ident,
        parent=parent,
        name=name,
        kind=kind,
        started_at=started,
        duration_ms=figures.latency(row, started, ended, notes),
        ok=False if failed else True if "level" in row and ended is not None else None,
        error=(fields.prose(row, "statusMessage") or None) if failed else None,
        finish=said.finish,
        outcome=payload.version(metadata, "outcome") if parent is None else None,
        input=_asked(source),
        output=said.text if model else _answered(result),
        model=(fields.text(row, "model") or fields.text(row, "providedModelName") or None) if model else None,
        prompt_version=prompt,
        index_version=payload.version(metadata, "index_version"),
        app_version=release or version,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=figures.cost(row),
        tool=(payload.version(hinted, *_TOOL_NAMES) or name) if tool else None,
        call_id=_call_id(metadata, hinted, answered) if open_kind else None,
        arguments=fields.as_json(structure(source)) if open_kind and source is not None else None,
        result=payload.as_raw(result) if open_kind and result is not None else None,
        asked=(said.asked or _listed_calls(row)) if model else (),
        told=model_output.told(source) if model and isinstance(source, (dict, list)) else {},
        chunks=_chunks(result, notes) if kind is SpanKind.RETRIEVAL else None,
        user=fields.text(row, "userId") or None,
        session=fields.text(row, "sessionId") or None,
        tags=payload.tags(payload.parsed(row.get("tags") or row.get("traceTags")), metadata),
        attributes=attributes,
        extra=_about(row, metadata) if parent in (None, UNSTATED) else {},
        explained=False if word else None,
        kind_word=word,
        blind=row.get("type") not in _TYPED and not hints_kind(hinted),
        unread=said.unread,
    )


def _kind(row: Mapping[str, Any], metadata: Mapping[str, Any], result: Any) -> tuple[SpanKind, str | None]:
    """The kind of an observation, and its own word if that says nothing."""
    typed = row.get("type")
    kind = kind_of(typed, _KINDS)
    if kind is not SpanKind.OTHER:
        return kind, None
    if typed is None and ("model" in row or "modelParameters" in row):  # the first tables of generations had no type
        return SpanKind.MODEL, None
    hints = object_in(metadata, "attributes")
    if isinstance(hints.get("target"), str):  # BeeAI: a span is an event (start, success, finish) of some step
        return SpanKind.OTHER, "event"
    for name in _HINTS:
        word = hints.get(name)
        if isinstance(word, str) and (hinted := _HINTED.get(word.lower())) is not None:
            return hinted, None
    if isinstance(result, list) and result and all(_is_document(part) for part in result):
        return SpanKind.RETRIEVAL, None
    known = typed is None or typed in ("SPAN", "CHAIN", "EVENT")
    return SpanKind.OTHER, None if known or not isinstance(typed, str) else typed


def hints_kind(hints: Mapping[str, Any]) -> bool:
    """Whether an integration by OpenTelemetry left its own word for the kind, which may be one for retrievals."""
    return any(isinstance(hints.get(name), str) for name in _HINTS)


def _is_document(part: Any) -> bool:
    """Whether it is a document of LangChain."""
    if not isinstance(part, dict):
        return False
    inner = payload.inner(part, "kwargs") or part
    return "metadata" in inner and isinstance(inner.get("page_content", inner.get("pageContent")), str)


def _asked(source: Any) -> str | None:
    found = payload.question(source) if source is not None else ""
    plain = model_output.last_said(source, "user") if found[:1] in ("{", "[") else None
    return plain or found or None


def _answered(result: Any) -> str | None:
    found = payload.answer(result)
    plain = model_output.last_said(result, "assistant") if found is not None and found[:1] in ("{", "[") else None
    return plain or found


def _call_id(metadata: Mapping[str, Any], hints: Mapping[str, Any], answered: tuple[str, str] | None) -> str | None:
    stated = payload.version(metadata, "tool_call_id") or payload.version(hints, "gen_ai.tool.call.id", "tool_call.id")
    return stated or (answered[0] if answered is not None else None)


def _listed_calls(row: Mapping[str, Any]) -> tuple[tuple[str, ToolCall], ...]:
    """The calls in the columns toolCalls and toolCallNames, which servers since 2026 fill from the model's output."""
    names, calls = (payload.parsed(row.get(name)) for name in ("toolCallNames", "toolCalls"))
    if not isinstance(names, list):
        return ()
    found = []
    for at, name in enumerate(names):
        call = payload.parsed(calls[at]) if isinstance(calls, list) and at < len(calls) else None
        call = call if isinstance(call, dict) else {}
        arguments = call.get("arguments")
        if isinstance(name, str) and name:
            stated = None if arguments is None else fields.as_json(arguments)
            found.append((payload.version(call, "id") or "", ToolCall(name, stated)))
    return tuple(found)


def build(
    ident: str,
    spans: list[RawSpan],
    row: Mapping[str, Any] | None,
    judged: Iterable[GivenScore],
    notes: fields.Notes,
    *,
    lost: bool = False,
) -> Trace:
    """The trace of these observations, completed from its row of the trace table. Raises RecordError.

    `lost`: there are more observations than these. What was used in all is then known from the row alone.
    """
    judgements = list(judged)
    note_several(judgements, notes)
    spans = rollups.innermost(spans, notes)
    if row is None:
        return _ended(trace_from_spans(ident, spans, judgements, notes, lost=lost), spans, notes)
    metadata = object_in(row, "metadata")
    tokens_in, tokens_out = figures.tokens(row, notes)
    said = RawSpan(
        id=ident,
        started_at=fields.moment(row, "timestamp", notes),
        duration_ms=figures.latency(row, *_extent(spans), notes),
        input=_asked(text_or_json(row.get("input"))),
        output=_answered(text_or_json(row.get("output"))),
        prompt_version=payload.version(metadata, "prompt_version"),
        app_version=fields.text(row, "release") or fields.text(row, "version") or None,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=figures.cost(row),
        user=fields.text(row, "userId") or None,
        session=fields.text(row, "sessionId") or None,
        tags=payload.tags(payload.parsed(row.get("tags")), metadata),
        extra=_about(row, metadata),
    )
    if not spans:
        alone = trace_from_spans(ident, [said], judgements)
        return replace(alone, spans=None, extra={k: v for k, v in alone.extra.items() if k != "not_understood"})
    found = _ended(trace_from_spans(ident, spans, judgements, notes, lost=lost), spans, notes)
    if found.cost is not None and said.cost and not math.isclose(found.cost, said.cost, rel_tol=1e-3):
        notes.add("the cost in a request's own row is not that of its model calls; the calls' is taken")
    tags = list(dict.fromkeys([*found.extra.get("tags", ()), *said.tags]))
    priced = not lost and any(one.cost is not None for one in spans)
    metered = not lost and any(one.tokens_in is not None or one.tokens_out is not None for one in spans)
    return replace(
        found,
        question=found.question if found.question is not None else said.input,
        answer=found.answer if found.answer is not None or found.error else said.output,
        prompt_version=found.prompt_version or said.prompt_version,
        app_version=found.app_version or said.app_version,
        latency_ms=found.latency_ms if found.latency_ms is not None else said.duration_ms,
        cost=found.cost if priced else said.cost,
        tokens_in=found.tokens_in if metered else said.tokens_in,
        tokens_out=found.tokens_out if metered else said.tokens_out,
        user=found.user or said.user,
        session=found.session or said.session,
        extra={**said.extra, **found.extra, **({"tags": tags} if tags else {})},
    )


def _extent(spans: Iterable[RawSpan]) -> tuple[datetime | None, datetime | None]:
    """The first start and the last end; None where one is not known."""
    listed = list(spans)
    ends = [_end(one) for one in listed]
    starts = [one.started_at for one in listed]
    known = [start for start in starts if start is not None], [end for end in ends if end is not None]
    if not listed or len(known[0]) < len(listed) or len(known[1]) < len(listed):
        return None, None
    return min(known[0]), max(known[1])


def _end(one: RawSpan) -> datetime | None:
    return moved(one.started_at, one.duration_ms) if one.started_at and one.duration_ms is not None else None


def _ended(trace: Trace, spans: list[RawSpan], notes: fields.Notes) -> Trace:
    """The trace, with what its observations say together of its end: without a span around them (SDK 2), each of them is
    a root. If the last failed, the request did; if only another failed, it is not known."""
    roots = [one for one in spans if one.parent is None]
    failed = [one for one in roots if one.ok is False]
    if len(roots) < 2 or not failed or any(one.outcome for one in roots):
        return of_its_steps(trace, spans, notes)
    last = max(roots, key=lambda one: one.started_at.timestamp() if one.started_at is not None else 0.0)
    if last.ok is False:
        return replace(trace, status="error", outcome=Outcome.ERROR, error=last.error or "error")
    return replace(trace, status=None, outcome=None, error=None)


def text_or_json(value: Any) -> Any:
    """What is in a payload that may be text with JSON in it: a structure, or a text between quotes."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        try:
            found = json.loads(value)
        except ValueError:
            return value
        return found if isinstance(found, str) else value
    return payload.parsed(value)


def object_in(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = payload.parsed(row.get(name))
    return found if isinstance(found, dict) else {}


def _chunks(result: Any, notes: fields.Notes) -> tuple[Chunk, ...] | None:
    if isinstance(result, dict):
        result = next((result[name] for name in _DOCUMENTS if isinstance(result.get(name), list)), None)
    if not isinstance(result, list):
        return None
    listed = [
        part["kwargs"] if isinstance(part, dict) and isinstance(part.get("kwargs"), dict) else part for part in result
    ]
    try:
        return fields.chunks({"output": listed}, "output")
    except RecordError as error:
        notes.add(f"a retriever's output was not understood, so its chunks count as not logged: {error}")
        return None


def _about(row: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {"metadata": payload.masked(metadata)} if metadata else {}
    for name, key in (
        ("traceName", "trace_name"),
        ("environment", "environment"),
        ("version", "version"),
        ("release", "release"),
    ):
        value = row.get(name)
        if isinstance(value, str) and value:
            about[key] = value
    return about
