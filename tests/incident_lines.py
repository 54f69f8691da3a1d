"""A line of an incident's timeline as tests write it: without reading commands and mentions out of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from readiness_tui.domain.incidents.model import Link, TimelineEntry
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit


def write_line(
    desk: Desk,
    number: int,
    text: str,
    *,
    at: datetime | None = None,
    source: str = "person",
    links: Sequence[Link] = (),
) -> None:
    """Now, unless said otherwise."""
    edit.put_entry(desk, number, TimelineEntry(0, at or desk.now(), text, source, desk.who, tuple(links)))
