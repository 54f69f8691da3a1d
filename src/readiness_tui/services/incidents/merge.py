"""Another copy of an incident, from a file, merged into the one that is stored: one change that undo takes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.incidents import note
from readiness_tui.domain.incidents.merge import Copy, Merged, merge, text_digest
from readiness_tui.domain.incidents.model import Incident, NoteStatus
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import system_change
from readiness_tui.services.incidents.changes import gap_follows
from readiness_tui.services.incidents.edit import BEFORE_REVIEWED, reopened
from readiness_tui.store import incident_history, incidents
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

_PARTS = ("timeline", "actions", "rivals")


def local_copy(conn: Connection, incident: Incident) -> Copy:
    """The stored incident, with as much of its past as another file needs."""
    texts = incident_history.earlier_texts(conn, incident.number)
    standing = {(key, text_digest(text)) for key, text in incident.fields.items()}
    standing |= {(rival.section, text_digest(rival.text)) for rival in incident.rivals}
    earlier = {
        key: frozenset(digest for text in had if text and (key, digest := text_digest(text)) not in standing)
        for key, had in texts.items()
    }
    present = {entry.uid for entry in incident.timeline} | {action.uid for action in incident.actions}
    removed = incident_history.removed_parts(conn, incident.number)
    return Copy(
        incident,
        {key: digests for key, digests in earlier.items() if digests},
        {uid: at for uid, at in removed.items() if uid not in present},
    )


def put_copy(desk: Desk, look: Callable[[], tuple[int | None, Copy]], origin: str) -> Merged:
    """Merge a copy into an incident of the desk's system, or store it as a new one of it. `origin` says where it is from,
    for the history. `look` tells the incident's number, None for a new one, and the copy; it is asked again inside the
    transaction, before anything is written, because another process may have stored the same incident meanwhile.

    Raises ReadinessError where there is no such incident, and as `look`.
    """
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        number, copy = look()
        local = incidents.get(conn, system, number) if number else None
        if local is not None and _nothing_new(conn, local, _here(copy, system)):
            return Merged(local, False, 0, 0, 0, 0, 0)
    with system_change(desk, _what(number, copy, origin)) as (tx, review):
        number, found = look()
        told, copy = found.incident.system, _here(found, system)
        tx.what = _what(number, copy, origin)
        if number is None:
            return _new(tx, review, copy, told)
        local = incidents.get(tx.conn, system, number)
        if _nothing_new(tx.conn, local, copy):
            return Merged(local, False, 0, 0, 0, 0, 0)
        done = _merged(tx, local, merge(local_copy(tx.conn, local), copy))
        before = {action.id: action for action in local.actions}
        for action in done.incident.actions:
            if action.id in before and action != before[action.id]:
                gap_follows(tx, desk, review, number, before[action.id], action)
        return done


def _what(number: int | None, copy: Copy, origin: str) -> str:
    return (
        f"INC-{number}: merged with {origin}" if number else f"new incident from {origin}: {copy.incident.title[:60]}"
    )


def _here(copy: Copy, system: str) -> Copy:
    return replace(copy, incident=replace(copy.incident, system=system))


def _nothing_new(conn: Connection, local: Incident, copy: Copy) -> bool:
    return _without_ids(merge(local_copy(conn, local), copy)) == _without_ids(local)


def _new(tx: Tx, review: Review, copy: Copy, told: str) -> Merged:
    made, said = copy.incident, []
    if told != review.system:
        said.append(f"Its file says that it is of “{told}”; here it is an incident of “{review.system}”.")
    if items := reopened(tx.conn, replace(made, status=NoteStatus.DRAFT), made.status, review):
        said.append(
            f"Its note is {made.status}; here it is in review, because {', '.join(items)} did not hold and would be"
            " undecided again. Move it on here."
        )
        made = replace(made, status=NoteStatus.IN_REVIEW, closed=None)
    number = incidents.put(tx, replace(made, number=0))
    _put_parts(tx, replace(made, number=number), Incident(number, made.system, made.title, made.severity))
    stored = incidents.get(tx.conn, made.system, number)
    counts = len(made.timeline), len(made.actions), len(made.fields), len(made.rivals)
    return Merged(stored, True, *counts, 0, tuple(said))


def _merged(tx: Tx, local: Incident, merged: Incident) -> Merged:
    said: list[str] = []
    if merged.status not in BEFORE_REVIEWED and local.status in BEFORE_REVIEWED:
        said.append(
            f"The other copy's note is {merged.status}; here it stays {local.status}, because a note that becomes"
            " reviewed can reopen checklist items. Move it on here."
        )
        merged = replace(merged, status=local.status, closed=local.closed)
    bare = {name: getattr(local, name) for name in _PARTS}
    if replace(merged, **bare) != local:
        incidents.put(tx, replace(merged, **bare))
    _put_parts(tx, merged, local)
    sections = [key for key, text in merged.fields.items() if local.fields.get(key, "") != text]
    rivals = [rival for rival in merged.rivals if not rival.id]
    said += [
        f"Two texts of “{note.called(rival.section)}” are kept until somebody settles them: one stands, that of"
        f" {rival.by or 'somebody'} is beside it."
        for rival in rivals
    ]
    changed = sum(
        part != old
        for name in ("timeline", "actions")
        for part in getattr(merged, name)
        for old in getattr(local, name)
        if part.id == old.id
    )
    single = [
        one.name for one in fields(Incident) if one.name not in (*_PARTS, "fields", "written", "created", "updated")
    ]
    others = [name for name in single if getattr(merged, name) != getattr(local, name)]
    if others:
        said.append(f"As in the other copy now: {', '.join(name.replace('_', ' ') for name in others)}.")
    return Merged(
        incidents.get(tx.conn, local.system, local.number),
        False,
        sum(not entry.id for entry in merged.timeline),
        sum(not action.id for action in merged.actions),
        len(sections),
        len(rivals),
        changed + len(others) + _gone(local, merged),
        tuple(said),
    )


def _put_parts(tx: Tx, merged: Incident, local: Incident) -> None:
    stored = {(name, part.id): part for name in _PARTS for part in getattr(local, name)}
    for entry in merged.timeline:
        if stored.get(("timeline", entry.id)) != entry:
            incidents.put_event(tx, merged.number, entry)
    for action in merged.actions:
        if stored.get(("actions", action.id)) != action:
            incidents.put_action(tx, merged.number, action)
    for rival in merged.rivals:
        if stored.get(("rivals", rival.id)) != rival:
            incidents.put_rival(tx, merged.number, rival)
    kept = {(name, part.id) for name in _PARTS for part in getattr(merged, name)}
    remove = {"timeline": incidents.remove_event, "actions": incidents.remove_action, "rivals": incidents.remove_rival}
    for name, part_id in stored.keys() - kept:
        remove[name](tx, part_id)


def _gone(local: Incident, merged: Incident) -> int:
    return sum(len({p.id for p in getattr(local, n)} - {p.id for p in getattr(merged, n)}) for n in _PARTS)


def _without_ids(incident: Incident) -> Incident:
    """For comparison: parts in a fixed order, without the stamps that the store adds."""
    return replace(
        incident,
        timeline=tuple(sorted(incident.timeline, key=lambda entry: entry.uid)),
        actions=tuple(sorted(incident.actions, key=lambda action: action.uid)),
        rivals=tuple(sorted(incident.rivals, key=lambda rival: rival.uid)),
    )
