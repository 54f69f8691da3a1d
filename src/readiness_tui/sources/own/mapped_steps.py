"""Rows that are the steps of requests, as a mapping with `group_by` names them: put together into traces.

The steps of one trace stand below a root of our own: from the first start to the last end, with the first question and
the last answer, and the outcome of the last step that tells one (a failed step that a later one made good is not an
error of the request). Tokens and costs are summed as for every tree of spans: a parent that repeats the total of its
steps is not counted twice. Steps that no column explains leave it open whether a tool was called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import fmean
from types import TracebackType
from typing import Any

from msgspec.structs import replace as modified

from readiness_tui.domain.runs.model import Outcome, SpanKind, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Record, TraceRecord
from readiness_tui.sources.kit.grouping import LOST, GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.kit.recordio import Entry, reject
from readiness_tui.sources.own.trace_record import trace_from
from readiness_tui.sources.settings.mapping import TraceMapping, columns_of
from readiness_tui.sources.tracing.messages import json_text
from readiness_tui.sources.tracing.outcome import outcome_of
from readiness_tui.sources.tracing.span_tree import SPAN_LOST, RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import elapsed_ms

#: What a step is, by the words that logs have for it; the mapping's `values` may say more.
_STEPS = {
    SpanKind.MODEL: "model llm llm_call generation completion chat",
    SpanKind.TOOL: "tool tool_call function function_call action",
    SpanKind.RETRIEVAL: "retrieval retrieve retriever search vector_search",
    SpanKind.EMBEDDING: "embedding embed",
    SpanKind.AGENT: "agent workflow",
    SpanKind.GUARD: "guard guardrail moderation",
    SpanKind.EVALUATION: "evaluation eval judge score",
}
_KINDS = {word: kind for kind, words in _STEPS.items() for word in words.split()}
#: Columns by one of which a mapping says what was a tool call, or a retrieval.
_TOOLS = frozenset({"tool", "step", "tool_calls"})
_RETRIEVALS = frozenset({"retrieved_chunks", "step"})
_Step = tuple[RawSpan, Trace]


class Steps:
    """Collects the steps of a file by what they share. To be used in a `with`."""

    def __init__(self, mapping: TraceMapping, size: int) -> None:
        self._by = mapping.group_by or ""
        self._mapped = columns_of(mapping).keys()
        self._groups = Groups(size)

    def __enter__(self) -> Steps:
        self._groups.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._groups.__exit__(kind, error, at)

    def add(self, item: Entry, made: dict[str, Any], rest: dict[str, Any], notes: fields.Notes) -> None:
        """Raises RecordError for a step that cannot be used, before it is part of anything."""
        shared = fields.text(made, "trace_id") or fields.text({"": _at(item.value, self._by)}, "")
        if not shared:
            raise RecordError(f"{self._by} is empty, so the step belongs to no trace")
        row = {"line": item.line, "table": item.table, "made": {**made, "trace_id": shared}, "rest": rest}
        try:
            self._step(row, item.line, notes)
        except RecordError:
            self._groups.add(shared, GroupedRecord(LOST, item.line, ""))
            raise
        self._groups.add(shared, GroupedRecord("step", item.line, payload.as_raw(row)))

    def traces(self, notes: fields.Notes) -> Iterator[Record]:
        for ident, pieces in self._groups:
            steps: list[_Step] = []
            rows: list[Any] = []
            for piece in pieces:
                if piece.kind == LOST:
                    continue
                try:
                    row = decode(piece.text.encode("utf-8", "surrogatepass"))
                    steps.append(self._step(row, piece.line, fields.Notes()))
                    rows.append({**row["made"], **row["rest"]})
                except RecordError as error:
                    yield reject(piece.line, str(error), piece.text)
            if steps:
                made = self._trace(ident, steps, notes, lost=len(steps) < len(pieces))
                yield TraceRecord(made, payload.as_raw({"steps": rows}))
        yield from self._groups.refused()

    def _step(self, row: Mapping[str, Any], line: int, notes: fields.Notes) -> _Step:
        """A step as a span, and as a trace of its own, which reads its fields by the rules of trace records."""
        made: dict[str, Any] = dict(row["made"])
        own = {name: made.pop(name, None) for name in ("span_id", "parent_id", "step", "tool", "arguments", "result")}
        ended = fields.moment({"ended_at": made.pop("ended_at", None)}, "ended_at", notes)
        alone = trace_from(Entry(line, "", made, table=row["table"]), notes)
        started, took = alone.started_at, alone.latency_ms
        if started is None and ended is not None and took is not None:
            started = moved(ended, -took)
        if took is None:
            took = elapsed_ms(started, ended)
        kind = self._kind(own, alone)
        ok = (
            None
            if alone.outcome is None and not alone.error
            else alone.outcome is not Outcome.ERROR and not alone.error
        )
        span = RawSpan(
            id=fields.text(own, "span_id") or f"line {line}",
            parent=fields.text(own, "parent_id") or None,
            name=fields.text(own, "tool") or fields.text(own, "step") or kind,
            kind=kind,
            started_at=started,
            duration_ms=took,
            ok=ok,
            error=alone.error or ("error" if ok is False else None),
            input=alone.question,
            output=alone.answer,
            model=alone.model,
            prompt_version=alone.prompt_version,
            index_version=alone.index_version,
            app_version=alone.app_version,
            tokens_in=alone.tokens_in,
            tokens_out=alone.tokens_out,
            cost=alone.cost,
            cached=alone.cached,
            tool=fields.text(own, "tool") if kind is SpanKind.TOOL else None,
            arguments=json_text(own["arguments"]) if kind is SpanKind.TOOL else None,
            result=json_text(own["result"]) if kind is SpanKind.TOOL else None,
            asked=tuple(("", call) for call in alone.tool_calls or ()),
            chunks=alone.chunks,
            user=alone.user,
            session=alone.session,
            feedback=alone.feedback,
            kind_word=fields.text(own, "step") if kind is SpanKind.OTHER else None,
            blind=not self._mapped & _RETRIEVALS,
        )
        return span, alone

    def _kind(self, own: Mapping[str, Any], alone: Trace) -> SpanKind:
        word = (fields.text(own, "step") or "").strip().lower().replace(" ", "_").replace("-", "_")
        if word in _KINDS:
            return _KINDS[word]
        if own["tool"] not in (None, ""):
            return SpanKind.TOOL
        if alone.chunks is not None:
            return SpanKind.RETRIEVAL
        told = alone.model is not None or alone.tokens_in is not None or alone.tokens_out is not None
        return SpanKind.MODEL if told and not word else SpanKind.OTHER

    def _trace(self, ident: str, steps: Sequence[_Step], notes: fields.Notes, *, lost: bool) -> Trace:
        ordered = sorted(steps, key=lambda step: step[0].started_at.timestamp() if step[0].started_at else float("inf"))
        spans = [span for span, _ in ordered]
        known = {span.id for span in spans}
        tops = [span for span in spans if span.parent is None]
        whole = len(tops) == 1 and all(span.parent is None or span.parent in known for span in spans)
        if whole and (not lost or "parent_id" in self._mapped):  # a step that is left over is no request around others
            made = trace_from_spans(ident, spans, lost=lost)
        else:
            root = _root(ident, ordered)
            below = [modified(span, parent=root.id) if span.parent not in known else span for span in spans]
            made = trace_from_spans(ident, [root, *below], lost=lost)
            if lost:  # such a request is as long as its steps, and ends as the last one does, which may be the lost one
                notes.add("a request lost one of its steps, so how it ended and how long it took is not known")
                made = replace(made, latency_ms=None, status=None, outcome=None, error=None)
        if lost:
            notes.add(SPAN_LOST)
        last = (
            None
            if lost and made.outcome is None
            else next((alone for _, alone in reversed(ordered) if alone.status is not None), None)
        )
        given: dict[str, list[float]] = {}
        for _, alone in ordered:
            for name, value in alone.scores.items():
                given.setdefault(name, []).append(value)
        scores = {name: fmean(values) for name, values in given.items()}
        made = replace(made, status=last.status if last else made.status, scores=scores)
        return made if self._mapped & _TOOLS else replace(made, tool_calls=made.tool_calls or None)


def _root(ident: str, ordered: Sequence[_Step]) -> RawSpan:
    """The request around its steps."""
    spans = [span for span, _ in ordered]
    last = next((alone for _, alone in reversed(ordered) if alone.outcome is not None or alone.error), None)
    failed = last is not None and (last.outcome is Outcome.ERROR or bool(last.error))
    return RawSpan(
        id=f"request {ident}",
        kind=SpanKind.AGENT,
        started_at=spans[0].started_at,
        duration_ms=_lasted(spans),
        ok=None if last is None else not failed,
        error=(last.error or "error") if last is not None and failed else None,
        outcome=last.status if last is not None and outcome_of(last.status) is not None else None,
        input=next((span.input for span in spans if span.input is not None), None),
        output=next((span.output for span in reversed(spans) if span.output is not None), None),
    )


def _lasted(spans: Sequence[RawSpan]) -> float | None:
    """From the first start to the last end; None where a step's start, or the end of the last one, is not known."""
    if len(spans) == 1:
        return spans[0].duration_ms
    times: list[datetime] = []
    for span in spans:
        if span.started_at is None:
            return None
        ended = moved(span.started_at, span.duration_ms or 0.0)
        if ended is None:
            return None
        times.append(ended)
    if spans[-1].duration_ms is None or spans[0].started_at is None:
        return None
    return elapsed_ms(spans[0].started_at, max(times))


def _at(record: Mapping[str, Any], column: str) -> Any:
    if column in record:
        return record[column]
    value: Any = record
    for step in column.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value
