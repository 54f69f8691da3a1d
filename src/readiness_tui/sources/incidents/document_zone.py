"""The time zone that a document states once for all its times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo

from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.draft import TIMES, IncidentDraft
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.labels import pairs
from readiness_tui.sources.incidents.markdown_blocks import HeadedSection, blocks
from readiness_tui.sources.incidents.written_time import read_stamp, stated_zone, zone_of

_LABEL = re.compile(r"(?:time ?zone|tz|zeitzone)", re.IGNORECASE)
_REMARK = re.compile(
    r"\ball times\b(?:\s(?:here|below|listed|shown))?(?:\sare)?(?:\s(?:in|listed in|given in|shown in))?[\s:]+(?P<zone>[A-Z][\w/+:-]{1,30})",
    re.IGNORECASE,
)


def document_zone(
    draft: IncidentDraft, front: Iterable[tuple[int, str, str]], sections: list[HeadedSection]
) -> tuple[tzinfo | None, str]:
    """The zone for times that have none, and the name of one that is stated and not known ("" where there is none).

    A label or a remark comes first, then the zone that all labelled times of the incident have; that is said."""
    labelled = [
        *front, *(pair for section in sections for block in blocks(section.lines) for pair in pairs(block))
    ]  # fmt: skip
    stranger = ""
    for _, key, value in labelled:
        said = plain(value)
        if _LABEL.fullmatch(headings.name(key)) and not is_placeholder(said):
            zone = zone_of(said) or _first(said)
            if zone is not None:
                return zone, ""
            stranger = stranger or one_line(said, 30)
    for section in sections:
        for line in section.lines:
            if remark := re.search(r"\ball times\b", line.text, re.IGNORECASE):
                said = plain(line.text[remark.start() :])
                if zone := _first(said):
                    return zone, ""
                named = _REMARK.search(said)
                stranger = stranger or (one_line(named["zone"], 30) if named else "")
    if stranger:
        return None, stranger
    stamps = [read_stamp(plain(value)) for _, key, value in labelled if headings.label(key) in TIMES]
    timed = [stamp for stamp in stamps if stamp is not None and stamp.at is not None]
    zones = {stamp.zone for stamp in timed}
    if len(zones) == 1 and (shared := zones.pop()) is not None:
        offset = datetime(2000, 1, 1, tzinfo=shared).strftime("%z")
        if offset != "+0000":
            draft.doubt(
                0, f"Times without a zone are taken in that of the incident's labelled times, {timed[0].zone_name}."
            )
        return shared, ""
    return None, ""


def _first(text: str) -> tzinfo | None:
    stated = stated_zone(text)
    return stated[0] if stated else None
