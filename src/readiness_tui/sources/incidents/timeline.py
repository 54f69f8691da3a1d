"""The timeline of a postmortem: a table, a list, lines that begin with a time, or a heading for each moment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.clock import Clock
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.inline_markup import cell, is_struck, plain, unstruck
from readiness_tui.sources.incidents.markdown_blocks import (
    HeadedSection,
    ListEntry,
    MarkdownLine,
    MarkdownTable,
    Paragraph,
    begins,
    blocks,
    every_line,
    statements,
)
from readiness_tui.sources.incidents.written_time import Stamp, read_day, read_stamp, stated_zone

_BREAKS = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_ASIDE = re.compile(r"\(.{0,4}(?:all )?times.{0,40}\)", re.IGNORECASE)
_OPINION = re.compile(r"\*\*Opinion\*\* (?:(?P<by>[^,]*?), )?(?P<at>.*? UTC): (?P<text>.*)", re.DOTALL)
_SOURCES = ("person", "log", "trace", "opinion")
_LOG = re.compile(
    r"\b(?:alert\w*|monitor\w*|metrics?|logs?|grafana|prometheus|datadog|pager ?duty|sentry|dashboards?|probes?"
    r"|cloudwatch|new relic|nagios|status page)\b",
    re.IGNORECASE,
)


class Timeline:
    """Reads the sections of the timeline one after the other into the draft; what is no entry is kept as written."""

    def __init__(self, draft: IncidentDraft, clock: Clock) -> None:
        self._draft = draft
        self._clock = clock

    def section(self, section: HeadedSection) -> None:
        """One section of the timeline: its heading may itself be a day or a moment."""
        if headings.heading(section.title) != headings.TIMELINE and section.written:
            stamp = read_stamp(section.title)
            if stamp is not None and (stamp.at is not None or stamp.unknown):
                self._moment(section, stamp)
                return
            if stamp is not None and stamp.day and (day := stamp.day.near(self._draft.day)):
                self._clock.head(day)
            else:
                self._keep(section.written)
        if stated := stated_zone(section.title):
            self._clock.zone = stated[0]
        self.lines(section.lines)

    def lines(self, lines: list[MarkdownLine]) -> None:
        for block in blocks(lines):
            if isinstance(block, MarkdownTable):
                self._table(block)
            elif isinstance(block, ListEntry):
                self._item(block)
            elif block.code:
                self._keep(block.lines)
            else:
                self._paragraph(block)

    def _moment(self, section: HeadedSection, stamp: Stamp) -> None:
        """A heading such as "2021-06-28 13:59" with what happened below it."""
        said = [section.title[stamp.end :].strip()]
        for block in blocks(section.lines):
            if isinstance(block, Paragraph) and not block.code:
                said.append(block.text)
            elif isinstance(block, ListEntry):
                said.append(_with_nested(block))
            else:
                self._keep(block.lines)
        text = ": ".join(part for part in (said[0], "\n".join(part for part in said[1:] if part)) if part)
        if not self._add(stamp, text, section.line):
            self._keep([*section.written, *section.lines])

    def _table(self, table: MarkdownTable) -> None:
        meant = headings.columns(table.header)
        if not {"at", "clock", "day"} & set(meant):
            self._keep(table.lines)
            return
        for title in table.header:
            if stated := stated_zone(title):
                self._clock.zone = stated[0]
        for number, row in table.rows:
            if any(map(plain, row)) and all(is_struck(one) for one in row if plain(one)):
                self._withdrawn([line for line in table.lines if line.number == number])
                continue
            values = dict.fromkeys(("at", "day", "clock", "zone", "text", "by", "source"), "")
            more = []
            for key, title, written in zip(
                [*meant, *[""] * len(row)], [*table.header, *[""] * len(row)], row, strict=False
            ):
                if key in values and not values[key]:
                    values[key] = written
                elif written:
                    more.append(f"{plain(title)}: {plain(written)}" if title else plain(written))
            when = " ".join(part for part in (values["day"], values["at"], values["clock"]) if part)
            stamp = read_stamp(plain(when))
            stamp = self._clock.zoned(stamp, plain(values["zone"]), number) if stamp else None
            source, by = source_of(values["source"], values["by"], more)
            text = plain(_BREAKS.sub("\n", values["text"])) + (f" ({'; '.join(more)})" if more else "")
            if stamp is None or not self._add(stamp, text, number, source, by):
                self._keep([line for line in table.lines if line.number == number])
                if stamp is None and any(row):
                    self._draft.doubt(number, "this row of the timeline has no time")

    def _item(self, item: ListEntry) -> None:
        if traces := re.match(r"\*\*Traces\*\* (.*)", item.text):
            self._draft.traces += plain(traces[1]).split(", ")
            return
        if is_struck(item.text):
            self._withdrawn(every_line(item))
            return
        if opinion := _OPINION.match(item.text):
            stamp = read_stamp(opinion["at"])
            if stamp and self._add(stamp, opinion["text"], item.line, "opinion", plain(opinion["by"] or "")):
                return
        stamp = read_stamp(item.text)
        if stamp is None:  # the time in a link, a tag or other marks
            item.text = plain(item.text)
            stamp = read_stamp(item.text)
        if stamp is None or stamp.unknown:
            self._keep(item.lines)
            if not item.items:
                self._draft.doubt(item.line, "this line of the timeline has no time")
            for inner in item.items:
                self._item(inner)
            return
        rest = item.text[stamp.end :]
        if stamp.at is None and item.items and not plain(rest):  # a day, with its moments nested below
            if stamp.day and (day := stamp.day.near(self._draft.day)):
                self._clock.head(day)
            for inner in item.items:
                self._item(inner)
            return
        timed = [inner for inner in item.items if (found := read_stamp(inner.text)) and found.at is not None]
        own = ListEntry(item.line, item.indent, rest, None, [inner for inner in item.items if inner not in timed], [])
        if not self._add(stamp, _with_nested(own), item.line):
            self._keep(every_line(item))
            return
        for inner in timed:
            self._item(inner)

    def _paragraph(self, paragraph: Paragraph) -> None:
        open_entry = False
        more: list[str] = []
        for number, text in [*statements(paragraph), (0, "")]:
            if more and (not text or begins(text)):
                self._continue(more)
                more = []
            if not text:
                break
            alone = read_day(plain(text))
            alone = alone if alone and not _ASIDE.sub("", plain(text)[alone[1] :]).strip(" :.-") else None
            if (zone := stated_zone(plain(text))) and (alone or not begins(text)):
                self._clock.zone = zone[0]
                if re.fullmatch(r"\W*(?:all )?times?\b.{0,60}", text, re.IGNORECASE):
                    continue
            if alone:
                if day := alone[0].near(self._draft.day):
                    self._clock.head(day)
                open_entry = False
                continue
            stamp = read_stamp(text)
            if stamp is not None and (stamp.day is not None or stamp.at is not None):
                open_entry = self._add(stamp, text[stamp.end :], number)
                if open_entry:
                    continue
            elif open_entry:
                more.append(plain(text))
                continue
            self._draft.kept.append((number, text))
            if stamp is not None:
                self._draft.doubt(number, "this line of the timeline has no time")

    def _continue(self, more: list[str]) -> None:
        """Lines below an entry that have no time of their own."""
        last = self._draft.timeline[-1]
        self._draft.timeline[-1] = replace(last, text="\n".join((last.text, *more)))

    def _add(self, stamp: Stamp, text: str, line: int, source: str = "person", by: str = "") -> bool:
        if (left := unstruck(text)) != text and not is_struck(text):
            self._draft.kept.append((line, text))  # what is struck out in it
            text = left
        text = plain(text)
        at = self._clock.moment(stamp, line) if text else None
        if at is None:
            return False
        if stamp.until:
            text = f"until {stamp.until}: {text}"
        self._draft.timeline.append(TimelineEntry(0, at, text, source, by))
        return True

    def _withdrawn(self, lines: Iterable[MarkdownLine]) -> None:
        """What is struck out is no event."""
        found = list(lines)
        self._keep(found)
        self._draft.doubt(found[0].number, "this line of the timeline is struck out, and not taken")

    def _keep(self, lines: Iterable[MarkdownLine]) -> None:
        self._draft.kept += [(line.number, line.text) for line in lines if line.text.strip()]


def _with_nested(item: ListEntry) -> str:
    return "; ".join(part for part in (item.text.strip(), *(_with_nested(inner) for inner in item.items)) if part)


def source_of(source: str, by: str, more: list[str]) -> tuple[str, str]:
    """Where the fact comes from, and whose word it is; a source that names neither stays with the text."""
    said, person = plain(source), cell(by).lstrip("@")
    first, _, rest = said.partition(",")
    if first.strip().casefold() in _SOURCES:
        return first.strip().casefold(), person or rest.strip()
    if said:
        more.append(said)
    return ("log" if _LOG.search(said) else "person"), person
