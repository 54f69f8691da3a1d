"""However many requests there are: what is read of them goes through an index, and nothing that is kept is read twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from readiness_tui.domain.runs.model import ToolCall, Trace
from readiness_tui.store import Store, imports, packing, traces
from readiness_tui.store.measured import days, late_indexes, shapes, stale, waiting
from readiness_tui.store.measured.recorded import StoredTraces
from tests.store.measured.test_recorded import OTHER, bring
from tests.store.test_systems import planned
from tests.store.workers import NOW, SYSTEM

SEEN = [Trace(f"t{at}", NOW + timedelta(hours=at), question="my key is AKIA" + "ABCDEFGHIJKLMNOP") for at in range(60)]


def filled(store: Store) -> None:
    for system in (SYSTEM, OTHER):
        for brought in (SEEN, [replace(trace, answer="new") for trace in SEEN[:5]], [replace(SEEN[9], id="twin")]):
            imports.publish(store, bring(store, system, brought), "ana", NOW)


def test_every_reading_goes_through_an_index(store: Store) -> None:
    filled(store)
    with store.read() as conn, planned(conn) as plans:
        recorded = StoredTraces(conn, SYSTEM)
        assert len(recorded) == 61
        assert sum(one.n for one in recorded.counted()) == 61
        assert len(list(recorded.columns(("at", "latency_ms", "shape", "copy", "retried")))) == 61
        assert len(list(recorded.columns(("latency_ms",), NOW, NOW + timedelta(hours=9)))) > 3
        assert len(list(recorded.leaked())) == 61
        assert len(list(recorded.whole(lambda trace: trace.answer is not None))) == 5
        assert traces.get(conn, SYSTEM, "t7") is not None
        assert waiting.imports(conn) == []
        assert waiting.systems_with_stale_days(conn) == []
    scans = {step for step in plans if step.startswith("SCAN")}
    large = ("trace", "t", "l", "m", "trace_measure", "trace_tally", "trace_twin", "trace_id", "trace_content")
    assert not [step for step in scans if step.split()[1] in large], scans
    assert any("trace_tally USING PRIMARY KEY (import_id=?)" in step for step in plans)
    assert any("trace_time (system_id=? AND started_at>?" in step for step in plans)
    assert any("trace_twin USING PRIMARY KEY" in step for step in plans)
    assert any("trace_measure_shape (shape=?)" in step for step in plans)
    assert any("trace_measure USING INTEGER PRIMARY KEY" in step for step in plans)


def test_columns_of_figures_do_not_read_the_records(store: Store) -> None:
    filled(store)
    with store.read() as conn, planned(conn) as plans:
        names = ("at", "latency_ms", "cost", "outcome", "cached", "cold", "shape", "of_users", "copy", "retried")
        list(StoredTraces(conn, SYSTEM).columns(names))
    assert any("trace USING COVERING INDEX trace_time" in step for step in plans)
    assert not [step for step in plans if "trace USING INDEX" in step or "SEARCH trace USING INTEGER" in step]


def test_counting_decodes_no_record(store: Store, monkeypatch) -> None:
    """Neither the measuring of what is settled, nor a second look at a shape."""
    filled(store)
    monkeypatch.setattr(packing, "trace", lambda row: 1 / 0)
    with store.read() as conn:
        recorded = StoredTraces(conn, SYSTEM)
        asked: list[str] = []
        conn.set_trace_callback(asked.append)
        for _ in range(2):
            assert sum(one.n for one in recorded.counted()) == 61
        conn.set_trace_callback(None)
    shapes = [sql for sql in asked if "FROM trace_shape" in sql]
    assert len(shapes) == len(set(shapes)) > 0


def test_of_a_log_with_a_tool_a_request_each_shape_is_read_once_for_all_that_asks_no_names(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And once more by each who goes through the names; some hundred in one statement."""
    n = 230
    made = [Trace(f"t{at}", NOW, tool_calls=(ToolCall(f"tool_{at}", "{}", "ok"),), latency_ms=1.0) for at in range(n)]
    imports.publish(store, bring(store, SYSTEM, made), "ana", NOW)
    monkeypatch.setattr(shapes, "_AT_ONCE", 50)
    told, whole = Counter[str](), Counter[str]()
    counting(monkeypatch, "outline", told)
    counting(monkeypatch, "skeleton_from", whole)
    with store.read() as conn:
        asked: list[str] = []
        conn.set_trace_callback(asked.append)
        quick = StoredTraces(conn, SYSTEM)
        for _ in range(2):
            assert sum(more for _, _, more in quick.outlined()) == n
            assert len({id(trace) for (trace,) in quick.columns(("outline",))}) == 1
            assert len(list(quick.columns(("of_users", "latency_ms")))) == n
            assert list(quick.whole(lambda trace: bool(trace.error))) == []
        by_outline = [sql for sql in asked if "FROM trace_shape" in sql]
        names = {one.trace.tool_calls[0].name for one in quick.counted() if one.trace.tool_calls}
        conn.set_trace_callback(None)
    assert len(by_outline) == 5
    assert (len(told), set(told.values())) == (n, {1})
    assert len(names) == n
    assert len([sql for sql in asked if "FROM trace_shape" in sql]) == 10
    assert sum(whole.values()) == 1 + n
    assert len(asked) < 60


def counting(monkeypatch: pytest.MonkeyPatch, name: str, found: Counter[str]) -> None:
    plain = getattr(shapes, name)
    monkeypatch.setattr(shapes, name, lambda text: (found.update((text,)), plain(text))[1])


def test_only_the_days_that_a_later_import_touches_are_tallied_anew(store: Store, monkeypatch) -> None:
    filled(store)
    done: list[tuple[int, int]] = []
    plain = stale.counted
    monkeypatch.setattr(stale, "counted", lambda conn, seen, pair: [done.append(pair), plain(conn, seen, pair)][1])
    imports.publish(store, bring(store, SYSTEM, [replace(SEEN[30], answer="newer"), Trace("own", NOW)]), "ana", NOW)
    with store.read() as conn:
        (first,) = conn.execute("SELECT min(id) FROM import").fetchone()
    assert SEEN[30].started_at is not None
    assert done == [(first, days.number(SEEN[30].started_at.date()))]


def test_orders_are_indexed_once_the_first_import_is_complete_and_from_then_on(store: Store) -> None:
    def indexes() -> set[str]:
        with store.read() as conn:
            return {
                sql for (sql,) in conn.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")
            }

    made = indexes()
    first = bring(store, SYSTEM, SEEN)
    assert {sql.split()[2] for sql in made - indexes()} == late_indexes.LATE.keys()
    imports.abort(store, first)
    assert indexes() == made
    imports.publish(store, bring(store, SYSTEM, SEEN), "ana", NOW)
    assert indexes() == made
    bring(store, SYSTEM, SEEN)
    assert indexes() == made
