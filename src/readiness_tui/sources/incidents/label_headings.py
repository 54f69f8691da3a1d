"""Labels that head a section: "Root Causes:" on a line of its own, "Summary: No labels for 66 minutes.", "Timeline".

Many documents have no markdown headings, or lost them on their way through a word processor. The words are those of
headings, so the vocabulary is the same (`headings`).
"""

from __future__ import annotations

import re

from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.draft import TIMES
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.markdown_blocks import HeadedSection, MarkdownLine
from readiness_tui.sources.incidents.written_time import read_stamp

#: Deeper than any heading of markdown (1 to 6) and than a line in bold (7), which may stand above one.
LEVEL = 8
_LABEL = re.compile(
    r"\s{0,3}(?P<open>\*\*|__|\*|_)?(?P<label>[A-Za-zÀ-ÿ0-9][^*_:|`<>\n]{1,58}?)\s?(?:(?P=open))?\s?:\s?(?P<close>\*\*|__|\*|_)?(?P<value>.*)$"
)
_ALONE = re.compile(r"\s{0,3}(?P<label>[A-Z][\w'’/& -]{2,50}?)\s*(?P<aside>\([^()]{1,60}\))?\s*$")
_BOLD_OPEN = re.compile(r"\s{0,3}(?:\*\*|__)(?P<label>[^*_]{2,60}?):?(?:\*\*|__):?\s*(?P<aside>\([^()]{1,60}\))?:?\s*$")


def with_labels(found: list[HeadedSection]) -> list[HeadedSection]:
    """The sections, with those parted that have labels for headings."""
    out: list[HeadedSection] = []
    for place, section in enumerate(found):
        free = not section.level or not headings.heading(section.title)
        last = place + 1 == len(found)
        out += _parted(section, free=free, alone=free and (place < 2 or last))
    return out


def _parted(section: HeadedSection, *, free: bool, alone: bool) -> list[HeadedSection]:
    """`free`: no heading says what the section is, so that a label with its text begins one, too. `alone`: a line of
    nothing but the words of a heading does."""
    parts = [HeadedSection(section.title, section.level, section.line, [], section.written)]
    for place, line in enumerate(section.lines):
        above = section.lines[place - 1].text.strip() if place else ""
        below = section.lines[place + 1].text.strip() if place + 1 < len(section.lines) else ""
        made = None if line.code else _heading(line, above, below, parts[-1], free=free, alone=alone)
        if made is None:
            parts[-1].lines.append(line)
        else:
            parts.append(made)
    return parts


def _heading(
    line: MarkdownLine, above: str, below: str, open_: HeadedSection, *, free: bool, alone: bool
) -> HeadedSection | None:
    text = line.text.rstrip()
    if not text.strip() or len(text) > 4000 or text.lstrip()[:1] in ("|", ">", "-", "+", "#"):
        return None
    labelled = open_.level == LEVEL
    match = _BOLD_OPEN.match(text) or _LABEL.match(text)
    if match is None:
        bare = _ALONE.match(text) if alone and not above else None
        if bare is None or not (not below or below[:1] in "-*|0123456789"):
            return None
        meaning = headings.heading(bare["label"])
        if meaning in (
            headings.TIMELINE,
            headings.ACTIONS,
            headings.LESSONS,
            "factors",
            "impact",
            "summary",
            "detection",
            "went_well",
            "went_badly",
            "got_lucky",
        ):
            return HeadedSection(plain(text), LEVEL, line.number, [], (line,))
        return None
    label, value = match["label"], (match.groupdict().get("value") or "").strip()
    meaning = headings.heading(label)
    if not value:
        known = (meaning and meaning not in (headings.DATE, headings.TIMES)) or (
            headings.kind(label) is not None and not free
        )
        if known and (not above or labelled or free):
            return HeadedSection(plain(text.strip()).rstrip(": "), LEVEL, line.number, [], (line,))
        return None
    if not free:
        return None
    if meaning and meaning not in (headings.DATE, headings.TIMES, headings.LESSONS, headings.ACTIONS, "reviewers"):
        said = headings.label(label)
        if said in TIMES and read_stamp(value) is None:  # "Detection: the alert paged" tells how, not when
            said = meaning
        if said in ("", meaning) and (not above or labelled or _LABEL.match(above)):
            first = MarkdownLine(line.number, value)
            return HeadedSection(plain(label), LEVEL, line.number, [first], ())
        return None
    if labelled and headings.label(label):  # a label of another kind ends the section that one began
        return HeadedSection("", LEVEL, line.number, [line], ())
    return None
