"""What two readings of requests say, in a form in which equal readings are equal."""

from __future__ import annotations

from collections import Counter
from typing import Any

from readiness_tui.domain.traces.counted import Counted, joined
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.outline import outline
from readiness_tui.domain.traces.recorded import Recorded
from readiness_tui.domain.traces.shape import shape_of
from readiness_tui.store import Store, traces
from readiness_tui.store.measured.recorded import StoredTraces

COLUMNS = (
    "id", "started_at", "at", "prompt_version", "model", "status", "outcome", "error", "feedback", "latency_ms", "cost",
    "tokens_in", "tokens_out", "cached", "cold", "user", "session", "scores", "extra", "of_users", "copy", "retried",
    "longest_call_ms", "call_minutes",
)  # fmt: skip


def told(recorded: Recorded) -> dict[tuple[str, Any], tuple[Any, ...]]:
    """By shape and day: how many, how many copies, ids, the first, and what differs."""
    found: dict[tuple[str, Any], Counted] = {}
    for one in recorded.counted():
        at = shape_of(one.trace).digest, one.day
        found[at] = joined((found[at], one)) if at in found else one
    return {
        at: (one.n, one.copies, one.ids, one.first, {name: each.differs for name, each in one.varied.items()})
        for at, one in found.items()
    }


def outlined(recorded: Recorded) -> Counter[tuple[Any, str]]:
    """How many requests of each day have which outline."""
    found: Counter[tuple[Any, str]] = Counter()
    for day, trace, n in recorded.outlined():
        found[day, outline(shape_of(trace).text)] += n
    return found


def both(store: Store, system: str) -> None:
    """The store's reading and that of what it holds, record by record, come to the same."""
    with store.read() as conn:
        quick = StoredTraces(conn, system)
        slow = RecordedList(tuple(traces.iter_between(conn, system)))
        assert told(quick) == told(slow)
        assert len(quick) == len(slow)
        assert list(quick.columns(COLUMNS)) == list(slow.columns(COLUMNS))
        shapes = [shape_of(shape).digest for (shape,) in quick.columns(("shape",))]
        assert shapes == [shape_of(trace).digest for (trace,) in slow.columns(("shape",))]
        outlines = [outline(shape_of(shape).text) for (shape,) in quick.columns(("outline",))]
        assert outlines == [outline(shape_of(trace).text) for (trace,) in slow.columns(("outline",))]
        assert outlined(quick) == outlined(slow)
        assert sorted(quick.leaked(), key=str) == sorted(slow.leaked(), key=str)
        for shows in (lambda trace: True, lambda trace: trace.error is not None, lambda trace: bool(trace.tool_calls)):
            assert list(quick.whole(shows)) == list(slow.whole(shows))
