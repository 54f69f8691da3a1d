"""Opik: spans and traces as its REST API, `search_spans`, `search_traces` and `opik export` write them.

Read from Opik's SDK (SpanPublic, TracePublic; cli/exports): `duration` in milliseconds, `total_estimated_cost` in US
dollars (0 where the model has no price), `usage` with `prompt_tokens` and `completion_tokens`, `error_info`,
`feedback_scores` with their `source` (ui, sdk, online_scoring). `opik export` writes a file a trace: `{"trace": …,
"spans": […]}`, as CSV with the prefixes `trace_` and `span_`. A trace is the parent of its top spans; a traces file
beside a spans file is read along with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec.structs import replace as modified

from readiness_tui.domain.runs.model import SpanKind, Trace
from readiness_tui.sources.kit import fields, measures, payload
from readiness_tui.sources.kit.base import ReadAlongError, Recognised, Record, TraceRecord
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.folder import beside
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.nested import structured
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.peek import Peek, peek
from readiness_tui.sources.kit.recordio import Entry
from readiness_tui.sources.tracing.model_call import asked
from readiness_tui.sources.tracing.model_output import ModelOutput, model_output, told
from readiness_tui.sources.tracing.span_rows import Row, SpanGroup, SpanRows
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import duration_ms, elapsed_ms, kind_of, probed

SPAN = frozenset({"id", "trace_id", "type", "start_time"})
_OF_SPAN = frozenset(
    {"total_estimated_cost", "error_info", "feedback_scores", "parent_span_id", "project_id", "duration"}
)
TRACE = frozenset({"id", "start_time"})
_OF_TRACE = frozenset({"span_count", "llm_span_count", "thread_id", "guardrails_validations", "visibility_mode"})
_KINDS = {"llm": SpanKind.MODEL, "tool": SpanKind.TOOL, "guardrail": SpanKind.GUARD}
_WRAPPERS = ("content", "data")
_MASKED = ("metadata",)


class Opik:
    name = "opik"
    title = "Opik's spans and traces (REST, search_spans, opik export)"
    brings = (
        "traces with their steps, tool calls, tokens, estimated cost, errors",
        "feedback scores; people's as feedback",
    )
    lacks = ("experiments and their cases", "retrieved chunks: Opik has no kind for a retrieval")

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.keys >= {"trace", "spans"} and {"trace.id", "trace.project_id"} & look.outline.keys():
            return Recognised(self.name, "a trace with its spans, as opik export writes it", 100)
        kind = _of_keys(look)
        if kind is None:
            return None
        return Recognised(self.name, f"{kind} with {', '.join(sorted(_told(kind)))} ({look.kind})", 95)

    def along(self, path: Path) -> tuple[Path, ...]:
        """The traces files beside a file of spans: they name what the spans belong to."""
        if _of(path) != "spans":
            return ()
        return tuple(file for file in beside(path) if _of(file) == "traces")

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        return _ROWS.assemble(trace_id, raws)

    def read(self, path: Path) -> Iterator[Record]:
        if _of(path) == "traces":
            for file in (file for file in beside(path) if _of(file) == "spans"):
                raise ReadAlongError(f"{path} is read along with {file.name}, whose spans it holds: import that one.")
        notes = fields.Notes()
        for found in _ROWS.groups((path, *self.along(path)), notes):
            yield _ROWS.record(found, notes) if isinstance(found, SpanGroup) else found
        yield from notes.warnings(path.name)


def _told(kind: str) -> frozenset[str]:
    return SPAN if kind == "spans" else TRACE


def _kind(keys: frozenset[str]) -> str | None:
    """What rows with these keys are: spans, traces, or neither."""
    if keys >= SPAN and len(keys & _OF_SPAN) >= 2:
        return "spans"
    if keys >= TRACE and "trace_id" not in keys and keys & _OF_TRACE and keys & (_OF_SPAN | {"last_updated_at"}):
        return "traces"
    return "spans" if {"trace_id", "span_id", "span_type", "span_start_time"} <= keys else None


def _of(path: Path) -> str | None:
    return _of_keys(peek(head(path)))


def _of_keys(look: Peek) -> str | None:
    return _kind(look.keys) or _kind(look.below("content"))


def _rows(entry: Entry) -> Iterator[Row]:
    row = structured(entry)
    if isinstance(row.get("trace"), dict) and "id" in row["trace"]:
        yield _tidy(row["trace"])
        listed = row.get("spans") or ()
        if not isinstance(listed, (list, tuple)):
            raise RecordError("its spans are no list")
        yield from (_tidy(part) for part in listed if isinstance(part, dict))
        if not all(isinstance(part, dict) for part in listed):
            raise RecordError("a span of the trace is no object")
    elif (
        "span_type" in row and "trace_id" in row and "id" not in row
    ):  # a table of opik export: a trace's row with a span
        for prefix in ("trace_", "span_"):
            part = {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
            if part.get("id"):
                yield _tidy(part)
    else:
        yield _tidy(row)


def _tidy(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload.masked(value) if name in _MASKED else value for name, value in row.items()}


def _is_trace(row: Row) -> bool:
    return row.get("trace_id") in (None, "") and row.get("type") in (None, "")


def _trace_id(row: Row) -> str:
    found = fields.text(row, "id" if _is_trace(row) else "trace_id")
    if not found:
        raise RecordError("no trace_id: the span belongs to no trace")
    return found


def _span(row: Row, notes: fields.Notes) -> RawSpan:
    ident = fields.text(row, "id")
    if not ident:
        raise RecordError("a span without an id")
    root = _is_trace(row)
    about = inner(row, "metadata")
    kind = kind_of(row.get("type"), _KINDS)
    name = fields.text(row, "name") or ""
    started, ended = fields.moment(row, "start_time", notes), fields.moment(row, "end_time", notes)
    took = elapsed_ms(started, ended)
    error, given, got = _error(row), row.get("input"), row.get("output")
    into, out, cost = _usage(row, notes)
    tool, model = kind is SpanKind.TOOL, kind is SpanKind.MODEL
    said = model_output(got) if model else ModelOutput(payload.answer(got))
    return RawSpan(
        id=ident,
        parent=None if root else fields.text(row, "parent_span_id") or None,
        name=name,
        kind=kind,
        started_at=started,
        duration_ms=took if took is not None else duration_ms(row, "duration"),
        ok=False if error else True if ended is not None or row.get("duration") is not None else None,
        error=error,
        outcome=payload.version(about, "outcome") if root else None,
        input=(asked(given) if model else payload.question(given)) or None if given not in (None, "", {}) else None,
        output=said.text if got not in (None, "", {}) else None,
        model=payload.version(row, "model"),
        prompt_version=payload.version(about, "prompt_version") or _prompt(about),
        index_version=payload.version(about, "index_version"),
        app_version=payload.version(about, "app_version", "release"),
        tokens_in=into,
        tokens_out=out,
        cost=cost,
        tool=name if tool else None,
        arguments=fields.as_json(given) if tool and given is not None else None,
        result=payload.as_raw(got) if tool and got is not None else None,
        asked=said.asked,
        told=told(given) if model else {},
        user=payload.version(about, "user_id", "user"),
        session=payload.version(row, "thread_id") or payload.version(about, "thread_id", "session_id"),
        tags=payload.tags(row.get("tags"), {}),
        attributes=probed(about),
        extra={"metadata": about} if root and about else {},
        finish=said.finish,
        unread=said.unread,
        kind_word=fields.text(row, "type") if kind is SpanKind.OTHER and row.get("type") != "general" else None,
        blind=True,
    )


def _prompt(about: Mapping[str, Any]) -> str | None:
    """The prompts of its library that a trace was logged with."""
    prompts = about.get("opik_prompts")
    first = prompts[0] if isinstance(prompts, list) and prompts else None
    return payload.version(inner(first, "version"), "commit", "id") if isinstance(first, dict) else None


def _error(row: Row) -> str | None:
    said = payload.parsed(row.get("error_info"))
    if not said:
        return None
    if not isinstance(said, dict):
        return fields.as_json(said)
    parts = [said[name] for name in ("exception_type", "message") if isinstance(said.get(name), str) and said[name]]
    return ": ".join(parts) or "error"


def _usage(row: Row, notes: fields.Notes) -> tuple[int | None, int | None, float | None]:
    """Tokens in, tokens out, cost. Opik writes 0 for a model whose price it does not know."""
    usage = inner(row, "usage")
    into = payload.count(usage.get("prompt_tokens", usage.get("input_tokens")))
    out = payload.count(usage.get("completion_tokens", usage.get("output_tokens")))
    cost = measures.priced(payload.amount(row.get("total_estimated_cost")), into or out, notes)
    return into, out, cost or None


def _judgements(row: Row) -> list[GivenScore]:
    found = []
    listed = row.get("feedback_scores")
    for said in listed if isinstance(listed, list) else ():
        if not isinstance(said, dict) or not isinstance(name := said.get("name"), str) or not name:
            continue
        value = payload.amount(said.get("value"))
        if value is None and payload.is_number(said.get("value")):
            value = float(said["value"])
        found.append(
            GivenScore(
                name,
                value=value,
                label=said["category_name"] if isinstance(said.get("category_name"), str) else None,
                explanation=said["reason"] if isinstance(said.get("reason"), str) else None,
                human=said.get("source") == "ui",
                of=fields.text(row, "id"),
            )
        )
    return found


def _lacking(group: SpanGroup) -> int:
    """How many spans fewer there are than the trace's row counts. Without any, its row speaks of them all."""
    there = sum(not _is_trace(row) for row in group.rows)
    counts = (payload.count(row.get("span_count")) or 0 for row in group.rows if _is_trace(row))
    return max(counts, default=0) - there if there else 0


def _build(group: SpanGroup, notes: fields.Notes, lost: bool) -> Trace:
    """A trace's own row stands above its top spans. Alone, it tells totals, and nothing of what was called."""
    root = next((span for span, row in zip(group.spans, group.rows, strict=True) if _is_trace(row)), None)
    spans = group.spans
    if root is not None:
        spans = [modified(s, parent=root.id) if s.parent is None and s is not root else s for s in spans]
    judged = [score for row in group.rows for score in _judgements(row)]
    made = trace_from_spans(group.id, spans, judged, notes, lost=lost, totals=root is not None)
    if all(_is_trace(row) for row in group.rows):
        made = replace(made, tool_calls=None)
    return made


_ROWS = SpanRows("opik", _rows, _trace_id, _span, _build, _WRAPPERS, _lacking)
SOURCE = Opik()
