"""Frozen scorecards: what a review ended with. One for each review, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.store.codec import day, moment, stamp
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class StoredScorecard:
    """`json` and `markdown` are the exported texts; `digest` is the one they print."""

    review_id: int
    frozen_at: datetime
    by: str
    as_of: date
    verdict: Verdict
    digest: str
    json: str
    markdown: str


def get(conn: Connection, review_id: int) -> StoredScorecard | None:
    rows = fetch(conn, "SELECT * FROM scorecard WHERE review_id = ?", (review_id,))
    return _card(rows[0]) if rows else None


def put(tx: Tx, card: StoredScorecard) -> int:
    """Store it, in the transaction that also sets the review's `frozen_at` (write that with `undoable=False`)."""
    return tx.put(
        "scorecard",
        {
            "review_id": card.review_id,
            "frozen_at": stamp(card.frozen_at),
            "person": card.by,
            "as_of": card.as_of.isoformat(),
            "verdict": card.verdict.value,
            "digest": card.digest,
            "json": card.json,
            "markdown": card.markdown,
        },
    )


def _card(row: Row) -> StoredScorecard:
    return StoredScorecard(
        review_id=row["review_id"],
        frozen_at=moment(row["frozen_at"]),
        by=row["person"],
        as_of=day(row["as_of"]),
        verdict=Verdict(row["verdict"]),
        digest=row["digest"],
        json=row["json"],
        markdown=row["markdown"],
    )
