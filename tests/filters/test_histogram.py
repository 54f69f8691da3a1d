"""Bars of a distribution: round, few, and wide enough for nearly all figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.filters.histogram import BARS, plan


@pytest.mark.parametrize(
    ("low", "upper", "line", "start", "width", "bars"),
    [
        (312.0, 4100.0, None, 200.0, 200.0, 20),
        (312.0, 4100.0, 4500.0, 300.0, 200.0, 22),
        (312.0, 4100.0, 3500.0, 300.0, 200.0, 20),
        (0.0, 0.02, None, 0.0, 0.001, 21),
        (5.0, 5.0, None, 5.0, 0.05, 1),
        (0.0, 0.0, None, 0.0, 5e-09, 1),
        (0.0, 5e-324, None, 0.0, 5e-09, 1),
        (1000.0, 1000.0000000001, None, 1000.0, 5.0, 1),
    ],
)
def test_bars_are_round(low: float, upper: float, line: float | None, start: float, width: float, bars: int) -> None:
    made = plan(low, upper, 60_000.0, line)
    assert (made.start, made.width, made.bars) == (pytest.approx(start), pytest.approx(width), bars)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.none() | st.floats(0, 1e9))
def test_bars_are_few_and_hold_what_they_have_to(one: float, other: float, line: float | None) -> None:
    low, upper = sorted((one, other))
    made = plan(low, upper, upper * 2, line)
    assert 1 <= made.bars <= BARS
    assert made.start <= low
    assert upper < made.start + made.width * made.bars or math.isclose(upper, made.start + made.width * made.bars)
    if line is not None and low < line <= upper * 2:
        assert line <= made.start + made.width * made.bars * (1 + 1e-9)
        bars = (line - made.start) / made.width
        assert math.isclose(bars, round(bars), abs_tol=1e-5)
