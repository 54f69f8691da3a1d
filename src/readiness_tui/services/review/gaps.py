"""The closing list and the gaps behind it: owner, due date, state; and what somebody marks by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.gap import Gap, GapState, StoredCondition
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import change, system_change
from readiness_tui.services.review.people import person
from readiness_tui.store import gaps, incidents
from readiness_tui.store.rows import Tx

#: States that a person sets; verified, accepted and closed follow from the review.
BY_HAND = (GapState.OPEN, GapState.IN_PROGRESS, GapState.CLAIMED_DONE)


def set_owner(desk: Desk, key: str, owner: str) -> None:
    """Name the person who owns a gap, an initial is enough; conditions and the incident action that it stands for
    follow. Empty clears it."""
    owner = person(desk, owner)
    with system_change(desk, f"owner of {called(key)}: {owner or 'nobody'}") as (tx, review):
        gaps.put(tx, review.system, replace(_gap(tx, review.system, key), owner=owner))
        put_action(tx, review.system, key, owner=owner)


def set_due(desk: Desk, key: str, due: date | None) -> None:
    """Move a gap's due date, and that of the incident action it stands for; every move is kept. None clears it."""
    with system_change(desk, f"due date of {called(key)}: {due or 'none'}") as (tx, review):
        gap = _gap(tx, review.system, key)
        moved = f"{gap.due or 'none'} -> {due or 'none'} by {desk.who}"
        gaps.put(tx, review.system, replace(gap, due=due, due_changes=(*gap.due_changes, moved)))
        put_action(tx, review.system, key, due=due)


def set_state(desk: Desk, key: str, state: GapState) -> None:
    """Open, in progress or claimed done. A gap is verified by the review itself, never by hand.

    The incident action that it stands for follows: claimed done is done, which closes the gap.
    """
    if state not in BY_HAND:
        raise ReadinessError(
            f"A gap becomes {state} by what the review finds, not by hand. You can set: {', '.join(BY_HAND)}."
        )
    with system_change(desk, f"{called(key)}: {state}") as (tx, review):
        gaps.put(tx, review.system, replace(_gap(tx, review.system, key), state=state))
        done = desk.today(review) if state is GapState.CLAIMED_DONE else None
        put_action(tx, review.system, key, done=done, in_progress=state is GapState.IN_PROGRESS)


def mark(desk: Desk, kind: str, record_id: str, title: str, severity: Severity = Severity.MAJOR) -> Gap:
    """Make a failing case or trace a gap of its own. `kind` is "case" or "trace"."""
    if kind not in ("case", "trace"):
        raise ReadinessError(f"A {kind} cannot be made a gap; cases and traces can.")
    with system_change(desk, f"gap made of {called(f'{kind}/{record_id}')}") as (tx, review):
        key = f"{kind}/{record_id}"
        known = gaps.all(tx.conn, review.system)
        if key in known and known[key].state.live:
            raise ReadinessError(f"{kind} {record_id} is a gap already: {known[key].title}.")
        today = desk.as_of(review)
        gap = Gap(
            key=key,
            title=title,
            severity=severity,
            owner=desk.who,
            due=today + timedelta(days=DEFAULT_POLICY.gap_days(severity)),
            state=GapState.OPEN,
            created=today,
            first_review=review.id,
            reviews=(review.id,),
            marked=True,
        )
        gaps.put(tx, review.system, gap)
    return gap


def unmark(desk: Desk, key: str) -> None:
    """Close a gap that somebody marked by hand."""
    with system_change(desk, f"{called(key)}: closed by hand") as (tx, review):
        gap = _gap(tx, review.system, key)
        if not gap.marked:
            raise ReadinessError("Only a gap that was marked by hand closes by hand. This one closes when it is met.")
        gaps.put(tx, review.system, replace(gap, state=GapState.CLOSED))


def set_condition(desk: Desk, key: str, *, owner: str, due: date | None) -> None:
    """Owner and due date of one condition in the closing list. Clearing either makes the condition a NO-GO."""
    owner = person(desk, owner)
    with change(desk, f"condition {called(key)}: {owner or 'nobody'}, {due or 'no date'}") as (tx, review):
        gaps.put_condition(tx, review.id, StoredCondition(key, owner, due))


def called(key: str) -> str:
    """What a person calls the thing that a gap, a condition or a cause of the verdict is about, by its key."""
    kind, _, rest = key.partition("/")
    if kind == "item":
        return rest.rpartition("/")[2]
    if kind == "incident":
        number, _, action = rest.partition("/")
        return f"INC-{number}" + (f" action {action}" if action.isdigit() else "")
    return rest if rest.startswith(kind) else f"{kind} {rest}".strip()


def put_action(tx: Tx, system: str, key: str, **values: str | bool | date | None) -> None:
    """Nothing but for the gap of an action. An incident's action has one owner, one date and one state, in the incident and in the gap."""
    kind, _, rest = key.partition("/")
    if kind != "incident":
        return
    number, _, action_id = rest.partition("/")
    for action in incidents.get(tx.conn, system, int(number)).actions:
        if str(action.id) == action_id:
            incidents.put_action(tx, int(number), replace(action, **values))  # type: ignore[arg-type]


def _gap(tx: Tx, system: str, key: str) -> Gap:
    gap = gaps.all(tx.conn, system).get(key)
    if gap is None:
        raise ReadinessError(f"There is no gap {key}. `readiness gaps` lists them.")
    return gap
