"""One row of Braintrust as a span, and the rows of a trace as a trace.

Read from Braintrust's SDK and OpenAPI (ProjectLogsEvent, ExperimentEvent): a row a span; `span_id`, `root_span_id`,
`span_parents` (a list); `span_attributes.{name, type}` (llm, tool, score, task, eval, function …);
`metrics.{start, end}` in seconds since 1970, `prompt_tokens` (cached ones included), `completion_tokens`, `tokens`,
`estimated_cost` in US dollars, `duration` in seconds (rows of a summary: one a trace). `logger.log()` writes one row
after the fact, which starts and ends at once: its time says nothing. What scorers did below a request is not the
request's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from readiness_tui.domain.runs.model import SpanKind, Trace
from readiness_tui.sources.kit import fields, measures, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.nested import structured
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.recordio import Entry
from readiness_tui.sources.tracing.model_call import asked
from readiness_tui.sources.tracing.model_output import ModelOutput, model_output, told
from readiness_tui.sources.tracing.span_rows import Row, SpanGroup, SpanRows
from readiness_tui.sources.tracing.span_tree import GivenScore, RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import duration_ms, elapsed_ms, kind_of, probed

_KINDS = {
    "llm": SpanKind.MODEL,
    "tool": SpanKind.TOOL,
    "score": SpanKind.EVALUATION,
    "review": SpanKind.EVALUATION,
    "classifier": SpanKind.EVALUATION,
    "facet": SpanKind.EVALUATION,
}
_AT_ONCE = 1.0  # ms: a row that took less was written after the fact


def type_of(row: Row) -> str:
    found = inner(row, "span_attributes").get("type")
    return found if isinstance(found, str) else ""


def parent_of(row: Row) -> str | None:
    parents = row.get("span_parents")
    first = parents[0] if isinstance(parents, list) and parents else parents
    return first if isinstance(first, str) and first else None


def is_root(row: Row) -> bool:
    told = fields.flag(row, "is_root")
    return told if told is not None else parent_of(row) is None


def without_scorers(group: SpanGroup) -> list[tuple[Row, RawSpan]]:
    """The rows and spans of the request itself: none of a scorer, nor what is below one."""
    above = {span.id: span.parent for span in group.spans}
    judging = {span.id for span in group.spans if span.kind is SpanKind.EVALUATION}

    def judged(ident: str | None) -> bool:
        for _ in range(len(above) + 1):
            if ident is None or ident in judging:
                return ident is not None
            ident = above.get(ident)
        return False

    return [(row, span) for row, span in zip(group.rows, group.spans, strict=True) if not judged(span.id)]


def scores(rows: Sequence[Row]) -> Iterator[GivenScore]:
    """The scores of a trace, wherever they were logged: at its root, or at the scorer's span."""
    for row in rows:
        for name, value in inner(row, "scores").items():
            if payload.is_number(value) or isinstance(value, bool):
                yield GivenScore(name, value=float(value))


def _rows(entry: Entry) -> Iterator[Row]:
    row = structured(entry)
    yield {name: payload.masked(value) if name == "metadata" else value for name, value in row.items()}


def _trace_id(row: Row) -> str:
    for name in ("root_span_id", "span_id"):
        if found := fields.text(row, name):
            return found
    raise RecordError("neither root_span_id nor span_id: the row belongs to no trace")


def _span(row: Row, notes: fields.Notes) -> RawSpan:
    if not (ident := fields.text(row, "span_id")):
        raise RecordError("a row without span_id")
    about, metrics = inner(row, "metadata"), inner(row, "metrics")
    root = is_root(row)
    kind = kind_of(type_of(row), _KINDS)
    name = payload.version(inner(row, "span_attributes"), "name") or ""
    started = fields.moment(metrics, "start", notes) or fields.moment(row, "created", notes)
    problem = _error(row)
    given, got = row.get("input"), row.get("output")
    model, tool = kind is SpanKind.MODEL, kind is SpanKind.TOOL
    said = model_output(got) if model else ModelOutput(payload.answer(got))
    into, out, cost = _usage(metrics, notes)
    return RawSpan(
        id=ident,
        parent=None if root else parent_of(row),
        name=name,
        kind=kind,
        started_at=started,
        duration_ms=took(metrics, notes),
        ok=problem is None,
        error=problem,
        outcome=payload.version(about, "outcome") if root else None,
        input=(asked(given) if model else payload.question(given)) or None if given not in (None, "", {}) else None,
        output=said.text if problem is None else None,
        model=payload.version(about, "model") if model or root else None,
        prompt_version=payload.version(about, "prompt_version") or payload.version(inner(about, "prompt"), "version"),
        index_version=payload.version(about, "index_version"),
        app_version=payload.version(about, "app_version", "release"),
        tokens_in=into,
        tokens_out=out,
        cost=cost,
        cached=fields.flag({"": metrics.get("cached")}, "") or False,
        tool=name if tool else None,
        arguments=fields.as_json(given) if tool and given is not None else None,
        result=payload.as_raw(got) if tool and got is not None else None,
        asked=said.asked,
        told=told(given) if model else {},
        user=payload.version(about, "user_id", "user"),
        session=payload.version(about, "session_id", "thread_id", "conversation_id"),
        tags=payload.tags(row.get("tags"), {}),
        attributes=probed(about),
        extra={"metadata": about} if root and about else {},
        finish=said.finish,
        unread=said.unread,
        blind=True,
    )


def took(metrics: Row, notes: fields.Notes) -> float | None:
    """Milliseconds; None where the row was written at once."""
    ms = elapsed_ms(fields.moment(metrics, "start", notes), fields.moment(metrics, "end", notes))
    if ms is None:
        return duration_ms(metrics, "duration", unit_ms=1000)
    if ms < _AT_ONCE:
        notes.add("a row that starts and ends at once was logged after the fact: how long it took is unknown")
        return None
    return ms


def _error(row: Row) -> str | None:
    said = payload.parsed(row.get("error"))
    if said in (None, "", {}):
        return None
    if isinstance(said, dict):
        parts = [said[name] for name in ("name", "message") if isinstance(said.get(name), str) and said[name]]
        return ": ".join(parts) or fields.as_json(said)
    text = fields.as_json(said)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[-1] if len(lines) > 1 and lines[0].startswith("Traceback") else text) or None


def _usage(metrics: Row, notes: fields.Notes) -> tuple[int | None, int | None, float | None]:
    into, out = payload.count(metrics.get("prompt_tokens")), payload.count(metrics.get("completion_tokens"))
    cached = [
        payload.count(metrics.get(name)) or 0 for name in ("prompt_cached_tokens", "prompt_cache_creation_tokens")
    ]
    total = payload.count(metrics.get("tokens", metrics.get("total_tokens")))
    if into is not None and any(cached) and total == into + sum(cached) + (out or 0):
        into += sum(cached)  # the total says that they were not in it
    cost = measures.priced(payload.amount(metrics.get("estimated_cost")), into or out, notes)
    return into, out, cost or None


def _build(group: SpanGroup, notes: fields.Notes, lost: bool) -> Trace:
    spans = [span for _, span in without_scorers(group)]
    return trace_from_spans(group.id, spans, scores(group.rows), notes, lost=lost)


ROWS = SpanRows("braintrust", _rows, _trace_id, _span, _build, ("events", "data"))
