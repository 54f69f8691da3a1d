"""One call of Weave as a span, and the calls of a trace as a trace.

Read from weave/trace_server (CallSchema): `id, trace_id, parent_id, op_name` (`weave:///entity/project/op/name:digest`),
`started_at, ended_at, inputs, output, exception, attributes`, `summary.usage` by model (the sum of the calls below it,
so a parent repeats it), `summary.weave.{status, latency_ms, costs}` (costs by model, in US dollars). In a table the
columns are flat (`summary.weave.latency_ms`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from readiness_tui.domain.runs.model import SpanKind, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.nested import structured
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.recordio import Entry
from readiness_tui.sources.tracing.model_call import asked
from readiness_tui.sources.tracing.model_output import ModelOutput, model_output, told
from readiness_tui.sources.tracing.span_rows import Row, SpanGroup, SpanRows
from readiness_tui.sources.tracing.span_tree import RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import duration_ms, elapsed_ms, probed

_OP = re.compile(r"(?:weave(?:-[a-z-]+)?:///.*?/op/)?(?P<name>[^/:]+)(?::[^/]*)?")
_KINDS = {
    "llm": SpanKind.MODEL,
    "tool": SpanKind.TOOL,
    "agent": SpanKind.AGENT,
    "search": SpanKind.RETRIEVAL,
    "retriever": SpanKind.RETRIEVAL,
    "embedding": SpanKind.EMBEDDING,
    "scorer": SpanKind.EVALUATION,
}
#: Ends of the names that Weave's integrations give to calls of a model.
_MODEL_OPS = re.compile(
    r"(?:completions\.(?:create|parse)|responses\.(?:create|parse)|messages\.(?:create|stream)|generate_content(?:_async)?"
    r"|acompletion|(?:^|\.)completion|chat\.complete|ChatOpenAI|ChatAnthropic|invoke_model|converse)$"
)
_DEEPEST = 3  # levels that a model's name may be split over
_IN = ("prompt_tokens", "input_tokens")
_OUT = ("completion_tokens", "output_tokens")


def op_of(row: Row) -> str:
    """The op's own name: `openai.chat.completions.create` of `weave:///…/op/openai.chat.completions.create:3b…`."""
    found = _OP.fullmatch(fields.text(row, "op_name") or "")
    return found["name"] if found else fields.text(row, "op_name") or ""


def usage(row: Row) -> tuple[int | None, int | None, float | None]:
    """Tokens in, tokens out, and cost of a call with all that is below it; None where it tells none."""
    into = out = None
    for used in _by_model(inner(row, "summary").get("usage")):
        into, out = _added(into, _first(used, _IN)), _added(out, _first(used, _OUT))
    paid = [
        cost
        for one in _by_model(inner(inner(row, "summary"), "weave").get("costs"))
        for name in ("prompt_tokens_total_cost", "completion_tokens_total_cost")
        if (cost := payload.amount(one.get(name))) is not None
    ]
    if not into and not out:  # integrations write 0 where the model's answer came without its usage
        into = out = None
    return into, out, math.fsum(paid) or None if paid else None


def latency(row: Row, notes: fields.Notes) -> float | None:
    started, ended = fields.moment(row, "started_at", notes), fields.moment(row, "ended_at", notes)
    took = elapsed_ms(started, ended)
    return took if took is not None else duration_ms(inner(inner(row, "summary"), "weave"), "latency_ms")


def error(row: Row) -> str | None:
    """The last line of a traceback says what was raised."""
    said = fields.prose(row, "exception")
    lines = [line.strip() for line in (said or "").splitlines() if line.strip()]
    return lines[-1] if lines else None


def _by_model(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """What stands under each model. A flat table splits a name with a dot (`gpt-4.1`) over two levels."""
    for part in value.values() if isinstance(value, dict) and depth < _DEEPEST else ():
        if isinstance(part, dict) and any(isinstance(one, dict) for one in part.values()):
            yield from _by_model(part, depth + 1)
        elif isinstance(part, dict):
            yield part


def _first(used: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((count for name in names if (count := payload.count(used.get(name))) is not None), None)


def _added(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _rows(entry: Entry) -> Iterator[Row]:
    row = structured(entry)
    yield {name: payload.masked(value) if name == "attributes" else value for name, value in row.items()}


def _trace_id(row: Row) -> str:
    if not (found := fields.text(row, "trace_id")):
        raise RecordError("no trace_id: the call belongs to no trace")
    return found


def _kind(row: Row, name: str) -> SpanKind:
    told = inner(inner(row, "attributes"), "weave").get("kind", inner(row, "attributes").get("kind"))
    if isinstance(told, str) and told.lower() in _KINDS:
        return _KINDS[told.lower()]
    if name.endswith(".score"):
        return SpanKind.EVALUATION
    if "embeddings" in name:
        return SpanKind.EMBEDDING
    return SpanKind.MODEL if _MODEL_OPS.search(name) else SpanKind.OTHER


def _span(row: Row, notes: fields.Notes) -> RawSpan:
    if not (ident := fields.text(row, "id")):
        raise RecordError("a call without an id")
    name = op_of(row)
    kind = _kind(row, name)
    parent = fields.text(row, "parent_id") or None
    about = inner(row, "attributes")
    problem = error(row)
    given, got = _given(row.get("inputs")), row.get("output")
    into, out, cost = usage(row)
    model, tool = kind is SpanKind.MODEL, kind is SpanKind.TOOL
    said = model_output(got) if model else ModelOutput(payload.answer(got))
    word = inner(inner(row, "summary"), "weave").get("status")
    return RawSpan(
        id=ident,
        parent=parent,
        name=name,
        kind=kind,
        started_at=fields.moment(row, "started_at", notes),
        duration_ms=latency(row, notes),
        ok=_ok(row, problem, word),
        error=problem,
        outcome=payload.version(about, "outcome") if parent is None else None,
        input=(asked(given) if model else payload.question(given)) or None if given else None,
        output=said.text if problem is None else None,
        model=_model(row, model),
        prompt_version=payload.version(about, "prompt_version"),
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
        attributes=probed(about),
        extra={"attributes": about} if parent is None and about else {},
        finish=said.finish,
        unread=said.unread,
        blind=kind is not SpanKind.RETRIEVAL,
    )


def _given(inputs: Any) -> Any:
    """The inputs without the object that the method belongs to."""
    if isinstance(inputs, dict):
        return {name: value for name, value in inputs.items() if name not in ("self", "model_config")} or None
    return inputs


def _ok(row: Row, problem: str | None, word: Any) -> bool | None:
    """A call that ended without an exception of its own went well, even if one below it did not."""
    if problem is not None or word == "error":
        return False
    if word == "running":
        return None
    return True if row.get("ended_at") or word in ("success", "descendant_error") else None


def _model(row: Row, called: bool) -> str | None:
    if not called:
        return None
    named = payload.version(inner(row, "output"), "model") or payload.version(inner(row, "inputs"), "model")
    used = inner(row, "summary").get("usage")
    return named or (next(iter(used), None) if isinstance(used, dict) and len(used) == 1 else None)


def _lacking(group: SpanGroup) -> int:
    """How many calls fewer there are than the first call of the trace counts: by how they ended, itself among them, or of
    models, where each of those that no call is below of counts its own."""
    above = {span.parent for span in group.spans}
    requests = {span.id: _requests(row) for span, row in zip(group.spans, group.rows, strict=True)}
    made = sum(n for ident, n in requests.items() if ident not in above)
    lacking = 0
    for span, row in zip(group.spans, group.rows, strict=True):
        if span.parent is None:
            ended = inner(inner(row, "summary"), "status_counts")
            declared = sum(payload.count(n) or 0 for n in ended.values())
            lacking = max(lacking, declared - len(requests), requests[span.id] - made)
    return lacking


def _requests(row: Row) -> int:
    return sum(payload.count(used.get("requests")) or 0 for used in _by_model(inner(row, "summary").get("usage")))


def _build(group: SpanGroup, notes: fields.Notes, lost: bool) -> Trace:
    return trace_from_spans(group.id, group.spans, (), notes, lost=lost, totals=True)


ROWS = SpanRows("weave", _rows, _trace_id, _span, _build, ("calls", "data"), _lacking)
