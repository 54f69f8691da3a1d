"""What names a review on the screen, read without anything of the rules."""

from __future__ import annotations

from datetime import datetime

from readiness_tui.store.kept.marks import NEWEST
from readiness_tui.store.sqlite import Connection


def heading(conn: Connection, review_id: int | None) -> tuple[str, str, bool, datetime | None] | None:
    """System, release, whether it is frozen, and when anything of the system was last saved; None without a review.

    `review_id` None: of the newest review.
    """
    where = "WHERE id = :review" if review_id is not None else NEWEST
    row = conn.execute(f"SELECT system, release, frozen_at FROM review {where}", {"review": review_id}).fetchone()
    if row is None:
        return None
    saved = conn.execute(
        "SELECT at FROM change WHERE coalesce(system, ?1) = ?1 ORDER BY id DESC LIMIT 1", (row[0],)
    ).fetchone()
    return row[0], row[1], row[2] is not None, datetime.fromisoformat(saved[0]) if saved else None
