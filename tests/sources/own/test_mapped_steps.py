"""A mapping with group_by puts the steps of a request together, and claims nothing that no column says."""

from __future__ import annotations

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Outcome
from readiness_tui.sources.kit.base import EvalSetRecord, Reject, TraceRecord, Warn
from readiness_tui.sources.own.mapped import Mapped

STEPS = """kind: traces
group_by: req
columns:
  started_at: at
  step: what
  tool: tool
  arguments: args
  model: model
  tokens_in: tokens
  latency: {column: ms, unit: ms}
  status: how
  answer: said
"""


def made(make, rows, text=STEPS):
    mapping = make("map.yaml", text)
    return list(Mapped(mapping).read(make("log.jsonl", rows)))


def at(second):
    return f"2026-11-20T10:00:{second:02}Z"


def test_steps_in_any_order_are_one_trace(make):
    rows = [
        {
            "req": "r1",
            "at": at(4),
            "what": "llm",
            "model": "birch",
            "tokens": 30,
            "ms": 1000,
            "how": "ok",
            "said": "Leeds.",
        },
        {"req": "r2", "at": at(0), "what": "llm", "model": "birch", "tokens": 5, "ms": 100, "how": "ok", "said": "No."},
        {"req": "r1", "at": at(1), "what": "llm", "model": "birch", "tokens": 20, "ms": 500, "how": "ok"},
        {"req": "r1", "at": at(2), "what": "tool", "tool": "find", "args": {"id": 9}, "ms": 1500, "how": "timeout"},
    ]
    one, two = (record.trace for record in made(make, rows) if isinstance(record, TraceRecord))
    assert (one.id, one.tokens_in, one.latency_ms, one.answer, one.model) == ("r1", 50, 4000, "Leeds.", "birch")
    assert one.outcome is Outcome.SUCCESS  # the failed tool was made good
    assert [(call.name, call.arguments, bool(call.error)) for call in one.tool_calls] == [("find", '{"id":9}', True)]
    assert (two.tokens_in, two.latency_ms, two.tool_calls) == (5, 100, ())


def test_the_last_step_that_failed_is_the_requests_error(make):
    rows = [{"req": "r1", "at": at(0), "what": "llm", "how": "ok", "ms": 10},
            {"req": "r1", "at": at(1), "what": "llm", "how": "error", "ms": 10}]  # fmt: skip
    (trace,) = (record.trace for record in made(make, rows) if isinstance(record, TraceRecord))
    assert trace.outcome is Outcome.ERROR


@pytest.mark.parametrize("broken", [{"tokens": "many"}, {"at": "noon"}, {"ms": -4}])
def test_a_rejected_step_leaves_open_what_its_request_called_used_and_how_it_ended(make, broken):
    rows = [{"req": "r1", "at": at(0), "what": "llm", "model": "birch", "tokens": 20, "ms": 10, "how": "ok", "said": "Yes"},
            {"req": "r1", "at": at(1), "what": "tool", "tool": "find", "tokens": 3, "ms": 10, "how": "error"} | broken,
            {"req": "r2", "at": at(0), "what": "llm", "model": "birch", "tokens": 5, "ms": 100, "how": "ok", "said": "No"}]  # fmt: skip
    records = made(make, rows)
    assert [record.line for record in records if isinstance(record, Reject)] == [2]
    one, two = (record.trace for record in records if isinstance(record, TraceRecord))
    assert (one.tool_calls, one.tokens_in, one.latency_ms, one.outcome, one.status) == (None, None, None, None, None)
    assert one.answer == "Yes"
    assert (two.tool_calls, two.tokens_in, two.latency_ms) == ((), 5, 100)
    assert any("a span is lost" in record.text for record in records if isinstance(record, Warn))


@pytest.mark.parametrize("lost", ["at", "ms"])
def test_a_latency_is_unknown_where_a_steps_time_is(make, lost):
    rows = [{"req": "r1", "at": at(0), "what": "llm", "ms": 10}, {"req": "r1", "at": at(1), "what": "llm", "ms": 10}]
    del rows[1][lost]
    (trace,) = (record.trace for record in made(make, rows) if isinstance(record, TraceRecord))
    assert trace.latency_ms is None


def test_a_step_of_no_known_kind_leaves_open_whether_a_tool_was_called(make):
    rows = [{"req": "r1", "at": at(0), "what": "llm", "ms": 10}, {"req": "r1", "at": at(1), "what": "zap", "ms": 10}]
    (trace,) = (record.trace for record in made(make, rows) if isinstance(record, TraceRecord))
    assert trace.tool_calls is None
    without = STEPS.replace("  step: what\n", "").replace("  tool: tool\n", "").replace("  arguments: args\n", "")
    (trace,) = (record.trace for record in made(make, rows[:1], without) if isinstance(record, TraceRecord))
    assert trace.tool_calls is None
    assert trace.retrieval is None


def test_one_bad_step_is_rejected_with_its_line(make):
    rows = [{"req": "r1", "tokens": 5}, {"req": "r1", "tokens": "many"}, {"req": None, "tokens": 5}, {"tokens": 1}]
    found = made(make, rows)
    assert [(one.line, one.reason.split(",")[0]) for one in found if isinstance(one, Reject)] == [
        (2, 'tokens_in is "many"'),
        (3, "req is empty"),
        (4, "req is empty"),
    ]
    assert sum(isinstance(one, TraceRecord) for one in found) == 1


def test_a_parent_that_repeats_the_total_is_not_counted_twice(make):
    text = STEPS.replace("  step: what\n", "  step: what\n  span_id: id\n  parent_id: up\n")
    rows = [
        {"req": "r1", "id": "a", "up": None, "at": at(0), "what": "agent", "tokens": 50, "ms": 4000, "how": "ok"},
        {"req": "r1", "id": "b", "up": "a", "at": at(1), "what": "llm", "tokens": 20, "ms": 500, "how": "ok"},
        {"req": "r1", "id": "c", "up": "a", "at": at(2), "what": "llm", "tokens": 30, "ms": 500, "how": "ok"},
    ]
    (trace,) = (record.trace for record in made(make, rows, text) if isinstance(record, TraceRecord))
    assert (trace.tokens_in, trace.latency_ms) == (50, 4000)


GOLDEN = """kind: eval_set
name: faq
columns: {question: ask, reference: best, expected_sources: docs, must_include: words, risk: risk}
"""


def test_a_golden_set(make):
    rows = [{"ask": "Why?", "best": "So.", "docs": ["a.md"], "words": ["x", "y"], "risk": "high", "team": "red"},
            {"ask": "Why?"}, {"ask": " "}, {"best": "lost"}]  # fmt: skip
    found = made(make, rows, GOLDEN)
    (set_,) = (record.eval_set for record in found if isinstance(record, EvalSetRecord))
    (case,) = set_.cases
    assert (set_.name, case.question, case.expected_sources, case.must_include) == (
        "faq",
        "Why?",
        ("a.md",),
        ("x", "y"),
    )
    assert case.tags == ("high_risk",)
    assert case.extra == {"team": "red", "reference": "So."}
    assert [one.line for one in found if isinstance(one, Reject)] == [2, 3, 4]
    with pytest.raises(ReadinessError, match="Each needs a question"):
        made(make, [{"best": "So."}], GOLDEN)
