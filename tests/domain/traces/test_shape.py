"""Counting by shapes comes to what reading each record by itself comes to: for every probe over traces."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.checklists.model import Depth, Item, ProbeSpec, Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.probes import PROBES, ProbeInput, propose_all
from readiness_tui.domain.probes.base import TraceProbe
from readiness_tui.domain.runs.model import EvalSet, GoldenCase, Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.recorded import Recorded
from readiness_tui.domain.traces.shape import shape_from, shape_of
from readiness_tui.domain.traces.traffic import bare, not_of_users
from tests.domain.traces.grouped import ByShape
from tests.domain.traces.records import AS_OF, BARE, KINDS, NOON, QUESTION, logs, some, sweep, traces

LIMITS = {
    "timeout_policy": "10",
    "retry_policy": "2",
    "step_cap": "2",
    "quota": "600",
    "allowed_tools": "order_lookup",
    "user_cap": "60 tokens",
    "sampling_rate": "0.5",
    "request_total": "40",
    "alert_latency_ms": "800",
    "alert_cost": "0.4",
    "slo": "90% / 7 days",
}
TRACE_QUERIES = sorted(query for query, probe in PROBES.items() if isinstance(probe, TraceProbe))
ITEMS = [
    Item(query, "t", "w", "e", "i", Severity.MAJOR, Depth.COURSE, 2, probe=ProbeSpec(query, PROBES[query].kind))
    for query in TRACE_QUERIES
]
GOLD = EvalSet(
    "golden", "ab" * 32, (GoldenCase("g-1", QUESTION), GoldenCase("g-2", "Why does this never come up here?"))
)


def proposals(recorded: Recorded, declared: dict[str, str], dismissed: frozenset[str]) -> dict[str, Proposal]:
    review = replace(Review(1, "support-bot", "2026.11", AS_OF, "ana"), declared=declared)
    return propose_all(ITEMS, ProbeInput(recorded, review, AS_OF, eval_set=GOLD, dismissed=dismissed))


DECLARED = st.builds(
    lambda more, varies: {**LIMITS, **more, **varies},
    some({}, {"write_tools": "refund_create, mail_send"}, {"write_tools": "order_lookup"}),
    some({}, {"expected_constant": "requests: one request replayed; cost: own machines"}),
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(logs(), DECLARED, st.booleans(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_groups_made_in_any_order_and_merged_from_parts_answer_as_whole_records(
    found: tuple[Trace, ...], declared: dict[str, str], judged: bool, chance: random.Random, parts: int
) -> None:
    slow = RecordedList(found)
    dismissed: frozenset[str] = frozenset()
    if judged:  # every other hit that is shown
        shown = proposals(slow, declared, dismissed)
        dismissed = frozenset(sorted(hit for one in shown.values() for hit in one.examples if ":" in hit)[::2])
    mixed = list(found)
    chance.shuffle(mixed)
    assert proposals(ByShape(tuple(mixed), parts), declared, dismissed) == proposals(slow, declared, dismissed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_each_field_of_each_kind_is_counted_as_it_is_read(kind: int) -> None:
    others = [Trace("z", NOON, answer="Yes."), Trace("y", NOON, answer="No.", retrieval=True)]
    declared = {**LIMITS, "write_tools": "refund_create, order_lookup"}
    for trace in sweep(KINDS[kind]):
        found = (replace(trace, id="a"), *others)
        assert proposals(ByShape(found), declared, frozenset()) == proposals(
            RecordedList(found), declared, frozenset()
        ), trace


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(traces())
def test_a_shape_shows_itself_and_survives_its_text(trace: Trace) -> None:
    shape = shape_of(trace)
    assert shape_of(shape.skeleton) == shape
    assert shape_from(shape.text) == shape


def shown(trace: Trace) -> list[object]:
    """What a probe may ask of a request beside its steps and calls, in words of its own."""
    texts = (trace.question, trace.answer, trace.user, trace.feedback)
    there = (trace.question, trace.answer, trace.error, trace.chunks, trace.tool_calls, trace.spans, trace.user)
    amounts = (trace.started_at, trace.latency_ms, trace.cost, trace.tokens_in, trace.tokens_out, trace.session)
    words = (trace.prompt_version, trace.model, trace.index_version, trace.app_version, trace.outcome)
    facts = (trace.cached, trace.cold, trace.retrieval, bare(trace), not_of_users(trace))
    return [*map(has, texts), *(part is None for part in (*there, *amounts)), *words, *facts]


@settings(max_examples=300, deadline=None)
@given(traces() | BARE)
def test_a_skeleton_shows_what_its_record_shows(trace: Trace) -> None:
    assert shown(shape_of(trace).skeleton) == shown(trace)
