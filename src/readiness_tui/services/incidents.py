"""Incidents: opened, annotated as they happen, written up, exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incident import Action, FailureClass, Incident, NoteStatus, Sev, TimelineEntry
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import current_review
from readiness_tui.services.write import change
from readiness_tui.store import incidents

#: The times of an incident in the order in which they happen.
TIMES = ("started", "detected", "acknowledged", "mitigated", "resolved")
#: The written sections of the note, by key, with what each asks for.
SECTIONS = {
    "summary": "Summary: status, harm, who was affected, whether it can recur today",
    "impact": "Impact: measure, value, source",
    "what_changed": "What changed: prompt, model, index, tools, guardrail, traffic",
    "detection": "Detection: by what, and which alert should have fired",
    "factors": "Contributing factors, one a line",
    "reproduction": "Reproduction: k of n replays",
    "went_well": "What went well",
    "went_badly": "What went badly",
    "got_lucky": "Where we got lucky",
    "surprised": "What surprised us",
    "questions": "Open questions",
}


def listed(desk: Desk) -> list[Incident]:
    """The system's incidents: open ones first, then by severity and number."""
    with desk.store.read() as conn:
        found = incidents.all(conn, current_review(conn, desk).system)
    return sorted(found, key=lambda incident: (not incident.open, incident.severity, -incident.number))


def get(desk: Desk, number: int) -> Incident:
    """One incident. Raises ReadinessError where there is none of that number."""
    with desk.store.read() as conn:
        return incidents.get(conn, number)


def create(
    desk: Desk, title: str, severity: Sev, *, started: datetime | None = None, traces: Sequence[str] = ()
) -> Incident:
    """Open an incident; it has started now unless said otherwise."""
    if not title.strip():
        raise ReadinessError("What happened? An incident needs a title.")
    with change(desk, f"new incident: {title} ({severity})") as (tx, review):
        made = Incident(0, review.system, title.strip(), severity, started=started or desk.now(), traces=tuple(traces))
        return replace(made, number=incidents.put(tx, made))


def set_title(desk: Desk, number: int, title: str, severity: Sev) -> None:
    """Change what the incident is called and how severe it is."""
    if not title.strip():
        raise ReadinessError("What happened? An incident needs a title.")
    _update(desk, number, f"{title} ({severity})", title=title.strip(), severity=severity)


def set_time(desk: Desk, number: int, name: str, at: datetime | None) -> None:
    """Set one of the five times (UTC). They have to be in order and not in the future."""
    if name not in TIMES:
        raise ReadinessError(f"{name} is not a time of an incident. They are: {', '.join(TIMES)}.")
    if at is not None and at > desk.now():
        raise ReadinessError(f"{name.capitalize()} would be in the future ({at:%Y-%m-%d %H:%M} UTC). Check the date.")
    incident = get(desk, number)
    known = {key: getattr(incident, key) for key in TIMES} | {name: at}
    in_order = [(key, known[key]) for key in TIMES if known[key] is not None]
    for (one, earlier), (other, later) in pairwise(in_order):
        if later < earlier:
            raise ReadinessError(
                f"{other.capitalize()} ({later:%Y-%m-%d %H:%M}) would be before {one} ({earlier:%Y-%m-%d %H:%M})."
                " Correct the one that is wrong."
            )
    _update(desk, number, f"{name}: {at:%Y-%m-%d %H:%M} UTC" if at else f"{name}: cleared", **{name: at})


def set_field(desk: Desk, number: int, key: str, text: str) -> None:
    """Write one section of the note."""
    if key not in SECTIONS:
        raise ReadinessError(f"{key} is not a section of an incident note.")
    incident = get(desk, number)
    kept = {name: old for name, old in incident.fields.items() if name != key}
    _update(desk, number, f"{key.replace('_', ' ')} written", fields={**kept, key: text} if text.strip() else kept)


def classify(desk: Desk, number: int, failure_class: FailureClass | None, item_id: str) -> None:
    """Name the failure class and the checklist item that did not hold."""
    _update(desk, number, f"class {failure_class or 'none'}, item {item_id or 'none'}",
            failure_class=failure_class, item_id=item_id.strip())  # fmt: skip


def link(desk: Desk, number: int, *, traces: Sequence[str] = (), eval_cases: Sequence[str] = ()) -> None:
    """Link traces it showed in, or eval cases added for it."""
    incident = get(desk, number)
    _update(
        desk,
        number,
        f"links {', '.join([*traces, *eval_cases])}",
        traces=tuple(dict.fromkeys([*incident.traces, *traces])),
        eval_cases=tuple(dict.fromkeys([*incident.eval_cases, *eval_cases])),
    )


def log(desk: Desk, number: int, text: str, *, at: datetime | None = None, source: str = "person") -> None:
    """Add a line to the timeline, now unless said otherwise."""
    if not text.strip():
        raise ReadinessError("What happened? A timeline entry needs words.")
    with change(desk, f"INC-{number}: {text[:60]}") as (tx, _):
        incidents.get(tx.conn, number)
        incidents.put_event(tx, number, TimelineEntry(0, at or desk.now(), text, source, desk.who))


def put_action(desk: Desk, number: int, action: Action) -> None:
    """Add an action (id 0) or change one. It becomes a gap until it is done."""
    if not action.text.strip():
        raise ReadinessError("What is to be done? An action says what one can verify.")
    with change(desk, f"INC-{number} action: {action.text[:60]}") as (tx, _):
        incidents.get(tx.conn, number)
        incidents.put_action(tx, number, action)


def finish_action(desk: Desk, number: int, action_id: int, done: date | None) -> None:
    """Mark an action done on a day, or open again with None."""
    incident = get(desk, number)
    action = next((action for action in incident.actions if action.id == action_id), None)
    if action is None:
        raise ReadinessError(f"INC-{number} has no action {action_id}.")
    put_action(desk, number, replace(action, done=done))


def set_status(desk: Desk, number: int, status: NoteStatus, *, no_eval_reason: str = "") -> None:
    """Move the note on. A sev1 or sev2 closes only with an eval case or a reason why there can be none."""
    incident = get(desk, number)
    if status is NoteStatus.CLOSED:
        if incident.resolved is None:
            raise ReadinessError(f"{incident.name} is not resolved yet. Set the resolved time before closing its note.")
        reason = no_eval_reason.strip() or incident.no_eval_reason
        if incident.severity in (Sev.SEV1, Sev.SEV2) and not incident.eval_cases and not reason:
            raise ReadinessError(
                f"{incident.name} is a {incident.severity}: it closes with a linked eval case, or with the reason why"
                " none can exist."
            )
    with change(desk, f"INC-{number}: {status}", no_eval_reason) as (tx, review):
        closed = desk.as_of(review) if status is NoteStatus.CLOSED else None
        incidents.put(
            tx,
            replace(
                incidents.get(tx.conn, number),
                status=status,
                closed=closed,
                no_eval_reason=no_eval_reason.strip() or incident.no_eval_reason,
            ),
        )


def _update(desk: Desk, number: int, what: str, **values: object) -> None:
    with change(desk, f"INC-{number}: {what}") as (tx, _):
        incidents.put(tx, replace(incidents.get(tx.conn, number), **values))  # type: ignore[arg-type]
