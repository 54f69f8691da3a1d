"""Frozen scorecards: what a review ended with, one for each review and never changed; and the conditions of it that
somebody closed afterwards, as rows beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from readiness_tui.domain.errors import TamperedError
from readiness_tui.domain.verdict.closing import Closing
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.store.chain import cards
from readiness_tui.store.codec import day, dump, moment, stamp, words
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class StoredScorecard:
    """`json` and `markdown` are the exported texts; `digest` is the one they print. `fault`: in which words the stored row is
    not what was frozen, by its own digests; "" where it is. Nothing of such a card is printed (`intact`)."""

    review_id: int
    frozen_at: datetime
    by: str
    as_of: date
    verdict: Verdict
    digest: str
    json: str
    markdown: str
    fault: str = ""

    @property
    def intact(self) -> StoredScorecard:
        """The card itself. Raises TamperedError where it is not what was frozen."""
        if self.fault:
            raise TamperedError(
                f"The scorecard that was frozen on {self.frozen_at:%Y-%m-%d} was changed by something else than readiness-tui:"
                f" {self.fault}. So nothing of it is printed. `readiness doctor` says what else was changed; restore a backup."
            )
        return self


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
        verdict=_verdict(row["verdict"]),
        digest=row["digest"],
        json=row["json"],
        markdown=row["markdown"],
        fault=cards.fault(row),
    )


def _verdict(text: str) -> Verdict:
    """One that nobody gives is of a card that was changed, which says so (`fault`); it is none that passes."""
    return Verdict(text) if text in [*Verdict] else Verdict.NO_GO


def closings(conn: Connection, review_id: int) -> tuple[Closing, ...]:
    """Those of a review, in the order in which they were closed."""
    rows = fetch(conn, "SELECT * FROM condition_closing WHERE of_review = ? ORDER BY id", (review_id,))
    return tuple(
        Closing(row["name"], row["person"], moment(row["at"]), words(row["evidence"]), row["note"]) for row in rows
    )


def add_closing(tx: Tx, review_id: int, closing: Closing) -> None:
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
