"""A day typed into a form: one that is probably mistyped is asked about once."""

from __future__ import annotations

from datetime import date

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.tui.typed_day import TypedDay

TODAY = date(2026, 11, 24)


def test_an_odd_day_is_asked_about_once_and_then_taken() -> None:
    days = TypedDay()
    with pytest.raises(ReadinessError, match=r"Did you mean 2026-12-01\? If it is meant, save again"):
        days.read("2062-12-01", TODAY)
    with pytest.raises(ReadinessError, match="1926-12-01 is 100 years ago"):  # another one is another question
        days.read("1926-12-01", TODAY)
    assert days.read("2062-12-01", TODAY) == date(2062, 12, 1)


def test_what_stood_there_and_what_may_well_be_meant_is_taken() -> None:
    days = TypedDay()
    assert days.read("  ", TODAY) is None
    assert days.read("+14", TODAY) == date(2026, 12, 8)
    assert days.read("2026-11-20", TODAY, was=date(2026, 11, 20)) == date(2026, 11, 20)
    assert days.read("2026-11-20", TODAY, past=True) == days.read("2026-11-20", TODAY, held=True)
    with pytest.raises(ReadinessError, match="days ago"):
        days.read("2026-11-20", TODAY)
