"""A postmortem in markdown: what its headings, labels, tables and lists say, as fields of an incident.

Nothing is dropped: what no field takes is kept as it was written, with its lines, and what was taken in spite of a
doubt is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, tzinfo

from readiness_tui.domain.incidents.export import RECORD_MARK
from readiness_tui.domain.incidents.model import ActionKind
from readiness_tui.domain.text.format import moment, plural
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.action_list import ActionList
from readiness_tui.sources.incidents.clock import Clock
from readiness_tui.sources.incidents.cross_check import cross_check
from readiness_tui.sources.incidents.document_day import find_document_day
from readiness_tui.sources.incidents.document_zone import document_zone
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.label_headings import with_labels
from readiness_tui.sources.incidents.labels import Labels, pairs
from readiness_tui.sources.incidents.markdown_blocks import (
    Block,
    HeadedSection,
    ListEntry,
    MarkdownLine,
    MarkdownTable,
    Paragraph,
    blocks,
    comments,
    every_line,
    front_matter,
    plain_lines,
    sections,
    statements,
)
from readiness_tui.sources.incidents.named_times import take_named_times
from readiness_tui.sources.incidents.section_text import ROWS, text_of, titled
from readiness_tui.sources.incidents.timeline import Timeline
from readiness_tui.sources.incidents.unfilled import is_unfilled
from readiness_tui.sources.incidents.written_time import read_stamp

FORMAT = "postmortem"
# Sections that stand by themselves even below one of actions.
_APART = frozenset({"went_well", "went_badly", "got_lucky", headings.TIMELINE, "summary", "questions"})
# What stands in a note that was exported here for readers only.
_BLAMELESS = re.compile(r"^This note is blameless: [^#]{0,200}?they knew\.$", re.MULTILINE)
_MANY_BREAKS = re.compile(r"(?:<br\s{0,9}/?>[^\S\n]{0,9}){3,}", re.IGNORECASE)
_RIVALS = "two texts to settle"
_INTERVAL = re.compile(r"\*\*To (?:detect|acknowledge|mitigate|resolve)\*\*")
_REMARK = re.compile(r"\W*(?:all )?times\b.{0,60}", re.IGNORECASE)


def read_postmortem(text: str, name: str, day: date | None = None, fallback: date | None = None) -> IncidentDraft:
    """The draft of a markdown postmortem. `name`: the file's, for a date or a title the text lacks. `day`: the date
    that lines without one have, against what the document says; `fallback`: where it says nothing."""
    return _PostmortemReader(text, name, day, fallback).read()


class _PostmortemReader:
    def __init__(self, text: str, name: str, day: date | None, fallback: date | None) -> None:
        self.draft = IncidentDraft(FORMAT, day=day)
        self._name = name
        self._fallback = fallback
        self._clock = Clock(self.draft, day)
        self._labels = Labels(self.draft, self._clock)
        self._front, skip = front_matter(text)
        if own := RECORD_MARK.search(text):
            self.draft.uid, self.draft.item_id = own[1], own[2] or ""
            text = _BLAMELESS.sub(lambda match: "\n" * match[0].count("\n"), RECORD_MARK.sub("", text))
        # Two line ends make a paragraph, more say no more: every later look at the text takes its length, not its square.
        self._text, self._comments = comments(_MANY_BREAKS.sub("<br><br>", text))
        found = sections(self._text, skip)
        self._sections = found if self.draft.uid else with_labels(found)
        self._guessed = self._guess_timeline()

    def read(self) -> IncidentDraft:
        draft = self.draft
        draft.kept += self._comments
        draft.unfilled = is_unfilled(self._text)
        title = self._find_title()
        if draft.day is None and not draft.uid:
            find_document_day(draft, self._front, self._sections, title, self._name)
        if draft.day is None and self._fallback is not None:
            draft.doubt(0, f"No date is stated; the incident's, {self._fallback}, is taken.")
        draft.day = draft.day or self._fallback
        self._clock.day, self._clock.zone = draft.day, self._document_zone()
        timeline, actions = Timeline(draft, self._clock), ActionList(draft)
        draft.kept += [
            (line, f"{key}: {value}") for line, key, value in self._front if not self._labels.pair(line, key, value)
        ]
        parents: list[tuple[int, str, ActionKind | None, HeadedSection]] = []
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
            elif meaning == headings.DATE or (draft.uid and headings.name(section.title) == _RIVALS):
                pass  # the day is found already; texts to settle are the record's own business
            elif meaning == headings.TIMES:
                self._times(section)
            elif not meaning or meaning == headings.LESSONS:
                self._unknown(section, title)
            else:
                self._field(section, meaning, inherited)
            if meaning in (headings.TIMELINE, headings.ACTIONS):
                self._count(meaning, section, before)
        actions.finish()
        if draft.uid:
            self._own_controls()
        else:
            take_named_times(draft)
            cross_check(draft)
        self._finish()
        return draft

    # -- which section is what --------------------------------------------------------------------------------------

    def _meaning(self, section: HeadedSection, above: str) -> str:
        if section is self._guessed:
            return headings.TIMELINE
        own = headings.heading(section.title) if section.level else ""
        if above == headings.ACTIONS and own not in _APART:
            return headings.ACTIONS
        if above == headings.TIMELINE and own in ("", "detection", "impact", headings.DATE, headings.TIMES):
            return headings.TIMELINE
        if own:
            return own
        return above if above not in (headings.DATE, headings.TIMES, headings.LESSONS) else ""

    def _guess_timeline(self) -> HeadedSection | None:
        """Without a section that says so, the one with most lines that begin with a time, if they are three."""
        if any(section.level and headings.heading(section.title) == headings.TIMELINE for section in self._sections):
            return None
        counted = [(len(_timed(section)), section) for section in self._sections]
        most, section = max(counted, key=lambda pair: pair[0])
        if most < 3:
            return None
        self.draft.doubt(section.line, "no heading says timeline; the lines that begin with a time are taken as one")
        return section

    def _find_title(self) -> HeadedSection | None:
        found: HeadedSection | None = None
        headed = [section for section in self._sections if section.level]
        if headed and headed[0].level <= 3 and not headings.heading(headed[0].title):
            found = headed[0]
        top = [section for section in headed if section.level == 1]
        if found is None and not any(headings.heading(section.title) for section in top):  # else they are sections
            found = next(iter(top), None)
        if found is not None:
            self._labels.title(found.title, found.line)
        return found

    def _document_zone(self) -> tzinfo | None:
        """The zone that a line states for the whole document, or that its labelled times have; see `document_zone`."""
        zone, self._clock.stranger = document_zone(self.draft, self._front, self._sections)
        return zone

    def _times(self, section: HeadedSection) -> None:
        for block in blocks(section.lines):
            if isinstance(block, MarkdownTable):
                left = self._labels.table(block)
                self._keep(block.lines if left is None else left)
            elif not (isinstance(block, ListEntry) and _INTERVAL.match(block.text)):  # those follow from the times
                self._labels_of(block)

    # -- text -------------------------------------------------------------------------------------------------------

    def _unknown(self, section: HeadedSection, title: HeadedSection | None) -> None:
        """What stands before the first heading or under one that is not known: labels are taken, the rest is kept."""
        draft, before = self.draft, len(self.draft.kept)
        if draft.uid and section is title:
            self._own_opening(section)
            return
        said = " ".join(line.text.strip() for line in section.lines if line.text.strip())
        label = headings.label(section.title) or headings.interval(section.title)
        valued = section is not title and section.level and label and 0 < len(said) < 200  # "Start time" over its value
        if valued and self._labels.pair(section.line, section.title, said):
            return
        opening = (section is title or not section.level) and not self._has_summary()
        for block in blocks(section.lines):
            if isinstance(block, MarkdownTable):
                left = self._labels.table(block)
                self._keep(block.lines if left is None else left)
            elif isinstance(block, Paragraph) and _REMARK.match(plain(block.text)):
                draft.find("zone", block.line)
            elif opening and isinstance(block, Paragraph) and not block.code and not any(pairs(block)):
                self._labels.span(plain(block.text), block.line)
                draft.add_field("summary", plain_lines(block.text))
                draft.find("summary", block.line, block.lines[-1].number)
            else:
                self._labels_of(block)
        empty = not any(line.text.strip() for line in section.lines) and not headings.heading(section.title)
        if section is not title and (empty or len(draft.kept) > before):
            draft.kept[before:before] = [(line.number, line.text) for line in section.written]

    def _own_opening(self, section: HeadedSection) -> None:
        """Below the title of our own note: labels, then the summary."""
        said = [block for block in blocks(section.lines) if not self._own_label(block)]
        if text := text_of(said, "summary"):
            self.draft.add_field("summary", text)
            self.draft.find("summary", section.line, section.last)

    def _own_label(self, block: Block) -> bool:
        """Take a value that our own note labels in bold. Returns whether it was one."""
        bold = bool(self.draft.uid) and isinstance(block, ListEntry) and block.text.startswith("**")
        return bold and isinstance(block, ListEntry) and self._labels.block(block) == []

    def _labels_of(self, block: Paragraph | ListEntry) -> None:
        """Take what a block labels; keep the rest of it, or all of it as it was written where it labels nothing."""
        left = self._labels.block(block)
        if left is not None:
            self.draft.kept += left
            return
        if isinstance(block, Paragraph) and not block.code:
            self._labels.span(plain(block.text), block.line)
        self._keep(every_line(block))

    def _has_summary(self) -> bool:
        return any(section.level and headings.heading(section.title) == "summary" for section in self._sections)

    def _field(self, section: HeadedSection, key: str, inherited: bool) -> None:
        found: list[Block] = []
        for block in blocks(section.lines):
            left = None
            if isinstance(block, Paragraph) and not block.code:
                self._labels.span(plain(block.text), block.line)
            if self._own_label(block):
                continue
            if key == "summary" and any(headings.label(label) for _, label, _ in pairs(block)):
                if not isinstance(block, MarkdownTable):
                    left = self._labels.block(block)
                elif (rows := self._labels.table(block)) is not None:
                    self._keep(rows)
                    continue
            if left is None:
                found.append(block)
            elif left:
                found.append(Paragraph(block.line, "\n".join(text for _, text in left), list(block.lines)))
        text = text_of(found, key)
        if inherited or headings.name(section.title) in ("trigger", "triggers"):
            text = titled(section.title, text, key) if text else ""
        if not text:
            if inherited:
                self._keep(section.written)
            return
        self.draft.add_field(key, text, close=key in ROWS)
        self.draft.told = self.draft.told or key not in ("summary", "kept")
        self.draft.find(key, section.line, section.last)

    # -- the end ----------------------------------------------------------------------------------------------------

    def _own_controls(self) -> None:
        """The document lists the failed item among its controls; the record keeps it apart."""
        rows = self.draft.fields.get("controls", "").split("\n")
        left = [row for row in rows if row != f"{self.draft.item_id} | failed"]
        self.draft.fields["controls"] = "\n".join(left)
        if not self.draft.fields["controls"]:
            del self.draft.fields["controls"]

    def _finish(self) -> None:
        draft = self.draft
        if not draft.title:
            draft.title = re.sub(r"\.\w{1,8}$", "", self._name).replace("_", " ").strip() or "Imported incident"
            draft.doubt(0, "No title is stated; the file's name is taken.")
        if draft.timeline and "started" not in draft.times:
            begin = moment(min(entry.at for entry in draft.timeline))
            draft.doubt(0, f"No start is stated; the timeline begins {begin}.")
        draft.kept.sort(key=lambda line: line[0])

    def _count(self, meaning: str, section: HeadedSection, before: tuple[int, int]) -> None:
        entries = len(self.draft.timeline) - before[0]
        actions = len(self.draft.actions) - before[1]
        if meaning == headings.TIMELINE and entries:
            self.draft.find(f"timeline: {plural(entries, 'line')}", section.line, section.last)
        if meaning == headings.ACTIONS and actions:
            self.draft.find(f"actions: {actions}", section.line, section.last)

    def _keep(self, lines: Iterable[MarkdownLine]) -> None:
        self.draft.kept += [(line.number, line.text) for line in lines if line.text.strip()]


def _timed(section: HeadedSection) -> list[str]:
    """What begins with a time of day in a section: statements, list items, rows."""
    said: list[str] = []
    for block in blocks(section.lines):
        if isinstance(block, MarkdownTable):
            said += [" ".join(row) for _, row in block.rows]
        elif isinstance(block, ListEntry):
            said += [block.text, *(inner.text for inner in block.items)]
        elif not block.code:
            said += [text for _, text in statements(block)]
    return [text for text in said if (stamp := read_stamp(text)) is not None and stamp.at is not None]
