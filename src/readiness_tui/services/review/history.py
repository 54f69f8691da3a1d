"""Who changed what, when and why; taking one change back; and the reviews of a system over time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.seen import curtain
from readiness_tui.services.core.write import resync, sync
from readiness_tui.services.review import roles
from readiness_tui.store import audit, scorecards
from readiness_tui.store import reviews as stored
from readiness_tui.store.audit import AuditEntry, RowChange
from readiness_tui.store.sqlite import Connection

__all__ = [
    "AuditEntry",
    "ReviewLine",
    "RowChange",
    "describe",
    "log",
    "next_review",
    "reviews",
    "rows",
    "switch",
    "undo",
]

#: Columns that say nothing to a person.
_QUIET = frozenset(
    {"id", "review_id", "system", "name", "item_id", "json", "at", "reviewer", "reviews", "due_changes", "by_hand",
     "answer"}
)  # fmt: skip
_NOTHING = (None, "", "[]", "{}")
_STAMP = re.compile(r"^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):[\d.]+\+00:00$")


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review in the list; verdict and headline percent where it is frozen."""

    id: int
    release: str
    held_on: date
    frozen: bool
    verdict: Verdict | None
    headline: int | None


def reviews(desk: Desk) -> list[ReviewLine]:
    """The reviews of the desk's system, the newest first."""
    from readiness_tui.reports.scorecard_json import read_scorecard

    lines = []
    with desk.store.read() as conn:
        for review in stored.all(conn, system=current_review(conn, desk).system):
            kept = scorecards.get(conn, review.id)
            headline = read_scorecard(kept.json, "a frozen scorecard")[0].headline if kept else None
            lines.append(
                ReviewLine(
                    review.id, review.release, review.held_on, review.frozen_at is not None,
                    kept.verdict if kept else None, headline,
                )
            )  # fmt: skip
    return lines


def log(desk: Desk, *, limit: int = 200, before: int | None = None) -> list[AuditEntry]:
    """The latest changes of the desk's system as `desk.who` may see them, newest first; `before` continues below a
    change id. Of votes and notes of others that are not revealed yet they say that they were given, and no more."""
    with desk.store.read() as conn:
        found = audit.log(conn, system=current_review(conn, desk).system, limit=limit, before=before)
        return curtain(conn, desk.who).entries(conn, found)


def rows(desk: Desk, change_id: int) -> list[RowChange]:
    """What one change did to which row: old and new values. Those that `desk.who` may not see yet are left out."""
    with desk.store.read() as conn:
        return curtain(conn, desk.who).rows(audit.rows(conn, change_id), audit.get(conn, change_id).who)


def describe(changed: Sequence[RowChange]) -> list[str]:
    """One line per row: what it is, and old → new for each changed column."""
    lines = []
    for row in changed:
        old, new = row.old or {}, row.new or {}
        # What a person calls it: the words of its key, else its number; the system goes without saying.
        parts = [part for part in row.pk if isinstance(part, str) and part != (new or old).get("system")] or row.pk
        name = f"{row.table.replace('_', ' ')} {' '.join(str(part) for part in parts)}"
        columns = [
            column for column in {**old, **new} if column not in _QUIET and _empty(old.get(column), new.get(column))
        ]
        said = ", ".join(f"{column.replace('_', ' ')} {_moved(row, column)}" for column in columns)
        what = " added" if row.old is None else " removed" if row.new is None else ""
        lines.append(f"{name}{what}: {said}" if said else f"{name}{what}")
    return lines


def _empty(old: object, new: object) -> bool:
    """Whether there is anything to show: a column that changed, not merely from one kind of empty to another."""
    return old != new and not (old in _NOTHING and new in _NOTHING)


def _moved(row: RowChange, column: str) -> str:
    old, new = (row.old or {}).get(column), (row.new or {}).get(column)
    if row.old is None or row.new is None:
        return _short(new if row.old is None else old)
    before, after = _json(old), _json(new)
    if isinstance(before, dict) and isinstance(after, dict):
        return " and ".join(key for key in {**before, **after} if before.get(key) != after.get(key))
    return f"{_short(old)} → {_short(new)}"


def _short(value: object) -> str:
    found = _json(value)
    if isinstance(found, list):
        value = ", ".join(str(part) for part in found)
    elif isinstance(found, dict):
        value = ", ".join(found)
    text = "nothing" if value in _NOTHING else str(value)
    text = _STAMP.sub(r"\1 \2", text)
    return text if len(text) <= 60 else text[:59] + "…"


def _json(value: object) -> object:
    """The value of a column that holds a JSON list or mapping; None for any other."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return None


def undo(desk: Desk, change_id: int, why: str = "") -> None:
    """Take one change back by a new entry.

    Refused where a later change rests on it, for another person's vote, and for what cannot be hidden again.
    """

    def allow(conn: Connection, change: AuditEntry, made: Sequence[RowChange]) -> None:
        if refusal := roles.undo_refusal(conn, desk, change, made):
            raise ReadinessError(refusal)

    def worded(conn: Connection, change: AuditEntry) -> str:
        return curtain(conn, desk.who).entries(conn, [change])[0].what

    audit.undo(desk.store, change_id, desk.who, desk.now(), why, allow=allow, worded=worded)
    resync(desk)


def switch(desk: Desk, number: str) -> None:
    """Work on another review of this file from now on."""
    if not number.strip().isdigit():
        raise ReadinessError(f"“{number}” is not a review's number. The list shows them.")
    with desk.store.read() as conn:
        desk.review_id = stored.get(conn, int(number)).id


def next_review(desk: Desk, release: str, held_on: str) -> None:
    """Start the next review of the same system: same checklists, people, gate and settings; items undecided.

    Candidate and baseline are named anew: the candidate of the last release is the baseline of the next.
    """
    if not release.strip():
        raise ReadinessError("Which release is reviewed? Type its tag or a date, for example 2026.12.")
    try:
        day = date.fromisoformat(held_on) if held_on.strip() else desk.now().date()
    except ValueError:
        raise ReadinessError(f"“{held_on}” is not a date. Type it as 2026-12-01.") from None
    with desk.store.write(desk.who, f"new review: release {release}", now=desk.now()) as tx:
        last = current_review(tx.conn, desk)
        review = replace(
            last, id=0, release=release.strip(), held_on=day, as_of=None, frozen_at=None, revealed=False,
            baseline=last.candidate, candidate=(), override_verdict=None, override_by=None, override_reason=None,
        )  # fmt: skip
        review = replace(review, id=stored.put(tx, review))
        stored.put_checklists(tx, review.id, stored.checklists(tx.conn, last.id))
        desk.review_id = review.id
        sync(tx, desk, review.id)
