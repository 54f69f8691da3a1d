"""Lines of plain text for a terminal: outside text made safe, and no line wider than 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.domain.text.format import width, wrap
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask

WIDTH = 80


def line(text: str) -> str:
    """Outside text on one line, its secrets masked."""
    return one_line(mask(text))


def wrapped(text: str, lead: str) -> Iterator[str]:
    """`text` sanitised and wrapped to the width, the first line after `lead`, the others aligned below it."""
    space = width(lead)
    for index, part in enumerate(wrap(line(text), WIDTH - space)):
        yield (lead if index == 0 else " " * space) + part
