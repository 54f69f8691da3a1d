"""How every change is saved: one transaction that also brings the review's gaps and conditions up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.gap import StoredCondition
from readiness_tui.domain.verdict.gaps import merge, settled_gaps
from readiness_tui.services.core import measured_kept
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.judging import worked_out
from readiness_tui.services.core.measure import measure
from readiness_tui.services.core.view import read_facts
from readiness_tui.store import audit, gaps, reviews
from readiness_tui.store.rows import Tx


@contextmanager
def change(
    desk: Desk, what: str, why: str = "", *, later: bool = False, undoable: bool = True
) -> Iterator[tuple[Tx, Review]]:
    """One audited change to the desk's review: all of it is saved, or none.

    `what` says it in words for the history. `later`: gaps and conditions follow with the caller's `resync`, because
    gate and probes would be evaluated again for each of many small changes. Inside `desk.once` a repeated save raises AlreadySaved. Raises
    ReadinessError on a frozen review and on every trouble with the file; nothing is stored then. Inside `together` it is
    part of that change.
    """
    if desk.joint is not None:
        yield desk.joint, reviews.get(desk.joint.conn, desk.review_id or 0)
        return
    with desk.store.read() as conn:
        found = current_review(conn, desk)
        review_id = found.id
        if not (desk.deferred or later) and found.frozen_at is None:
            # Gate and probes read every trace: before the transaction, so that nobody waits for the file meanwhile.
            measure(conn, desk, found, reviews.checklists(conn, review_id), desk.as_of(found))
    try:
        with desk.store.write(
            desk.who, what, why, key=next_key(desk), now=desk.now(), review_id=review_id, undoable=undoable
        ) as tx:
            review = reviews.get(tx.conn, review_id)
            tx.guard_review(review.id)
            yield tx, review
            if not (desk.deferred or later):
                sync(tx, desk, review.id)
    except BaseException:
        measured_kept.forget(desk)
        raise
    measured_kept.keep(desk)


@contextmanager
def together(desk: Desk, what: str, why: str = "", *, anyway: bool = False) -> Iterator[tuple[Tx, Review]]:
    """Several changes by one person as one: every `change` in the block is part of it, and all of them are saved, or none.

    `anyway`: on a frozen review too, as `system_change`. For commands, which have one thread; the review is the desk's until the block ends.
    """
    pinned = _pin_newest(desk)
    try:
        with (system_change if anyway else change)(desk, what, why) as (tx, review):
            desk.joint = tx
            try:
                yield tx, review
            finally:
                desk.joint = None
    finally:
        if pinned is not None and desk.review_id == pinned:
            desk.review_id = None


@contextmanager
def system_change(desk: Desk, what: str, why: str = "") -> Iterator[tuple[Tx, Review]]:
    """`change` for what lives across reviews (incidents, gaps): on a frozen review too, which itself stays as it is.

    Gate and probes are measured where this process has not done so yet, although an incident moves neither: what the
    review has found decides which stored gaps stay open. A desk that has measured asks only the probes that read notes.
    """
    if desk.joint is not None:
        with change(desk, what, why) as opened:
            yield opened
        return
    with desk.store.read() as conn:
        review = current_review(conn, desk)
    if review.frozen_at is None:
        with change(desk, what, why) as opened:
            yield opened
    else:
        with desk.store.write(desk.who, what, why, key=next_key(desk), now=desk.now(), system=review.system) as tx:
            yield tx, review


@contextmanager
def note_change(desk: Desk, what: str) -> Iterator[tuple[Tx, Review]]:
    """`system_change` for what no verdict rests on (a line of the timeline, a section of a note).

    Nothing is measured and no gap is looked at, so that it is saved at once however many traces the file holds.
    """
    with desk.store.read() as conn:
        review = current_review(conn, desk)
    review_id = review.id if review.frozen_at is None else None
    with desk.store.write(
        desk.who, what, key=next_key(desk), now=desk.now(), review_id=review_id, system=review.system
    ) as tx:
        yield tx, review


def next_key(desk: Desk) -> str | None:
    """The key of the next change inside `desk.once`: a form that saves in several gives each its own, in their order."""
    if not desk.keys:
        return None
    desk.keys.append(f"{desk.keys[0]}/{len(desk.keys)}")
    return desk.keys[-2]


@contextmanager
def deferred(desk: Desk) -> Iterator[None]:
    """Many changes by the program itself (an import, the sample): gaps and conditions are updated once, at the end.

    So they are where the block fails: what it stored before is judged, and its failure is what is told. Of blocks in
    one another, or in two threads at once, the last that ends sees to it. All of it goes to the review that the desk
    is at now, even if somebody opens a newer one meanwhile.
    """
    before = None if desk.deferred else _last_change(desk)
    pinned = _pin_newest(desk)
    desk.deferred += 1
    try:
        try:
            yield
        except BaseException:
            desk.deferred -= 1
            with suppress(ReadinessError):
                _catch_up(desk, before)
            raise
        desk.deferred -= 1
        _catch_up(desk, before)
    finally:
        if pinned is not None and desk.review_id == pinned:
            desk.review_id = None


def _pin_newest(desk: Desk) -> int | None:
    """Name the newest review as the desk's where it has none of its own; returns the id, None where nothing was done."""
    if desk.review_id is None:
        with desk.store.read() as conn:
            newest = reviews.latest(conn)
        desk.review_id = newest.id if newest else None
        return desk.review_id
    return None


def _catch_up(desk: Desk, before: int | None) -> None:
    """`before`: the last change when the block began; if it is still the last, there is nothing to judge."""
    if not desk.deferred and (before is None or _last_change(desk) != before):
        resync(desk)


def _last_change(desk: Desk) -> int:
    with desk.store.read() as conn:
        return next((change.id for change in audit.log(conn, limit=1)), 0)


def resync(desk: Desk) -> None:
    """Gaps and conditions after something was imported or undone; nothing to do without a review, or on a frozen one."""
    with desk.store.read() as conn:
        review = reviews.get(conn, desk.review_id) if desk.review_id else reviews.latest(conn)
    if review is not None and review.frozen_at is None:
        # Without a key, which would leave an entry in the history even where nothing is different.
        keys, desk.keys = desk.keys, []
        try:
            with change(desk, "gaps and conditions brought up to date"):
                pass
        finally:
            desk.keys = keys


def sync(tx: Tx, desk: Desk, review_id: int) -> None:
    """Update the stored gaps and conditions to what the rules find now, in the same transaction."""
    review = reviews.get(tx.conn, review_id)
    as_of = desk.as_of(review)
    facts, _ = read_facts(tx.conn, desk, review, as_of)
    now = worked_out(desk, facts, as_of)
    stored = facts.gaps or {}
    found = now.found_gaps
    settled = settled_gaps(facts, now.standings)
    for gap in merge(stored, found, settled=settled, review_id=review.id, as_of=as_of):
        if stored.get(gap.key) != gap:
            gaps.put(tx, review.system, gap)
    # A condition is remembered from the day it is first seen, so that its due date stands still.
    live = {condition.key: condition for condition in now.ruling.conditions}
    known = facts.conditions or {}  # those that are carried from the review before among them
    own = gaps.conditions(tx.conn, review.id)
    for key, condition in live.items():
        if key not in own:
            by_hand = key in known and known[key].by_hand
            gaps.put_condition(tx, review.id, StoredCondition(key, condition.owner, condition.due, by_hand))
    for key in own.keys() - live.keys():
        gaps.remove_condition(tx, review.id, key)
