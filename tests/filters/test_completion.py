"""A filter line completes: keys, then values with their counts; whatever it offers can be read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters.completion import complete, narrowed
from readiness_tui.domain.filters.language import parse
from readiness_tui.domain.filters.model import Named, NamePattern
from readiness_tui.domain.filters.trace_filter import TRACE_KEYS

VALUES = {
    "status": (("success", 830), ("error", 26), ("fail", 20)),
    "model": (("gpt-4o", 700), ("other-gpt", 100), ("gpt 4", 5), ("none", 3)),
}


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("l", ["latency>"]),
        ("refund -mo", ["refund -model:"]),
        ("st", ["status:"]),
        ("status:", ["status:success", "status:error", "status:fail"]),
        ("status:f", ["status:fail"]),
        ("status:fail,e", ["status:fail,error", "status:fail,success"]),
        ("x model:gpt", ["x model:gpt-4o", 'x model:"gpt 4"', "x model:other-gpt"]),
        ("model:no", ['model:"none"']),
        ("model:gpt-4o", []),
        ('"ref', []),
        ("nothing:", []),
        ("error:t", []),
    ],
)
def test_how_a_line_can_go_on(typed: str, lines: list[str]) -> None:
    assert [one.line for one in complete(typed, TRACE_KEYS, VALUES)] == lines


def test_an_empty_line_offers_keys_with_what_they_mean_and_values_have_counts() -> None:
    first = complete("", TRACE_KEYS, VALUES)[0]
    assert (first.line, first.count, first.meaning) == ("status:", None, TRACE_KEYS.keys["status"].meaning)
    assert complete("status:e", TRACE_KEYS, VALUES)[0].count == 26


@given(st.text(min_size=1, max_size=20), st.text(max_size=12))
def test_a_value_that_is_offered_is_the_one_that_is_meant(value: str, typed: str) -> None:
    for line in [one.line for one in complete("tool:", TRACE_KEYS, {"tool": ((value, 1),)})]:
        assert parse(line, TRACE_KEYS, date(2026, 1, 1)).conditions == (Named("tool", (NamePattern(value),)),)
    for one in complete(typed, TRACE_KEYS, {"tool": ((value, 1),)}):
        assert one.line.startswith(typed[: len(typed) - len(typed.split()[-1])] if typed.split() else typed)


@given(st.text(min_size=1, max_size=20))
def test_a_chosen_count_becomes_a_condition(value: str) -> None:
    line = narrowed("status:fail", "tool", value)
    try:
        conditions = parse(line, TRACE_KEYS, date(2026, 1, 1)).conditions
    except ReadinessError as refused:
        raise AssertionError(line) from refused
    assert conditions[1:] == (Named("tool", (NamePattern(value),)),)
    assert narrowed(line, "tool", None) == f"{line} tool:none"
