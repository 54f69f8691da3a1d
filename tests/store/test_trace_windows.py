"""What is counted of the requests of a window, and which of them tell how fast and how dear the system is."""

from __future__ import annotations

from datetime import timedelta

from readiness_tui.domain.incidents.what_changed import Kind, Window
from readiness_tui.domain.runs.model import Chunk, Outcome, ToolCall, Trace
from readiness_tui.store import Store, imports, trace_windows
from tests.store.workers import NOW

SYSTEM = "Support bot"
HOUR = timedelta(hours=1)


def bring(store: Store, *traces: Trace) -> None:
    number = imports.begin(store, SYSTEM, "log.jsonl", "test", "d", "ana", NOW)
    imports.add_traces(store, number, ((trace, "{}") for trace in traces))
    imports.publish(store, number, "ana", NOW)


def at(minute: int, **values: object) -> Trace:
    fields: dict[str, object] = {"latency_ms": float(minute), "cost": minute / 100, "outcome": Outcome.SUCCESS}
    return Trace(f"t{minute:02}", NOW + timedelta(minutes=minute), **(fields | values))  # type: ignore[arg-type]


def test_what_a_cache_or_a_cold_start_explains_is_counted_but_not_measured(store: Store) -> None:
    bring(store, at(10), at(20, cached=True), at(30, cold=True), at(40, latency_ms=None), at(50, cost=None))
    window = Window(NOW, NOW + HOUR)
    with store.read() as conn:
        found = trace_windows.tally(conn, SYSTEM, window)
        buckets = trace_windows.series(conn, SYSTEM, window, 2).buckets
    assert (found.requests, found.latency, found.cost) == (5, [10.0, 50.0], [0.1, 0.4])
    assert [(bucket.requests, bucket.latency, bucket.costed) for bucket in buckets] == [(2, [10.0], 1), (3, [50.0], 1)]


def test_a_window_begins_with_its_start_and_ends_before_its_end(store: Store) -> None:
    bring(store, at(0), at(59), at(60), Trace("undated"))
    with store.read() as conn:
        assert trace_windows.tally(conn, SYSTEM, Window(NOW, NOW + HOUR)).requests == 2
        assert trace_windows.tally(conn, SYSTEM, Window(NOW + HOUR, NOW + 2 * HOUR)).requests == 1
        assert [seen.id for seen in trace_windows.seen(conn, SYSTEM, NOW + HOUR)] == ["t60"]


def test_each_value_is_counted_once_a_request_with_the_first_that_shows_it(store: Store) -> None:
    called = (ToolCall("refund", "{}"), ToolCall("refund", "{}"))
    chunks = (Chunk("a", source="faq"), Chunk("b", source="faq"))
    bring(
        store,
        at(1, model="m", tool_calls=called, chunks=chunks),
        at(2, model="m", error="timeout: no answer", outcome=Outcome.ERROR),
        at(3, outcome=Outcome.FAIL),
    )
    with store.read() as conn:
        found = trace_windows.tally(conn, SYSTEM, Window(NOW, NOW + HOUR))
        (bucket,) = trace_windows.series(conn, SYSTEM, Window(NOW, NOW + HOUR), 1).buckets
    assert found.counts[Kind.MODEL] == {"m": 2, "": 1}
    assert (found.counts[Kind.TOOL], found.counts[Kind.SOURCE]) == ({"refund": 1}, {"faq": 1})
    assert found.counts[Kind.ERROR] == {"timeout": 1}
    assert (found.examples[Kind.MODEL, "m"], found.examples[Kind.ERROR, "timeout"]) == ("t01", "t02")
    assert bucket.failing == 2
