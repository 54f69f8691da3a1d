"""What names a review on the screen and in a list, read without anything of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from readiness_tui.store.kept.marks import NEWEST
from readiness_tui.store.sqlite import Connection

#: Of a frozen card, where the card itself says the same; `store/chain/cards.py` holds all of it against its digest.
_VERDICT = (
    "CASE WHEN json_valid(c.json) THEN iif(json_extract(c.json, '$.verdict') IS c.verdict, c.verdict, 'changed by hand')"
    " ELSE 'changed by hand' END"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """One of a file's reviews. `verdict`: the frozen one, "" while the review is open."""

    id: int
    system: str
    release: str
    held_on: date
    frozen: bool
    verdict: str

    @property
    def state(self) -> str:
        """In a word or two for a list: "open", or what was frozen."""
        return f"frozen: {self.verdict}".removesuffix(": ") if self.frozen else "open"


def headings(conn: Connection) -> list[Heading]:
    """Every review: the systems in the order of their first one, of each system the newest first."""
    found = conn.execute(
        "SELECT r.id, r.system, r.release, r.held_on, r.frozen_at IS NOT NULL,"
        f" coalesce((SELECT {_VERDICT} FROM scorecard c WHERE c.review_id = r.id ORDER BY c.id DESC LIMIT 1), '')"
        " FROM review r ORDER BY (SELECT min(f.id) FROM review f WHERE f.system = r.system), r.held_on DESC, r.id DESC"
    ).fetchall()
    return [
        Heading(number, system, release, date.fromisoformat(held_on), bool(frozen), verdict if frozen else "")
        for number, system, release, held_on, frozen, verdict in found
    ]


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
