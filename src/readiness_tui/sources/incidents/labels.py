"""Labels before values ("Severity: SEV-1", a table of two columns, front matter), and what they say of an incident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta, tzinfo

from readiness_tui.domain.incidents.model import NoteStatus
from readiness_tui.domain.incidents.note_rows import failure_class
from readiness_tui.domain.text.format import moment
from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.clock import NIGHT, Clock
from readiness_tui.sources.incidents.cross_check import read_span
from readiness_tui.sources.incidents.draft import TIMES, IncidentDraft
from readiness_tui.sources.incidents.inline_markup import plain, unstruck
from readiness_tui.sources.incidents.markdown_blocks import (
    ListEntry,
    MarkdownLine,
    MarkdownTable,
    Paragraph,
    every_line,
    statements,
)
from readiness_tui.sources.incidents.written_time import read_day, read_stamp, stated_zone

_TEXTS = frozenset(
    """summary affected cost harm can_recur impact factors detection reviewers went_well went_badly got_lucky surprised
    what_changed reproduction controls evals questions""".split()  # noqa: SIM905
)
_PREFIX = re.compile(
    r"^(?:\W*(?:[\w.-]+ )?(?:incident |outage )?(?:post-?\s?mortem|incident (?:report|review|summary|record)|outage report"
    r"|post[- ]incident (?:review|report|analysis)|retrospective|rca|pir|coe|correction of errors?|learning review|root cause analysis|public rca)(?:\s\([A-Z]{2,5}\))?(?: of)?(?:\s+(?:INC-)?#?[0-9]+)?\s*[:–—|-]\s+)+",
    re.IGNORECASE,
)
LABELLED = re.compile(
    r"(?:\*\*?|__?)\s?(?P<label>[^*_:]{2,40}?)\s?:?\s?(?:\*\*?|__?)\s*:?\s*(?P<value>\S.*)$", re.DOTALL
)
_BARE = re.compile(r"(?P<label>[A-Za-z][A-Za-z /()_-]{1,38}?)\s?:\s+(?P<value>\S.*)$", re.DOTALL)
_IS_ONE = re.compile(
    r"\bpost-?\s?mortem\b|\bincident (?:report|review|summary|record|#|[0-9])|\boutage\b|\brca\b|\broot cause\b|\bcorrection of errors?\b"
    r"|\bpost[- ]incident\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s+[·|]\s+(?=\*\*)")
# What our own export derives, or says of something else than the record; see reports/templates/incident.md.j2.
_DERIVED = frozenset({"system", "duration", "as of", "review", "verdict", "scorecard", "related item", "rate"})
_SPAN = re.compile(r"(?:\bfrom|\bbetween|\()?\s*(?=~?[0-9]{1,2}:[0-9]{2}|[0-9]{4}-)", re.IGNORECASE)


class Labels:
    """Takes labelled values into the draft."""

    def __init__(self, draft: IncidentDraft, clock: Clock) -> None:
        self._draft = draft
        self._clock = clock

    def block(self, block: Paragraph | ListEntry) -> list[tuple[int, str]] | None:
        """Take what a paragraph or list item labels; what is left of it with its lines. None: nothing was taken."""
        left: list[tuple[int, str]] = []
        taken = False
        for line, text in _statements(block):
            rest = []
            for part in _PARTS.split(text):
                found = labelled(part)
                if found is not None and self.pair(line, *found):
                    taken = True
                else:
                    rest.append(part)
            if rest:
                left.append((line, " · ".join(rest)))
        if taken and isinstance(block, ListEntry):
            left += [(line.number, line.text) for inner in block.items for line in every_line(inner)]
        return left if taken else None

    def table(self, table: MarkdownTable) -> list[MarkdownLine] | None:
        """Take the rows of a table of labels and values; the lines that are left. None: it is no such table."""
        rows = [(table.line, table.header), *table.rows]
        if (
            len(table.rows) == 1
            and len(table.header) > 2
            and sum(bool(_known(one)) for one in table.header) * 2 > len(table.header)
        ):
            for title, value in zip(table.header, table.rows[0][1], strict=False):  # a row of labels over one of values
                self.pair(table.rows[0][0], plain(title), value)
            return []
        if max(len(row) for _, row in rows) in (3, 4) and all(
            _known(row[0]) and _known(row[2]) for _, row in rows if len(row) > 3 and row[2]
        ):
            rows = [(line, row[at : at + 2]) for line, row in rows for at in (0, 2) if any(row[at : at + 2])]
        if max((len(row) for _, row in rows), default=0) > 2 or not any(_known(row[0]) for _, row in rows if row):
            return None
        left = {line for line, row in rows if not (len(row) == 2 and self.pair(line, plain(row[0]), row[1]))}
        done = {line for line, _ in rows} - left
        done.add(table.line + 1)
        if headings.name("".join(table.header)) in ("", "fieldvalue", "stepat", "item details"):
            done.add(table.line)
        return [line for line in table.lines if line.number not in done]

    def pair(self, line: int, label: str, written: str) -> bool:
        """Take one value. Returns whether all of it fitted into a field; what is struck out beside it does not."""
        return self._pair(line, label, written) and unstruck(written) == written

    def _pair(self, line: int, label: str, written: str) -> bool:
        draft, key, value = self._draft, headings.label(label), plain(unstruck(written))
        if draft.uid and self._own(headings.name(label), value):
            return True
        if not draft.uid and is_placeholder(value):
            return False
        if (interval := headings.interval(label)) and (span := read_span(value)):
            draft.spans.append((interval, span, line))
            draft.told = True
        if key == "title":
            if not draft.title:
                self.title(value, line)
            return True
        if key == "severity" and draft.severity is None and (level := headings.severity(value)) is None:
            draft.doubt(line, f"“{one_line(value, 40)}” names no severity for certain, or several; none is taken")
        if key == "severity" and draft.severity is None and (level := headings.severity(value)):
            draft.severity = level[0]
            draft.find(f"severity {level[0]}", line)
            if not level[1]:
                draft.doubt(line, f"“{value[:40]}” is taken as {level[0]}")
            return level[1]
        if key == "date":
            day, stamp = read_day(value), read_stamp(value)
            if stamp and stamp.day and stamp.at:
                return self._time("started", value, line)
            return bool(day and not value[day[1] :].strip(" .,"))
        if key in TIMES:
            stamp = read_stamp(value)
            if stamp is not None and (stamp.at is not None or stamp.day is not None):
                return self._time(key, value, line, stated_zone(label))
            key = headings.heading(label)  # "Detection: the alert paged" tells how, not when
        if key == "duration":
            self.span(value, line)
            return bool(re.fullmatch(r"not resolved", value))
        if key in _TEXTS:
            draft.add_field(key, value)
            draft.find(key, line)
            draft.told = True
            return True
        return False

    def title(self, text: str, line: int) -> None:
        """Take the title, without the words that only say what the document is, and without the day it begins with."""
        if self._draft.uid:
            self._draft.title = re.sub(r"^Incident review INC-[0-9]+: ", "", text)
            return self._draft.find("title", line)
        shown = _PREFIX.sub("", text).strip() or text.strip()
        if is_placeholder(shown):
            return None
        if _IS_ONE.search(text):
            self._draft.told = True
        dated = read_day(shown)
        if dated and re.match(r"\s*[:–—-]", shown[dated[1] :]):
            shown = shown[dated[1] :].strip(" :–—-") or shown
        self._draft.title = shown
        return self._draft.find("title", line)

    def span(self, text: str, line: int) -> None:
        """ "from 16:58 to 18:46 UTC": when it started and ended, where nothing else says so."""
        draft, zone = self._draft, self._clock.zone
        for match in _SPAN.finditer("" if draft.uid else text):
            tail = text[match.end() :]
            stamp = read_stamp(tail)
            if {"started", "resolved"} & draft.times.keys() or stamp is None or stamp.at is None or not stamp.until:
                continue
            clock = Clock(draft, draft.day, stamp.zone or zone)
            start = clock.moment(stamp, line)
            end = read_stamp(stamp.until)
            stop = Clock(draft, clock.day, stamp.zone or zone).moment(end, line) if end else None
            if start is None or stop is None:
                continue
            stop += timedelta(days=1) if stop < start else timedelta()
            draft.times |= {"started": start, "resolved": stop}
            draft.find(f"started {moment(start)}, resolved {moment(stop)}", line)
            draft.doubt(line, "start and end are taken from the words here")

    def _own(self, name: str, value: str) -> bool:
        """What only a note exported here says."""
        draft = self._draft
        if name == "failure class":
            draft.failure_class = failure_class(value)
        elif name == "status" and value in tuple(NoteStatus):
            draft.status = NoteStatus(value)
        elif name == "closed" and (day := read_day(value)):
            draft.closed = day[0].near(None)
        elif name == "traces":
            draft.traces += value.split(", ")
        elif name == "case":
            draft.eval_cases.append(value)
        elif name == "no eval case can exist":
            draft.no_eval_reason = value
        else:
            return name in _DERIVED
        return True

    def _time(self, key: str, value: str, line: int, stated: tuple[tzinfo, str] | None = None) -> bool:
        draft = self._draft
        stamp = read_stamp(value)
        if stamp is None or stamp.at is None or key in draft.times:
            return False
        at = Clock(draft, draft.day, stated[0] if stated else self._clock.zone).moment(stamp, line)
        if at is None:
            return False
        begun = draft.times.get("started")
        if stamp.day is None and begun is not None and begun - at > NIGHT:  # only a time, and earlier: after midnight
            at += timedelta(days=1)
            draft.doubt(line, f"{stamp.at:%H:%M} is before the start, {moment(begun)}: the next day is taken")
        draft.times[key] = at
        draft.find(f"{key} {moment(at)}", line)
        return not value[stamp.end :].strip(" .,()")


def _known(cell: str) -> str:
    """What a cell labels; "" for one that is none."""
    return headings.label(plain(cell)) or headings.interval(plain(cell))


def labelled(text: str) -> tuple[str, str] | None:
    """The label and the value of a text that begins with one."""
    match = LABELLED.match(text) or _BARE.match(text)
    return (match["label"].strip(), match["value"].strip()) if match else None


def pairs(block: Paragraph | ListEntry | MarkdownTable) -> Iterator[tuple[int, str, str]]:
    """Every label, known or not, with its value and line."""
    if isinstance(block, MarkdownTable):
        for line, row in ((block.line, block.header), *block.rows):
            if len(row) == 2:
                yield line, plain(row[0]), row[1]
        return
    for line, text in _statements(block):
        for part in _PARTS.split(text):
            if found := labelled(part):
                yield line, *found


def _statements(block: Paragraph | ListEntry) -> list[tuple[int, str]]:
    """The statements of a block; a paragraph of which every line begins with a label has one in each."""
    if isinstance(block, ListEntry):
        return [(block.line, block.text)]
    if block.code:
        return []
    said = [(line, text.lstrip("> ")) for line, text in statements(block)]
    if len(said) == 1 and len(block.lines) > 1:
        apart = [(line.number, line.text.strip().lstrip("> ")) for line in block.lines]
        if all(labelled(text) for _, text in apart):
            return apart
    return said
