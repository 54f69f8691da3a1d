"""A postmortem in markdown: what its headings, labels, tables and lists say, as fields of an incident.

Nothing is dropped: what no field takes is kept as it was written, with its lines, and what was taken in spite of a
doubt is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from readiness_tui.domain.incident import ActionKind
from readiness_tui.domain.words import moment, plural
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.action_list import ActionList
from readiness_tui.sources.incidents.clock import Clock
from readiness_tui.sources.incidents.draft import Draft, Found
from readiness_tui.sources.incidents.markdown_blocks import (
    Block,
    Item,
    Line,
    Paragraph,
    Section,
    Table,
    blocks,
    comments,
    every_line,
    front_matter,
    plain,
    plain_lines,
    sections,
)
from readiness_tui.sources.incidents.timeline import Timeline, statements
from readiness_tui.sources.incidents.written_time import find_day, read_day, read_stamp, read_time, stated_zone

FORMAT = "postmortem"
#: The times of an incident in their order.
TIMES = ("started", "detected", "acknowledged", "mitigated", "resolved")
#: Sections of which each line is a row or an entry of its own: paragraphs are one line each, bullets none.
_ROWS = frozenset({"impact", "what_changed", "controls"})
_TEXTS = frozenset({"summary", "affected", "cost", "harm", "can_recur", "impact", "factors", "detection", "reviewers"})
_PREFIX = re.compile(
    r"^(?:\W*(?:[\w.-]+ )?(?:incident |outage )?(?:post-?\s?mortem|incident (?:report|review|summary|record)|outage report"
    r"|retrospective|rca|root cause analysis|public rca)(?: of)?(?:\s+(?:INC-)?#?[0-9]+)?\s*[:–—|-]\s+)+",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?:\*\*|__)\s?(?P<label>[^*_:]{2,40}?)\s?:?\s?(?:\*\*|__)\s*:?\s*(?P<value>\S.*)$")
_BARE = re.compile(r"(?P<label>[A-Za-z][A-Za-z /()_-]{1,38}?)\s?:\s+(?P<value>\S.*)$")
_SPAN = re.compile(r"(?:\bfrom|\bbetween|\()?\s*(?=~?[0-9]{1,2}:[0-9]{2}|[0-9]{4}-)", re.IGNORECASE)
_MARKS = (
    ("started", re.compile(r"\b(?:start|begin(?:ning)?) of (?:the )?(?:outage|incident|impact)\b|\b(?:outage|incident|impact) (?:begins|began|starts|started)\b", re.IGNORECASE)),
    ("detected", re.compile(r"\b(?:incident|outage|issue|problem) (?:is |was )?detected\b|\b(?:first )?alerts? (?:fires|fired|triggered|triggers)\b", re.IGNORECASE)),
    ("acknowledged", re.compile(r"\backnowledge[sd]\b", re.IGNORECASE)),
    ("mitigated", re.compile(r"\b(?:incident|outage|issue|impact) (?:is |was )?mitigated\b|\bend of (?:the )?impact\b", re.IGNORECASE)),
    ("resolved", re.compile(r"\bend of (?:the )?(?:outage|incident)\b|\b(?:outage|incident) (?:is |was )?(?:ends|ended|over|resolved)\b|\bfully (?:restored|recovered)\b", re.IGNORECASE)),
)  # fmt: skip


def read_postmortem(text: str, name: str, day: date | None = None) -> Draft:
    """The draft of a markdown postmortem. `name`: the file's, for a date or a title the text lacks. `day`: the date
    that lines without one have, against what the document says."""
    return _Reader(text, name, day).read()


class _Reader:
    def __init__(self, text: str, name: str, day: date | None) -> None:
        self.draft = Draft(FORMAT, day=day)
        self._given = day
        self._name = name
        self._front, skip = front_matter(text)
        self._text, self._comments = comments(text)
        self._sections = sections(self._text, skip)
        self._guessed = self._guess_timeline()

    def read(self) -> Draft:
        draft = self.draft
        draft.kept += self._comments
        title = self._find_title()
        self._find_day(title)
        clock = Clock(draft, draft.day)
        if stated := self._document_zone():
            clock.zone = stated
        timeline, actions = Timeline(draft, clock), ActionList(draft)
        self._labels(((line, key, value) for line, key, value in self._front), clock, front=True)
        parents: list[tuple[int, str, ActionKind | None, Section]] = []
        for section in self._sections:
            while parents and parents[-1][0] >= max(section.level, 1):
                parents.pop()
            above = parents[-1][1] if parents else ""
            kind = headings.kind(section.title) or (parents[-1][2] if parents else None)
            meaning = "" if section is title and section is not self._guessed else self._meaning(section, above)
            inherited = bool(meaning) and headings.heading(section.title) != meaning
            if section.level:
                parents.append((section.level, meaning if section is not title else "", kind, section))
            before = len(draft.timeline), len(draft.actions)
            if meaning == headings.TIMELINE:
                timeline.section(section)
            elif meaning == headings.ACTIONS:
                actions.section(section, kind if inherited or headings.kind(section.title) else None, titled=inherited)
            elif meaning == headings.DATE:
                pass  # `_find_day` has it
            elif meaning == headings.TIMES:
                self._times(section, clock)
            elif not meaning or meaning == headings.LESSONS:
                self._unknown(section, clock, title)
            else:
                self._field(section, meaning, clock, inherited)
            if meaning in (headings.TIMELINE, headings.ACTIONS):
                self._count(meaning, section, before)
        actions.finish()
        self._from_timeline()
        self._finish()
        return draft

    # -- which section is what --------------------------------------------------------------------------------------

    def _meaning(self, section: Section, above: str) -> str:
        if section is self._guessed:
            return headings.TIMELINE
        own = headings.heading(section.title) if section.level else ""
        if above == headings.ACTIONS and own not in ("went_well", "went_badly", "got_lucky", headings.TIMELINE, "summary", "questions"):
            return headings.ACTIONS
        if above == headings.TIMELINE and own in ("", "detection", "impact", headings.DATE, headings.TIMES):
            return headings.TIMELINE
        if own:
            return own
        return above if above not in (headings.DATE, headings.TIMES, headings.LESSONS) else ""

    def _guess_timeline(self) -> Section | None:
        """Without a section that says so, the one with most lines that begin with a time, if they are three."""
        if any(section.level and headings.heading(section.title) == headings.TIMELINE for section in self._sections):
            return None
        counted = [(len(_timed(section)), section) for section in self._sections]
        most, section = max(counted, key=lambda pair: pair[0])
        if most < 3:
            return None
        self.draft.doubt(section.line, "no heading says timeline; the lines here that begin with a time are taken as one")
        return section

    def _find_title(self) -> Section | None:
        found: Section | None = None
        headed = [section for section in self._sections if section.level]
        if headed and headed[0].level <= 3 and not headings.heading(headed[0].title):
            found = headed[0]
        if found is None:
            found = next((s for s in headed if s.level == 1 and not headings.heading(s.title)), None)
        if found is not None:
            self._set_title(found.title, found.line)
        return found

    def _set_title(self, text: str, line: int) -> None:
        shown = _PREFIX.sub("", text).strip() or text.strip()
        dated = read_day(shown)
        if dated and (rest := shown[dated[1] :].strip(" :–—-")) and rest != shown and shown[dated[1]] in ":-–— ":
            shown = rest if shown[dated[1] :].lstrip()[0] in ":–—-" else shown
        self.draft.title = shown
        self._found("title", line, line)

    def _document_zone(self) -> object:
        """The zone that a line before the first section states for the whole document."""
        for section in self._sections[:2]:
            for line in section.lines:
                if re.search(r"\ball times\b", line.text, re.IGNORECASE) and (stated := stated_zone(plain(line.text))):
                    return stated[0]
        return None

    def _find_day(self, title: Section | None) -> None:
        if self._given is not None:
            return
        for line, key, value in (*self._front, *self._labelled_lines()):
            if headings.label(key) == "date" and self._take_day(value, line):
                return
        for section in self._sections:
            if headings.heading(section.title) == headings.DATE and section.level:
                for line in section.lines:
                    if line.text.strip() and self._take_day(line.text, line.number):
                        return
        if title is not None and (day := find_day(title.title)) and (found := day.near(None)):
            self.draft.day = found
            self._found(f"date {found}", title.line, title.line)
            return
        if (day := find_day(self._name)) and (found := day.near(None)):
            self.draft.day = found
            self.draft.doubt(0, f"The date {found} is taken from the file's name.")
            return
        for line in self._text_lines():
            if (day := find_day(line.text)) and (found := day.near(None)):
                self.draft.day = found
                self.draft.doubt(line.number, f"no date is stated; the first one in the text, {found}, is taken")
                return

    def _take_day(self, value: str, line: int) -> bool:
        found = read_day(plain(value)) or ((day, 0) if (day := find_day(plain(value))) else None)
        day = found[0].near(None) if found else None
        if day is None:
            return False
        if found and not found[0].sure:
            self.draft.doubt(line, f"the date could be read in two ways; {day} is taken")
        self.draft.day = day
        self._found(f"date {day}", line, line)
        return True

    def _labelled_lines(self) -> Iterator[tuple[int, str, str]]:
        for section in self._sections:
            meaning = headings.heading(section.title) if section.level else ""
            if meaning in ("", "summary", headings.TIMES, "impact"):
                for block in blocks(section.lines):
                    yield from _labelled(block)

    def _text_lines(self) -> Iterator[Line]:
        for section in self._sections:
            yield from section.written
            yield from section.lines

    # -- labels -----------------------------------------------------------------------------------------------------

    def _labels(self, found: Iterable[tuple[int, str, str]], clock: Clock, *, front: bool = False) -> set[int]:
        """Take the values whose label is known; gives the lines that are done with."""
        done: set[int] = set()
        for line, key, value in found:
            if self._label(line, headings.label(key), plain(value), clock):
                done.add(line)
            elif front:
                self.draft.kept.append((line, f"{key}: {value}"))
        return done

    def _label(self, line: int, key: str, value: str, clock: Clock) -> bool:
        draft = self.draft
        if not value or value in ("—", "-"):
            return False
        if key == "title":
            if not draft.title:
                self._set_title(value, line)
            return True
        if key == "severity" and draft.severity is None and (level := headings.severity(value)):
            draft.severity = level[0]
            self._found(f"severity {level[0]}", line, line)
            if not level[1]:
                draft.doubt(line, f"“{value[:40]}” is taken as {level[0]}")
                return False
            return True
        if key == "date":
            day = read_day(value)
            if day and (rest := value[day[1] :].strip(" ,-–T")) and (stamp := read_stamp(value)) and stamp.at and "started" not in draft.times:
                return self._time("started", value, line, clock) and not rest.isalpha()
            return bool(day and not value[day[1] :].strip(" .,"))
        if key in TIMES:
            return self._time(key, value, line, clock)
        if key == "duration":
            self._span(value, line, clock)
            return False
        if key in _TEXTS:
            draft.add_field(key, value)
            self._found(key, line, line)
            return True
        return False

    def _time(self, key: str, value: str, line: int, clock: Clock) -> bool:
        stamp = read_stamp(value)
        if stamp is None or stamp.at is None:
            return False
        at = Clock(self.draft, self.draft.day, clock.zone).moment(stamp, line)
        if at is None or key in self.draft.times:
            return False
        self.draft.times[key] = at
        self._found(f"{key} {moment(at)}", line, line)
        return not value[stamp.end :].strip(" .,()")

    def _span(self, text: str, line: int, clock: Clock) -> None:
        """ "from 16:58 to 18:46 UTC": when it started and ended, where nothing else says so."""
        if {"started", "resolved"} & self.draft.times.keys():
            return
        for match in _SPAN.finditer(text):
            stamp = read_stamp(text[match.end() :])
            if stamp is None or stamp.at is None or not stamp.until:
                continue
            end = read_time(stamp.until)
            tail = text[match.end() :]
            own = Clock(self.draft, self.draft.day, stamp.zone or clock.zone)
            start = own.moment(stamp, line)
            if start is None or end is None or not (stamp.zone or clock.zone or "duration" in text.casefold() or match[0]):
                continue
            second = read_stamp(stamp.until + tail[tail.find(stamp.until) + len(stamp.until) :])
            stop = Clock(self.draft, own.day, stamp.zone or clock.zone).moment(second, line) if second else None
            if stop is None:
                continue
            if stop < start:
                stop += timedelta(days=1)
            self.draft.times |= {"started": start, "resolved": stop}
            self._found(f"started {moment(start)}, resolved {moment(stop)}", line, line)
            self.draft.doubt(line, "start and end are taken from the words here")
            return

    def _times(self, section: Section, clock: Clock) -> None:
        for block in blocks(section.lines):
            if isinstance(block, Table):
                for line, row in ((block.line, block.header), *block.rows):
                    if len(row) > 1 and not self._label(line, headings.label(row[0]), plain(row[1]), clock) and line != block.line:
                        self._keep(one for one in block.lines if one.number == line)
            elif not (isinstance(block, Item) and re.match(r"\*\*To (?:detect|acknowledge|mitigate|resolve)\*\*", block.text)):
                # our own intervals follow from the times
                done = self._labels(_labelled(block), clock)
                self._keep(line for line in every_line(block) if line.number not in done)

    # -- text -------------------------------------------------------------------------------------------------------

    def _unknown(self, section: Section, clock: Clock, title: Section | None) -> None:
        """What stands before the first heading or under one that is not known: labels are taken, the rest is kept."""
        heading_kept = section is title or not section.written
        for block in blocks(section.lines):
            if isinstance(block, Table):
                if self._label_table(block, clock):
                    continue
            else:
                done = self._labels(_labelled(block), clock)
                left = [line for line in every_line(block) if line.number not in done]
                if not any(line.text.strip() for line in left):
                    continue
                opening = not section.level or section is title
                if opening and isinstance(block, Paragraph) and not block.code and not done and not self._has_summary():
                    if not re.match(r"\W*all times\b", block.text, re.IGNORECASE):
                        self._span(plain(block.text), block.line, clock)
                        self.draft.add_field("summary", plain_lines(block.text))
                        self._found("summary", block.line, left[-1].number)
                        continue
                if isinstance(block, Paragraph) and re.fullmatch(r"\W*all times\b.{0,60}", block.text, re.IGNORECASE | re.DOTALL):
                    self._found("zone", block.line, block.line)
                    continue
                if not heading_kept:
                    self._keep(section.written)
                    heading_kept = True
                if isinstance(block, Paragraph) and not block.code:
                    self._span(plain(block.text), block.line, clock)
                self._keep(left)
                continue
            if not heading_kept:
                self._keep(section.written)
                heading_kept = True
            self._keep(block.lines)
        if not heading_kept and not headings.heading(section.title) and not any(line.text.strip() for line in section.lines):
            self._keep(section.written)

    def _has_summary(self) -> bool:
        return any(section.level and headings.heading(section.title) == "summary" for section in self._sections)

    def _label_table(self, table: Table, clock: Clock) -> bool:
        """A table of label and value: the rows that are known are taken, the others kept."""
        rows = [(table.line, table.header), *table.rows]
        if max((len(row) for _, row in rows), default=0) > 2 or not any(headings.label(row[0]) for _, row in rows if row):
            return False
        known = {
            line for line, row in rows if len(row) > 1 and self._label(line, headings.label(row[0]), plain(row[1]), clock)
        }
        known |= {table.line, table.line + 1} if not "".join(table.header) or headings.name(table.header[0]) == "field" else {table.line + 1}
        self._keep(line for line in table.lines if line.number not in known)
        return True

    def _field(self, section: Section, key: str, clock: Clock, inherited: bool) -> None:
        found = blocks(section.lines)
        parts: list[str] = []
        for block in found:
            done: set[int] = set()
            if key == "summary" and not isinstance(block, Table):
                said = list(_labelled(block))
                if said and len(said) == len([line for line in every_line(block) if line.text.strip()]) or any(
                    headings.label(label) in (*TIMES, "severity", "date", "duration") for _, label, _ in said
                ):
                    done = self._labels(said, clock)
            if isinstance(block, Paragraph) and not block.code:
                self._span(plain(block.text), block.line, clock)
                left = [text for number, text in statements(block) if number not in done] if done else [block.text]
                parts += [plain_lines("\n".join(left))] if any(left) else []
            elif isinstance(block, Table):
                parts.append(_rows(block, key))
            elif not done:
                parts.append(_written(block, key))
        titled = inherited or (section.level and key not in (headings.name(section.title), "") and headings.name(section.title) in ("trigger", "triggers"))
        text = _assembled([part for part in parts if part.strip()], found, key)
        if not text:
            if inherited:
                self._keep(section.written)
            return
        if titled:
            text = f"{section.title} | {text}" if key == "impact" and "\n" not in text else f"{section.title}:{chr(10) if chr(10) in text else ' '}{text}"
        self.draft.add_field(key, text) if key not in _ROWS or key not in self.draft.fields else self._append(key, text)
        self._found(key, section.line, section.last)

    def _append(self, key: str, text: str) -> None:
        self.draft.fields[key] += f"\n{text}"

    # -- the end ----------------------------------------------------------------------------------------------------

    def _from_timeline(self) -> None:
        """The times that nothing states, where a line of the timeline names them."""
        draft = self.draft
        for key, mark in _MARKS:
            hits = [entry for entry in draft.timeline if mark.search(entry.text)]
            if key in draft.times or not hits:
                continue
            at = hits[-1].at if key == "resolved" else hits[0].at
            known = [draft.times[name] for name in TIMES if name in draft.times]
            after = [draft.times[name] for name in TIMES[: TIMES.index(key)] if name in draft.times]
            later = [draft.times[name] for name in TIMES[TIMES.index(key) + 1 :] if name in draft.times]
            if known and ((after and at < max(after)) or (later and at > min(later))):
                continue
            draft.times[key] = at
            draft.doubt(0, f"{key.capitalize()} is taken from the timeline: {moment(at)}, “{hits[-1 if key == 'resolved' else 0].text[:60]}”.")

    def _finish(self) -> None:
        draft = self.draft
        if not draft.title:
            draft.title = re.sub(r"\.\w{1,8}$", "", self._name).replace("_", " ").strip() or "Imported incident"
            draft.doubt(0, "No title is stated; the file's name is taken.")
        if draft.timeline and "started" not in draft.times:
            draft.doubt(0, f"No start is stated; the timeline begins {moment(min(entry.at for entry in draft.timeline))}.")
        draft.kept.sort(key=lambda line: line[0])

    def _count(self, meaning: str, section: Section, before: tuple[int, int]) -> None:
        entries = len(self.draft.timeline) - before[0]
        actions = len(self.draft.actions) - before[1]
        if meaning == headings.TIMELINE and entries:
            self._found(f"timeline: {plural(entries, 'line')}", section.line, section.last)
        if meaning == headings.ACTIONS and actions:
            self._found(f"actions: {actions}", section.line, section.last)

    def _found(self, what: str, first: int, last: int) -> None:
        self.draft.found.append(Found(what, first, last))

    def _keep(self, lines: Iterable[Line]) -> None:
        self.draft.kept += [(line.number, line.text) for line in lines if line.text.strip()]


def _labelled(block: Block) -> Iterator[tuple[int, str, str]]:
    """The `label: value` parts of a paragraph or list item, with their lines."""
    if isinstance(block, Table):
        if len(block.header) == 2:
            for line, row in ((block.line, block.header), *block.rows):
                if len(row) == 2:
                    yield line, plain(row[0]), row[1]
        return
    if isinstance(block, Paragraph) and block.code:
        return
    said = statements(block) if isinstance(block, Paragraph) else [(block.line, block.text)]
    if isinstance(block, Paragraph) and len(said) == 1 and len(block.lines) > 1:
        apart = [(line.number, line.text.strip().lstrip("> ")) for line in block.lines]
        if all(_LABELLED.match(text) or _BARE.match(text) for _, text in apart):
            said = apart
    for line, text in said:
        parts = re.split(r"\s+[·|]\s+(?=\*\*)", text.strip().lstrip("> "))
        for part in parts:
            if match := _LABELLED.match(part) or _BARE.match(part):
                yield line, match["label"].strip(), match["value"].strip()


def _timed(section: Section) -> list[str]:
    """What begins with a time of day in a section: statements, list items, rows."""
    said: list[str] = []
    for block in blocks(section.lines):
        if isinstance(block, Table):
            said += [" ".join(row) for _, row in block.rows]
        elif isinstance(block, Item):
            said += [block.text, *(inner.text for inner in block.items)]
        elif not block.code:
            said += [text for _, text in statements(block)]
    return [text for text in said if (stamp := read_stamp(text)) is not None and stamp.at is not None]


def _rows(table: Table, key: str) -> str:
    """A table as the lines of a field: cells parted by |, without a heading that only names the columns."""
    header = [plain(cell) for cell in table.header]
    usual = {"measure", "metric", "question", "value", "answer", "source", "what", "before", "after", "trace",
             "checklist item", "result", "item", "details", "impact", "", "control"}  # fmt: skip
    lines = [] if {cell.casefold() for cell in header} <= usual else [header]
    lines += [[plain(cell) for cell in row] for _, row in table.rows]
    return "\n".join(" | ".join(row).rstrip(" |") for row in lines if any(row))


def _written(item: Item | Paragraph, key: str, depth: int = 0) -> str:
    if isinstance(item, Paragraph):
        return item.text
    own = plain_lines(item.text).replace("\n", " ")
    if key in _ROWS or (key == "factors" and not item.items and depth == 0):
        labelled = _LABELLED.match(item.text) if key == "impact" else None
        if labelled and "|" not in own:
            own = f"{plain(labelled['label'])} | {plain(labelled['value'])}"
        lead = ""
    else:
        lead = f"{'  ' * depth}- "
    return "\n".join((lead + own, *(_written(inner, key, depth + 1) for inner in item.items)))


def _assembled(parts: list[str], found: list[Block], key: str) -> str:
    """Rows stand line by line; elsewhere paragraphs are parted by an empty line, the items of a list are not."""
    if key in _ROWS or key == "factors":
        return "\n".join(re.sub(r"\n(?![-|\s])", " ", part) if "|" not in part and not part.startswith("  ") and "\n" not in part.strip() else part for part in parts)
    text = ""
    for part in parts:
        gap = "\n" if text.rsplit("\n", 1)[-1].lstrip().startswith("- ") and part.startswith("- ") else "\n\n"
        text = f"{text}{gap}{part}" if text else part
    return text


