"""What several people may change at once of an incident: its facts, its actions and the lines of its timeline, by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents import live_note, note
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    ActionState,
    FailureClass,
    Incident,
    NoteStatus,
    Sev,
    TimelineEntry,
)
from readiness_tui.domain.verdict.gap import Gap, GapState
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import Kind, day_text
from readiness_tui.services.incidents.eval_cases import raised
from readiness_tui.store import gaps, incidents, reviews
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

# -- facts ------------------------------------------------------------------------------------------------------------


def incident_texts(incident: Incident) -> dict[str, str]:
    """The facts of an incident by field, as text."""
    times = {name: _moment_text(getattr(incident, name)) for name in note.TIMES}
    return {
        "title": incident.title,
        "severity": incident.severity.value,
        "class": incident.failure_class.value if incident.failure_class else "",
        "item": incident.item_id,
        **times,
    }


def _write_incident(tx: Tx, desk: Desk, review: Review, ref: str, values: dict[str, str]) -> None:
    incident = incidents.get(tx.conn, review.system, int(ref))
    titled(values["title"])
    times = {name: _moment(values[name]) for name in note.TIMES}
    if times["resolved"] is None and incident.resolved is not None and incident.status is NoteStatus.CLOSED:
        raise ReadinessError(f"{incident.name}'s note is closed. Move it back to reviewed before clearing its end.")
    moved = any(times[name] != getattr(incident, name) for name in note.TIMES)
    changed = replace(
        incident,
        title=values["title"].strip(),
        severity=Sev(values["severity"]),
        failure_class=FailureClass(values["class"]) if values["class"] else None,
        item_id=_item(tx.conn, review, values["item"], incident.item_id),
        **times,  # type: ignore[arg-type]
    )
    if moved and (said := note.out_of_order(changed)):
        raise ReadinessError(said)
    raised(incident, changed.severity)
    incidents.put(tx, changed)


def titled(title: str) -> None:
    """Raises ReadinessError for an incident without a title."""
    if not title.strip():
        raise ReadinessError("What happened? An incident needs a title.")


def _item(conn: Connection, review: Review, typed: str, stored: str) -> str:
    """A checklist's item by its id, however its letters are typed; the one that is stored may have left since."""
    wanted = typed.strip()
    known = {item.id.casefold(): item.id for listed in reviews.checklists(conn, review.id) for item in listed.items}
    item = known.get(wanted.casefold(), wanted)
    if item and item.casefold() not in known and item != stored:
        raise ReadinessError(
            f"“{item}” is not an item of this review's checklists. Type an item's id as Checklists shows it,"
            " for example REL-02."
        )
    return item


# -- actions ----------------------------------------------------------------------------------------------------------


def action_texts(action: Action) -> dict[str, str]:
    """An action by field, as text."""
    return {
        "text": action.text,
        "kind": action.kind.value,
        "owner": action.owner,
        "due": day_text(action.due),
        "state": f"done {action.done}" if action.done else action.state.value,
        "verify": action.verify,
    }


def action_of(incident: Incident, action_id: int) -> Action:
    """Raises ReadinessError where the incident has no such action."""
    for action in incident.actions:
        if action.id == action_id:
            return action
    raise ReadinessError(f"{incident.name} has no action {action_id}.")


def check_action(desk: Desk, review: Review, action: Action) -> None:
    """Raises ReadinessError for an action without words, or done on a day that has not come."""
    if not action.text.strip():
        raise ReadinessError("What is to be done? An action says what one can verify afterwards.")
    if action.done is not None and action.done > max(desk.day(review.zone), desk.today(review)):
        raise ReadinessError(f"{action.done} has not come yet. An action is done today or on a day before.")


def _read_action(conn: Connection, review: Review, ref: str) -> dict[str, str]:
    number, _, action_id = ref.partition("/")
    return action_texts(action_of(incidents.get(conn, review.system, int(number)), int(action_id)))


def _write_action(tx: Tx, desk: Desk, review: Review, ref: str, values: dict[str, str]) -> None:
    number, _, action_id = ref.partition("/")
    old = action_of(incidents.get(tx.conn, review.system, int(number)), int(action_id))
    word, _, day = values["state"].partition(" ")
    state = ActionState.DONE if word == "done" else ActionState(values["state"])
    action = replace(
        old,
        text=values["text"].strip(),
        kind=ActionKind(values["kind"]),
        owner=values["owner"].strip(),
        due=date.fromisoformat(values["due"]) if values["due"] else None,
        done=date.fromisoformat(day) if state is ActionState.DONE else None,
        in_progress=state is ActionState.IN_PROGRESS,
        verify=values["verify"],
    )
    check_action(desk, review, action)
    incidents.put_action(tx, int(number), action)
    gap_follows(tx, desk, review, int(number), old, action)


def gap_follows(tx: Tx, desk: Desk, review: Review, number: int, old: Action, action: Action) -> None:
    """Copy an action's changes to its gap: owner, date and state are the same in both."""
    gap = gaps.all(tx.conn, review.system).get(f"incident/{number}/{action.id}")
    if gap is None:
        return
    moved = action.due is not None and action.due != gap.due
    history = f"{gap.due or 'none'} -> {action.due} by {desk.who}"
    gaps.put(
        tx,
        review.system,
        replace(
            gap,
            state=_gap_state(gap, old, action),
            owner=action.owner.strip() if action.owner != old.owner else gap.owner,
            due=action.due if moved else gap.due,
            due_changes=(*gap.due_changes, history) if moved else gap.due_changes,
        ),
    )


def _gap_state(gap: Gap, old: Action, action: Action) -> GapState:
    """A gap that was closed is reopened by the review's next look at it, which also sees to its date."""
    if action.state is old.state or not gap.state.live:
        return gap.state
    if action.state is ActionState.DONE:
        return GapState.CLOSED
    return GapState.IN_PROGRESS if action.state is ActionState.IN_PROGRESS else GapState.OPEN


# -- lines of the timeline --------------------------------------------------------------------------------------------


def entry_texts(entry: TimelineEntry) -> dict[str, str]:
    """A line of the timeline by field, as text."""
    return {"text": entry.text, "at": _moment_text(entry.at), "source": entry.source}


def check_entry(entry: TimelineEntry) -> None:
    """Raises ReadinessError for a line without words, or of an unknown source."""
    if not entry.text.strip():
        raise ReadinessError("What happened? A line of the timeline needs words after its time and source.")
    if entry.source not in live_note.SOURCES:
        raise ReadinessError(
            f"“{entry.source}” is not a source of a timeline line. They are: {', '.join(live_note.SOURCES)}."
        )


def entry_of(incident: Incident, entry_id: int, text: str = "") -> TimelineEntry:
    """Raises ReadinessError where the incident has no such line; `text`: how the line reads to whoever asks."""
    found = next((one for one in incident.timeline if one.id == entry_id), None)
    if found is None:
        raise ReadinessError(
            f"{incident.name} has no such line in its timeline any more{f': {text[:60]}' if text else '.'}"
        )
    return found


def _read_entry(conn: Connection, review: Review, ref: str) -> dict[str, str]:
    number, _, entry_id = ref.partition("/")
    return entry_texts(entry_of(incidents.get(conn, review.system, int(number)), int(entry_id)))


def _write_entry(tx: Tx, desk: Desk, review: Review, ref: str, values: dict[str, str]) -> None:
    """A line whose text is taken away is taken out."""
    number, _, entry_id = ref.partition("/")
    old = entry_of(incidents.get(tx.conn, review.system, int(number)), int(entry_id))
    if not values["text"].strip():
        incidents.remove_event(tx, old.id)
        return
    at = _moment(values["at"]) or old.at
    entry = replace(old, text=values["text"].strip(), at=at, source=values["source"])
    check_entry(entry)
    incidents.put_event(tx, int(number), entry)


def _moment_text(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


INCIDENT = Kind(
    "incident",
    read=lambda conn, review, ref: incident_texts(incidents.get(conn, review.system, int(ref))),
    write=_write_incident,
    row=lambda _, ref: ("incident", (int(ref),)),
    of_review=False,
    columns={"class": "failure_class", "item": "breached"},
    moments=frozenset(note.TIMES),
)
ACTION = Kind(
    "action",
    read=_read_action,
    write=_write_action,
    row=lambda _, ref: ("incident_action", (int(ref.partition("/")[2]),)),
    of_review=False,
    columns={"state": "done"},
    days=frozenset({"due"}),
)
ENTRY = Kind(
    "line",
    read=_read_entry,
    write=_write_entry,
    row=lambda _, ref: ("incident_event", (int(ref.partition("/")[2]),)),
    of_review=False,
    moments=frozenset({"at"}),
)
