"""Correcting a frozen scorecard: a corrected review of the same release takes its place, and the old one says so.

The old scorecard stays as it was frozen, byte for byte, and can still be read and exported.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import sync
from readiness_tui.services.review.evidence import still_found
from readiness_tui.services.review.next_review import last_candidate
from readiness_tui.store import assessments, gaps, reviews
from readiness_tui.store.mended import supersessions
from readiness_tui.store.mended.supersessions import Supersession
from readiness_tui.store.rows import Tx, fetch
from readiness_tui.store.sqlite import Connection

#: What people said in a review, with its day and names: all of it stands in the corrected one.
_SAID = (
    "review_checklist", "vote", "evidence", "waiver", "override", "na_confirmation", "consensus", "item_note", "tick",
    "dismissal", "dissent", "condition", "own_note", "rival",
)  # fmt: skip


def supersede(desk: Desk, reason: str) -> Review:
    """Open a corrected review in place of the desk's frozen one, with everything standing as it was; the desk is at it.
    Evidence that names what was taken back since is a claim there.

    The candidate is named, so that a run imported since does not slip in. Raises ReadinessError where the review is not
    frozen, was superseded already, or no reason is given.
    """
    if not reason.strip():
        raise ReadinessError(
            "What is wrong with the frozen scorecard? It is superseded with a reason that it will show."
        )
    with desk.store.read() as conn:
        old = current_review(conn, desk)
        candidate = last_candidate(conn, old)
    if old.frozen_at is None:
        raise ReadinessError(f"The review of {one_line(old.release, 60)} is not frozen: change it as it is.")
    with desk.store.write(
        desk.who,
        f"scorecard superseded: {old.release}",
        reason.strip(),
        now=desk.now(),
        system=old.system,
        undoable=False,
    ) as tx:
        if old.id in (known := supersessions.all(tx.conn)):
            raise ReadinessError(
                f"The scorecard of {one_line(old.release, 60)} was superseded by review {known[old.id].new} already. Correct that one."
            )
        new = replace(old, id=0, frozen_at=None, as_of=_pinned(tx.conn, old), candidate=candidate)
        new = replace(new, id=reviews.put(tx, new))
        for table in _SAID:
            _copy(tx, table, old.id, new.id)
        for piece in assessments.evidence(tx.conn, new.id):
            now = still_found(tx.conn, new.system, piece, desk.now())
            if now != piece:
                assessments.add_evidence(tx, new.id, now)
        _gaps_follow(tx, old, new)
        supersessions.put(tx, Supersession(old.id, new.id, desk.who, desk.now(), reason.strip()))
        desk.review_id = new.id
        sync(tx, desk, new.id)
    return new


def _copy(tx: Tx, table: str, old: int, new: int) -> None:
    for row in fetch(tx.conn, f"SELECT * FROM {table} WHERE review_id = ?", (old,)):
        tx.put(table, {**row, "review_id": new} | ({"id": None} if "id" in row else {}))


def _gaps_follow(tx: Tx, old: Review, new: Review) -> None:
    """A gap that stayed open in the old review stayed open in one review, not in two."""
    for gap in gaps.all(tx.conn, old.system).values():
        seen = tuple(new.id if number == old.id else number for number in gap.reviews)
        first = new.id if gap.first_review == old.id else gap.first_review
        if (seen, first) != (gap.reviews, gap.first_review):
            gaps.put(tx, old.system, replace(gap, reviews=seen, first_review=first))


def _pinned(conn: Connection, old: Review) -> date | None:
    """The day that was pinned to the review before its freeze pinned one."""
    row = conn.execute(
        "SELECT old_json FROM change_row WHERE table_name = 'review' AND pk = ? AND old_json IS NOT NULL"
        " AND json_extract(old_json, '$.frozen_at') IS NULL ORDER BY change_id DESC, position DESC LIMIT 1",
        (f"[{old.id}]",),
    ).fetchone()
    day = json.loads(row[0]).get("as_of") if row is not None else None
    return date.fromisoformat(day) if day else None
