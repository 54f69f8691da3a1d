"""Incidents: opened, annotated as they happen, written up, closed.

An incident belongs to a system, not to a review: it can be opened and written up while the review is frozen. Its
actions become gaps with the next change to a review that is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents import live_note, note, note_rows
from readiness_tui.domain.incidents.model import (
    AWAITED,
    Action,
    ActionState,
    FailureClass,
    Incident,
    NoteStatus,
    OtherText,
    Sev,
    TimelineEntry,
    Written,
)
from readiness_tui.domain.text.format import moment
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.domain.verdict.rival import UNSEEN, Rival, Unseen, Weighed, weigh
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import day_text, joined, save, seen
from readiness_tui.services.core.view import load
from readiness_tui.services.core.write import note_change, system_change
from readiness_tui.services.incidents.changes import (
    ACTION,
    ENTRY,
    INCIDENT,
    action_texts,
    check_action,
    check_entry,
    entry_of,
    entry_texts,
    needs_reason,
    titled,
)
from readiness_tui.services.review.evidence import imported
from readiness_tui.store import assessments, incidents, traces
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

#: The times of an incident in the order in which they happen.
TIMES = note.TIMES
#: The written sections of the note, by key, with what each asks for.
SECTIONS = note.FIELDS
#: Where a line of the timeline comes from. An opinion is printed apart from the facts.
SOURCES = live_note.SOURCES

#: What a note is before it can reopen an item.
BEFORE_REVIEWED = (NoteStatus.DRAFT, NoteStatus.IN_REVIEW)


# -- reading --------------------------------------------------------------------------------------------------------


def listed(desk: Desk) -> list[Incident]:
    """The system's incidents: open ones first, then by severity, the newest first."""
    with desk.store.read() as conn:
        found = incidents.all(conn, current_review(conn, desk).system)
    return sorted(found, key=lambda incident: (not incident.open, incident.severity, -incident.number))


def get(desk: Desk, number: int) -> Incident:
    """One incident. Raises ReadinessError where there is none of that number."""
    with desk.store.read() as conn:
        return incidents.get(conn, current_review(conn, desk).system, number)


# -- as it happens --------------------------------------------------------------------------------------------------


def create(
    desk: Desk, title: str, severity: Sev, *, started: datetime | None = None, traces: Sequence[str] = ()
) -> Incident:
    """Open an incident; it has started now unless said otherwise."""
    titled(title)
    _past(desk, "The incident's start", started)
    with system_change(desk, f"new incident: {title.strip()} ({severity})") as (tx, review):
        made = Incident(0, review.system, title.strip(), severity, started=started or desk.now(), traces=tuple(traces))
        return replace(made, number=incidents.put(tx, made))


def set_title(
    desk: Desk, number: int, title: str, severity: Sev, *, base: tuple[str, Sev] | None = None
) -> Rival | None:
    """Change what the incident is called and how severe it is. One that is closed becomes a sev1 or sev2 only with what
    closes those.

    `base`: title and severity as the writer saw them; what they left alone stays as it is stored now. Where somebody
    else has changed one of them since, theirs stays and this one is kept beside it: it is returned.
    """
    titled(title)
    new = {"title": title.strip(), "severity": severity.value}
    with system_change(desk, f"INC-{number}: {title.strip()} ({severity})") as (tx, review):
        saw = None if base is None else seen(title=base[0], severity=base[1].value)
        return save(tx, desk, review, INCIDENT, str(number), new, saw)


def put_entry(desk: Desk, number: int, entry: TimelineEntry, *, base: TimelineEntry | None = None) -> Rival | None:
    """Add a line to the timeline (id 0), or change what one says, when, and where it is known from.

    `base`: the line as the writer saw it, otherwise as for `set_title`.
    """
    check_entry(entry)
    _past(desk, "This line", entry.at)
    entry = replace(entry, text=entry.text.strip())
    with note_change(desk, f"INC-{number}: {entry.text[:60]}") as (tx, review):
        incident = incidents.get(tx.conn, review.system, number)
        if not entry.id:
            incidents.put_event(tx, number, entry)
            return None
        entry_of(incident, entry.id, entry.text)
        saw = None if base is None else entry_texts(base)
        return save(tx, desk, review, ENTRY, f"{number}/{entry.id}", entry_texts(entry), saw)


def remove_entry(desk: Desk, number: int, entry_id: int, *, base: TimelineEntry | None = None) -> Rival | None:
    """Take a line out of the timeline; the history keeps it, and undo brings it back. `base` as for `put_entry`."""
    with note_change(desk, f"INC-{number}: a line of the timeline removed") as (tx, review):
        entry_of(incidents.get(tx.conn, review.system, number), entry_id)
        saw = None if base is None else seen(text=base.text)
        return save(tx, desk, review, ENTRY, f"{number}/{entry_id}", {"text": ""}, saw)


def set_time(
    desk: Desk, number: int, name: str, at: datetime | None, *, base: datetime | Unseen | None = UNSEEN
) -> Rival | None:
    """Set or clear one of the five times (UTC). They have to be in order and not in the future.

    `base`: the time that the writer saw, None for none. Otherwise as for `set_title`.
    """
    if name not in TIMES:
        raise ReadinessError(f"“{name}” is not a time of an incident. They are: {', '.join(TIMES)}.")
    _past(desk, name.capitalize(), at)
    with system_change(desk, f"INC-{number}: {f'{name}: {moment(at)}' if at else f'{name}: cleared'}") as (tx, review):
        # Read inside the transaction: two people at once cannot bring the times out of order.
        return save(tx, desk, review, INCIDENT, str(number), {name: day_text(at)}, seen(**{name: base}))


# -- the note -------------------------------------------------------------------------------------------------------


def set_field(desk: Desk, number: int, key: str, text: str, *, base: str | None = None) -> OtherText | None:
    """Write one section of the note; an empty text takes it out.

    `base` is the text that the writer started from. Where another one is stored by now, that one stays in its place,
    and this one is kept beside it as a rival until somebody settles it: it is returned.
    """
    if key not in SECTIONS:
        raise ReadinessError(f"“{key}” is not a section of an incident note. They are: {', '.join(SECTIONS)}.")
    with note_change(desk, f"INC-{number}: {key.replace('_', ' ')} written") as (tx, review):
        # Read inside the transaction: another section written meanwhile is not lost.
        return _write(tx, desk, incidents.get(tx.conn, review.system, number), key, text.strip(), base)


def settle(desk: Desk, number: int, rival_id: int, text: str, *, base: str | None = None) -> OtherText | None:
    """`text` becomes the section, and its rival goes: `text` is the rival's, the stored one, or a mix of both.

    `base` as in `set_field`: the stored text as it was when the two were compared.
    """
    rival = next((one for one in get(desk, number).rivals if one.id == rival_id), None)
    if rival is None:
        raise ReadinessError(f"INC-{number}: these two texts were settled meanwhile. Nothing was written.")
    with note_change(desk, f"INC-{number}: two texts of {rival.section.replace('_', ' ')} settled") as (tx, review):
        if not incidents.remove_rival(tx, rival_id):
            raise ReadinessError(f"INC-{number}: these two texts were settled meanwhile. Nothing was written.")
        return _write(tx, desk, incidents.get(tx.conn, review.system, number), rival.section, text.strip(), base)


def _write(tx: Tx, desk: Desk, incident: Incident, key: str, text: str, base: str | None) -> OtherText | None:
    outcome = weigh(incident.fields.get(key, ""), text, base)
    if outcome is Weighed.BESIDE:
        said = (key, text, desk.who)
        if said not in {(one.section, one.text, one.by) for one in incident.rivals}:
            incidents.put_rival(tx, incident.number, OtherText(0, *said, desk.now()))
        found = incidents.get(tx.conn, incident.system, incident.number).rivals
        return next(one for one in found if (one.section, one.text, one.by) == said)
    if outcome is Weighed.WRITE:
        kept = {name: old for name, old in incident.fields.items() if name != key}
        written = {**incident.written, key: Written(desk.who, desk.now())}
        incidents.put(tx, replace(incident, fields={**kept, key: text} if text else kept, written=written))
    return None


def classify(
    desk: Desk,
    number: int,
    failure_class: FailureClass | None,
    item_id: str,
    *,
    base: tuple[FailureClass | None, str] | None = None,
) -> Rival | None:
    """Name the failure class and the checklist item that did not hold (either may stay empty).

    `base`: both as the writer saw them, otherwise as for `set_title`.
    """
    wanted = item_id.strip()
    new = {"class": failure_class.value if failure_class else "", "item": wanted}
    with system_change(desk, f"INC-{number}: class {failure_class or 'none'}, item {wanted or 'none'}") as (tx, review):
        saw = None if base is None else {"class": base[0].value if base[0] else "", "item": base[1]}
        return save(tx, desk, review, INCIDENT, str(number), new, saw)


def link(desk: Desk, number: int, *, traces: Sequence[str] = (), eval_cases: Sequence[str] = ()) -> None:
    """Link more traces it showed in, or more eval cases added for it."""
    set_links(desk, number, traces=traces, eval_cases=eval_cases, base=((), ()))


def set_links(
    desk: Desk,
    number: int,
    *,
    traces: Sequence[str],
    eval_cases: Sequence[str],
    base: tuple[Sequence[str], Sequence[str]] | None = None,
) -> None:
    """Link exactly these traces and eval cases. A case has to be in a golden set or a run of the system; one that comes
    later is linked as `?its-id`, and counts once it is there and linked again, or the note closes.

    `base`: those that the writer saw; what somebody else has linked since stays, and what they took out stays out.
    Raises ReadinessError where a case is nowhere, unless it was linked before.
    """
    shown = tuple(dict.fromkeys(traces))
    what = f"INC-{number}: linked {', '.join([*shown, *dict.fromkeys(eval_cases)]) or 'nothing'}"
    with system_change(desk, what) as (tx, review):
        incident = incidents.get(tx.conn, review.system, number)
        cases = _linked(tx.conn, incident, eval_cases)
        if base is not None:
            shown, cases = joined(incident.traces, shown, base[0]), joined(incident.eval_cases, cases, base[1])
        incidents.put(tx, replace(incident, traces=shown, eval_cases=cases))


def _linked(conn: Connection, incident: Incident, typed: Sequence[str]) -> tuple[str, ...]:
    """The cases as they are linked: what was awaited and is there now loses its mark."""
    found, absent = [], []
    for name in (one.strip() for one in typed):
        case = name.removeprefix(AWAITED).strip()
        there = bool(case) and imported(conn, incident.system, EvidenceKind.CASE, case)
        if case and not there and name == case and case not in incident.eval_cases:
            absent.append(case)
        found.append(case if there or name == case else AWAITED + case)
    if absent:
        raise ReadinessError(
            f"{', '.join(one_line(case, 60) for case in absent)}: no golden set and no run of this system has such a case, so"
            f" nothing would show that it is tested. Import what has it, or link it as still missing: {AWAITED}{one_line(absent[0], 60)}."
        )
    return tuple(dict.fromkeys(one for one in found if one.strip(AWAITED)))


def unknown_traces(desk: Desk, trace_ids: Sequence[str]) -> tuple[str, ...]:
    """The trace ids that were never imported."""
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        return tuple(name for name in trace_ids if traces.get(conn, system, name) is None)


# -- actions --------------------------------------------------------------------------------------------------------


def put_action(desk: Desk, number: int, action: Action) -> int:
    """Add an action (id 0) or change one; returns its id. It is a gap until it is done; owner, date and state are the
    same in both."""
    if action.id:
        change_action(desk, number, action)
        return action.id
    with system_change(desk, f"INC-{number} action: {action.text.strip()[:60]}") as (tx, review):
        check_action(desk, review, action)
        incidents.get(tx.conn, review.system, number)
        return incidents.put_action(tx, number, replace(action, text=action.text.strip(), owner=action.owner.strip()))


def change_action(desk: Desk, number: int, action: Action, *, base: Action | None = None) -> Rival | None:
    """Change an action; `base`: the action as the writer saw it, otherwise as for `set_title`."""
    saw = None if base is None else action_texts(base)
    with system_change(desk, f"INC-{number} action: {action.text.strip()[:60]}") as (tx, review):
        check_action(desk, review, action)
        return save(tx, desk, review, ACTION, f"{number}/{action.id}", action_texts(action), saw)


def finish_action(
    desk: Desk, number: int, action_id: int, done: date | None, *, base: Action | None = None
) -> Rival | None:
    """Mark an action done on a day, or open again with None. `base` as for `change_action`."""
    return _move(desk, number, action_id, f"done {done}" if done else ActionState.OPEN.value, base)


def begin_action(desk: Desk, number: int, action_id: int, *, base: Action | None = None) -> Rival | None:
    """Mark an action as in progress. `base` as for `change_action`."""
    return _move(desk, number, action_id, ActionState.IN_PROGRESS.value, base)


def _move(desk: Desk, number: int, action_id: int, state: str, base: Action | None) -> Rival | None:
    with system_change(desk, f"INC-{number} action {action_id}: {state}") as (tx, review):
        saw = None if base is None else {"state": action_texts(base)["state"]}
        return save(tx, desk, review, ACTION, f"{number}/{action_id}", {"state": state}, saw)


# -- status ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reopening:
    """What a note that becomes reviewed does to the review: the items whose control failed are undecided again."""

    items: tuple[str, ...]
    before: Verdict
    after: Verdict


def reopening(desk: Desk, number: int, status: NoteStatus) -> Reopening | None:
    """What moving the note to `status` would reopen; None where nothing."""
    view = load(desk)
    with desk.store.read() as conn:
        items = reopened(conn, incidents.get(conn, view.review.system, number), status, view.review)
    if not items:
        return None
    undecided = {
        item: replace(view.dossier(item), votes=(), consensus=None, override=None, na_confirmed_by="") for item in items
    }
    after = judge(replace(view.facts, dossiers={**view.facts.dossiers, **undecided}), view.as_of)
    return Reopening(items, view.judgement.verdict, after.verdict)


def set_status(
    desk: Desk, number: int, status: NoteStatus, *, no_eval_reason: str = "", base: NoteStatus | None = None
) -> None:
    """Move the note on, or back. A sev1 or sev2 closes only with an eval case or a reason why none can exist.

    A note that becomes reviewed reopens the items whose control failed: their votes go (the history keeps them),
    evidence and notes stay. A frozen review is left as it is. `base`: the status that the writer saw; raises
    ReadinessError where somebody else has moved the note to another one since.
    """
    with system_change(desk, f"INC-{number}: {status}", no_eval_reason) as (tx, review):
        incident = incidents.get(tx.conn, review.system, number)
        if base is not None and incident.status not in (base, status):
            raise ReadinessError(
                f"Somebody has moved {incident.name}'s note to {incident.status} meanwhile (it was {base} when you began)."
                " Look at it again before you move it."
            )
        reason = no_eval_reason.strip() or incident.no_eval_reason
        closed = None
        if status is NoteStatus.CLOSED:
            incident = replace(incident, eval_cases=_linked(tx.conn, incident, incident.eval_cases))
            if incident.resolved is None:
                raise ReadinessError(
                    f"{incident.name} is not resolved yet. Set the resolved time before closing its note."
                )
            if needs_reason(replace(incident, no_eval_reason=reason)):
                is_ = f"is a {incident.severity}" if incident.worst is incident.severity else f"was a {incident.worst}"
                waits = [one.removeprefix(AWAITED) for one in incident.eval_cases if one.startswith(AWAITED)]
                raise ReadinessError(
                    f"{incident.name} {is_}: it closes with a linked eval case, or with the reason why none can exist."
                    + (
                        f" {', '.join(waits)} is not there yet: import the golden set or run that has it."
                        if waits
                        else ""
                    )
                )
            closed = incident.closed or desk.today(review)
        for item in reopened(tx.conn, incident, status, review):
            _undecide(tx, review.id, item)
        incidents.put(tx, replace(incident, status=status, closed=closed, no_eval_reason=reason))


def reopened(conn: Connection, incident: Incident, status: NoteStatus, review: Review) -> tuple[str, ...]:
    """The review's decided items whose control failed; none where the note was reviewed before."""
    if review.frozen_at is not None or incident.status not in BEFORE_REVIEWED or status in BEFORE_REVIEWED:
        return ()
    said = assessments.dossier_parts(conn, review.id)
    return tuple(item for item in note_rows.failed_controls(incident) if said.votes.get(item) or item in said.consensus)


def _undecide(tx: Tx, review_id: int, item: str) -> None:
    for vote in assessments.votes(tx.conn, review_id, [item]):
        assessments.clear_vote(tx, review_id, item, vote.reviewer)
    assessments.clear_consensus(tx, review_id, item)
    assessments.remove_override(tx, review_id, item)
    assessments.clear_na_confirmation(tx, review_id, item)


# -- saving ---------------------------------------------------------------------------------------------------------


def _past(desk: Desk, what: str, at: datetime | None) -> None:
    if at is not None and at > desk.now():
        raise ReadinessError(
            f"{what} would be in the future: {moment(at)}, and it is {moment(desk.now())}. Times are in UTC."
        )
