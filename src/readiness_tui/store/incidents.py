"""Incidents with their timeline and actions."""

from __future__ import annotations

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incident import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    NoteStatus,
    Sev,
    TimelineEntry,
)
from readiness_tui.store.codec import dump, iso, load, moment, opt_day, opt_moment, stamp, words
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection


def all(conn: Connection, system: str | None = None) -> list[Incident]:
    """In the order of their numbers; of one system, or of all."""
    rows = fetch(conn, "SELECT * FROM incident WHERE ?1 IS NULL OR system = ?1 ORDER BY number", (system,))
    events = fetch(conn, "SELECT * FROM incident_event ORDER BY at, id")
    actions = fetch(conn, "SELECT * FROM incident_action ORDER BY id")
    return [_incident(row, events, actions) for row in rows]


def get(conn: Connection, number: int) -> Incident:
    """Raises ReadinessError where there is no such incident."""
    for incident in all(conn):
        if incident.number == number:
            return incident
    raise ReadinessError(
        f"There is no incident INC-{number} in this database. `readiness incident` lists those there are."
    )


def put(tx: Tx, incident: Incident) -> int:
    """Insert (number 0: the next one is given) or update the note itself; returns its number.

    `timeline` and `actions` are written by their own functions and are left as they are stored.
    """
    return tx.put(
        "incident",
        {
            "number": incident.number or None,
            "system": incident.system,
            "title": incident.title,
            "severity": incident.severity.value,
            "status": incident.status.value,
            "started": stamp(incident.started),
            "detected": stamp(incident.detected),
            "acknowledged": stamp(incident.acknowledged),
            "mitigated": stamp(incident.mitigated),
            "resolved": stamp(incident.resolved),
            "closed": iso(incident.closed),
            "failure_class": None if incident.failure_class is None else incident.failure_class.value,
            "breached": incident.item_id,
            "no_eval_reason": incident.no_eval_reason,
            "eval_cases": dump(incident.eval_cases),
            "traces": dump(incident.traces),
            "fields": dump(incident.fields),
        },
    )


def put_event(tx: Tx, number: int, entry: TimelineEntry) -> int:
    """Add (id 0) or edit a line of the timeline; returns its id."""
    return tx.put(
        "incident_event",
        {
            "id": entry.id or None,
            "number": number,
            "at": stamp(entry.at),
            "text": entry.text,
            "source": entry.source,
            "person": entry.by,
        },
    )


def remove_event(tx: Tx, event_id: int) -> bool:
    return tx.delete("incident_event", event_id)


def put_action(tx: Tx, number: int, action: Action) -> int:
    """Add (id 0) or edit an action; returns its id."""
    return tx.put(
        "incident_action",
        {
            "id": action.id or None,
            "number": number,
            "text": action.text,
            "kind": action.kind.value,
            "owner": action.owner,
            "due": iso(action.due),
            "done": iso(action.done),
        },
    )


def remove_action(tx: Tx, action_id: int) -> bool:
    return tx.delete("incident_action", action_id)


def _incident(row: Row, events: list[Row], actions: list[Row]) -> Incident:
    return Incident(
        number=row["number"],
        system=row["system"],
        title=row["title"],
        severity=Sev(row["severity"]),
        status=NoteStatus(row["status"]),
        started=opt_moment(row["started"]),
        detected=opt_moment(row["detected"]),
        acknowledged=opt_moment(row["acknowledged"]),
        mitigated=opt_moment(row["mitigated"]),
        resolved=opt_moment(row["resolved"]),
        closed=opt_day(row["closed"]),
        failure_class=None if row["failure_class"] is None else FailureClass(row["failure_class"]),
        item_id=row["breached"],
        eval_cases=words(row["eval_cases"]),
        no_eval_reason=row["no_eval_reason"],
        traces=words(row["traces"]),
        fields=load(row["fields"]),
        timeline=tuple(
            TimelineEntry(e["id"], moment(e["at"]), e["text"], e["source"], e["person"])
            for e in events
            if e["number"] == row["number"]
        ),
        actions=tuple(
            Action(a["id"], a["text"], ActionKind(a["kind"]), a["owner"], opt_day(a["due"]), opt_day(a["done"]))
            for a in actions
            if a["number"] == row["number"]
        ),
    )
