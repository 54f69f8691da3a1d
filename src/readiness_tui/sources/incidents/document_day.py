"""The day that a document gives itself: in a label, a section, its title, its file's name, or only in its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.labels import pairs
from readiness_tui.sources.incidents.markdown_blocks import HeadedSection, MarkdownLine, blocks
from readiness_tui.sources.incidents.written_time import find_day, read_day


def find_document_day(
    draft: IncidentDraft,
    front: Iterable[tuple[int, str, str]],
    sections: list[HeadedSection],
    title: HeadedSection | None,
    name: str,
) -> None:
    """Write the document's day into the draft, and the doubt where it is only the first one that stands somewhere."""
    for line, key, value in (*front, *_labels(sections)):
        if headings.label(key) == "date" and _take(draft, value, line):
            return
    for line, key, value in (*front, *_labels(sections)):
        begun = read_day(plain(value)) if headings.label(key) in ("started", "detected") else None
        if begun is not None and begun[0].year and _take(draft, value, line):
            return
    for section in sections:
        if section.level and headings.heading(section.title) == headings.DATE:
            for written in section.lines:
                if written.text.strip() and _take(draft, written.text, written.number):
                    return
    if title is not None and _take(draft, title.title, title.line):
        return
    if (day := find_day(name)) and (found := day.near(None)):
        draft.day = found
        draft.doubt(0, f"The date {found} is taken from the file's name.")
        return
    for written in _lines(sections):
        if (day := find_day(written.text)) and (found := day.near(None)):
            draft.day = found
            draft.doubt(written.number, f"no date is stated; the first one in the text, {found}, is taken")
            return


def _take(draft: IncidentDraft, value: str, line: int) -> bool:
    start = read_day(plain(value))
    written = start[0] if start and start[0].year else find_day(plain(value)) or (start[0] if start else None)
    day = written.near(None) if written else None
    if written is None or day is None:
        return False
    if not written.sure:
        draft.doubt(line, f"the date could be read in two ways; {day} is taken")
    draft.day = day
    draft.find(f"date {day}", line)
    return True


def _labels(sections: list[HeadedSection]) -> Iterator[tuple[int, str, str]]:
    for section in sections:
        if not section.level or headings.heading(section.title) in ("", "summary", headings.TIMES, "impact"):
            for block in blocks(section.lines):
                yield from pairs(block)


def _lines(sections: list[HeadedSection]) -> Iterator[MarkdownLine]:
    for section in sections:
        yield from section.written
        yield from section.lines
