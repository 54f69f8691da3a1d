"""Who changed what, when and why; taking one change back; and going from one review of a file to another."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core import target
from readiness_tui.services.core.current import current_review, system_of
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.seen import curtain
from readiness_tui.services.core.write import resync
from readiness_tui.services.review import roles
from readiness_tui.services.review.next_review import last_candidate
from readiness_tui.store import audit
from readiness_tui.store import reviews as stored
from readiness_tui.store.audit import AuditEntry, RowChange, Worded
from readiness_tui.store.sqlite import Connection

__all__ = [
    "AuditEntry",
    "RowChange",
    "describe",
    "doubt_next",
    "log",
    "next_baseline",
    "next_review",
    "rows",
    "undo",
    "why_not",
]

#: Columns that say nothing to a person.
_QUIET = frozenset(
    {"id", "review_id", "system", "name", "item_id", "json", "at", "reviewer", "reviews", "due_changes", "by_hand",
     "answer"}
)  # fmt: skip
_NOTHING = (None, "", "[]", "{}")
_STAMP = re.compile(r"^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):[\d.]+\+00:00$")


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
            column
            for column in {**old, **new}
            if (column not in _QUIET or row.table == "system") and _empty(old.get(column), new.get(column))
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


#: Where something else than an undo takes back what a change did to a table.
_WAYS = {
    "import": "What was imported is taken back whole: under History with t, or by its number with `readiness imports`.",
    "scorecard": "A frozen scorecard is superseded with a reason instead: under History with p.",
    "supersession": "The corrected review is one of its own now: change it, and freeze it.",
    "system": "Rename the system back: under History with w.",
}


def why_not(desk: Desk, change_id: int) -> str:
    """Why a change cannot be undone, and what to do instead; empty where it can."""
    with desk.store.read() as conn:
        entry, made = audit.get(conn, change_id), audit.rows(conn, change_id)
        if not entry.undoable:
            tables = {row.table for row in made}
            way = next((said for table, said in _WAYS.items() if table in tables), "It stands in the history as it is.")
            return f"“{one_line(_worded(desk)(conn, entry), 80)}” is not undone. {way}"
        try:
            if refusal := roles.undo_refusal(conn, desk, entry, made):
                return refusal
            audit.check_undo(conn, change_id, _worded(desk))
        except ReadinessError as refusal:
            return str(refusal)
    return ""


def undo(desk: Desk, change_id: int, why: str = "") -> None:
    """Take one change back by a new entry.

    Refused where a later change rests on it, for another person's vote, and for what cannot be hidden again.
    """

    def allow(conn: Connection, change: AuditEntry, made: Sequence[RowChange]) -> None:
        if refusal := roles.undo_refusal(conn, desk, change, made):
            raise ReadinessError(refusal)

    audit.undo(desk.store, change_id, desk.who, desk.now(), why, allow=allow, worded=_worded(desk))
    resync(desk)


def _worded(desk: Desk) -> Worded:
    """What `desk.who` may be told of an entry."""
    return lambda conn, entry: curtain(conn, desk.who).entries(conn, [entry])[0].what


def next_baseline(desk: Desk) -> tuple[str, ...]:
    """The runs that the next review is offered as its baseline: those that the last one was decided on."""
    with desk.store.read() as conn:
        last = stored.latest(conn, system=current_review(conn, desk).system)
        return last_candidate(conn, last) if last is not None else ()


def doubt_next(desk: Desk, release: str, held_on: date | None) -> str:
    """The question before `next_review` is called so, where that is probably not meant; "" where it may well be."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
    return target.doubt_next(desk, review.system, release, held_on or desk.day(review.zone))


def next_review(desk: Desk, release: str, held_on: date | None = None, baseline: str | None = None) -> Review:
    """Start the next review of the desk's system, as `readiness new` does: nothing is decided, and the gate is not run.

    `held_on`: None for today. `baseline`: run ids separated by commas, in place of last time's candidate.
    """
    from readiness_tui.services.review.reviews import new_review

    runs = None if baseline is None else [one.strip() for one in baseline.split(",") if one.strip()]
    return new_review(desk, system=system_of(desk), release=release, held_on=held_on, baseline=runs)
