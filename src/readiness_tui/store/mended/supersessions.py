"""Frozen scorecards that another one took the place of: which, by whom and why. They stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from readiness_tui.store.codec import moment, stamp
from readiness_tui.store.rows import Tx, fetch
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class Supersession:
    """The review `old` was corrected by the review `new`."""

    old: int
    new: int
    by: str
    at: datetime
    reason: str


def all(conn: Connection) -> dict[int, Supersession]:
    """By the number of the old review."""
    rows = fetch(conn, "SELECT * FROM supersession ORDER BY old_review")
    return {
        row["old_review"]: Supersession(
            row["old_review"], row["new_review"], row["person"], moment(row["at"]), row["reason"]
        )
        for row in rows
    }


def replaced(conn: Connection) -> set[int]:
    """The numbers of the old reviews alone."""
    return {number for (number,) in conn.execute("SELECT old_review FROM supersession").fetchall()}


def put(tx: Tx, one: Supersession) -> None:
    tx.put(
        "supersession",
        {
            "old_review": one.old,
            "new_review": one.new,
            "person": one.by,
            "at": stamp(one.at),
            "reason": one.reason,
        },
    )
