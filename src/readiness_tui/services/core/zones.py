"""Which zone a day belongs to: the one that a review names, else the one that this machine keeps its clock in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

#: A zone as POSIX writes it: a name, its offset, and perhaps a summer time, its offset and when it begins and ends.
_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET = r"[+-]?\d{1,2}(?::\d{2}){0,2}"
_POSIX = re.compile(rf"(?P<name>{_NAME}){_OFFSET}(?:(?P<summer>{_NAME})(?:{_OFFSET})?(?P<rule>,.+)?)?", re.ASCII)
_SYSTEM = "/etc/localtime"
_FOLDER = "zoneinfo/"


@dataclass(frozen=True, slots=True)
class LocalZone:
    """The zone of this machine's wall clock. `remark`: what its owner should know, as a sentence; "" if nothing."""

    zone: tzinfo
    remark: str = ""


class MachineZone(tzinfo):
    """The zone that the operating system itself keeps, for one without a name: its offset at each moment, summer time
    included."""

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        return self._here(at).utcoffset()

    def tzname(self, at: datetime | None) -> str | None:
        return self._here(at).tzname()

    def dst(self, at: datetime | None) -> timedelta | None:
        return None  # the system says only the sum

    def fromutc(self, at: datetime) -> datetime:
        shown = at.replace(tzinfo=UTC).astimezone()
        wall = shown.replace(tzinfo=None)
        # Where clocks show a time twice, the second of them is a fold.
        second = wall.astimezone().utcoffset() != shown.utcoffset()
        return wall.replace(tzinfo=self, fold=int(second))

    def __repr__(self) -> str:
        return "MachineZone()"

    @staticmethod
    def _here(at: datetime | None) -> datetime:
        return (datetime.now() if at is None else at.replace(tzinfo=None)).astimezone()


def local_zone(env: Mapping[str, str] = os.environ) -> LocalZone:
    """The zone of this machine's wall clock, as its other programs see it: TZ, else the system's.

    Never fails: a TZ that names no zone is what the operating system makes of it, and the remark says so.
    """
    given = env.get("TZ")
    if given is None:
        return LocalZone(_of_file(_SYSTEM) or MachineZone())
    name = given.removeprefix(":")
    if not name:  # set, and empty: POSIX takes that as UTC
        return LocalZone(ZoneInfo("UTC"))
    known = _of_file(name) if name.startswith("/") else named(name)
    if known is not None:
        return LocalZone(known)
    zone, shown = MachineZone(), one_line(name, 40)
    posix = _POSIX.fullmatch(name)
    if posix is None or zone.tzname(None) not in (_bare(posix["name"]), _bare(posix["summer"])):
        return LocalZone(
            zone,
            f"TZ={shown} names no time zone, so this machine's clock counts as {_offset(zone)}. Set TZ to the name of a"
            " zone, such as Asia/Kolkata, or give the review its own: `readiness review edit --zone Asia/Kolkata`.",
        )
    if posix["summer"] and not posix["rule"]:
        return LocalZone(
            zone,
            f"TZ={shown} does not say when summer time begins, so it begins and ends when this operating system assumes"
            " it, often as in the United States. The name of a zone, such as Europe/Berlin, says it.",
        )
    return LocalZone(zone)


@lru_cache(maxsize=64)
def named(name: str) -> tzinfo | None:
    """The zone of this name ("Europe/Berlin"), None where this machine knows none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None


def zone_called(name: str) -> tzinfo:
    """The zone that a review names. Raises ReadinessError where this machine knows none of that name: a day guessed is
    a wrong day."""
    found = named(name)
    if found is None:
        raise ReadinessError(
            f"{one_line(name, 60)} is no time zone that this machine knows, so it cannot tell the review's day. Write it"
            " as Europe/Berlin, Asia/Kolkata or UTC; if it is written like that, `pip install tzdata` brings the names."
        )
    return found


def checked_zone(typed: str) -> str:
    """A zone's name as somebody typed it; "" for the machine's. Raises ReadinessError as `zone_called`."""
    name = typed.strip()
    if name and named(name) is None:
        if meant := _near(name):
            raise ReadinessError(f"{one_line(name, 60)} is no time zone. Did you mean {' or '.join(meant)}?")
        zone_called(name)
    return name


def name_of(zone: tzinfo) -> str:
    """The name by which another machine finds this zone; "" where it has none."""
    return str(getattr(zone, "key", None) or "")


def _near(name: str) -> list[str]:
    """Names that the typed one may stand for: in other letters, or the city alone."""
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    folded = {one.casefold(): one for one in sorted(available_timezones()) if not one.startswith(("posix", "right"))}
    typed = name.casefold().replace(" ", "_")
    cities = [one for lower, one in folded.items() if lower.rpartition("/")[2] == typed]
    return cities[:3] or [folded[lower] for lower in get_close_matches(typed, folded, n=2, cutoff=0.75)]


def _of_file(path: str) -> tzinfo | None:
    """The zone in a file of the system's: by its name where it has one, so that it can be said."""
    real = os.path.realpath(path)
    found = named(real.partition(_FOLDER)[2]) if _FOLDER in real else None
    if found is not None:
        return found
    try:
        with open(real, "rb") as file:
            return ZoneInfo.from_file(file, key=None)
    except (OSError, ValueError):
        return None


def _bare(name: str | None) -> str | None:
    return name.strip("<>") if name else None


def _offset(zone: tzinfo) -> str:
    offset = zone.utcoffset(None) or timedelta(0)
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    return f"UTC{'-' if offset < timedelta(0) else '+'}{hours:02d}:{minutes:02d}"
