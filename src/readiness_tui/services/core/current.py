"""Which review the desk is at: all that a list of imports, incidents or requests needs to know of it."""

from __future__ import annotations

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.store import reviews
from readiness_tui.store.sqlite import Connection


def current_review(conn: Connection, desk: Desk) -> Review:
    """The review the desk is at. Raises ReadinessError where the file holds none."""
    review = reviews.get(conn, desk.review_id) if desk.review_id is not None else reviews.latest(conn)
    if review is None:
        raise ReadinessError(
            "This file holds no review yet. Make one with `readiness new`, or open the sample with `readiness demo`."
        )
    return review


def system_of(desk: Desk) -> str:
    """The system that the desk is at: whose data is read, and whose what is imported becomes."""
    with desk.store.read() as conn:
        return current_review(conn, desk).system
