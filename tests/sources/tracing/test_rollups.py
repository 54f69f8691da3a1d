"""Tokens and cost are counted once, whichever steps repeat them."""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources.kit.fields import Notes
from readiness_tui.sources.tracing.rollups import innermost, only_whole_sums
from readiness_tui.sources.tracing.span_tree import RawSpan, trace_from_spans


def _call(ident: str, parent: str | None, **more: Any) -> RawSpan:
    return RawSpan(ident, parent, kind=SpanKind.MODEL, ok=more.pop("ok", True), **more)


def _said(notes: Notes) -> str:
    return " ".join(warning.text for warning in notes.warnings("f"))


def test_the_innermost_calls_count_and_a_difference_is_said():
    notes = Notes()
    spans = [
        _call("a", None, tokens_in=14, cost=0.4),
        _call("b", "a", tokens_in=62, cost=0.3),
        _call("c", "a", tokens_in=90, cost=0.6),
    ]
    trace = trace_from_spans("t", innermost(spans, notes))
    assert (trace.tokens_in, trace.cost) == (152, 0.8999999999999999)
    assert "the tokens of a step are not those" in _said(notes)


def test_a_wrapper_around_calls_without_figures_keeps_its_own():
    notes = Notes()
    spans = [RawSpan("a", kind=SpanKind.AGENT, ok=True, tokens_in=300), _call("b", "a"), _call("c", "a", tokens_in=5)]
    assert innermost(spans, notes) == spans
    assert _said(notes) == ""


def test_equal_figures_are_not_spoken_of():
    notes = Notes()
    spans = [RawSpan("a", ok=True, tokens_in=300), RawSpan("m", "a"), _call("b", "m", tokens_in=300)]
    assert trace_from_spans("t", innermost(spans, notes)).tokens_in == 300
    assert _said(notes) == ""


def test_a_sum_without_one_of_its_calls_is_unknown_and_said():
    notes = Notes()
    spans = [
        RawSpan("a", ok=True, cost=0.5, tokens_in=30),
        _call("b", "a", cost=0.5, tokens_in=10),
        _call("c", "a", tokens_in=20),
    ]
    trace = trace_from_spans("t", only_whole_sums(spans, notes))
    assert (trace.cost, trace.tokens_in) == (None, 30)
    assert "the costs of a request are summed without a model call" in _said(notes)


def test_a_call_without_a_price_is_lacking_also_where_its_cost_is_0():
    spans = [
        RawSpan("a", ok=True, cost=0.5, tokens_in=30),
        _call("b", "a", cost=0.5, tokens_in=10),
        _call("c", "a", cost=0.0, tokens_in=20),
    ]
    assert trace_from_spans("t", only_whole_sums(spans, Notes())).cost is None


def test_a_call_around_a_client_without_figures_keeps_its_own():
    notes = Notes()
    spans = [RawSpan("a", ok=True, tokens_in=30), _call("b", "a", tokens_in=30), _call("c", "b")]
    assert only_whole_sums(spans, notes) == spans
    assert trace_from_spans("t", spans).tokens_in == 30


def test_a_call_that_failed_lacks_nothing():
    notes = Notes()
    spans = [RawSpan("a", ok=True, cost=0.5), _call("b", "a", cost=0.5), _call("c", "a", ok=False)]
    assert only_whole_sums(spans, notes) == spans


def test_parents_in_a_circle_end():
    notes = Notes()
    spans = [_call("a", "b", cost=0.5), _call("b", "a", cost=0.5)]
    assert len(innermost(spans, notes)) == len(only_whole_sums(spans, notes)) == 2
