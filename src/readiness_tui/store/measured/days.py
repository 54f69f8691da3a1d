"""The UTC day of a request as a number, days since 1970, by which its tally is kept."""

from __future__ import annotations

from datetime import date, timedelta

from readiness_tui.store.schema import UNKNOWN_TIME

MICROS = 24 * 60 * 60 * 1_000_000
_EPOCH = date(1970, 1, 1)
NO_DAY = UNKNOWN_TIME // MICROS  # of requests without a time


def sql(at: str) -> str:
    """The day of a time in microseconds: rounded down before 1970 too, where SQLite's division rounds up."""
    return f"(({at}) - ((({at}) % {MICROS}) + {MICROS}) % {MICROS}) / {MICROS}"


def number(day: date | None) -> int:
    return NO_DAY if day is None else (day - _EPOCH).days


def of(day: int) -> date | None:
    return None if day == NO_DAY else _EPOCH + timedelta(days=day)


def bounds(day: int) -> tuple[int, int]:
    """The first microsecond of a day and that of the next; NO_DAY's holds UNKNOWN_TIME."""
    return day * MICROS, (day + 1) * MICROS
