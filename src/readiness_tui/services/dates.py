"""Dates and times as people type them in a meeting."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from readiness_tui.domain.errors import ReadinessError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_day(text: str, today: date) -> date:
    """`2026-12-01`, `1 Dec`, `1 Dec 2026`, `+14` (days from today), `today`.

    A day and month without a year is the next such day from today on.
    """
    typed = text.strip().lower()
    if typed == "today":
        return today
    if match := re.fullmatch(r"\+(\d{1,3})d?", typed):
        return today + timedelta(days=int(match[1]))
    try:
        return date.fromisoformat(typed)
    except ValueError:
        pass
    if (match := re.fullmatch(r"(\d{1,2})\.? ([a-z]{3})[a-z]*\.?(?: (\d{4}))?", typed)) and match[2] in _MONTHS:
        month, day = _MONTHS.index(match[2]) + 1, int(match[1])
        try:
            if match[3]:
                return date(int(match[3]), month, day)
            found = date(today.year, month, day)
            return found if found >= today else date(today.year + 1, month, day)
        except ValueError:
            pass
    raise ReadinessError(f"“{text.strip()}” is not a date. Type 2026-12-01, 1 Dec, or +14 for two weeks from today.")


def parse_moment(text: str, now: datetime) -> datetime:
    """`2026-11-21 14:05`, `14:05` (the latest such time not after now), `now`; UTC unless an offset is given."""
    typed = text.strip()
    if typed.lower() == "now":
        return now
    if match := re.fullmatch(r"(\d{1,2}):(\d{2})Z?", typed, re.IGNORECASE):
        try:
            found = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
        except ValueError:
            found = None
        if found is not None:
            return found if found <= now else found - timedelta(days=1)
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise ReadinessError(f"“{typed}” is not a time. Type 2026-11-21 14:05, 14:05 or now (UTC).") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
