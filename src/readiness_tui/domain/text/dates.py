"""Dates and times as people type them in a meeting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from readiness_tui.domain.errors import ReadinessError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Patterns for a day, and for a time of day with or without a day, to use inside a longer expression.
DAY = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\.? (?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?(?: \d{{4}})?)"
TIME = rf"(?:(?P<day>yesterday|{DAY})[ T])?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}(?::\d{{2}})?)(?P<offset>Z|[+-]\d{{2}}:?\d{{2}})?"
DUE_DAY = rf"(?:{DAY}|\+\d{{1,3}}d?|today|tomorrow|{'|'.join(_WEEKDAYS)})"
_MOMENT = re.compile(TIME, re.IGNORECASE)


def parse_day(text: str, today: date) -> date:
    """`2026-12-01`, `1 Dec`, `1 Dec 2026`, `+14` (days from today), `today`, `tomorrow`, `friday` (the next one).

    A day and month without a year means the next such day, counting today.
    """
    typed = text.strip().lower()
    if typed == "today":
        return today
    if typed == "tomorrow":
        return today + timedelta(days=1)
    if typed in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS.index(typed) - today.weekday() - 1) % 7 + 1)
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


def doubt(day: date, today: date, *, past: bool = False) -> str:
    """The question about a day that is probably mistyped, as a sentence; "" about one that may well be meant.

    Something is due from today on and within two years. `past`: something that has happened, at most three years ago.
    """
    years = abs(day.year - today.year)
    if past:
        if day <= today and (today - day).days <= 3 * 366:
            return ""
    elif today <= day and (day - today).days <= 2 * 366:
        return ""
    if day == today:
        away = "today"
    elif years > 1:
        away = f"{years} years {'ahead' if day > today else 'ago'}"
    else:
        days = abs((day - today).days)
        away = f"{days:,} {'day' if days == 1 else 'days'} {'ahead' if day > today else 'ago'}"
    near = _meant(day, today, past)
    meant = f" Did you mean {near.isoformat()}?" if near is not None and near != day else ""
    return f"{day.isoformat()} is {away}.{meant}"


def doubt_held(day: date, today: date) -> str:
    """The same of the day of a review, which may have been held before or come within two years."""
    return doubt(day, today) and doubt(day, today, past=True)


def _meant(day: date, today: date, past: bool) -> date | None:
    """The same day and month in the nearest year that fits."""
    years = (today.year, today.year - 1) if past else (today.year, today.year + 1)
    for year in years:
        try:
            found = day.replace(year=year)
        except ValueError:  # 29 February
            continue
        if (found <= today) if past else (found >= today):
            return found
    return None


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC; `remark` says how a wall-clock time that does not exist or occurs twice was read."""

    at: datetime
    remark: str = ""


def parse_moment(text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """`2026-11-21 14:05`, `14:05` (the latest such time not after now), `now`: in UTC. See `read_moment`."""
    return read_moment(text, now, zone).at


def read_moment(text: str, now: datetime, zone: tzinfo = UTC) -> Moment:
    """`14:05`, `yesterday 23:50`, `21 Nov 14:05`, `2026-11-21 14:05`, `now`; on the wall clock of `zone` unless Z or
    an offset (`+01:00`) follows.

    A time without a day is the latest such time not after `now`. Raises ReadinessError if it is not a time.
    """
    typed = " ".join(text.split())
    if typed.lower() == "now":
        return Moment(now)
    match = _MOMENT.fullmatch(typed)
    try:
        if match is None:
            return _explicit(datetime.fromisoformat(typed), now, zone)
        if match["offset"]:
            zone = datetime.fromisoformat(f"2000-01-01T00:00{match['offset'].upper()}").tzinfo or UTC
        wall = time.fromisoformat(f"{int(match['hour']):02d}:{match['minute']}")
        today = now.astimezone(zone).date()
        if not match["day"]:
            return _latest(wall, today, now, zone)
        day = today - timedelta(days=1) if match["day"].lower() == "yesterday" else _past_day(match["day"], today)
        return _explicit(datetime.combine(day, wall), now, zone)
    except (ValueError, OverflowError):
        raise ReadinessError(
            f"“{typed}” is not a time. Type 14:05, 2026-11-21 14:05, 14:05Z for UTC, or now."
        ) from None


def zone_name(zone: tzinfo, at: datetime) -> str:
    """ "Europe/Berlin", or the zone's abbreviation at that time."""
    return getattr(zone, "key", None) or at.astimezone(zone).tzname() or "local time"


def _past_day(text: str, today: date) -> date:
    """A day in the past: without a year, the latest such day."""
    day = parse_day(text, today)
    return day.replace(year=day.year - 1) if day > today and not re.search(r"\d{4}", text) else day


def _latest(wall: time, today: date, now: datetime, zone: tzinfo) -> Moment:
    for back in range(3):  # a zone may skip midnight, so yesterday is not always enough
        found = _explicit(datetime.combine(today - timedelta(days=back), wall), now, zone)
        if found.at <= now:
            return found
    raise ValueError("no such time")


def _explicit(typed: datetime, now: datetime, zone: tzinfo) -> Moment:
    """The moment at which the clocks of `zone` show `typed`. Where they show it twice, the latest not after now."""
    if typed.tzinfo is not None:
        return Moment(typed.astimezone(UTC))
    both = [typed.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    name = zone_name(zone, both[0])
    if both[0] == both[1]:
        return Moment(both[0])
    if both[0].astimezone(zone).replace(tzinfo=None) != typed:
        shown = both[0].astimezone(zone)
        return Moment(
            both[0],
            f"Clocks in {name} skipped {typed:%H:%M} on {typed:%Y-%m-%d}: taken as {shown:%H:%M}, {both[0]:%H:%M} UTC.",
        )
    if both[1] > now:
        return Moment(both[0])
    return Moment(
        both[1],
        f"Clocks in {name} showed {typed:%H:%M} twice on {typed:%Y-%m-%d}: taken as {both[1]:%H:%M} UTC. For the other, "
        f"type {both[0]:%Y-%m-%d %H:%M}Z.",
    )
