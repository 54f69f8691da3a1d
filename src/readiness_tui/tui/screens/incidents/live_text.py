"""What stands around the line of live notes: which incident, what was written last, how the line will be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from textual.content import Content

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents import live_note
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.text.format import due_day, duration
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents.links import Candidate
from readiness_tui.services.incidents.log import Noted, local
from readiness_tui.tui import glyphs
from readiness_tui.tui.markdown import hanging
from readiness_tui.tui.screens.incidents.incident_text import clock, state
from readiness_tui.tui.text import join, line

_READ = 2_000  # characters of the line that are read while it is typed
_ENTRY = 300  # characters of an entry that are shown here


def title(incident: Incident, desk: Desk, width: int) -> Content:
    """`INC-3  Refund booked twice · ✗ open · sev2 · since 14 min`."""
    mark, word = state(incident)
    since = f" · since {_since(incident.started, desk)}" if incident.started and not incident.resolved else ""
    return join(
        line(f"{incident.name} {incident.title}", "bold $text-accent", max(width - 36, 20)),
        " · ",
        Content.styled(f"{mark.glyph} {word}", mark.style),
        f" · {incident.severity}{since}",
    )


def _since(started: datetime, desk: Desk) -> str:
    """How long, on the first day; then the day itself: the list beside it counts days as of the review's own."""
    took = desk.now() - started
    return duration(took) if took < timedelta(days=1) else due_day(started.date(), desk.now().date())


def entries(incident: Incident, desk: Desk, width: int, rows: int) -> Content:
    """The last lines of the timeline, as many as there is room for, in the order in which they happened."""
    shown: list[Content] = []
    for entry in reversed(incident.timeline):
        here = local(desk, entry.at)
        lead = f"{clock(entry.at)}{f' ({here} here)' if here else ''}  "
        source = entry.by if entry.source == "person" else entry.source
        said = join(
            line(entry.text, limit=_ENTRY),
            " " if source else "",
            line(f"({source})" if source else "", "$foreground-muted"),
        )
        block = list(hanging(Content.styled(lead, "$foreground-muted"), said, width))
        if len(shown) + len(block) > rows:
            break
        shown = [*block, *shown]
    return Content("\n").join(shown)


def candidate(found: Candidate) -> Content:
    return join(line(found.insert, "bold"), "  ", line(found.says, "$foreground-muted"))


def reading(typed: str, desk: Desk) -> Content:
    """How the line will be read: when, from where, what its command does; or why it will be refused."""
    if not typed.strip():
        return Content("")
    now = desk.now()
    try:
        found = live_note.read(typed[:_READ], now, desk.zone)
    except ReadinessError as refusal:
        return line(str(refusal), "$text-error", 300)
    here = local(desk, found.at)
    parts = ["now" if found.at == now else f"{clock(found.at)} UTC{f' ({here} here)' if here else ''}"]
    if found.source != live_note.SOURCES[0]:
        parts.append(found.source)
    if found.severity:
        parts.append(f"sets {found.severity}")
    elif found.action:
        due = f", due {found.action.due}" if found.action.due else ""
        parts.append(f"an action to {found.action.kind}{due}")
    elif found.command:
        parts.append(f"sets {found.command}")
    return line(" · ".join([*parts, *found.remarks]), "$foreground-muted", 300)


def noted(found: Noted) -> Content:
    """What became of the line, and what is to be said of it."""
    return Content("\n").join(list(_noted(found)))


def _noted(found: Noted) -> Iterator[Content]:
    if found.action is not None:
        owner = f", {found.action.owner}" if found.action.owner else ""
        due = f", due {found.action.due}" if found.action.due else ""
        yield join(
            Content.styled(f"{glyphs.DONE.glyph} action ", glyphs.DONE.style),
            line(f"{found.action.text}{owner}{due}", limit=200),
        )
    else:
        yield Content.styled(f"{glyphs.DONE.glyph} written down", glyphs.DONE.style)
    for remark in found.remarks:
        yield line(remark, "$text-warning", 300)
