"""Figures, dates and statuses in words: rounding that never flatters, and widths that hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.gate_result.words import result_mark
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.metrics.words import bound_text, change_text, estimate_text, rule_text, value_text
from readiness_tui.domain.text import format
from readiness_tui.domain.text.format import (
    day_month,
    due_day,
    duration,
    fit,
    full_day,
    moment,
    number,
    percent,
    width,
    wrap,
)

HIGHER = Rule("faithfulness", Direction.HIGHER, 0.85, unit="share")
LOWER = Rule("latency_p95_ms", Direction.LOWER, 3500, unit="ms")


def test_shares_round_down() -> None:
    assert percent(Fraction(799, 1000)) == "79%"
    assert percent(Fraction(8, 12)) == "66%"
    assert percent(Fraction(1)) == "100%"
    assert percent(66) == "66%"
    assert percent(None) == "—"


@pytest.mark.parametrize(
    ("value", "unit", "up", "text"),
    [
        (0.29, "share", False, "0.290"),
        (0.8499999, "", False, "0.849"),
        (3309.2, "ms", True, "3,310"),
        (1234567.0, "tokens", False, "1,234,567"),
        (0.0712, "USD", True, "$0.0712"),
        (-0.075, "", False, "−0.075"),
        (-0.0001, "", True, "0.000"),
        (1e300, "", False, "1e+300"),
        (float("nan"), "", False, "—"),
        (None, "ms", False, "—"),
    ],
)
def test_numbers(value: float | None, unit: str, up: bool, text: str) -> None:
    assert number(value, unit, up=up) == text


@given(st.floats(0, 1e6), st.sampled_from([HIGHER, LOWER]))
def test_a_miss_never_looks_like_a_pass(value: float, rule: Rule) -> None:
    shown = float(value_text(value, rule).replace(",", ""))
    assert rule.threshold is not None
    if rule is HIGHER:
        assert shown <= value
        assert value >= rule.threshold or shown < rule.threshold
    else:
        assert shown >= value
        assert value <= rule.threshold or shown > rule.threshold


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (HIGHER, "≥ 0.85"),
        (LOWER, "≤ 3,500"),
        (Rule("m", Direction.HIGHER, 0.8), "≥ 0.80"),
        (Rule("m", Direction.HIGHER, 0.8725), "≥ 0.8725"),
        (Rule("m", Direction.LOWER, 0.08, unit="USD"), "≤ 0.08"),
        (Rule("m", Direction.HIGHER, 1, max_regression=0.02), "≥ 1.00, drop ≤ 0.02"),
        (Rule("m", Direction.LOWER, None, unit="ms", max_regression=0.1, relative=True), "rise ≤ 10%"),
    ],
)
def test_rules(rule: Rule, text: str) -> None:
    assert rule_text(rule) == text


def test_estimates_and_their_bound_on_the_side_that_matters() -> None:
    rate = Estimate(0.875, 40, low=0.7649, high=0.94, k=35)
    assert estimate_text(rate) == "35/40"
    assert bound_text(rate, HIGHER) == "≥ 0.764"
    assert bound_text(Estimate(3300, 1204, low=3200.1, high=3419.5), LOWER) == "≤ 3,420"
    assert bound_text(Estimate(0.9, 3), HIGHER) == "—"
    assert estimate_text(Estimate(0.9, None)) == "n unknown"
    assert change_text(0.025, HIGHER) == "+0.025"
    assert change_text(0.0, HIGHER) == "0.000"


def test_dates_and_spans() -> None:
    assert day_month(date(2026, 12, 1)) == "1 Dec"
    assert full_day(date(2026, 12, 1)) == "1 Dec 2026"
    east = timezone(timedelta(hours=13))
    assert moment(datetime(2026, 11, 24, 0, 20, tzinfo=east)) == "23 Nov 2026 11:20 UTC"
    assert moment(datetime(2026, 11, 23, 11, 20)) == moment(datetime(2026, 11, 23, 11, 20, tzinfo=UTC))
    spans = {
        timedelta(seconds=12.9): "12 s",
        timedelta(seconds=250): "4 min 10 s",
        timedelta(minutes=40): "40 min",
        timedelta(hours=1, minutes=5, seconds=59): "1 h 05 min",
        timedelta(days=2, hours=3, minutes=59): "2 d 3 h",
        timedelta(seconds=-1): "out of order",
    }
    for span, text in spans.items():
        assert duration(span) == text


def test_every_result_has_a_glyph_and_a_word() -> None:
    marks = [result_mark(result) for result in Result]
    assert marks == ["● pass", "◐ not enough to tell", "✗ fail", "○ missing", "! changed since lock"]


@given(st.text(max_size=30), st.integers(1, 20), st.booleans())
def test_fit_is_exactly_as_wide_as_asked(text: str, columns: int, right: bool) -> None:
    assert width(fit(text, columns, right=right)) == columns


def test_what_is_taken_to_be_one_column_wide_is_so_by_its_own_rule() -> None:
    short = "".join(chr(code) for code in range(0x110000) if format._EACH_ONE.fullmatch(chr(code)))
    assert len(short) > 1_000
    assert width(short) == sum(format._columns(short)) == len(short)
    assert all(format._cells(character) == 1 for character in short)


@given(st.text(max_size=30))
def test_the_width_of_a_text_is_that_of_its_characters(text: str) -> None:
    assert width(text) == sum(format._columns(text))


@given(st.text(alphabet="ab 世\u0301", max_size=60), st.integers(2, 12))
def test_wrap_loses_nothing_and_holds_the_width(text: str, columns: int) -> None:
    lines = list(wrap(text, columns))
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(text.split())


def test_a_due_date_shows_its_year_where_it_is_not_this_one() -> None:
    today = date(2026, 11, 24)
    assert [due_day(day, today) for day in (date(2026, 12, 1), date(2027, 1, 2), date(2025, 12, 31), None)] == [
        "1 Dec", "2 Jan 2027", "31 Dec 2025", "—",
    ]  # fmt: skip
