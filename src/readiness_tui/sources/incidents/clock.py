"""Puts written times on the calendar: the day, the year and the zone that a line leaves to the document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.written_time import AMBIGUOUS, Stamp, in_utc, zone_of

#: Of two lines in a row without a day, one that goes back further than this is on the next day.
NIGHT = timedelta(hours=6)


class Clock:
    """`day`: the document's, or that of the last line or heading that gave one. `zone`: the one that is stated."""

    def __init__(self, draft: IncidentDraft, day: date | None, zone: tzinfo | None = None) -> None:
        self._draft = draft
        self.zone = zone
        self.day = day
        self.stranger = ""  # a zone that is stated, and not known
        self._headed = False  # the day is a heading's: what goes back below it is out of order, not the next day
        self._last: datetime | None = None  # in the time of the document

    def head(self, day: date, *, rolls: bool = False) -> None:
        """A heading (or a line by itself) that says the day of what follows. `rolls`: until midnight, as in a chat."""
        self.day, self._headed, self._last = day, not rolls, None

    def zoned(self, stamp: Stamp, name: str, line: int) -> Stamp:
        """The stamp in the zone that a column beside it names."""
        if not name.strip() or stamp.zone is not None:
            return stamp
        zone = zone_of(name.strip().strip("()"))
        if zone is None:
            self._draft.doubt(line, f"“{one_line(name, 30)}” is no time zone that is known here; the time may be off")
            return stamp
        return replace(stamp, zone=zone, zone_name=name.strip())

    def moment(self, stamp: Stamp, line: int) -> datetime | None:
        """When a line says it was, in UTC; None (and a doubt) where no day can be had."""
        if stamp.day is not None:
            day = stamp.day.near(self.day or self._draft.day)
            if day is None:
                self._draft.doubt(line, "the date has no year, and the document gives none")
                return None
            if not stamp.day.sure:
                self._draft.doubt(line, f"the date could be read in two ways; {day} is taken")
            self.day, self._headed, self._last = day, False, None
        if self.day is None:
            self._draft.doubt(line, "the time has no date, and the document gives none")
            return None
        clock = stamp.at
        if stamp.unknown:
            self._draft.doubt(line, "the time of the day is left open, so the line has none")
            return None
        if clock is None:
            self._draft.doubt(line, "the line has a day but no time; 00:00 is written")
            clock = time()
        elif stamp.about:
            self._draft.doubt(line, "the time is approximate")
        local = datetime.combine(self.day, clock)
        if self._last is not None and stamp.day is None and stamp.at is not None and local < self._last:
            if self._last - local > NIGHT and not self._headed:
                self.day += timedelta(days=1)
                local += timedelta(days=1)
                self._draft.doubt(line, f"{clock:%H:%M} after {self._last:%H:%M} is taken as the next day, {self.day}")
            else:
                self._draft.doubt(line, f"{clock:%H:%M} stands after {self._last:%H:%M}: out of order")
        self._last = local if stamp.at is not None else self._last
        zone = stamp.zone or self.zone
        if stamp.zone_name in AMBIGUOUS:
            self._draft.doubt(
                line, f"{stamp.zone_name} names several zones; UTC{local.replace(tzinfo=zone):%z} is taken"
            )
        if zone is None:
            said = f"“{self.stranger}” is no time zone that is known here: times" if self.stranger else "Times"
            off = ", and may be off" if self.stranger else ""
            self._draft.doubt(0, f"{said} without a zone are taken as UTC{off}.")
        try:
            return in_utc(self.day, clock, zone or UTC)
        except OverflowError:
            self._draft.doubt(line, "the date is out of range")
            return None
