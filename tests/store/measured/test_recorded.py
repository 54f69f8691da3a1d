"""The store's reading of recorded requests comes to the same as reading them one by one, whatever happened to them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Chunk, Outcome, Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.traces import shape
from readiness_tui.store import Store, imports, staging
from readiness_tui.store.measured import aside, copies, older, recorded, shapes, stale, waiting
from readiness_tui.store.measured.recorded import StoredTraces
from tests.store.measured.same import both
from tests.store.test_imports import FULL_TRACE
from tests.store.workers import NOW, SYSTEM

OTHER = "Search"
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # each step is a real file: shrinking takes minutes

#: Few of each, so that ids, contents, shapes and days meet.
STARTS = (None, NOW, NOW + timedelta(hours=1), NOW - timedelta(days=1), NOW - timedelta(days=60 * 365))
CALLS = (None, (), (ToolCall("refund", "{}", "ok"),), (ToolCall("refund", '{"a": 1}', None, "boom"), ToolCall("x")))
STEPS = (
    None,
    (Span("m", None, "call", SpanKind.MODEL, NOW, 12.5), Span("n", "m", "call", SpanKind.MODEL, NOW, 3.0)),
)
traces_ = st.builds(
    Trace,
    id=st.sampled_from([f"t{number}" for number in range(9)]),
    started_at=st.sampled_from(STARTS),
    model=st.sampled_from((None, "birch-2-2026-08-01")),
    question=st.sampled_from((None, "what?", "my key is AKIA" + "ABCDEFGHIJKLMNOP", "mail ana@example.com")),
    answer=st.sampled_from((None, "that", "")),
    error=st.sampled_from((None, "boom: why")),
    outcome=st.sampled_from((None, Outcome.ERROR, Outcome.SUCCESS)),
    tool_calls=st.sampled_from(CALLS),
    chunks=st.sampled_from((None, (Chunk("a", 1, 0.5), Chunk("b", 2)))),
    latency_ms=st.sampled_from((None, 12.5, 13.0)),
    cost=st.sampled_from((None, 0.25)),
    cached=st.booleans(),
    extra=st.sampled_from(({}, {"environment": "evaluation"}, {"tags": ["a"]})),
    spans=st.sampled_from(STEPS),
    user=st.sampled_from((None, "u1")),
)
#: What happens: an import of some requests for a system that is published, given up, left unpublished until later, or
#: published by somebody who is killed before the days are tallied anew; and reading an import as an older version left it.
steps = st.lists(
    st.tuples(
        st.sampled_from(("publish", "abort", "wait", "killed", "older", "half", "risen")),
        st.sampled_from((SYSTEM, SYSTEM, OTHER)),
        st.lists(traces_, max_size=8),
    ),
    min_size=1,
    max_size=6,
)


def bring(store: Store, system: str, brought: Sequence[Trace]) -> int:
    number = imports.begin(store, system, "f", "test", "d", "ana", NOW)
    imports.add_traces(store, number, [(trace, trace.id) for trace in brought])
    return number


TABLES = (
    "trace_measure",
    "trace_tally",
    "trace_content",
    "trace_twin",
    "trace_leak",
    "trace_stale",
    "trace_measuring",
)


def age(store: Store, *, measured: bool = False) -> None:
    """As if every import had been brought by a version that measured nothing; `measured`: by an earlier reading."""
    with staging.batch(store) as tx:
        tx.conn.execute("UPDATE import SET measured = 0")
        for table in () if measured else TABLES:
            tx.conn.execute(f"DELETE FROM {table}")


def play(happens: Sequence[tuple[str, str, list[Trace]]], path: Path) -> None:
    staged: list[int] = []
    with Store.open(path, create=True) as store:
        for what, system, brought in happens:
            number = bring(store, system, brought)
            if what == "abort":
                imports.abort(store, number)
            elif what == "wait":
                staged.append(number)
            elif what == "killed":
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(stale, "settle", lambda store, system: 0)
                    imports.publish(store, number, "ana", NOW)
            else:
                imports.publish(store, number, "ana", NOW)
                if staged:
                    imports.publish(store, staged.pop(0), "ana", NOW)
            if what in ("older", "half", "risen"):
                age(store, measured=what == "risen")
                older.measure(store, lambda done, total, half=what == "half": done > 3 or not half)
            for each in (SYSTEM, OTHER):
                both(store, each)
        older.measure(store, lambda done, total: True)
        with store.read() as conn:
            assert waiting.imports(conn) == []
            assert waiting.systems_with_stale_days(conn) == []
            assert StoredTraces(conn, SYSTEM).slow is None
        for each in (SYSTEM, OTHER):
            both(store, each)
        assert store.integrity() == []


@pytest.mark.slow
@given(steps)
@settings(max_examples=15, deadline=None, phases=PHASES)
def test_any_history_reads_as_its_records_do(happens: list[tuple[str, str, list[Trace]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "BATCH", 4)
        patch.setattr(stale, "_CHUNK", 2)
        play(happens, Path(folder) / "r.db")


@pytest.mark.slow
@given(steps)
@settings(max_examples=25, deadline=None, phases=PHASES)
def test_nothing_depends_on_how_much_is_held_at_once(happens: list[tuple[str, str, list[Trace]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "BATCH", 4)
        for module, names in (
            (stale, ("_CHUNK", "_AT_ONCE")),
            (recorded, ("_AT_ONCE", "_CHUNK", "_FEW")),
            (shapes, ("_AT_ONCE", "_HELD", "_OUTLINES")),
            (aside, ("_CHUNK",)),
            (copies, ("_CHUNK",)),
            (shape, ("_MOST",)),
        ):
            for name in names:
                patch.setattr(module, name, 1)
        play(happens, Path(folder) / "r.db")


@pytest.mark.slow
@given(steps)
@settings(max_examples=300, deadline=None, phases=PHASES)
def test_any_history_reads_as_its_records_do_long(happens: list[tuple[str, str, list[Trace]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "BATCH", 4)
        patch.setattr(stale, "_CHUNK", 2)
        play(happens, Path(folder) / "r.db")


def test_numbers_that_are_stored_as_others_read_the_same(store: Store) -> None:
    """Whole milliseconds come back as fractions, and JSON has no tuples: a tally does not depend on when it is made."""
    odd = replace(FULL_TRACE, latency_ms=12, cost=1, scores={"a": 1}, chunks=(Chunk("a", 1, 1),), extra={"t": (1, "x")})
    even = replace(odd, id="other", latency_ms=12.0, cost=1.0)
    number = bring(store, SYSTEM, [odd, even])
    imports.publish(store, number, "ana", NOW)
    both(store, SYSTEM)
    age(store)
    both(store, SYSTEM)
    assert older.measure(store, lambda done, total: True)
    both(store, SYSTEM)
