"""LangSmith's runs: one recorded step as a span, the runs of a trace as a trace.

Facts about the format (SDK 0.15): the first run of a trace has the sum of tokens and cost over those model calls that have
any; `extra.metadata` contains values of `LANGSMITH_*` environment variables, which are masked here. A function traced
without a type is a chain, so a tool may be one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from readiness_tui.domain.runs.model import Chunk, SpanKind, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.langsmith import figures
from readiness_tui.sources.langsmith.file import parent_of
from readiness_tui.sources.tracing import model_output, rollups
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import elapsed_ms, kind_of, of_its_steps, probed

_KINDS = {
    "llm": SpanKind.MODEL,
    "tool": SpanKind.TOOL,
    "retriever": SpanKind.RETRIEVAL,
    "embedding": SpanKind.EMBEDDING,
}


def metadata_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """The run's metadata without a model call's usage."""
    found = inner(inner(run, "extra"), "metadata")
    return {name: value for name, value in found.items() if name != "usage_metadata"}


def without_secrets(run: Mapping[str, Any]) -> dict[str, Any]:
    """The run with credentials masked in its `extra`, in what it was made of (`serialized`), and in its child runs."""
    shown = {**run, "extra": payload.masked(run.get("extra"))}
    for name in ("serialized", "metadata"):
        if name in run:
            shown[name] = payload.masked(run[name])
    if isinstance(run.get("child_runs"), list):
        shown["child_runs"] = [without_secrets(c) if isinstance(c, dict) else c for c in run["child_runs"]]
    return shown


def span(run: Mapping[str, Any], notes: fields.Notes) -> RawSpan:
    """Raises RecordError."""
    ident = fields.text(run, "id")
    if not ident:
        raise RecordError("a run without an id")
    parent = parent_of(run)
    metadata = metadata_of(run)
    kind = kind_of(run.get("run_type"), _KINDS)
    name = fields.text(run, "name") or ""
    started, ended = fields.moment(run, "start_time"), fields.moment(run, "end_time")  # the SDK takes them as UTC
    inputs, outputs, error = run.get("inputs"), run.get("outputs"), fields.prose(run, "error") or None
    model, tool = kind is SpanKind.MODEL, kind is SpanKind.TOOL
    tokens_in, tokens_out = figures.tokens(run, notes) if model or parent is None else (None, None)
    cost = figures.cost(run) if model or parent is None else None
    if not tokens_in and not tokens_out:
        tokens_in, tokens_out, cost = None, None, cost or None
    result = outputs.get("output") if isinstance(outputs, dict) and len(outputs) == 1 else outputs
    said = model_output.model_output(outputs) if model else model_output.ModelOutput()
    answered = model_output.tool_message(result) if tool or kind is SpanKind.OTHER else None
    open_kind = tool or kind is SpanKind.OTHER
    return RawSpan(
        id=ident,
        parent=parent,
        name=name,
        kind=kind,
        started_at=started,
        duration_ms=elapsed_ms(started, ended),
        ok=_ok(run, error, ended is not None),
        error=error,
        outcome=payload.version(metadata, "outcome") if parent is None else None,
        input=payload.question(inputs) or None,
        output=said.text if model else payload.answer(outputs),
        finish=said.finish,
        model=_model(run, metadata) if model else None,
        prompt_version=payload.version(metadata, "prompt_version", "lc_hub_commit_hash"),
        index_version=payload.version(metadata, "index_version"),
        app_version=payload.version(metadata, "app_version", "revision_id"),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
        tool=name if tool else None,
        call_id=_call_id(inputs, metadata, answered) if open_kind else None,
        arguments=fields.as_json(_arguments(inputs)) if open_kind and inputs is not None else None,
        result=payload.as_raw(result) if open_kind and result is not None else None,
        asked=said.asked,
        told=model_output.told(inputs) if model and isinstance(inputs, (dict, list)) else {},
        chunks=_chunks(outputs, notes) if kind is SpanKind.RETRIEVAL else None,
        user=payload.version(metadata, "user_id"),
        session=payload.version(metadata, "thread_id", "session_id", "conversation_id"),
        tags=payload.tags(run.get("tags"), metadata if parent is None else {}),
        attributes=probed(metadata),
        extra=_about(run, metadata) if parent is None else {},
        explained=True if run.get("run_type") in ("prompt", "parser") else None,
        kind_word=_word(run.get("run_type")),
        unread=said.unread,
    )


def _word(run_type: Any) -> str | None:
    known = run_type in (*_KINDS, "chain", "prompt", "parser")
    return None if known or not isinstance(run_type, str) else run_type


def _call_id(inputs: Any, metadata: Mapping[str, Any], answered: tuple[str, str] | None) -> str | None:
    """The id of the request for a tool call: LangGraph's tool node is given the request, and answers by a tool message."""
    if stated := payload.version(metadata, "tool_call_id"):
        return stated
    asked = payload.version(inputs, "id") if isinstance(inputs, dict) and inputs.get("type") == "tool_call" else None
    return asked or (answered[0] if answered is not None else None)


def _arguments(inputs: Any) -> Any:
    """The arguments in a tool's inputs: LangChain gives them as text of a Python dict under `input`, LangGraph in a request."""
    if isinstance(inputs, dict) and inputs.get("type") == "tool_call" and "args" in inputs:
        return inputs["args"]
    if isinstance(inputs, dict) and inputs.keys() == {"input"}:
        found = structure(inputs["input"])
        return found if isinstance(found, dict) else inputs
    return inputs


def trace(
    ident: str,
    runs: Sequence[Mapping[str, Any]],
    judged: Sequence[GivenScore],
    notes: fields.Notes,
    lost: Set[str] = frozenset(),
) -> Trace:
    """The trace of these runs. `lost`: ids of runs that could not be read. Raises RecordError."""
    spans = rollups.only_whole_sums([span(run, notes) for run in runs], notes)
    there = {span.id for span in spans}
    missing = bool((lost | {one for run in runs for one in _children(run)}) - there)
    found = trace_from_spans(ident, spans, judged, notes, lost=missing, totals=True)
    return of_its_steps(found, spans, notes)


def _children(run: Mapping[str, Any]) -> list[str]:
    """The ids of the runs that it names as steps of it."""
    listed = [structure(run.get(name)) for name in ("child_run_ids", "direct_child_run_ids")]
    return [one for ids in listed if isinstance(ids, list) for one in ids if isinstance(one, str)]


def _ok(run: Mapping[str, Any], error: str | None, ended: bool) -> bool | None:
    """None for a run that is pending or was interrupted: it neither succeeded nor failed."""
    status = run.get("status")
    status = status.lower() if isinstance(status, str) else None
    if error is not None or status == "error":
        return False
    return True if status == "success" or (not status and ended) else None


def _model(run: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    parameters = inner(inner(run, "extra"), "invocation_params")
    return payload.version(metadata, "ls_model_name") or payload.version(parameters, "model", "model_name")


def _chunks(outputs: Any, notes: fields.Notes) -> tuple[Chunk, ...] | None:
    """LangChain's documents: id, source and score may be in their metadata."""
    listed = (
        next((part for part in outputs.values() if isinstance(part, list)), None)
        if isinstance(outputs, dict)
        else outputs
    )
    if not isinstance(listed, list):
        return None
    documents = []
    for part in listed:
        about = inner(part, "metadata")
        kept = {
            name: about[name] for name in ("id", "chunk_id", "doc_id", "score", "source") if about.get(name) is not None
        }
        documents.append(
            {**kept, **{k: v for k, v in part.items() if v is not None}} if isinstance(part, dict) else part
        )
    try:
        return fields.chunks({"documents": documents}, "documents")
    except RecordError as error:
        notes.add(f"a retriever's output was not understood, so its chunks count as not logged: {error}")
        return None


def _about(run: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    about = {"metadata": payload.masked({k: v for k, v in metadata.items() if not k.startswith("LANGSMITH_")})}
    for name in ("session_id", "session_name", "reference_example_id"):
        if run.get(name) is not None:
            about[name] = run[name]
    return about
