"""The closing list and the gaps behind it: owner, due date, state; and what somebody marks by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.gap import Gap, GapState, StoredCondition, called
from readiness_tui.domain.verdict.rival import UNSEEN, Rival, Unseen
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import Kind, day_text, save, seen
from readiness_tui.services.core.write import change, system_change
from readiness_tui.services.review.people import person
from readiness_tui.store import gaps, incidents
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

#: States that a person sets; verified, accepted and closed follow from the review.
BY_HAND = (GapState.OPEN, GapState.IN_PROGRESS, GapState.CLAIMED_DONE)


def set_owner(desk: Desk, key: str, owner: str, *, base: str | None = None) -> Rival | None:
    """Name the person who owns a gap, an initial is enough; conditions and the incident action that it stands for
    follow. Empty clears it.

    `base`: the owner that the writer saw. Where somebody else has named another one since, theirs stays and this one is
    kept beside it: it is returned.
    """
    owner = person(desk, owner)
    with system_change(desk, f"owner of {called(key)}: {owner or 'nobody'}") as (tx, review):
        return save(tx, desk, review, GAP, key, {"owner": owner}, seen(owner=UNSEEN if base is None else base))


def set_due(desk: Desk, key: str, due: date | None, *, base: date | Unseen | None = UNSEEN) -> Rival | None:
    """Move a gap's due date, and that of the incident action it stands for; every move is kept. None clears it.

    `base` as for `set_owner`; None says that the writer saw no date.
    """
    with system_change(desk, f"due date of {called(key)}: {due or 'none'}") as (tx, review):
        return save(tx, desk, review, GAP, key, {"due": day_text(due)}, seen(due=base))


def set_state(desk: Desk, key: str, state: GapState, *, base: GapState | None = None) -> Rival | None:
    """Open, in progress or claimed done. A gap is verified by the review itself, never by hand.

    The incident action that it stands for follows: claimed done is done, which closes the gap. `base` as for `set_owner`.
    """
    _by_hand(state)
    with system_change(desk, f"{called(key)}: {state}") as (tx, review):
        return save(
            tx, desk, review, GAP, key, {"state": state.value}, seen(state=UNSEEN if base is None else base.value)
        )


def _by_hand(state: GapState) -> None:
    if state not in BY_HAND:
        raise ReadinessError(
            f"A gap becomes {state} by what the review finds, not by hand. You can set: {', '.join(BY_HAND)}."
        )


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
        gap = _gap(tx.conn, review.system, key)
        if not gap.marked:
            raise ReadinessError("Only a gap that was marked by hand closes by hand. This one closes when it is met.")
        gaps.put(tx, review.system, replace(gap, state=GapState.CLOSED))


def set_condition(
    desk: Desk, key: str, *, owner: str, due: date | None, base: tuple[str, date | None] | None = None
) -> Rival | None:
    """Owner and due date of one condition in the closing list. Clearing either makes the condition a NO-GO.

    `base`: the owner and date that the writer saw; what they left alone stays as it is stored now. Otherwise as for
    `set_owner`.
    """
    owner = person(desk, owner)
    with change(desk, f"condition {called(key)}: {owner or 'nobody'}, {due or 'no date'}") as (tx, review):
        stored = gaps.conditions(tx.conn, review.id).get(key)
        if stored is None or not stored.by_hand or base is None:
            # What was shown came from its gap or its waiver, which stay as they are: nobody's words are overwritten.
            gaps.put_condition(tx, review.id, StoredCondition(key, owner, due))
            return None
        new = {"owner": owner, "due": day_text(due)}
        return save(tx, desk, review, CONDITION, key, new, seen(owner=base[0], due=base[1]))


def put_action(tx: Tx, system: str, key: str, **values: str | bool | date | None) -> None:
    """Nothing but for the gap of an action. An incident's action has one owner, one date and one state, in the incident and in the gap."""
    kind, _, rest = key.partition("/")
    if kind != "incident":
        return
    number, _, action_id = rest.partition("/")
    for action in incidents.get(tx.conn, system, int(number)).actions:
        if str(action.id) == action_id:
            incidents.put_action(tx, int(number), replace(action, **values))  # type: ignore[arg-type]


def _gap(conn: Connection, system: str, key: str) -> Gap:
    gap = gaps.all(conn, system).get(key)
    if gap is None:
        raise ReadinessError(f"There is no gap {key}. `readiness gaps` lists them.")
    return gap


# -- what several people may change at once ---------------------------------------------------------------------------


def _gap_texts(conn: Connection, review: Review, key: str) -> dict[str, str]:
    gap = _gap(conn, review.system, key)
    return {"owner": gap.owner, "due": day_text(gap.due), "state": gap.state.value}


def _write_gap(tx: Tx, desk: Desk, review: Review, key: str, values: dict[str, str]) -> None:
    gap = _gap(tx.conn, review.system, key)
    owner, due, state = values["owner"].strip(), _day(values["due"]), GapState(values["state"])
    changed: dict[str, str | bool | date | None] = {}
    if owner != gap.owner:
        changed["owner"] = owner
    if due != gap.due:
        moved = f"{gap.due or 'none'} -> {due or 'none'} by {desk.who}"
        gap = replace(gap, due_changes=(*gap.due_changes, moved))
        changed["due"] = due
    if state is not gap.state:
        _by_hand(state)
        changed["done"] = desk.today(review) if state is GapState.CLAIMED_DONE else None
        changed["in_progress"] = state is GapState.IN_PROGRESS
    gaps.put(tx, review.system, replace(gap, owner=owner, due=due, state=state))
    put_action(tx, review.system, key, **changed)


def _condition_texts(conn: Connection, review: Review, key: str) -> dict[str, str]:
    found = gaps.conditions(conn, review.id).get(key)
    if found is None:
        raise ReadinessError(f"There is no condition about {called(key)} any more: what it was about is settled.")
    return {"owner": found.owner, "due": day_text(found.due)}


def _write_condition(tx: Tx, desk: Desk, review: Review, key: str, values: dict[str, str]) -> None:
    gaps.put_condition(tx, review.id, StoredCondition(key, values["owner"].strip(), _day(values["due"])))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


GAP = Kind(
    "gap",
    read=_gap_texts,
    write=_write_gap,
    row=lambda review, key: ("gap", (review.system, key)),
    of_review=False,
    days=frozenset({"due"}),
)
CONDITION = Kind(
    "condition",
    read=_condition_texts,
    write=_write_condition,
    row=lambda review, key: ("condition", (review.id, key)),
    of_review=True,
    days=frozenset({"due"}),
)
