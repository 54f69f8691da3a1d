"""Reads one row of Langfuse: an observation as a span, a score as a judgement, a row of the trace table.

Facts about the format (SDK 5, server source): the default fields leave out input, output, usage, cost and latency;
`latency` is in seconds, `latencyMs` in milliseconds; input and output may be texts containing JSON; missing usage is
written as 0 with empty details; input and output may each have several details (`input_cached_tokens`), to be summed.
A score's value is a number, true or false, or a text; older servers write 0 or 1 with `stringValue`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from readiness_tui.domain.runs.model import Chunk, SpanKind, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import duration_ms, elapsed_ms, kind_of, probed

ERROR = "ERROR"
PEOPLE = ("API", "ANNOTATION")  # sources whose scores are feedback

_KINDS = {
    "GENERATION": SpanKind.MODEL,
    "TOOL": SpanKind.TOOL,
    "RETRIEVER": SpanKind.RETRIEVAL,
    "AGENT": SpanKind.AGENT,
    "GUARDRAIL": SpanKind.GUARD,
    "EMBEDDING": SpanKind.EMBEDDING,
    "EVALUATOR": SpanKind.EVALUATION,
}
# Columns of an exported table that may hold a list but are not scores.
_LISTS = frozenset(
    {"tags", "traceTags", "comments", "input", "output", "metadata", "observations", "scores"}
    | {"toolCalls", "toolCallNames", "toolDefinitions", "modelParameters"}
)
_DOCUMENTS = ("documents", "chunks", "results", "output", "matches")


def span(row: Mapping[str, Any], notes: fields.Notes) -> RawSpan:
    """Raises RecordError."""
    ident = fields.text(row, "id")
    if not ident:
        raise RecordError("an observation without an id")
    kind = kind_of(row.get("type"), _KINDS)
    root = fields.flag(row, "isRootObservation")
    parent = None if root else fields.text(row, "parentObservationId") or None
    name = fields.text(row, "name") or ""
    metadata = _object(row, "metadata")
    source, result = payload.parsed(row.get("input")), payload.parsed(row.get("output"))
    started, ended = fields.moment(row, "startTime", notes), fields.moment(row, "endTime", notes)
    failed = row.get("level") == ERROR
    tool = kind is SpanKind.TOOL
    tokens_in, tokens_out, cost = _usage(row) if kind in (SpanKind.MODEL, SpanKind.EMBEDDING) else (None, None, None)
    release, version = fields.text(row, "release") or None, fields.text(row, "version") or None
    prompt = fields.text(row, "promptVersion") or payload.version(metadata, "prompt_version")
    attributes = probed(metadata)
    for key in ("promptName", "version"):
        if value := fields.text(row, key):
            attributes["prompt_name" if key == "promptName" else key] = value
    return RawSpan(
        id=ident,
        parent=parent,
        name=name,
        kind=kind,
        started_at=started,
        duration_ms=_latency(row, elapsed_ms(started, ended)),
        ok=False if failed else True if "level" in row and ended is not None else None,
        error=(fields.prose(row, "statusMessage") or None) if failed else None,
        outcome=payload.version(metadata, "outcome") if parent is None else None,
        input=(payload.question(source) or None) if source is not None else None,
        output=payload.answer(result),
        model=(fields.text(row, "model") or fields.text(row, "providedModelName") or None)
        if kind is SpanKind.MODEL
        else None,
        prompt_version=prompt,
        index_version=payload.version(metadata, "index_version"),
        app_version=release or version,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
        tool=name if tool else None,
        call_id=payload.version(metadata, "tool_call_id") if tool else None,
        arguments=fields.as_json(source) if tool and source is not None else None,
        result=payload.as_raw(result) if tool and result is not None else None,
        chunks=_chunks(result, notes) if kind is SpanKind.RETRIEVAL else None,
        user=fields.text(row, "userId") or None,
        session=fields.text(row, "sessionId") or None,
        tags=payload.tags(payload.parsed(row.get("tags") or row.get("traceTags")), metadata),
        attributes=attributes,
        extra=_about(row, metadata) if parent is None else {},
    )


def judgement(row: Mapping[str, Any]) -> GivenScore:
    """Raises RecordError."""
    name = fields.text(row, "name")
    if not name:
        raise RecordError("a score without a name")
    value, kind, text = row.get("value"), row.get("dataType"), fields.text(row, "stringValue")
    comment, ident = fields.text(row, "comment") or None, fields.text(row, "id")
    human = row.get("source") in PEOPLE
    if kind == "BOOLEAN":
        number = fields.flag({"value": value}, "value")
        if number is None and text is not None:
            number = fields.flag({"value": text}, "value")
        return GivenScore(name, None if number is None else float(number), explanation=comment, human=human, of=ident)
    if kind in ("CATEGORICAL", "TEXT", "CORRECTION"):
        said = text if text is not None else value if isinstance(value, str) else None
        return GivenScore(name, label=said, explanation=comment, human=human, of=ident)
    return GivenScore(name, fields.number(row, "value"), explanation=comment, human=human, of=ident)


def subject(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """What a score is about: ("trace", its id), or another kind with its id if it has one."""
    about = inner(row, "subject")
    kind = about.get("kind")
    if kind == "trace":
        return "trace", _text(about.get("id"))
    if kind == "observation":
        return "trace", _text(about.get("traceId"))
    if isinstance(kind, str):
        return kind, _text(about.get("id"))
    if found := _text(row.get("traceId")):  # older servers, and the user interface's export
        return "trace", found
    for name, word in (("sessionId", "session"), ("datasetRunId", "experiment")):
        if found := _text(row.get(name)):
            return word, found
    return "nothing", None


def table_judgements(row: Mapping[str, Any]) -> list[GivenScore]:
    """The scores in a row of an exported table: columns with a list of values. The export does not say who gave them."""
    found = []
    for name, values in row.items():
        if name in _LISTS or not isinstance(values, list):
            continue
        for at, value in enumerate(values):
            if payload.is_number(value):
                found.append(GivenScore(name, float(value), of=str(at)))
            elif isinstance(value, str):
                found.append(GivenScore(name, label=value, of=str(at)))
    return found


def build(
    ident: str,
    spans: list[RawSpan],
    row: Mapping[str, Any] | None,
    judged: Iterable[GivenScore],
    notes: fields.Notes,
) -> Trace:
    """The trace of these observations, completed from its row of the trace table. Raises RecordError."""
    judgements = list(judged)
    if row is None:
        return trace_from_spans(ident, spans, judgements)
    metadata = _object(row, "metadata")
    said = RawSpan(
        id=ident,
        started_at=fields.moment(row, "timestamp", notes),
        duration_ms=_latency(row, None),
        input=payload.question(payload.parsed(row["input"])) if row.get("input") is not None else None,
        output=payload.answer(payload.parsed(row.get("output"))),
        prompt_version=payload.version(metadata, "prompt_version"),
        app_version=fields.text(row, "release") or fields.text(row, "version") or None,
        cost=payload.amount(row.get("totalCost")) or None,
        user=fields.text(row, "userId") or None,
        session=fields.text(row, "sessionId") or None,
        tags=payload.tags(payload.parsed(row.get("tags")), metadata),
        extra=_about(row, metadata),
    )
    if not spans:
        return replace(trace_from_spans(ident, [said], judgements), spans=None)
    found = trace_from_spans(ident, spans, judgements)
    tags = list(dict.fromkeys([*found.extra.get("tags", ()), *said.tags]))
    return replace(
        found,
        question=found.question if found.question is not None else said.input,
        answer=found.answer if found.answer is not None or found.error else said.output,
        prompt_version=found.prompt_version or said.prompt_version,
        app_version=found.app_version or said.app_version,
        user=found.user or said.user,
        session=found.session or said.session,
        extra={**said.extra, **found.extra, **({"tags": tags} if tags else {})},
    )


def _latency(row: Mapping[str, Any], between: float | None) -> float | None:
    for name, unit in (("latencyMs", 1.0), ("latency", 1000.0)):
        if (stated := duration_ms(row, name, unit_ms=unit)) is not None:
            return stated
    return between


def _usage(row: Mapping[str, Any]) -> tuple[int | None, int | None, float | None]:
    """Tokens in, tokens out and cost. Zeros without any details mean that usage is missing."""
    usage, costs = _object(row, "usageDetails") or _object(row, "usage"), _object(row, "costDetails")
    into, out = _part(usage, "input"), _part(usage, "output")
    cost = payload.amount(costs.get("total"))
    if cost is None and costs:
        cost = sum(payload.amount(value) or 0.0 for value in costs.values())
    if cost is None:
        stated = row.get("totalCost") if row.get("totalCost") is not None else row.get("calculatedTotalCost")
        cost = payload.amount(stated) or None
    if not into and not out:
        return None, None, cost or None
    return into, out, cost


def _part(usage: Mapping[str, Any], name: str) -> int | None:
    counts = [payload.count(value) for key, value in usage.items() if key.startswith(name)]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _chunks(result: Any, notes: fields.Notes) -> tuple[Chunk, ...] | None:
    if isinstance(result, dict):
        result = next((result[name] for name in _DOCUMENTS if isinstance(result.get(name), list)), None)
    if not isinstance(result, list):
        return None
    try:
        return fields.chunks({"output": result}, "output")
    except RecordError as error:
        notes.add(f"a retriever's output was not understood, so its chunks count as not logged: {error}")
        return None


def _object(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = payload.parsed(row.get(name))
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _about(row: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {"metadata": payload.masked(metadata)} if metadata else {}
    for name, key in (
        ("traceName", "trace_name"),
        ("environment", "environment"),
        ("version", "version"),
        ("release", "release"),
    ):
        if (value := _text(row.get(name))) is not None:
            about[key] = value
    return about
