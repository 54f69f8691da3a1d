"""LangSmith's runs: one recorded step as a span, the runs of a trace as a trace.

Facts about the format (SDK 0.15): `total_cost` is a JSON string; a call without usage may have 0 tokens, which means
missing; `extra.metadata` contains values of `LANGSMITH_*` environment variables, which are masked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from readiness_tui.domain.runs.model import Chunk, SpanKind, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import elapsed_ms, kind_of, probed

_KINDS = {
    "llm": SpanKind.MODEL,
    "tool": SpanKind.TOOL,
    "retriever": SpanKind.RETRIEVAL,
    "embedding": SpanKind.EMBEDDING,
}
_DEEPEST = 100  # levels of child runs inside a run


def metadata_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """The run's metadata without a model call's usage."""
    found = inner(inner(run, "extra"), "metadata")
    return {name: value for name, value in found.items() if name != "usage_metadata"}


def without_secrets(run: Mapping[str, Any]) -> dict[str, Any]:
    """The run with credentials masked in its `extra` and its child runs'."""
    shown = {**run, "extra": payload.masked(run.get("extra"))}
    if isinstance(run.get("child_runs"), list):
        shown["child_runs"] = [without_secrets(c) if isinstance(c, dict) else c for c in run["child_runs"]]
    return shown


def trace_id(run: Mapping[str, Any]) -> str:
    """The trace that a run belongs to. Raises RecordError."""
    for name in ("trace_id", "id") if run.get("parent_run_id") is None else ("trace_id",):
        if found := fields.text(run, name):
            return found
    raise RecordError("neither trace_id nor id: the step belongs to no trace")


def with_child_runs(run: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The run, and the runs nested in it (`load_nested=True`). Raises RecordError."""
    if depth > _DEEPEST:
        raise RecordError(f"child runs nested deeper than {_DEEPEST} levels")
    yield run
    children = run.get("child_runs")
    for child in children if isinstance(children, list) else ():
        if isinstance(child, dict):
            yield from with_child_runs(child, depth + 1)


def span(run: Mapping[str, Any], notes: fields.Notes) -> RawSpan:
    """Raises RecordError."""
    ident = fields.text(run, "id")
    if not ident:
        raise RecordError("a run without an id")
    parent = fields.text(run, "parent_run_id")
    metadata = metadata_of(run)
    kind = kind_of(run.get("run_type"), _KINDS)
    name = fields.text(run, "name") or ""
    started, ended = fields.moment(run, "start_time", notes), fields.moment(run, "end_time", notes)
    inputs, outputs, error = run.get("inputs"), run.get("outputs"), fields.prose(run, "error") or None
    model, tool = kind is SpanKind.MODEL, kind is SpanKind.TOOL
    tokens_in, tokens_out, cost = _usage(run) if model or parent is None else (None, None, None)
    result = outputs.get("output") if isinstance(outputs, dict) and len(outputs) == 1 else outputs
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
        output=payload.answer(outputs),
        model=_model(run, metadata) if model else None,
        prompt_version=payload.version(metadata, "prompt_version", "lc_hub_commit_hash"),
        index_version=payload.version(metadata, "index_version"),
        app_version=payload.version(metadata, "app_version", "revision_id"),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
        tool=name if tool else None,
        call_id=payload.version(metadata, "tool_call_id") if tool else None,
        arguments=fields.as_json(inputs) if tool and inputs is not None else None,
        result=payload.as_raw(result) if tool and result is not None else None,
        chunks=_chunks(outputs, notes) if kind is SpanKind.RETRIEVAL else None,
        user=payload.version(metadata, "user_id"),
        session=payload.version(metadata, "thread_id", "session_id", "conversation_id"),
        tags=payload.tags(run.get("tags"), metadata if parent is None else {}),
        attributes=probed(metadata),
        extra=_about(run, metadata) if parent is None else {},
    )


def judgements(run: Mapping[str, Any]) -> list[GivenScore]:
    """The judgements in a run's `feedback_stats`: an average, or the most frequent category.

    The file does not say who gave them: in an experiment they count as its evaluators', elsewhere as user feedback.
    """
    found = []
    human, ident = run.get("reference_example_id") is None, payload.version(run, "id")
    for name, stats in inner(run, "feedback_stats").items():
        if not isinstance(stats, dict):
            continue
        average, values = stats.get("avg"), inner(stats, "values")
        if payload.is_number(average):
            found.append(GivenScore(name, value=float(average), human=human, of=ident))
        elif counts := {label: n for label, n in values.items() if payload.is_number(n)}:
            found.append(GivenScore(name, label=max(counts, key=lambda label: counts[label]), human=human, of=ident))
    return found


def trace(ident: str, runs: Sequence[Mapping[str, Any]], notes: fields.Notes) -> Trace:
    """Raises RecordError."""
    judged = [judgement for run in runs for judgement in judgements(run)]
    return trace_from_spans(ident, [span(run, notes) for run in runs], judged)


def _ok(run: Mapping[str, Any], error: str | None, ended: bool) -> bool | None:
    if error is not None or run.get("status") == "error":
        return False
    return True if run.get("status") == "success" or (run.get("status") is None and ended) else None


def _model(run: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    parameters = inner(inner(run, "extra"), "invocation_params")
    return payload.version(metadata, "ls_model_name") or payload.version(parameters, "model", "model_name")


def _usage(run: Mapping[str, Any]) -> tuple[int | None, int | None, float | None]:
    """Tokens in, tokens out and cost. If all tokens are 0, nothing was counted."""
    found = inner(inner(inner(run, "extra"), "metadata"), "usage_metadata") or inner(
        run.get("outputs"), "usage_metadata"
    )
    into, out = payload.count(run.get("prompt_tokens")), payload.count(run.get("completion_tokens"))
    if not into and not out:
        into, out = payload.count(found.get("input_tokens")), payload.count(found.get("output_tokens"))
    cost = payload.amount(run.get("total_cost"))
    if not into and not out:
        return None, None, cost or None
    return into, out, cost


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
