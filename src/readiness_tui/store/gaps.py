"""Gaps, which live across the reviews of a system, and the conditions of one review."""

from __future__ import annotations

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.verdict.gap import Gap, GapState, StoredCondition
from readiness_tui.store.codec import day, dump, iso, load, opt_day, words
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection


def all(conn: Connection, system: str) -> dict[str, Gap]:
    """By key, in the order of keys; the settled ones too."""
    rows = fetch(conn, "SELECT * FROM gap WHERE system = ? ORDER BY name", (system,))
    return {row["name"]: _gap(row) for row in rows}


def put(tx: Tx, system: str, gap: Gap) -> None:
    """Insert or update by key; every change of it is in the audit trail."""
    tx.put(
        "gap",
        {
            "system": system,
            "name": gap.key,
            "title": gap.title,
            "severity": gap.severity.value,
            "owner": gap.owner,
            "due": iso(gap.due),
            "state": gap.state.value,
            "created": gap.created.isoformat(),
            "first_review": gap.first_review,
            "reviews": dump(gap.reviews),
            "due_changes": dump(gap.due_changes),
            "evidence": gap.evidence,
            "marked": int(gap.marked),
        },
    )


def conditions(conn: Connection, review_id: int) -> dict[str, StoredCondition]:
    """By key. An empty owner or a missing date was cleared by a person."""
    rows = fetch(conn, "SELECT * FROM condition WHERE review_id = ? ORDER BY name", (review_id,))
    return {
        row["name"]: StoredCondition(row["name"], row["owner"], opt_day(row["due"]), bool(row["by_hand"]))
        for row in rows
    }


def open_conditions(conn: Connection, review_id: int) -> dict[str, StoredCondition]:
    """Those that nobody closed after the review was frozen; what was closed of a scorecard that it superseded, or that
    one did, stays closed."""
    rows = conn.execute(
        "WITH RECURSIVE same(id) AS (VALUES (?)"
        " UNION SELECT s.old_review FROM supersession s JOIN same ON s.new_review = same.id)"
        " SELECT name FROM condition_closing WHERE of_review IN (SELECT id FROM same)",
        (review_id,),
    ).fetchall()
    closed = {name for (name,) in rows}
    return {key: one for key, one in conditions(conn, review_id).items() if key not in closed}


def put_condition(tx: Tx, review_id: int, condition: StoredCondition) -> None:
    tx.put(
        "condition",
        {
            "review_id": review_id,
            "name": condition.key,
            "owner": condition.owner,
            "due": iso(condition.due),
            "by_hand": int(condition.by_hand),
        },
    )


def _gap(row: Row) -> Gap:
    return Gap(
        key=row["name"],
        title=row["title"],
        severity=Severity(row["severity"]),
        owner=row["owner"],
        due=opt_day(row["due"]),
        state=GapState(row["state"]),
        created=day(row["created"]),
        first_review=row["first_review"],
        reviews=tuple(load(row["reviews"])),
        due_changes=words(row["due_changes"]),
        evidence=row["evidence"],
        marked=bool(row["marked"]),
    )


def remove_condition(tx: Tx, review_id: int, key: str) -> bool:
    """Forget a condition that the rules no longer find."""
    return tx.delete("condition", (review_id, key))
