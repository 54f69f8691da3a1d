"""Reading the audit trail, and undoing an entry of it by a new one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store.codec import dump, load, moment
from readiness_tui.store.db import Store
from readiness_tui.store.mended import rested_on
from readiness_tui.store.rows import Row, fetch
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when and why. `undoes`: the entry it reverted; `undone_by`: the entry that reverted it."""

    id: int
    at: datetime
    who: str
    what: str
    why: str
    review_id: int | None
    system: str | None
    undoes: int | None
    undone_by: int | None
    undoable: bool
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after, as columns; None: there was, or is, no such row."""

    table: str
    pk: tuple[int | str, ...]
    old: Row | None
    new: Row | None


def log(
    conn: Connection,
    *,
    system: str | None = None,
    review_id: int | None = None,
    item: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[AuditEntry]:
    """The latest first; of a system, what is in everybody's history too. `before`: only entries with a lower id, for the next page."""
    rows = fetch(
        conn,
        "SELECT c.*, (SELECT max(u.id) FROM change u WHERE u.undoes = c.id) AS undone_by,"
        " (SELECT group_concat(item_id, char(10)) FROM (SELECT DISTINCT item_id FROM change_row r"
        "   WHERE r.change_id = c.id AND item_id IS NOT NULL ORDER BY item_id)) AS items"
        " FROM change c WHERE (?1 IS NULL OR c.review_id = ?1) AND (?5 IS NULL OR coalesce(c.system, ?5) = ?5) AND (?3 IS NULL OR c.id < ?3)"
        " AND (?2 IS NULL OR EXISTS (SELECT 1 FROM change_row r WHERE r.change_id = c.id AND r.item_id = ?2))"
        " ORDER BY c.id DESC LIMIT ?4",
        (review_id, item, before, limit, system),
    )
    return [_change(row) for row in rows]


def get(conn: Connection, change_id: int) -> AuditEntry:
    found = log(conn, before=change_id + 1, limit=1)
    if not found or found[0].id != change_id:
        raise ReadinessError(f"There is no change {change_id} in the audit trail.")
    return found[0]


def rows(conn: Connection, change_id: int) -> list[RowChange]:
    """In the order in which they were made."""
    found = conn.execute(
        "SELECT table_name, pk, old_json, new_json FROM change_row WHERE change_id = ? ORDER BY position", (change_id,)
    ).fetchall()
    return [_row(*columns) for columns in found]


def rows_of(conn: Connection, changes: Collection[int], tables: Sequence[str]) -> Iterator[tuple[int, RowChange]]:
    """The rows of these tables that these changes touched, each with its change."""
    if not changes:
        return
    found = conn.execute(
        "SELECT change_id, table_name, pk, old_json, new_json FROM change_row WHERE change_id BETWEEN ? AND ?"
        f" AND table_name IN ({', '.join('?' * len(tables))}) ORDER BY change_id, position",
        (min(changes), max(changes), *tables),
    ).fetchall()
    for number, *columns in found:
        if number in changes:
            yield number, _row(*columns)


def last_by(conn: Connection, review_id: int, table: str) -> dict[str, str]:
    """Who last changed the rows of a table about items, by item."""
    found = conn.execute(
        "SELECT r.item_id, c.who FROM change_row r JOIN change c ON c.id = r.change_id"
        " WHERE r.table_name = ? AND c.review_id = ? ORDER BY c.id",
        (table, review_id),
    ).fetchall()
    return {item: who for item, who in found if item is not None}


def _row(table: str, pk: str, old: str | None, new: str | None) -> RowChange:
    return RowChange(table, tuple(load(pk)), None if old is None else load(old), None if new is None else load(new))


def as_stored(_: Connection, entry: AuditEntry) -> str:
    """What an entry says, to somebody who may see all of it."""
    return entry.what


#: What may be said of an entry.
Worded = Callable[[Connection, AuditEntry], str]


def undo(
    store: Store,
    change_id: int,
    who: str,
    now: datetime,
    why: str = "",
    *,
    allow: Callable[[Connection, AuditEntry, Sequence[RowChange]], None] | None = None,
    worded: Worded = as_stored,
) -> int:
    """Put every row of a change back as it was, as a new change; returns its id.

    Refused: what cannot be undone (a published import, a freeze), a row that a later change has touched (which one is
    said; undo that first), a row that something stored later refers to, a frozen review.
    `allow` is asked about the change and its rows, and raises what it refuses. `worded`: what a refusal may say of an
    entry.
    """
    with store.read() as conn:
        change = get(conn, change_id)
        if allow is not None:
            allow(conn, change, rows(conn, change_id))
    if not change.undoable:
        raise ReadinessError(f"“{change.what}” (change {change_id}) cannot be undone.")
    with store.write(
        who, f"undid: {change.what}", why, now=now, review_id=change.review_id, system=change.system, undoes=change_id
    ) as tx:
        made = check_undo(tx.conn, change_id, worded)
        tx.conn.execute("PRAGMA defer_foreign_keys = ON")  # the order of rows does not matter until the commit
        for row in reversed(made):
            if not _same(tx.get(row.table, row.pk), row.new):
                raise ReadinessError(f"Change {change_id} cannot be undone: what it left is not there any more.")
            if row.old is None:
                tx.delete(row.table, row.pk)
            else:
                tx.put(row.table, row.old)
        return tx.change_id


def check_undo(conn: Connection, change_id: int, worded: Worded = as_stored) -> list[RowChange]:
    """The rows of a change that can be undone; `worded` as in `undo`. Raises ReadinessError where a later change has touched one of them, or
    where one belongs to a review that is frozen, or something else rests on it."""
    made = rows(conn, change_id)
    for row in made:
        _refuse_later(conn, change_id, row, worded)
    for row in made:
        content = row.new or row.old or {}
        review = content.get("id" if row.table == "review" else "review_id")
        found = conn.execute("SELECT release, frozen_at FROM review WHERE id = ?", (review,)).fetchone()
        if found is not None and found[1] is not None:
            raise ReadinessError(
                f"Change {change_id} cannot be undone: the review of release {found[0]} was frozen at"
                f" {str(found[1])[:16].replace('T', ' ')} UTC. Supersede its scorecard (p) to change what it rests on."
            )
    _refuse_rested_on(conn, change_id, made)
    return made


def _refuse_rested_on(conn: Connection, change_id: int, made: Sequence[RowChange]) -> None:
    """What was added may have other rows on it since; what was removed may have stood on rows that are gone by now."""
    added = [((row.table, row.pk), row.new) for row in made if row.old is None and row.new is not None]
    back = [((row.table, row.pk), row.old) for row in made if row.old is not None]
    if said := rested_on.resting(conn, added, dict(back)):
        things = " and ".join(dict.fromkeys(table.replace("_", " ") for (table, _), _ in added))
        raise ReadinessError(
            f"Change {change_id} cannot be undone: what it added ({things}) has {said} on it by now. Undo those first,"
            " the latest before the others, or leave it as it is."
        )
    if gone := rested_on.missing(conn, back):
        raise ReadinessError(
            f"Change {change_id} cannot be undone: the {gone} that it belonged to is there no more. Undo its removal first."
        )


def _same(stored: Row | None, left: Row | None) -> bool:
    """Whether a row is as a change left it; columns that the file got since then say nothing about it."""
    if stored is None or left is None:
        return stored is left
    return all(stored.get(name) == value for name, value in left.items())


def _refuse_later(conn: Connection, change_id: int, row: RowChange, worded: Worded) -> None:
    later = conn.execute(
        "SELECT DISTINCT c.id, c.undoes, c.who, c.at FROM change_row r JOIN change c ON c.id = r.change_id"
        " WHERE r.table_name = ? AND r.pk = ? AND r.change_id > ? ORDER BY c.id DESC",
        (row.table, dump(list(row.pk)), change_id),
    ).fetchall()
    standing = _standing(((number, undoes) for number, undoes, *_ in later), change_id)
    for number, undoes, by, at in later:
        if number not in standing:
            continue
        if undoes == change_id:
            raise ReadinessError(f"Change {change_id} was already undone, by {by} (change {number}).")
        what = worded(conn, get(conn, number))
        raise ReadinessError(
            f"Change {change_id} cannot be undone: {by} changed the same later ({what}, "
            f"{at[:16].replace('T', ' ')} UTC, change {number}). Undo that one first."
        )


def _standing(later: Iterable[tuple[int, int | None]], change_id: int) -> set[int]:
    """Of the later changes (the latest first) those still in effect: a change and its undo cancel each other."""
    cancelled: set[int] = set()
    standing = set()
    for number, undoes in later:
        if number in cancelled:
            continue
        if undoes is not None and undoes > change_id:
            cancelled.add(undoes)
        else:
            standing.add(number)
    return standing


def _change(row: Row) -> AuditEntry:
    return AuditEntry(
        id=row["id"],
        at=moment(row["at"]),
        who=row["who"],
        what=row["what"],
        why=row["why"],
        review_id=row["review_id"],
        system=row["system"],
        undoes=row["undoes"],
        undone_by=row["undone_by"],
        undoable=bool(row["undoable"]),
        items=tuple(row["items"].split("\n")) if row["items"] else (),
    )


def last(conn: Connection) -> int:
    """The id of the latest entry; 0 where there is none."""
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()[0])


def touched(conn: Connection, since: int) -> list[tuple[str, str | None]]:
    """The tables that entries after `since` changed rows of, each with the items those rows are about, if any."""
    found = conn.execute("SELECT DISTINCT table_name, item_id FROM change_row WHERE change_id > ?", (since,))
    return [(table, item) for table, item in found.fetchall()]


def last_saved(conn: Connection, system: str) -> datetime | None:
    """When anything of a system was last saved."""
    row = conn.execute(
        "SELECT at FROM change WHERE coalesce(system, ?1) = ?1 ORDER BY id DESC LIMIT 1", (system,)
    ).fetchone()
    return None if row is None else moment(row[0])


def row_history(conn: Connection, table: str, key: Iterable[int | str]) -> list[Row]:
    """What a row held each time it was written, oldest first."""
    found = conn.execute(
        "SELECT new_json FROM change_row WHERE table_name = ? AND pk = ? AND new_json IS NOT NULL"
        " ORDER BY change_id, position",
        (table, dump(list(key))),
    ).fetchall()
    return [load(new) for (new,) in found]
