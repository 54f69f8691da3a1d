"""Dates as people type them: which day is meant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.dates import parse_day

FRIDAY = date(2026, 11, 27)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", FRIDAY),
        (" Tomorrow ", FRIDAY + timedelta(days=1)),
        ("+0", FRIDAY),
        ("+14", FRIDAY + timedelta(days=14)),
        ("+14d", FRIDAY + timedelta(days=14)),
        ("2026-11-20", date(2026, 11, 20)),
        ("friday", FRIDAY + timedelta(days=7)),  # the next one: who means today types today
        ("saturday", FRIDAY + timedelta(days=1)),
        ("thursday", FRIDAY + timedelta(days=6)),
        ("27 Nov", FRIDAY),
        ("28. november", FRIDAY + timedelta(days=1)),
        ("26 Nov", date(2027, 11, 26)),
        ("1 Jan", date(2027, 1, 1)),
        ("26 nov 2026", date(2026, 11, 26)),
    ],
)
def test_the_day_that_is_meant(typed: str, day: date) -> None:
    assert parse_day(typed, FRIDAY) == day


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(NAMES))
def test_a_weekday_is_the_next_one_of_its_name(today: date, name: str) -> None:
    day = parse_day(name, today)
    assert NAMES[day.weekday()] == name
    assert 1 <= (day - today).days <= 7


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.integers(0, 364))
def test_a_day_without_its_year_is_the_next_such_day_from_today_on(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    if (day.month, day.day) != (2, 29):
        assert parse_day(f"{day.day} {day:%b}", today) == day


@pytest.mark.parametrize("typed", ["", "soon", "30 Feb", "31 Apr 2026", "2026-13-01", "+", "+1000", "1 Foo"])
def test_what_is_no_day_is_asked_for_again(typed: str) -> None:
    with pytest.raises(ReadinessError, match="is not a date"):
        parse_day(typed, FRIDAY)
