"""Dates and times as people write them into postmortems, chat logs and tables.

Each reader looks at the beginning of a text and says where it stopped. A day and month may lack the year, a time its
day, both their zone: who calls knows the document's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_TH = r"(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}}\.?,?\s{{1,3}})?{shape}", re.IGNORECASE)
    for shape in (
        r"(?P<year>(?:19|20)[0-9]{2})(?P<mark>[-/.])(?P<m>[0-9]{1,2})(?P=mark)(?P<d>[0-9]{1,2})(?![0-9])",
        rf"(?P<d>[0-9]{{1,2}}){_TH}(?:\s+of)?[\s-]{{1,3}}{_MONTH}(?:,?[\s-]{{1,3}}(?P<year>(?:19|20)[0-9]{{2}})\b)?",
        rf"(?P<d>[0-9]{{1,2}})/{_MONTH}/(?P<year>(?:19|20)?[0-9]{{2}})(?![0-9:])",
        rf"{_MONTH}\s{{1,3}}(?P<d>[0-9]{{1,2}}){_TH}(?![0-9:])(?:\s?[-–]\s?(?P<to>[0-9]{{1,2}}){_TH}(?![0-9:]))?"
        r"(?:,?\s{1,3}(?P<year>(?:19|20)[0-9]{2})(?![0-9:]))?",
        r"(?P<a>[0-9]{1,2})(?P<mark>[-/.])(?P<b>[0-9]{1,2})(?P=mark)(?P<year>(?:19|20)?[0-9]{2})(?![0-9:])",
        r"(?P<a>[0-9]{1,2})(?P<mark>[-/])(?P<b>[0-9]{1,2})(?=[ T,]{1,2}[0-9]{1,2}:[0-9]{2})",
    )
)
_TIMES = (
    re.compile(
        r"(?P<hour>[01]?[0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])(?:[.,][0-9]{1,9})?)?"
        r"(?:\s?(?P<half>[ap])\.?m\b\.?)?(?!:?[0-9])(?:\sUhr\b)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[ap])\.?m\b\.?", re.IGNORECASE),
    re.compile(
        r"(?P<hour>[01]?[0-9]|2[0-3])\.(?P<minute>[0-5][0-9])(?=:\s|\s[-–—]\s|\s?(?:UTC|GMT|h|Uhr)\b)(?:\sUhr\b)?"
    ),
    re.compile(r"(?P<hour>[01]?[0-9]|2[0-3])h(?P<minute>[0-5][0-9])(?![0-9a-zA-Z])"),
    re.compile(r"(?P<hour>[01][0-9]|2[0-3])(?P<minute>[0-5][0-9])(?=\s?(?:UTC|GMT|Z|h|hrs)\b)(?:\s?h(?:rs)?\b)?"),
)
# What stands where a time is to be filled in, or was not known: HH:mm, 14:??, xx:xx, TBD.
_UNKNOWN_TIME = re.compile(
    r"(?:(?:--|__|\?\?|[Xx]{2}|[Hh]{1,2}|[0-9]{1,2}):(?:--|__|\?{1,2}|[Xx]{2}|[Mm]{2})(?::(?:--|\?\?|[Xx]{2}|[Ss]{2}|[0-9]{2}))?(?![\w:])"
    r"|(?:\?\?|[Xx]{2}|[Hh]{2}):[0-5][0-9](?![\w:])|\?\?\?|TB[DC]\b|(?:time )?unknown\b)"
)
_ABOUT = re.compile(r"(?:~|≈|ca\.?\s|circa\s|approx(?:\.|imately)?\s|around\s|about\s)\s?", re.IGNORECASE)
_BETWEEN = re.compile(r"[\sT,@]*(?:\bat\b\s*)?", re.IGNORECASE)
_OPENING = re.compile(r"[\s\[(<“\"']*(?P<marks>[*_`]{0,3})[\s\[(<“\"']*")
# What may stand between a time and its text; a sign before a figure (">5 %", "-3 pods") is the figure's.
_CLOSING = re.compile(r"(?:[\s\])”\"':;,.|–—=→]|(?<!\s)[>-]|>(?!\s?[=$€£]?\s?\.?[0-9])|-(?![$€£]?\.?[0-9]))*")
_ON = re.compile(r",?\s*(?:on\s)?\s*")
_SECONDS = re.compile(r":[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?\Z|T[0-9]{2}:[0-9]{2}\Z")
_UNTIL = re.compile(r"[\s*_]*(?:-|–|—|to|until|till)[\s*_]*(?=[0-9~])")

# Offsets in hours. An abbreviation that two zones share has the one that postmortems mostly mean; see `AMBIGUOUS`.
_OFFSETS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "IST": 5.5, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "HST": -10,
    "MEZ": 1, "MESZ": 2, "BRT": -3, "ART": -3,
}  # fmt: skip
AMBIGUOUS = frozenset({"BST", "IST", "CST"})
_PLACES = {
    "PT": "America/Los_Angeles", "PST/PDT": "America/Los_Angeles", "PDT/PST": "America/Los_Angeles",
    "PACIFIC": "America/Los_Angeles", "PACIFIC TIME": "America/Los_Angeles",
    "MT": "America/Denver", "MST/MDT": "America/Denver", "MOUNTAIN TIME": "America/Denver",
    "CT": "America/Chicago", "CST/CDT": "America/Chicago", "CENTRAL TIME": "America/Chicago",
    "ET": "America/New_York", "EST/EDT": "America/New_York", "EDT/EST": "America/New_York",
    "EASTERN": "America/New_York", "EASTERN TIME": "America/New_York",
    "PST8PDT": "America/Los_Angeles", "MST7MDT": "America/Denver", "CST6CDT": "America/Chicago", "EST5EDT": "America/New_York",
    "MOUNTAIN": "America/Denver", "CENTRAL": "America/Chicago",
    "CET/CEST": "Europe/Berlin", "CEST/CET": "Europe/Berlin", "GMT/BST": "Europe/London", "BST/GMT": "Europe/London",
}  # fmt: skip
_WORDS = r"(?:Pacific|Mountain|Central|Eastern)(?:\sTime)?(?!/)"
_NAMES = "|".join((_WORDS, *sorted((re.escape(name) for name in (*_OFFSETS, *_PLACES)), key=len, reverse=True)))
_ZONE = re.compile(
    r"\s?[(\[]?(?P<name>(?:UTC|GMT)\s?[+-](?:0?[0-9]|1[0-4])(?::?[0-5][0-9])?(?![0-9:])"
    r"|[+-](?:0[0-9]|1[0-4]):?(?:00|15|30|45)(?![0-9:])"
    rf"|{_NAMES}|(?:US|Europe|America|Asia|Australia|Africa|Pacific|Etc)/[A-Za-z_]{{2,20}})(?![A-Za-z0-9])[)\]]?"
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])([0-9]{1,2})(?::?([0-9]{2}))?")
# "All times in CET", "(times are UTC)", "Time (UTC)", "UTC time", "timezone: UTC".
_STATED = re.compile(
    rf"(?:(?i:\btimes?\b)[^.\n]{{0,40}}?\b|(?i:\btime\s?zone\b)[^.\n]{{0,12}}?|^\W*|\()(?P<zone>(?:UTC|GMT)\s?[+-][0-9]{{1,2}}(?::?[0-9]{{2}})?|{_NAMES}"
    r"|(?:US|Europe|America|Asia|Australia)/[A-Za-z_]{2,20})(?![A-Za-z0-9])",
)


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A written date. `year` None: not written. `sure` False: day and month could be the other way round."""

    year: int | None
    month: int
    day: int
    sure: bool = True

    def near(self, other: date | None) -> date | None:
        """The date that is meant; where the year or the order is open, the one closest to `other`. None: no such date,
        or no year to be had."""
        if self.year is None and other is None:
            return None
        years = [self.year] if self.year is not None else [other.year + step for step in (-1, 0, 1)] if other else []
        orders = (
            [(self.month, self.day)] if self.sure or other is None else [(self.month, self.day), (self.day, self.month)]
        )
        dates = [found for year in years for month, day in orders if (found := _date(year, month, day))]
        return min(dates, key=lambda found: abs(found - other)) if dates and other else dates[0] if dates else None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands at the beginning of a line: a day, a time, a zone, each perhaps missing; the text goes on at `end`.

    `about`: written as approximate. `until`: the end of a span as written ("13:00").
    """

    day: WrittenDay | None
    at: time | None
    zone: tzinfo | None
    zone_name: str
    end: int
    about: bool = False
    until: str = ""
    unknown: bool = False


def read_day(text: str, start: int = 0) -> tuple[WrittenDay, int] | None:
    """The date at `start` of the text, and where it ends."""
    for shape in _DATES:
        match = shape.match(text, start)
        if match is None:
            continue
        parts = match.groupdict()
        year = int(parts["year"]) if parts.get("year") else None
        year = year + 2000 if year is not None and year < 100 else year
        sure = True
        if parts.get("a"):
            one, two = int(parts["a"]), int(parts["b"])
            day_first = one > 12 or (two <= 12 and parts["mark"] == ".")
            sure = one > 12 or two > 12 or one == two or parts["mark"] == "."
            month, day = (two, one) if day_first else (one, two)
        else:
            named = parts.get("month")
            month = _MONTHS.index(named[:3].lower()) + 1 if named else int(parts["m"])
            day = int(parts["d"])
        if _date(year or 2000, month, day) is not None:
            return WrittenDay(year, month, day, sure), match.end()
    return None


def find_day(text: str) -> WrittenDay | None:
    """The first date with its year anywhere in the text."""
    for match in re.finditer(r"(?<![A-Za-z0-9/.-])(?=[0-9A-Za-z])", text):
        found = read_day(text, match.start())
        if found is not None and found[0].year is not None:
            return found[0]
    return None


def read_time(text: str, start: int = 0) -> tuple[time, int] | None:
    """The time of day at `start` of the text, and where it ends."""
    for shape in _TIMES:
        match = shape.match(text, start)
        if match is None:
            continue
        parts = match.groupdict()
        hour, minute, second = int(parts["hour"]), int(parts.get("minute") or 0), int(parts.get("second") or 0)
        half = (parts.get("half") or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        return time(hour % 24, minute, second), match.end()
    return None


def read_stamp(text: str) -> Stamp | None:
    """The day and time with which a line begins, whatever marks stand around them; None where there is neither."""
    opening = _OPENING.match(text)
    marks, at = (opening["marks"], opening.end()) if opening else ("", 0)
    after_about = _skip(_ABOUT, text, at)
    about, at = after_about > at, after_about
    day: WrittenDay | None = None
    moment: time | None = None
    if found := read_day(text, at):
        day, at = found
        at = _skip(_ABOUT, text, _skip(_OPENING, text, _skip(_BETWEEN, text, at)))
    unknown = _UNKNOWN_TIME.match(text, at)
    clock = None if unknown else read_time(text, at)
    if unknown:
        at = unknown.end()
    elif clock:
        moment, at = clock
    elif day is None:
        return None
    zone, name, at = _zone_at(text, at) if moment is not None else (None, "", at)
    if day is None and moment is not None and (late := read_day(text, _skip(_ON, text, at))):
        day, at = late
    until, at = _until(text, at) if moment is not None else ("", at)
    if until and zone is None:
        zone, name, at = _zone_at(text, at)
    at = _skip(_CLOSING, text, at)
    if marks and text.startswith(marks[::-1], at):  # what was bold to its end
        at = _skip(_CLOSING, text, at + len(marks))
    return Stamp(day, moment, zone, name, at, about, until, unknown is not None)


def zone_of(name: str) -> tzinfo | None:
    """The zone of an abbreviation, an offset ("UTC+2", "+05:30") or a place ("US/Pacific")."""
    plain = re.sub(r"\s+", " ", name.strip())
    if plain.upper() in _OFFSETS:
        return UTC if _OFFSETS[plain.upper()] == 0 else timezone(timedelta(hours=_OFFSETS[plain.upper()]))
    if match := _OFFSET.fullmatch(plain):
        hours, minutes = int(match[2]), int(match[3] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if match[1] == "-" else offset) if offset else UTC
    return _place(_PLACES.get(plain.upper(), plain))


def stated_zone(text: str) -> tuple[tzinfo, str] | None:
    """The zone that a heading, a column or a remark states for all times below it."""
    for match in _STATED.finditer(text):
        zone = zone_of(match["zone"])
        if zone is not None:
            return zone, match["zone"]
    return None


def in_utc(day: date, at: time, zone: tzinfo) -> datetime:
    """The moment in UTC."""
    return datetime.combine(day, at, zone).astimezone(UTC)


@cache
def _place(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, or no zone data on this machine
        return None


def _zone_at(text: str, at: int) -> tuple[tzinfo | None, str, int]:
    match = _ZONE.match(text, at)
    if match and match["name"][0] == "-" and ":" in match["name"] and not _SECONDS.search(text, 0, at):
        return None, "", at  # 14:40-15:30 is a span; an offset like that follows seconds
    zone = zone_of(match["name"]) if match else None
    return (zone, match["name"], match.end()) if match and zone else (None, "", at)


def _until(text: str, at: int) -> tuple[str, int]:
    if (gap := _UNTIL.match(text, at)) and (end := read_time(text, _skip(_ABOUT, text, gap.end()))):
        return text[gap.end() : end[1]].strip(), end[1]
    return "", at


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
