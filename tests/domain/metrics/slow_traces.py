"""A metric over traces read one by one, each a case of its own with its id: what the quick reading has to come to."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from readiness_tui.domain.metrics.ingredients import LEFT_OUT, MISSING, Absent, Reading, finite, typical
from readiness_tui.domain.metrics.registry import MetricDef, MetricKind, resolve, same_metric, unknown
from readiness_tui.domain.metrics.summary import (
    NotComputable,
    Observed,
    PairSample,
    Sample,
    summarise,
    summarise_ratio,
)
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.traces.measured import retried, utc


def in_window(traces: Sequence[Trace], as_of: date, days: int | None) -> tuple[tuple[Trace, ...], int]:
    end = datetime.combine(as_of + timedelta(days=1), time(), UTC)
    start = None if days is None else end - timedelta(days=days)
    kept, undated = [], 0
    for trace in traces:
        if trace.started_at is None:
            undated += 1
            if start is None:
                kept.append(trace)
        elif utc(trace.started_at) < end and (start is None or utc(trace.started_at) >= start):
            kept.append(trace)
    return tuple(kept), undated


def observe_slowly(metric_key: str, traces: Sequence[Trace], tags: Collection[str] = ()) -> Observed | NotComputable:
    metric = resolve(metric_key) or unknown(metric_key, None, "")
    kept = [trace for trace in traces if set(tags) <= _tags(trace)] if tags else traces
    if not kept:
        return NotComputable("there are no traces" if not traces else "no trace carries these tags", 0, 0)
    sessions = {trace.id: trace.session for trace in kept if trace.session}
    if metric.kind is MetricKind.RATIO:
        return summarise_ratio(_cost_samples(kept), clusters=sessions, noun="trace")
    scored = metric.kind in (MetricKind.RATE, MetricKind.MEAN) and metric.unit != "tokens"
    names = {name for trace in kept for name in trace.scores if same_metric(name, metric.key)} if scored else set()
    if names:
        name = metric.key if metric.key in names else min(names)
        return summarise(metric, _score_samples(metric, name, kept), clusters=sessions, noun="trace")
    among = AMONG_TRACES.get(metric.key)
    reader = among(kept) if among else TRACE_READERS.get(metric.key)
    if reader is None:
        return NotComputable("no trace carries a score of this name, and it cannot be computed from traces")
    return summarise(metric, ((trace.id, reader(trace)) for trace in kept), clusters=sessions, noun="trace")


def _tags(trace: Trace) -> set[str]:
    tags = trace.extra.get("tags")
    return {str(tag) for tag in tags} if isinstance(tags, (list, tuple)) else set()


def _score_samples(metric: MetricDef, name: str, traces: Sequence[Trace]) -> Iterator[Sample]:
    for trace in traces:
        if _errored(trace) == 1.0:
            yield trace.id, {"task_success_rate": 0.0, "error_rate": 1.0}.get(metric.key, MISSING)
        else:
            yield trace.id, finite(trace.scores.get(name))


def _cost_samples(traces: Sequence[Trace]) -> Iterator[PairSample]:
    costs = _cost(traces)
    for trace in traces:
        cost, won = costs(trace), _success(trace)
        if isinstance(cost, Absent) and cost in LEFT_OUT:
            yield trace.id, cost
        elif isinstance(cost, Absent) or isinstance(won, Absent):
            yield trace.id, MISSING
        else:
            yield trace.id, (cost, won)


def _success(trace: Trace) -> Reading:
    return MISSING if trace.outcome is None else float(trace.outcome is Outcome.SUCCESS)


def _errored(trace: Trace) -> Reading:
    if trace.outcome is None:
        return 1.0 if trace.error else MISSING
    return float(trace.outcome is Outcome.ERROR)


def _untypical(trace: Trace) -> Absent | None:
    return Absent.CACHED if trace.cached else Absent.COLD if trace.cold else None


def _latency(traces: Sequence[Trace]) -> Callable[[Trace], Reading]:
    return typical(traces, _untypical, lambda trace: MISSING if _errored(trace) == 1.0 else finite(trace.latency_ms))


def _cost(traces: Sequence[Trace]) -> Callable[[Trace], Reading]:
    return typical(traces, _untypical, lambda trace: finite(trace.cost))


def _tokens(trace: Trace) -> Reading:
    known = trace.tokens_in is not None and trace.tokens_out is not None and _errored(trace) != 1.0
    return float(math.fsum((trace.tokens_in or 0, trace.tokens_out or 0))) if known else MISSING


TRACE_READERS: dict[str, Callable[[Trace], Reading]] = {
    "task_success_rate": _success,
    "retry_rate": lambda trace: MISSING if _errored(trace) == 1.0 else retried(trace.tool_calls),
    "error_rate": _errored,
    "tokens_per_request": _tokens,
}
AMONG_TRACES = {
    "latency_p50_ms": _latency,
    "latency_p95_ms": _latency,
    "latency_p99_ms": _latency,
    "total_cost": _cost,
}
