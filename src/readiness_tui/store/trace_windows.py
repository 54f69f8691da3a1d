"""Counting the requests of a window: columns alone, in chunks, so that no writer waits for a long look back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from readiness_tui.domain.incidents.trace_series import Bucket, StepSeries
from readiness_tui.domain.incidents.trace_timeline import SeenRequest, error_class
from readiness_tui.domain.incidents.what_changed import RequestPart, TimeWindow, WindowTally
from readiness_tui.domain.runs.model import Outcome
from readiness_tui.store import packing, traces
from readiness_tui.store.codec import from_micros, micros
from readiness_tui.store.sqlite import Connection

_FIELDS = ((RequestPart.PROMPT, "prompt_version"), (RequestPart.MODEL, "model"), (RequestPart.INDEX, "index_version"),
           (RequestPart.APP, "app_version"), (RequestPart.OUTCOME, "outcome"))  # fmt: skip
_FAILING = frozenset({Outcome.FAIL.value, Outcome.ERROR.value})


def tally(conn: Connection, system: str, window: TimeWindow) -> WindowTally:
    """What the requests of the window show."""
    names = ["id", "error", "chunks", "tool_calls", "latency_ms", "cost", "cached", "cold"]
    names += [column for _, column in _FIELDS]
    found = WindowTally()
    combined: dict[tuple[str | None, ...], list[Any]] = {}  # requests of one combination of fields, the first one's id
    for row in traces.columns(conn, system, names, window.start, window.end):
        trace_id, error, chunks, calls, latency, cost, cached, cold, *fields = row
        found.requests += 1
        known = combined.setdefault(tuple(fields), [0, trace_id])
        known[0] += 1
        if error is not None or fields[-1] == Outcome.ERROR:
            found.add(RequestPart.ERROR, error_class(error, Outcome.ERROR), trace_id)
        for tool in packing.tool_names(calls):
            found.add(RequestPart.TOOL, tool, trace_id)
        for source in packing.chunk_sources(chunks):
            found.add(RequestPart.SOURCE, source, trace_id)
        if not cached and not cold:
            if latency is not None:
                found.latency.append(latency)
            if cost is not None:
                found.cost.append(cost)
    for values, (requests, trace_id) in combined.items():
        for (kind, _), value in zip(_FIELDS, values, strict=True):
            found.add(kind, value or "", trace_id, requests)
    return found


def series(conn: Connection, system: str, window: TimeWindow, steps: int) -> StepSeries:
    """The window in `steps` equal parts. Reads only an index."""
    step = (window.end - window.start) / steps
    start, width = micros(window.start), max(step // timedelta(microseconds=1), 1)
    buckets = tuple(Bucket() for _ in range(steps))
    names = ("started_at", "outcome", "latency_ms", "cost", "cached", "cold")
    for at, outcome, latency, cost, cached, cold in traces.columns(conn, system, names, window.start, window.end):
        bucket = buckets[min((at - start) // width, steps - 1)]
        bucket.requests += 1
        bucket.failing += outcome in _FAILING
        if not cached and not cold:
            if latency is not None:
                bucket.latency.append(latency)
            if cost is not None:
                bucket.cost += cost
                bucket.costed += 1
    return StepSeries(window.start, step, buckets)


def seen(conn: Connection, system: str, start: datetime, end: datetime | None = None) -> Iterator[SeenRequest]:
    """The requests from `start` on, oldest first, as much of each as tells a recovery."""
    for trace_id, at, outcome, error in traces.columns(
        conn, system, ("id", "started_at", "outcome", "error"), start, end
    ):
        yield SeenRequest(trace_id, from_micros(at), None if outcome is None else Outcome(outcome), error)
