"""Incidents for the command line: a list with what was found in each, one incident, and all of them together.

Secrets are masked here; those of a list before it was searched, so that no search finds one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from readiness_tui.domain.incidents import note, note_rows
from readiness_tui.domain.incidents.merge import Merged
from readiness_tui.domain.incidents.model import Action, Incident, Link, TimelineEntry
from readiness_tui.domain.incidents.search import FoundIncident, SearchHit, overdue
from readiness_tui.domain.incidents.trends import Spread, Trends
from readiness_tui.domain.text.format import due_day, duration, full_day, plural
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.sanitise import one_line

SCHEMA = 1
_NAMES = 6  # incidents named behind a count
_HITS = 3  # places shown of one incident in which words were found
_LONGEST = 500  # characters of one line; a paste may have a million


def list_lines(found: Sequence[FoundIncident]) -> Iterator[str]:
    """A header, then an incident a line; nothing where there is none."""
    if found:
        yield f"{'name':<8}{'sev':<6}{'state':<10}{'started (UTC)':<18}title"
    for row in found:
        incident = row.incident
        started = f"{incident.started:%Y-%m-%d %H:%M}" if incident.started else "start unknown"
        yield f"{incident.name:<8}{incident.severity:<6}{incident.state:<10}{started:<18}{one_line(incident.title)}"
        for hit in row.hits[:_HITS]:
            yield f"        {hit.where}: {_marked(hit)}"
        if len(row.hits) > _HITS:
            yield f"        and in {plural(len(row.hits) - _HITS, 'more place')}"


def list_object(found: Sequence[FoundIncident], as_of: date) -> dict[str, Any]:
    """`incident list --json`."""
    listed = [
        {
            "name": row.incident.name,
            "uid": row.incident.uid,
            "title": row.incident.title,
            "severity": row.incident.severity.value,
            "status": row.incident.status.value,
            "open": row.incident.open,
            "started": _iso(row.incident.started),
            "resolved": _iso(row.incident.resolved),
            "failure_classes": [one.value for one in note_rows.failure_classes(row.incident)],
            "actions_open": sum(action.done is None for action in row.incident.actions),
            "actions_overdue": len(overdue(row.incident, as_of)),
            "hits": [{"where": hit.where, "text": hit.excerpt} for hit in row.hits],
        }
        for row in found
    ]
    return {"schema": SCHEMA, "incidents": listed}


def incident_lines(incident: Incident, missing: Sequence[Link], as_of: date, zone: tzinfo) -> Iterator[str]:
    """What one asks in the middle of it: its times, what happened, what is to be done, what is not settled, and which
    of its links lead nowhere."""
    incident, missing = masked(incident), masked(tuple(missing))
    was = f" (was {incident.worst})" if incident.worst is not incident.severity else ""
    yield f"{incident.name} {incident.severity}{was} · note {incident.status} · {one_line(incident.title)}"
    classes = ", ".join(note_rows.failure_classes(incident))
    if classes or incident.item_id:
        yield "  " + " · ".join(filter(None, (classes, incident.item_id and f"did not hold: {incident.item_id}")))
    intervals = {name.split()[-1]: span for name, span in note.intervals(incident)}
    took = {"detected": "detect", "acknowledged": "acknowledge", "mitigated": "mitigate", "resolved": "resolve"}
    for name, at in note.times(incident):
        span = intervals.get(took.get(name, ""))
        yield f"  {name:<14}{clock(at, zone)}" + (f"  {duration(span)} to {took[name]}" if span is not None else "")
    if summary := incident.fields.get("summary"):
        yield ""
        yield from _quoted(summary)
    if incident.timeline:
        yield ""
    yield from (f"  {entry_line(entry, zone)}" for entry in incident.timeline)
    if incident.actions:
        yield ""
    for action in incident.actions:
        yield f"  {action_line(action, as_of)}"
    for rival in incident.rivals:
        yield ""
        yield f"  Two texts of {rival.section.replace('_', ' ')} wait to be settled; {one_line(rival.by)} wrote:"
        yield from _quoted(rival.text)
    yield from (f"  ! {link.kind} {one_line(link.name)} is linked, and not in this file." for link in missing)


def _quoted(text: str) -> Iterator[str]:
    """Behind a bar, so that no line of it passes for one of ours."""
    return (f"  | {one_line(line, _LONGEST)}" for line in text.splitlines())


def entry_line(entry: TimelineEntry, zone: tzinfo) -> str:
    """ "2026-11-24 14:05 UTC (15:05 here)  The alert fires (log, ana)"."""
    source = ", ".join(filter(None, (entry.source if entry.source != "person" else "", entry.by)))
    return f"{clock(entry.at, zone)}  {one_line(entry.text, _LONGEST)}" + (f" ({one_line(source)})" if source else "")


def action_line(action: Action, as_of: date) -> str:
    """ "✗ overdue  Page on errors (detect · ben · due 27 Nov)"."""
    late = action.done is None and action.due is not None and action.due < as_of
    mark = "●" if action.done else "✗" if late else "◐" if action.in_progress else "○"
    when = f"done {due_day(action.done, as_of)}" if action.done else f"due {due_day(action.due, as_of)}"
    said = "overdue" if late else action.state.value
    who = one_line(action.owner) or "nobody yet"
    return f"{mark} {said:<12}{one_line(action.text)} ({action.kind} · {who} · {when})"


def trends_lines(found: Trends) -> Iterator[str]:
    found = masked(found)
    yield f"{plural(found.incidents, 'incident')}, {found.open} open"
    yield ""
    for name, span in found.spans.items():
        yield f"  {name:<16}{_spread(span)}"
    if found.classes:
        yield ""
        yield "Failure classes"
        yield from (f"  {len(row.incidents):>3}  {row.what} ({_names(row.incidents)})" for row in found.classes)
    if found.unclassified:
        yield f"  {found.unclassified:>3}  without a class"
    if found.factors:
        yield ""
        yield "Factors named more than once"
        yield from (
            f"  {len(row.incidents):>3}  {one_line(row.what)} ({_names(row.incidents)})" for row in found.factors
        )
    if found.items:
        yield ""
        yield "Checklist items whose control failed"
        yield from (f"  {len(row.incidents):>3}  {one_line(row.what)} ({_names(row.incidents)})" for row in found.items)
    if found.overdue:
        yield ""
        yield "Overdue actions"
    for late in found.overdue:
        due, who = full_day(late.action.due), one_line(late.action.owner) or "nobody"
        yield f"  {late.incident.name:<8}{due:<13}{who:<10}{one_line(late.action.text)}"


def trends_object(found: Trends) -> dict[str, Any]:
    """`incident trends --json`."""
    found = masked(found)
    return {
        "schema": SCHEMA,
        "incidents": found.incidents,
        "open": found.open,
        "minutes": {name: _spread_json(span) for name, span in found.spans.items()},
        "failure_classes": [{"class": row.what.value, "incidents": list(row.incidents)} for row in found.classes],
        "unclassified": found.unclassified,
        "recurring_factors": [{"factor": row.what, "incidents": list(row.incidents)} for row in found.factors],
        "failed_items": [{"item": row.what, "incidents": list(row.incidents)} for row in found.items],
        "overdue_actions": [
            {
                "incident": late.incident.name,
                "severity": late.incident.severity.value,
                "action": late.action.text,
                "owner": late.action.owner,
                "due": late.action.due.isoformat() if late.action.due else None,
            }
            for late in found.overdue
        ],
    }


def merged_text(done: Merged) -> str:
    """What came in, in one sentence."""
    counted = (
        (done.lines, plural(done.lines, "line of the timeline", "lines of the timeline")),
        (done.actions, plural(done.actions, "action")),
        (done.sections, plural(done.sections, "section")),
        (done.rivals, plural(done.rivals, "other text to settle", "other texts to settle")),
        (done.changed, plural(done.changed, "changed value")),
    )
    brought = ", ".join(words for count, words in counted if count)
    if done.created:
        return f"{done.incident.name} {done.incident.severity} is new: {done.incident.title}" + (
            f" ({brought})." if brought else "."
        )
    return (
        f"{done.incident.name}: {brought} came in."
        if brought
        else f"{done.incident.name} has all of it already; nothing was added."
    )


def clock(at: datetime, zone: tzinfo) -> str:
    """ "2026-11-24 14:05 UTC (15:05 here)"; the second part where the wall clock shows another time."""
    local = at.astimezone(zone)
    here = "" if local.utcoffset() == at.utcoffset() else f" ({local:%H:%M} here)"
    return f"{at:%Y-%m-%d %H:%M} UTC{here}"


def _spread(span: Spread) -> str:
    if not span.n:
        return "not known of any"
    range_ = f"{duration(span.low)} – {duration(span.high)}"
    left_out = [f"{span.unknown} without these times"] if span.unknown else []
    left_out += [f"{span.disordered} out of order"] if span.disordered else []
    said = f"median {duration(span.median)}, range {range_}" if span.n > 1 else duration(span.median)
    return f"{said} (n = {span.n}{''.join(f'; {one}' for one in left_out)})"


def _spread_json(span: Spread) -> dict[str, Any]:
    def minutes(value: Any) -> float | None:
        return None if value is None else round(value.total_seconds() / 60, 2)

    return {
        "n": span.n,
        "median": minutes(span.median),
        "low": minutes(span.low),
        "high": minutes(span.high),
        "unknown": span.unknown,
        "out_of_order": span.disordered,
    }


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"{', '.join(names[:_NAMES])}{more}"


def _marked(hit: SearchHit) -> str:
    """The excerpt with « » around each hit, on one line."""
    parts: list[str] = []
    at = 0
    for start, end in hit.spans:
        parts += (hit.excerpt[at:start], "«", hit.excerpt[start:end], "»")
        at = end
    return one_line("".join((*parts, hit.excerpt[at:])))


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
