"""What people wrote in a review, as it was last read: only what was changed since is read again.

The audit trail says what that is: every row of these tables is written through it, by whatever process, and it cannot
be rewritten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.verdict.gap import Gap, StoredCondition
from readiness_tui.services.core.desk import Desk
from readiness_tui.store import assessments, audit, gaps, incidents
from readiness_tui.store.assessments import Parts
from readiness_tui.store.sqlite import Connection

_MANY = 400  # items: with more of them changed, all are read again in one go

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KnownReview:
    """`change`: the last entry of the audit trail of which this holds everything."""

    change: int
    review_id: int
    system: str
    parts: Parts
    gaps: dict[str, Gap]
    conditions: dict[str, StoredCondition]
    incidents: tuple[Incident, ...]


def read_known(conn: Connection, desk: Desk, review: Review) -> KnownReview:
    """What is known of the review now. Kept for the next time, unless it may still be rolled back."""
    kept = desk.cache.get("known")
    known = kept[1] if kept is not None and kept[0] == (review.id, review.system) else None
    now = _read(conn, review) if known is None else _read_on(conn, known)
    if not conn.in_transaction:
        desk.cache["known"] = ((review.id, review.system), now)
    return now


def _read(conn: Connection, review: Review) -> KnownReview:
    return KnownReview(
        change=audit.last(conn),  # first: what is saved meanwhile is read again the next time
        review_id=review.id,
        system=review.system,
        parts=assessments.dossier_parts(conn, review.id),
        gaps=gaps.all(conn, review.system),
        conditions=gaps.conditions(conn, review.id),
        incidents=tuple(incidents.all(conn, review.system)),
    )


def _read_on(conn: Connection, known: KnownReview) -> KnownReview:
    last = audit.last(conn)
    if last == known.change:
        return known
    touched = audit.touched(conn, known.change)
    tables = {table for table, _ in touched}
    items = {item for table, item in touched if table in assessments.BY_ITEM and item is not None}
    parts = known.parts
    if len(items) > _MANY:
        parts = assessments.dossier_parts(conn, known.review_id)
    elif items or "dismissal" in tables:
        parts = _with(parts, assessments.dossier_parts(conn, known.review_id, items), items)
    return replace(
        known,
        change=last,
        parts=parts,
        gaps=gaps.all(conn, known.system) if "gap" in tables else known.gaps,
        conditions=gaps.conditions(conn, known.review_id) if "condition" in tables else known.conditions,
        incidents=tuple(incidents.all(conn, known.system)) if tables & incidents.TABLES else known.incidents,
    )


def _with(parts: Parts, read: Parts, items: Collection[str]) -> Parts:
    """`parts` with what was `read` again of these items in place of what it says of them."""

    def both(old: Mapping[str, T], new: Mapping[str, T]) -> dict[str, T]:
        return {item: said for item, said in old.items() if item not in items} | dict(new)

    return Parts(
        votes=both(parts.votes, read.votes),
        evidence=both(parts.evidence, read.evidence),
        waivers=both(parts.waivers, read.waivers),
        overrides=both(parts.overrides, read.overrides),
        na_confirmed_by=both(parts.na_confirmed_by, read.na_confirmed_by),
        consensus=both(parts.consensus, read.consensus),
        notes=both(parts.notes, read.notes),
        own_notes=both(parts.own_notes, read.own_notes),
        ticks=both(parts.ticks, read.ticks),
        dismissals=read.dismissals,
    )
