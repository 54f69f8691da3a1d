"""Incidents with their timeline, their actions, and the texts of a section that wait to be settled."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    Link,
    LinkKind,
    NoteStatus,
    OtherText,
    Sev,
    TimelineEntry,
    Written,
)
from readiness_tui.store.codec import dump, iso, load, moment, opt_day, opt_moment, stamp, words
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection

#: All that an incident is read from.
TABLES = frozenset({"incident", "incident_event", "incident_action", "incident_rival"})


def all(conn: Connection, system: str) -> list[Incident]:
    """Those of a system, in the order of their numbers."""
    rows = fetch(conn, "SELECT * FROM incident WHERE system = ? ORDER BY number", (system,))
    if not rows:
        return []
    own = "WHERE number IN (SELECT number FROM incident WHERE system = ?) ORDER BY"
    events = _by_number(fetch(conn, f"SELECT * FROM incident_event {own} at, id", (system,)))
    actions = _by_number(fetch(conn, f"SELECT * FROM incident_action {own} id", (system,)))
    rivals = _by_number(fetch(conn, f"SELECT * FROM incident_rival {own} id", (system,)))
    return [
        replace(
            _incident(row),
            timeline=tuple(map(_event, events.get(row["number"], ()))),
            actions=tuple(map(_action, actions.get(row["number"], ()))),
            rivals=tuple(map(_rival, rivals.get(row["number"], ()))),
        )
        for row in rows
    ]


def _by_number(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["number"], []).append(row)
    return found


def get(conn: Connection, system: str, number: int) -> Incident:
    """Raises ReadinessError where the system has no such incident; numbers count through the file."""
    for incident in all(conn, system):
        if incident.number == number:
            return incident
    other = conn.execute("SELECT system FROM incident WHERE number = ?", (number,)).fetchone()
    if other is not None:
        raise ReadinessError(f"INC-{number} is an incident of “{other[0]}”, and this is the review of “{system}”.")
    raise ReadinessError(
        f"There is no incident INC-{number} in this database. `readiness incident` lists those there are."
    )


def put(tx: Tx, incident: Incident) -> int:
    """Insert (number 0: the next one is given) or update the note itself; returns its number.

    `timeline`, `actions` and `rivals` are written by their own functions and are left as they are stored.
    """
    return _put(
        tx,
        "incident",
        incident,
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
            "peak": _peak(tx, incident),
            "written": dump({key: [said.by, stamp(said.at)] for key, said in incident.written.items()}),
        },
    )


def _peak(tx: Tx, incident: Incident) -> str:
    """The highest severity so far, "" where that is the present one: kept by whoever writes, so that no way of lowering
    one slips past it."""
    old = tx.get("incident", incident.number) if incident.number else None
    known = [incident.worst] + [Sev(old[name]) for name in ("severity", "peak") if old and old[name]]
    return "" if min(known) is incident.severity else min(known).value


def put_event(tx: Tx, number: int, entry: TimelineEntry) -> int:
    """Add (id 0) or edit a line of the timeline; returns its id."""
    return _put(
        tx,
        "incident_event",
        entry,
        {
            "id": entry.id or None,
            "number": number,
            "at": stamp(entry.at),
            "text": entry.text,
            "source": entry.source,
            "person": entry.by,
            "links": dump([[link.kind.value, link.name] for link in entry.links]),
        },
    )


def remove_event(tx: Tx, event_id: int) -> bool:
    return tx.delete("incident_event", event_id)


def put_action(tx: Tx, number: int, action: Action) -> int:
    """Add (id 0) or edit an action; returns its id."""
    return _put(
        tx,
        "incident_action",
        action,
        {
            "id": action.id or None,
            "number": number,
            "text": action.text,
            "kind": action.kind.value,
            "owner": action.owner,
            "due": iso(action.due),
            "done": iso(action.done),
            "in_progress": int(action.in_progress),
            "verify": action.verify,
        },
    )


def remove_action(tx: Tx, action_id: int) -> bool:
    return tx.delete("incident_action", action_id)


def put_rival(tx: Tx, number: int, rival: OtherText) -> int:
    """Keep another text of a section (id 0); returns its id."""
    return tx.put(
        "incident_rival",
        {
            "id": rival.id or None,
            "number": number,
            "section": rival.section,
            "text": rival.text,
            "person": rival.by,
            "at": stamp(rival.at),
            "uid": rival.uid or str(uuid4()),
        },
    )


def remove_rival(tx: Tx, rival_id: int) -> bool:
    return tx.delete("incident_rival", rival_id)


def _put(tx: Tx, table: str, value: Incident | TimelineEntry | Action, row: Row) -> int:
    """Write `row` with its identity and stamps: new ones get the present, or what a merge brings from another file.

    A change is stamped with the present, unless `value` carries another stamp than the stored one.
    """
    key = next(iter(row.values()))
    old = tx.get(table, key) if key else None
    row["uid"] = value.uid or (old or {}).get("uid") or str(uuid4())
    row["created"] = stamp(value.created) or (old or {}).get("created") or stamp(tx.now)
    brought = stamp(value.updated)
    if brought is not None and (old is None or brought != old["updated"]):
        row["updated"] = brought
    elif old is None or any(old[name] != given for name, given in row.items()):
        row["updated"] = stamp(tx.now)
    return tx.put(table, row)


def _incident(row: Row) -> Incident:
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
        written={key: Written(by, moment(at)) for key, (by, at) in load(row["written"]).items()},
        uid=row["uid"],
        created=opt_moment(row["created"]),
        updated=opt_moment(row["updated"]),
        peak=Sev(row["peak"]) if row["peak"] else None,
    )


def _event(row: Row) -> TimelineEntry:
    return TimelineEntry(
        id=row["id"],
        at=moment(row["at"]),
        text=row["text"],
        source=row["source"],
        by=row["person"],
        links=tuple(Link(LinkKind(kind), name) for kind, name in load(row["links"])),
        uid=row["uid"],
        created=opt_moment(row["created"]),
        updated=opt_moment(row["updated"]),
    )


def _action(row: Row) -> Action:
    return Action(
        id=row["id"],
        text=row["text"],
        kind=ActionKind(row["kind"]),
        owner=row["owner"],
        due=opt_day(row["due"]),
        done=opt_day(row["done"]),
        in_progress=bool(row["in_progress"]),
        verify=row["verify"],
        uid=row["uid"],
        created=opt_moment(row["created"]),
        updated=opt_moment(row["updated"]),
    )


def _rival(row: Row) -> OtherText:
    return OtherText(row["id"], row["section"], row["text"], row["person"], moment(row["at"]), row["uid"])
