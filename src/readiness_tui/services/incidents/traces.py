"""What recorded requests say about an incident: what changed, lines for its timeline, and how it looked over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents import trace_series, trace_timeline, what_changed
from readiness_tui.domain.incidents.model import Incident, TimelineEntry, Written
from readiness_tui.domain.incidents.trace_series import RequestFigures, StepSeries
from readiness_tui.domain.incidents.trace_timeline import Proposed
from readiness_tui.domain.incidents.what_changed import ChangedPart, TimeWindow
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import system_change
from readiness_tui.store import incidents, trace_windows, traces

STEPS = 36  # of the sparkline
_LONGEST = 24 * 366  # hours on each side
_LOOK = timedelta(days=7)  # how long after its last linked failure a recovery is looked for


@dataclass(frozen=True, slots=True)
class Around:
    """The requests before and after `at`, compared, and the lines and figures they give.

    `phases`: the figures before the incident, during it and after it; `until`: when it was mitigated, else when the
    requests recover.
    """

    at: datetime
    hours: float
    spans: tuple[TimeWindow, TimeWindow]
    requests: tuple[int, int]
    changes: tuple[ChangedPart, ...]
    lines: tuple[Proposed, ...]
    series: StepSeries
    until: datetime | None
    phases: tuple[RequestFigures, RequestFigures, RequestFigures | None]
    unknown: tuple[str, ...]  # linked ids that were not imported


def around(desk: Desk, number: int, *, at: datetime | None = None, hours: float = what_changed.HOURS) -> Around:
    """Compare the requests around `at`, else around the incident's start. Reads every request of both windows.

    Raises ReadinessError where there is no time to compare around, or no request was imported.
    """
    if not 0 < hours <= _LONGEST:
        raise ReadinessError(f"How many hours on each side? Between 1 and {_LONGEST:,}, for example 24.")
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        incident = incidents.get(conn, system, number)
        linked = {name: traces.get(conn, system, name) for name in incident.traces}
        known = [trace for trace in linked.values() if trace is not None]
        times = [trace.started_at for trace in known if trace.started_at is not None]
        moment = at or what_changed.default_time(incident, times)
        if moment is None:
            raise ReadinessError(
                f"{incident.name} has no start and no linked trace with a time. Set its start, or type a time here."
            )
        later = trace_windows.seen(conn, system, min(times, default=moment), max(times, default=moment) + _LOOK)
        recovered = trace_timeline.recovery(known, later)
        until = what_changed.ended(incident) or (recovered.at if recovered else None)
        spans = what_changed.windows(moment, hours, until=until)
        before, after = (trace_windows.tally(conn, system, span) for span in spans)
        shown = trace_series.around(moment, until, traces.latest(conn, system), STEPS)
        series = trace_windows.series(conn, system, shown, STEPS)
    return Around(
        moment,
        hours,
        spans,
        (before.requests, after.requests),
        tuple(what_changed.changes(before, after, spans)),
        tuple(trace_timeline.proposed(known, recovered)),
        series,
        until,
        trace_series.phases(series, moment, until),
        tuple(name for name, trace in linked.items() if trace is None),
    )


def accept_change(desk: Desk, number: int, change: ChangedPart) -> None:
    """Write a difference into the note: below what changed, or among the impact. Once only."""
    key, line = what_changed.note_line(change)
    with system_change(desk, f"INC-{number}: {change.what} changed") as (tx, review):
        incident = incidents.get(tx.conn, review.system, number)
        written = incident.fields.get(key, "")
        if line not in written.splitlines():
            text = f"{written.rstrip()}\n{line}" if written.strip() else line
            fields = {**incident.fields, key: text}
            said = {**incident.written, key: Written(desk.who, desk.now())}
            incidents.put(tx, replace(incident, fields=fields, written=said))


def accept_line(desk: Desk, number: int, line: Proposed) -> None:
    """Add a proposed line to the timeline, as a fact from a trace. Once only."""
    with system_change(desk, f"INC-{number}: {line.text[:60]}") as (tx, review):
        if not in_timeline(incidents.get(tx.conn, review.system, number), line):
            incidents.put_event(tx, number, TimelineEntry(0, line.at, line.text, trace_timeline.SOURCE, desk.who))


def in_note(incident: Incident, change: ChangedPart) -> bool:
    """Whether the difference is written in the note as it stands here."""
    key, line = what_changed.note_line(change)
    return line in incident.fields.get(key, "").splitlines()


def in_timeline(incident: Incident, line: Proposed) -> bool:
    return any((entry.at, entry.text) == (line.at, line.text) for entry in incident.timeline)
