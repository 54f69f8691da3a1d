"""Whether a document is a template that nobody filled in: most of its lines ask for a text instead of being one."""

from __future__ import annotations

import re

from readiness_tui.domain.text.placeholders import is_placeholder

_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+(?:\[[ xX]\]\s+)?")
_LABEL = re.compile(r"^\**[^:*|]{1,40}:\**\s+|^\*\*[^*]{1,40}\*\*:?\s+")
_SLOT = re.compile(r"\{[^{}\n]{1,200}\}|<[a-z][^<>\n]{2,80}>|\?{2,}|\b(?:HH|hh):(?:MM|mm)\b|\b(?:YYYY|MM/DD)\b")
_ITALIC = re.compile(r"^(?:\*(?!\*).+\*|_.+_)$")
_FEWEST = 3  # lines that tell
_MOST = 0.5  # of them asking for a text
_SHARE = 0.25  # of a line's characters in its slots; a name in braces is none


def is_unfilled(text: str) -> bool:
    """Headings and rulers aside, most of the lines ask to be filled in: a slot in braces, a pattern for a time,
    an instruction in italics, a cell of question marks."""
    asked = said = 0
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#") or not any(char.isalnum() or char == "?" for char in line):
            continue
        if _is_slot(line):
            asked += 1
        else:
            said += 1
    return asked >= _FEWEST and asked > _MOST * (asked + said)


def _is_slot(line: str) -> bool:
    if line.startswith("|"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        return any(_SLOT.search(cell) or is_placeholder(cell) for cell in cells[1:] if cell) or not any(cells[1:])
    value = _BULLET.sub("", line)
    value = _LABEL.sub("", value).strip()
    slots = sum(len(found.group()) for found in _SLOT.finditer(value))
    return bool(_ITALIC.match(value) or slots > _SHARE * len(value) or is_placeholder(value))
