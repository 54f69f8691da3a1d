"""Dates as people type them: which day is meant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.dates import doubt, doubt_held, parse_day

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


@pytest.mark.parametrize(
    ("day", "past", "said"),
    [
        ("2026-11-24", False, ""),
        ("2027-12-01", False, ""),
        ("2028-11-24", False, ""),
        ("2062-12-01", False, "2062-12-01 is 36 years ahead. Did you mean 2026-12-01?"),
        ("2062-01-12", False, "2062-01-12 is 36 years ahead. Did you mean 2027-01-12?"),
        ("1926-12-01", False, "1926-12-01 is 100 years ago. Did you mean 2026-12-01?"),
        ("2026-01-12", False, "2026-01-12 is 316 days ago. Did you mean 2027-01-12?"),
        ("2026-11-23", False, "2026-11-23 is 1 day ago. Did you mean 2027-11-23?"),
        ("2096-02-29", False, "2096-02-29 is 70 years ahead."),
        ("2026-11-20", True, ""),
        ("2024-11-20", True, ""),
        ("2016-12-20", True, "2016-12-20 is 10 years ago. Did you mean 2025-12-20?"),
        ("2026-12-20", True, "2026-12-20 is 26 days ahead. Did you mean 2025-12-20?"),
    ],
)
def test_a_day_that_is_probably_mistyped_is_asked_about(day: str, past: bool, said: str) -> None:
    assert doubt(date.fromisoformat(day), date(2026, 11, 24), past=past) == said


def test_a_review_is_held_in_these_years() -> None:
    today = date(2026, 11, 24)
    assert [doubt_held(date(year, 11, 23), today) != "" for year in (2022, 2024, 2026, 2028, 2030)] == [
        True, False, False, False, True,
    ]  # fmt: skip
