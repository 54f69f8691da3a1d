"""Costs from tokens: only where nothing has to be guessed, marked, and counted with the reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Case, Measure, Provenance, Span, SpanKind, Trace
from readiness_tui.domain.runs.pricing import Price, PriceTable, Pricing

TABLE = PriceTable("v1", date(2026, 11, 20), {"birch": Price(3.5, 14.0, 0.35), "elm": Price(1.0, 2.0)})
TRACE = Trace("t1", model="birch", tokens_in=4000, tokens_out=500)
CASE = Case("c1", tokens_in=4000, tokens_out=500)
COST = (4000 * 3.5 + 500 * 14) / 1_000_000  # 0.021


@pytest.fixture
def pricing() -> Pricing:
    return Pricing(TABLE)


def test_a_trace_and_a_case_are_priced_and_marked(pricing: Pricing) -> None:
    trace = pricing.trace(TRACE)
    assert (trace.cost, trace.extra) == (COST, {"cost_derived": True})
    assert pricing.case(CASE, "birch").cost == Measure(COST, Provenance.DERIVED)
    assert pricing.case(replace(CASE, extra={"model": "elm"}), "birch").cost.value == 0.005  # its own model wins
    assert pricing.warnings() == [
        "Cost derived from tokens for 3 of 3 records without one, by the price table v1 of 2026-11-20."
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tokens_out": None}, "the tokens of input and output are not both known"),
        ({"model": None}, "the model is not known"),
        ({"model": "Birch"}, "that the price table v1 of 2026-11-20 does not have: “Birch” (1)"),
        ({"extra": {"models": ["birch", "elm"]}}, "several models share one count of tokens"),
    ],
)
def test_what_would_be_a_guess_is_left_and_said(pricing: Pricing, change: dict[str, object], why: str) -> None:
    trace = replace(TRACE, **change)
    assert pricing.trace(trace) is trace
    first, second = pricing.warnings()
    assert "0 of 1 record without" in first
    assert why in second


def test_a_cost_of_its_own_stays_and_a_cache_hit_costs_nothing_new(pricing: Pricing) -> None:
    for trace in (replace(TRACE, cost=0.0), replace(TRACE, cached=True)):
        assert pricing.trace(trace) is trace
    own, hit = Measure(0.0, Provenance.MEASURED), Measure(5.0, Provenance.CACHED)
    for case in (replace(CASE, cost=own), replace(CASE, latency_ms=hit), replace(CASE, cost=hit)):
        assert pricing.case(case, "birch") is case
    assert pricing.warnings() == []


def step(ident: str, tokens_in: int, read: int | None) -> Span:
    return Span(ident, kind=SpanKind.MODEL, attributes={"tokens_in": tokens_in, "tokens_cache_read": read})


def test_input_read_from_a_prompt_cache_has_its_own_price(pricing: Pricing) -> None:
    two = (step("a", 3000, 2000), step("b", 1000, None))
    assert pricing.trace(replace(TRACE, spans=two)).cost == (2000 * 3.5 + 2000 * 0.35 + 500 * 14) / 1_000_000
    # Steps that repeat each other's tokens say nothing certain: the full price, an upper bound.
    assert pricing.trace(replace(TRACE, spans=(*two, step("c", 1000, 900)))).cost == COST
    assert pricing.trace(replace(TRACE, model="elm", spans=two)).cost == 0.005  # no such price: as any input


tokens = st.integers(0, 10**9)


@given(tokens, tokens, st.integers(0, 10**9), st.floats(0, 1000), st.floats(0, 1000))
def test_more_tokens_never_cost_less_and_cache_reads_never_more(
    tokens_in: int, tokens_out: int, read: int, dear: float, cheap: float
) -> None:
    price = Price(max(dear, cheap), dear, min(dear, cheap))
    full = price.cost(tokens_in, tokens_out)
    assert 0 <= full <= price.cost(tokens_in + 1, tokens_out + 1)
    assert price.cost(tokens_in, tokens_out, min(read, tokens_in)) <= full * (1 + 1e-12)
