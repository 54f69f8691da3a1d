"""A log with a name of its own in each request: what is proposed of the store's reading is what whole records come to, and a
name beyond those that are told apart is found all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from readiness_tui.domain.runs.model import Outcome, Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.traces import names
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.store import Store, imports, traces
from readiness_tui.store.measured import recorded, shapes
from readiness_tui.store.measured.recorded import StoredTraces
from tests.domain.traces.records import NOON
from tests.domain.traces.test_shape import LIMITS, proposals
from tests.store.measured.test_recorded import bring
from tests.store.workers import NOW, SYSTEM

N = 90
TOOLS = [f"tool_{at:03}" for at in range(N)]
MADE = [
    Trace(
        f"t{at:03}",
        NOON + timedelta(minutes=7 * at),
        prompt_version=f"rag-v{at}",
        model=f"birch-{at}-2026-08-01",
        app_version=f"2.{at}",
        status="ok" if at % 3 else f"state {at}",
        outcome=Outcome.SUCCESS if at % 3 else None,
        question=f"question {at}?",
        answer="that",
        tool_calls=(ToolCall(TOOLS[at], f'{{"order": {at}}}', "found", attempt=1 + at % 2),),
        spans=None if at % 2 else (Span(f"s{at}", None, TOOLS[at], SpanKind.TOOL, NOON, 5.0, None, {}),),
        latency_ms=100.0 + at,
        cost=0.01 * at,
        user=f"u{at}",
    )
    for at in range(N)
]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less is told apart, and less held at once, than the log has."""
    monkeypatch.setattr(names, "MOST", 10)
    for module, name, value in (
        (recorded, "_CHUNK", 7),
        (shapes, "_AT_ONCE", 4),
        (shapes, "_HELD", 5),
        (shapes, "_OUTLINES", 2),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("left_out", ["tool_003", "tool_077"])
def test_a_tool_that_is_not_declared_is_found_among_many(store: Store, left_out: str) -> None:
    later = [replace(MADE[40], answer="another"), replace(MADE[41], id="t900")]
    for some in (MADE, later):
        imports.publish(store, bring(store, SYSTEM, some), "ana", NOW)
    declared = {**LIMITS, "allowed_tools": ", ".join(name for name in TOOLS if name != left_out)}
    with store.read() as conn:
        slow = RecordedList(tuple(traces.iter_between(conn, SYSTEM)))
        found = proposals(StoredTraces(conn, SYSTEM), declared, frozenset())
        assert found == proposals(slow, declared, frozenset())
        outside = found["tools_outside_allowed_list"]
        assert (outside.points, outside.k, outside.n) == (0, 1, N + 1)
        assert outside.examples == (f"t{left_out[5:]}:tool:{left_out}",)
        dismissed = frozenset(outside.examples)
        again = proposals(StoredTraces(conn, SYSTEM), declared, dismissed)["tools_outside_allowed_list"]
        assert (again.points, again.against) == (None, 0)
        assert "1 dismissed" in again.text
    said = " ".join(line for one in found.values() for line in one.details)
    assert "more than 10 models are named: the first 10 by name are told apart, 81 are of others" in said
