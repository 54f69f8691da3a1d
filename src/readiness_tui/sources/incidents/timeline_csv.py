"""A timeline as a table in a text file: time, event, source, person, in any usual naming and with any delimiter."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.clock import Clock
from readiness_tui.sources.incidents.draft import IncidentDraft, RecognisedPart
from readiness_tui.sources.incidents.timeline import source_of
from readiness_tui.sources.incidents.written_time import Stamp, find_day, read_stamp, stated_zone

FORMAT = "timeline"
_DELIMITERS = ",;\t|"


def looks_like_table(text: str, *, headed: bool = False) -> bool:
    """Whether the first line names columns of which one holds times and another what happened, or (not where `headed`
    is asked for) every line has a time in its first cell."""
    lines = [line for line in text.split("\n", 6)[:6] if line.strip()]
    if not lines or lines[0].lstrip().startswith(("#", "|", "-", "*")):
        return False
    delimiter = _delimiter(lines)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row] if delimiter else []
    except csv.Error:  # a cell without end, or a line as long as a book
        return False
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    meant = headings.columns(rows[0])
    if {"at", "clock", "day"} & set(meant) and "text" in meant:
        return True
    return not headed and all(len(row) == len(rows[0]) and _stamp(row[0]) is not None for row in rows)


def read_timeline(text: str, name: str, day: date | None = None, fallback: date | None = None) -> IncidentDraft:
    """The draft of a table of events. `name`: the file's, whose date the rows take that
    have none, else `fallback`."""
    draft = IncidentDraft(FORMAT, day=day)
    if day is None:
        named = find_day(name)
        draft.day = named.near(None) if named else fallback
    clock = Clock(draft, draft.day)
    delimiter = _delimiter(text.split("\n", 6)[:6]) or ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    header: list[str] | None = None
    meant: list[str] = []
    first = 0
    written = text.split("\n")
    line = 0
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            draft.doubt(start, f"the row cannot be read: {error}")
            draft.kept.append((start, written[start - 1] if start <= len(written) else ""))
            continue
        line = start
        if not any(cell.strip() for cell in row):
            continue
        if header is None:
            found = headings.columns(row)
            if {"at", "clock", "day"} & set(found):
                header, meant = row, found
                for title in row:
                    if stated := stated_zone(title):
                        clock.zone = stated[0]
                continue
            header = []
            meant = ["at", *_guess(row[1:])]
        first = first or line
        if not _row(draft, clock, row, header, meant, line):
            draft.kept.append((line, "\n".join(written[start - 1 : reader.line_num])))
    if draft.timeline:
        draft.found.append(RecognisedPart(f"timeline: {plural(len(draft.timeline), 'line')}", first, line))
    return draft


def _row(draft: IncidentDraft, clock: Clock, row: list[str], header: list[str], meant: list[str], line: int) -> bool:
    values = dict.fromkeys(("at", "day", "clock", "text", "by", "source"), "")
    more = []
    for place, cell in enumerate(row):
        key = meant[place] if place < len(meant) else ""
        shown = cell.strip()
        if key in values and not values[key]:
            values[key] = shown
        elif shown:
            title = header[place].strip() if place < len(header) else ""
            more.append(f"{title}: {shown}" if title else shown)
    stamp = _stamp(" ".join(part for part in (values["day"], values["at"], values["clock"]) if part))
    if stamp is None:
        draft.doubt(line, "the row has no time that can be read")
        return False
    at = stamp if isinstance(stamp, datetime) else clock.moment(stamp, line)
    source, by = source_of(values["source"], values["by"], more)
    text = values["text"] or ("; ".join(more) if more else "")
    if at is None or not text:
        if at is not None:
            draft.doubt(line, "the row says nothing of what happened")
        return False
    if more and values["text"]:
        text += f" ({'; '.join(more)})"
    draft.timeline.append(TimelineEntry(0, at, text, source, by))
    return True


def _stamp(text: str) -> Stamp | datetime | None:
    """A written time, or seconds (or milliseconds) since 1970."""
    bare = text.strip()
    if bare.replace(".", "", 1).isascii() and bare.replace(".", "", 1).isdigit() and 9 <= len(bare.split(".")[0]) <= 13:
        seconds = float(bare) / (1000 if len(bare.split(".")[0]) > 11 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    stamp = read_stamp(bare)
    return stamp if stamp is not None and (stamp.at is not None or stamp.day is not None) else None


def _guess(cells: list[str]) -> list[str]:
    """Of a table without a header: the longest cell is what happened."""
    longest = max(range(len(cells)), key=lambda place: len(cells[place]), default=0)
    return ["text" if place == longest else "" for place in range(len(cells))]


def _delimiter(lines: list[str]) -> str:
    """The sign that stands equally often, and most often, in the first lines; "" where there is none."""
    lines = [line for line in lines if line.strip()]
    if not lines:
        return ""
    try:
        counted = {sign: [len(next(csv.reader([line], delimiter=sign), [])) for line in lines] for sign in _DELIMITERS}
    except csv.Error:
        return ""
    best = max(_DELIMITERS, key=lambda sign: (counted[sign][0] > 1 and len(set(counted[sign])) == 1, counted[sign][0]))
    return best if counted[best][0] > 1 else ""
