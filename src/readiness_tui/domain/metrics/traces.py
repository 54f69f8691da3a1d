"""A metric's figure over recorded requests, and which requests fall in a time window."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from readiness_tui.domain.metrics import ingredients as read
from readiness_tui.domain.metrics.ingredients import MISSING
from readiness_tui.domain.metrics.registry import MetricDef, MetricKind, resolve, same_metric, unknown
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.metrics.summary import (
    NotComputable,
    Observed,
    PairSample,
    Sample,
    summarise,
    summarise_ratio,
)
from readiness_tui.domain.runs.model import Trace


def utc(moment: datetime) -> datetime:
    """In UTC; a time without a zone is read as UTC, as everything stored is."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def window(traces: Sequence[Trace], as_of: date, days: int | None) -> tuple[tuple[Trace, ...], int]:
    """The traces of the last `days` UTC days up to and including `as_of`, and how many lack a start time.

    Half-open: from 00:00 UTC of the first day up to, not including, 00:00 UTC of the day after `as_of`. Without
    `days` the window has no beginning, and a trace without a start time counts too.
    """
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


def observe_traces(
    metric_key: str,
    traces: Sequence[Trace],
    tags: Collection[str] = (),
    *,
    direction: Direction | None = None,
    unit: str = "",
) -> Observed | NotComputable:
    """The figure of one metric over recorded requests; each trace is a case of its own, its session is its cluster."""
    metric = resolve(metric_key) or unknown(metric_key, direction, unit)
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
    among = read.AMONG_TRACES.get(metric.key)
    reader = among(kept) if among else read.TRACE_READERS.get(metric.key)
    if reader is None:
        return NotComputable("no trace carries a score of this name, and it cannot be computed from traces")
    return summarise(metric, ((trace.id, reader(trace)) for trace in kept), clusters=sessions, noun="trace")


def _tags(trace: Trace) -> set[str]:
    tags = trace.extra.get("tags")
    return {str(tag) for tag in tags} if isinstance(tags, (list, tuple)) else set()


def _score_samples(metric: MetricDef, name: str, traces: Sequence[Trace]) -> Iterator[Sample]:
    for trace in traces:
        if read.trace_errored(trace) == 1.0:
            yield trace.id, {"task_success_rate": 0.0, "error_rate": 1.0}.get(metric.key, MISSING)
        else:
            yield trace.id, read.finite(trace.scores.get(name))


def _cost_samples(traces: Sequence[Trace]) -> Iterator[PairSample]:
    costs = read.trace_cost(traces)
    for trace in traces:
        cost, won = costs(trace), read.trace_success(trace)
        if isinstance(cost, read.Absent) and cost in read.LEFT_OUT:
            yield trace.id, cost
        elif isinstance(cost, read.Absent) or isinstance(won, read.Absent):
            yield trace.id, MISSING
        else:
            yield trace.id, (cost, won)
