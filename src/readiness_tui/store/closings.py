"""Conditions of frozen reviews that somebody closed afterwards: rows beside the scorecard, which stays as it is."""

from __future__ import annotations

from readiness_tui.domain.verdict.closing import Closing
from readiness_tui.store.codec import dump, moment, stamp, words
from readiness_tui.store.rows import Tx, fetch
from readiness_tui.store.sqlite import Connection


def all(conn: Connection, review_id: int) -> tuple[Closing, ...]:
    """Those of a review, in the order in which they were closed."""
    rows = fetch(conn, "SELECT * FROM condition_closing WHERE of_review = ? ORDER BY id", (review_id,))
    return tuple(
        Closing(row["name"], row["person"], moment(row["at"]), words(row["evidence"]), row["note"]) for row in rows
    )


def add(tx: Tx, review_id: int, closing: Closing) -> None:
    """Store it; the caller has seen that the condition is open."""
    tx.put(
        "condition_closing",
        {
            "id": None,
            "of_review": review_id,
            "name": closing.key,
            "person": closing.by,
            "at": stamp(closing.at),
            "evidence": dump(closing.evidence),
            "note": closing.note,
        },
    )
