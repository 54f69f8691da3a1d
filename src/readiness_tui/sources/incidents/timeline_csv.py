"""A timeline as a table in a text file: time, event, source, person, in any usual naming and with any delimiter."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime

from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.clock import Clock
from readiness_tui.sources.incidents.draft import IncidentDraft, RecognisedPart
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.timeline import source_of
from readiness_tui.sources.incidents.written_time import Stamp, find_day, read_stamp, stated_zone

FORMAT = "timeline"
_DELIMITERS = ",;\t|"
_OPENED = re.compile(
    r"(?:incident )?(?:created|started|opened|triggered|begin|start|detected)(?: ?(?:at|on|time|date|ts))*\b"
)
_ENDED = re.compile(r"(?:incident )?(?:resolved|closed|ended|end)(?: ?(?:at|on|time|date|ts))*\b(?! by)")
_SEP = re.compile(r'\ufeff?"?sep=(\\t|[^\s"]|\t)"?[ ]*\n', re.IGNORECASE)


def looks_like_table(text: str, *, headed: bool = False) -> bool:
    """Whether the first line names columns of which one holds times and another what happened, or (not where `headed`
    is asked for) every line has a time in its first cell."""
    text, sign, _ = _without_sep(text)
    lines = [line for line in text.split("\n", 6)[:6] if line.strip()]
    if not lines or lines[0].lstrip().startswith(("#", "|", "-", "*")):
        return False
    delimiter = sign or _delimiter(lines)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row] if delimiter else []
    except csv.Error:  # a cell without end, or a line as long as a book
        return False
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    meant = headings.columns(rows[0])
    if {"at", "clock", "day"} & set(meant) and "text" in meant:
        return True
    if headed:
        return False
    return all(len(row) == len(rows[0]) and _stamp(row[0]) is not None for row in rows) or bool(
        _by_content(rows[0], rows[1:])
    )


def lists_incidents(text: str) -> bool:
    """Whether each row is an incident of its own, as the lists that incident tools export: a column says when it was
    opened, and another one when it ended."""
    text, sign, _ = _without_sep(text)
    lines = text.split("\n", 6)[:6]
    delimiter = sign or _delimiter(lines)
    try:
        header = next(csv.reader(lines[:1], delimiter=delimiter), []) if delimiter else []
    except csv.Error:
        return False
    names = [title.casefold().replace("_", " ").strip() for title in header]
    return any(map(_OPENED.match, names)) and any(map(_ENDED.match, names))


def read_timeline(text: str, name: str, day: date | None = None, fallback: date | None = None) -> IncidentDraft:
    """The draft of a table of events. `name`: the file's, whose date the rows take that
    have none, else `fallback`."""
    draft = IncidentDraft(FORMAT, day=day)
    if day is None:
        named = find_day(name)
        draft.day = named.near(None) if named else fallback
    clock = Clock(draft, draft.day)
    text, sign, skipped = _without_sep(text)
    delimiter = sign or _delimiter(text.split("\n", 6)[:6]) or ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    header: list[str] | None = None
    meant: list[str] = []
    first = 0
    written = text.split("\n")
    line = 0
    while True:
        start = reader.line_num + 1 + skipped
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            draft.doubt(start, f"the row cannot be read: {error}")
            at = start - 1 - skipped
            draft.kept.append((start, written[at] if at < len(written) else ""))
            continue
        line = start
        if not any(cell.strip() for cell in row):
            continue
        if header is None:
            found = headings.columns(row)
            if not ({"at", "clock", "day"} & set(found) and "text" in found) and _stamp(row[0]) is None:
                found = _meant(draft, row, text, delimiter, line) or found
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
            draft.kept.append((line, "\n".join(written[start - 1 - skipped : reader.line_num])))
    if draft.timeline:
        draft.found.append(RecognisedPart(f"timeline: {plural(len(draft.timeline), 'line')}", first, line))
    return draft


def _row(draft: IncidentDraft, clock: Clock, row: list[str], header: list[str], meant: list[str], line: int) -> bool:
    values = dict.fromkeys(("at", "day", "clock", "zone", "text", "by", "source"), "")
    more = []
    for place, cell in enumerate(row):
        key = meant[place] if place < len(meant) else ""
        shown = plain(cell)
        if key in values and not values[key]:
            values[key] = shown
        elif shown:
            title = header[place].strip() if place < len(header) else ""
            more.append(f"{title}: {shown}" if title else shown)
    stamp = _stamp(" ".join(part for part in (values["day"], values["at"], values["clock"]) if part))
    if stamp is None:
        draft.doubt(line, "the row has no time that can be read")
        return False
    at = stamp if isinstance(stamp, datetime) else clock.moment(clock.zoned(stamp, values["zone"], line), line)
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


def _without_sep(text: str) -> tuple[str, str, int]:
    """The table without the first line `sep=;` that tells Excel its delimiter, the delimiter, and how many lines that
    took."""
    match = _SEP.match(text)
    return (text[match.end() :], "\t" if match[1] == "\\t" else match[1], 1) if match else (text, "", 0)


def _meant(draft: IncidentDraft, header: list[str], text: str, delimiter: str, line: int) -> list[str]:
    """What the columns hold, told by their cells where their names do not say it all; it is said what was taken."""
    try:
        rows = [row for row in csv.reader(text.split("\n", 12)[1:12], delimiter=delimiter) if any(row)]
    except csv.Error:
        return []
    found = _by_content(header, rows)
    if not found:
        return []
    times = " and ".join(
        f"“{one_line(header[place], 30)}”" for place, key in enumerate(found) if key in ("at", "day", "clock")
    )
    what = one_line(header[found.index("text")], 30)
    draft.doubt(line, f"the columns' names are not all known: {times} is taken as the time, “{what}” as what happened")
    return found


def _by_content(header: list[str], rows: list[list[str]]) -> list[str]:
    """Of a table with a header: the columns of which each cell is a time or a day, and the one with most words; [] where
    there is no such."""
    rows = [row for row in rows if len(row) == len(header)]
    if not rows or len(header) < 2 or any(_stamp(cell) for cell in header):
        return []
    named = headings.columns(header)
    meant = [key if key in ("by", "source") else "" for key in named]
    for place in range(len(header)):
        stamps = [_stamp(row[place]) for row in rows if row[place].strip()]  # a day may stand in its first row alone
        if stamps and all(stamps) and rows[0][place].strip():
            dated = all(isinstance(one, datetime) or (one is not None and one.day is not None) for one in stamps)
            timed = all(isinstance(one, datetime) or (one is not None and one.at is not None) for one in stamps)
            key = "at" if dated and timed else "clock" if timed else "day"
            meant[place] = key if key not in meant else "other"
    if not {"at", "clock"} & set(meant):
        return []
    left = [place for place, key in enumerate(meant) if not key]
    words = (
        named.index("text")
        if "text" in named
        else max(left, key=lambda place: sum(len(row[place].split()) for row in rows), default=None)
    )
    if words is None:
        return []
    meant[words] = "text"
    return meant


def _stamp(text: str) -> Stamp | datetime | None:
    """A written time, or seconds (or milliseconds) since 1970."""
    bare = text.strip()
    if bare.replace(".", "", 1).isascii() and bare.replace(".", "", 1).isdigit() and 9 <= len(bare.split(".")[0]) <= 13:
        seconds = float(bare) / (1000 if len(bare.split(".")[0]) > 11 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    stamp = read_stamp(bare)
    return (
        stamp if stamp is not None and not stamp.unknown and (stamp.at is not None or stamp.day is not None) else None
    )


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
