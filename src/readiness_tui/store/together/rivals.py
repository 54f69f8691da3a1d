"""Values that wait beside the stored ones until somebody settles the two. All of it is audited."""

from __future__ import annotations

from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.store.codec import load, moment, stamp
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection

_LOOKED = 50  # changes of one row, the latest first, among which it is looked for who wrote a value


def all(conn: Connection, system: str, review_id: int) -> list[Rival]:
    """Those of a review, and of what its system has across reviews; the oldest first."""
    rows = fetch(
        conn,
        "SELECT * FROM rival WHERE system = ? AND (review_id IS NULL OR review_id = ?) ORDER BY id",
        (system, review_id),
    )
    return [_rival(row) for row in rows]


def put(tx: Tx, system: str, review_id: int | None, about: str, field: str, value: str, by: str = "") -> Rival:
    """Keep a value of whoever writes, or of `by`; the same one by the same person is kept once."""
    by = by or tx.who
    same = fetch(
        tx.conn,
        "SELECT * FROM rival WHERE system = ? AND review_id IS ? AND about = ? AND field = ? AND value = ? AND person = ?",
        (system, review_id, about, field, value, by),
    )
    if same:
        return _rival(same[0])
    rival_id = tx.put(
        "rival",
        {
            "id": None,
            "system": system,
            "review_id": review_id,
            "about": about,
            "field": field,
            "value": value,
            "person": by,
            "at": stamp(tx.now),
        },
    )
    return Rival(rival_id, about, field, value, by, tx.now)


def remove(tx: Tx, rival_id: int) -> bool:
    """False where it was settled meanwhile."""
    return tx.delete("rival", rival_id)


def agreed(tx: Tx, system: str, review_id: int | None, about: str, field: str, value: str) -> None:
    """Forget those that say what is stored now: there is nothing left to settle."""
    found = fetch(
        tx.conn,
        "SELECT id FROM rival WHERE system = ? AND review_id IS ? AND about = ? AND field = ? AND value = ?",
        (system, review_id, about, field, value),
    )
    for row in found:
        tx.delete("rival", row["id"])


def settled(conn: Connection, review_id: int) -> list[Rival]:
    """Those of a review that somebody settled, and did not take back: the last that the history says of them is that they
    were taken away, and not by undoing what brought them. Of the history the rows of this review alone are read."""
    rows = fetch(
        conn,
        "SELECT r.pk, r.old_json, r.new_json, c.undoes FROM change c CROSS JOIN change_row r ON r.change_id = c.id"
        " WHERE c.review_id = ? AND r.table_name = 'rival' ORDER BY r.change_id, r.position",
        (review_id,),
    )
    last = {row["pk"]: row for row in rows}
    gone = (load(row["old_json"]) for row in last.values() if row["new_json"] is None and row["undoes"] is None)
    return [_rival({**old, "id": old.get("id", 0)}) for old in gone if old["review_id"] == review_id]


def written_by(conn: Connection, table: str, pk: str, column: str) -> Row | None:
    """Who wrote the value of a column as it is now, and when: `who`, `at`. None where the history does not say.

    `pk`: the row's key as JSON, as the history has it.
    """
    rows = fetch(
        conn,
        "SELECT c.who, c.at, r.old_json, r.new_json FROM change_row r JOIN change c ON c.id = r.change_id"
        " WHERE r.table_name = ? AND r.pk = ? ORDER BY r.change_id DESC, r.position DESC LIMIT ?",
        (table, pk, _LOOKED),
    )
    for row in rows:
        old, new = (load(row[name]) if row[name] else {} for name in ("old_json", "new_json"))
        if old.get(column) != new.get(column):
            return {"who": row["who"], "at": moment(row["at"])}
    return None


def _rival(row: Row) -> Rival:
    return Rival(row["id"], row["about"], row["field"], row["value"], row["person"], moment(row["at"]))
