"""Shared by tracing tools: building a case from a traced request, and the attributes that probes read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from readiness_tui.domain.runs.model import (
    Case,
    CaseStatus,
    Measure,
    Outcome,
    Provenance,
    Score,
    ScoreState,
    SpanKind,
    Trace,
)
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.tracing.raw_span import RawSpan

PROBED = (
    "rule_id",
    "rule_version",
    "blocked",
    "attempt",
    "approval_id",
    "idempotency_key",
    "validated",
    "fallback",
    "environment",
)

_AGES = 1e12  # ms; 30 years
_MISSING = Score(None, ScoreState.MISSING)


class ExampleRepeats:
    """Numbers the repeats of an example in one run: an id that recurs is the next repeat."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def with_repeat(self, case: Case) -> Case:
        repeat = self._seen[case.id]
        self._seen[case.id] += 1
        return replace(case, repeat=repeat) if repeat else case


def probed(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The small facts in a step's metadata that probes read."""
    return {name: metadata[name] for name in PROBED if isinstance(metadata.get(name), (str, int, float))}


def score(value: Any, *, failed: bool = False) -> Score:
    """A score as tools without a schema write it: a number, true or false (1 or 0, but not a verdict: true need not be
    good), a text (a category), or nothing. `failed`: its judge ended in an error."""
    if failed:
        return Score(None, ScoreState.JUDGE_ERROR)
    if isinstance(value, bool):
        return Score(float(value), label=str(value).lower())
    if payload.is_number(value):
        return Score(float(value))
    if isinstance(value, str) and value.strip():
        return Score(None, label=value)
    if isinstance(value, (dict, list)) and value:
        return Score(None, label=fields.as_json(value))
    return _MISSING


def elapsed_ms(started: datetime | None, ended: datetime | None) -> float | None:
    """Milliseconds between two times; None if one is missing or the end comes first."""
    if started is None or ended is None or ended < started:
        return None
    return (ended - started).total_seconds() * 1000


def duration_ms(known: Mapping[str, Any], name: str, *, unit_ms: float = 1.0) -> float | None:
    """A duration in milliseconds, from a field whose unit is `unit_ms` milliseconds. Raises RecordError."""
    value = fields.number(known, name, least=0)
    if value is not None and value * unit_ms >= _AGES:
        raise RecordError(f"{name} is {value:g}, and no request takes that long")
    return None if value is None else value * unit_ms


def measured(value: float | None, *, cached: bool = False) -> Measure:
    if value is None:
        return Measure()
    return Measure(value, Provenance.CACHED if cached else Provenance.MEASURED)


def case_of(
    trace: Trace,
    output: Any,
    notes: fields.Notes,
    *,
    ident: str,
    id_from: str,
    question: str,
    scores: dict[str, Score],
    tags: tuple[str, ...],
    extra: dict[str, Any],
) -> Case:
    """A traced request as a case. `output`: what the request returned, which may list chunks and tool calls."""
    failed = trace.outcome is Outcome.ERROR
    answer = payload.answer(output)
    chunks = trace.chunks or payload.chunks(output, notes)
    calls = trace.tool_calls or payload.tool_calls(output, notes)
    return Case(
        id=ident,
        id_from=id_from,
        question=question,
        output=answer if answer is not None else trace.answer,
        status=CaseStatus.ERROR if failed else CaseStatus.UNKNOWN,
        error=(trace.error or "the record says error without a reason") if failed else None,
        scores=scores,
        latency_ms=measured(trace.latency_ms, cached=trace.cached),
        cost=measured(trace.cost, cached=trace.cached),
        tokens_in=trace.tokens_in,
        tokens_out=trace.tokens_out,
        tags=tags,
        chunks=chunks if chunks is not None else trace.chunks,
        tool_calls=calls if calls is not None else trace.tool_calls,
        extra=extra,
    )


def of_its_steps(trace: Trace, spans: Collection[RawSpan], notes: fields.Notes) -> Trace:
    """The trace, without a time and an outcome where none of its steps is the first of the request: an export of model
    calls alone, or of one page, says how long and how they ended, not how the request did."""
    if not spans or any(span.parent is None for span in spans):
        return trace
    notes.add("a request lacks its first step, so its time and outcome are unknown")
    return replace(trace, latency_ms=None, status=None, outcome=None, error=None)


def kind_of(word: Any, kinds: Mapping[str, SpanKind]) -> SpanKind:
    return kinds.get(word, SpanKind.OTHER) if isinstance(word, str) else SpanKind.OTHER
