"""A write transaction: every typed row that it puts or deletes leaves its old and new values in the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import sqlite
from readiness_tui.store.chain import seal
from readiness_tui.store.codec import dump, stamp

Row = dict[str, Any]
Key = int | str | Sequence[int | str]


def fetch(conn: sqlite.Connection, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """All rows as dictionaries, read at once: no open cursor stays behind to hold a lock."""
    cursor = conn.execute(sql, values)
    if not (found := cursor.fetchall()):
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in found]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's primary key, the clause and the query that find a row by it, how many columns the table has, and which of
    them says whose review a row is of."""

    pk: tuple[str, ...]
    where: str
    find: str
    width: int
    review: str


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...]) -> str:
    """Made once: SQLite's module finds a statement that it has prepared by its text."""
    return f"INSERT INTO {table}({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def frozen_words(conn: sqlite.Connection, review_id: int) -> str:
    """Why this review cannot change, with the newest one of its system that can; "" for an open review."""
    found = conn.execute("SELECT system, release, frozen_at FROM review WHERE id = ?", (review_id,)).fetchone()
    if found is None or found[2] is None:
        return ""
    open_one = conn.execute(
        "SELECT release FROM review WHERE system = ? AND frozen_at IS NULL ORDER BY held_on DESC, id DESC LIMIT 1",
        (found[0],),
    ).fetchone()
    way = f"Its open review is {one_line(open_one[0])}: work on that one" if open_one else "Start a new review"
    return (
        f"The review of {one_line(found[0])} {one_line(found[1])} was frozen at {str(found[2])[:16].replace('T', ' ')} UTC and cannot change"
        f" any more; nothing was saved. {way}."
    )


_SAID = "at, who, what, why, review_id, system"
_GIVEN = "?1, ?2, ?3, ?4, ?5, coalesce(?6, (SELECT system FROM review WHERE id = ?5))"
# SQLite looks for nothing to compare with where it is not given a key, or what is undone: most saves have neither.
_ENTRY = f"INSERT INTO change({_SAID}) VALUES ({_GIVEN})"
_RARE_ENTRY = f"INSERT INTO change({_SAID}, idempotency_key, undoes, undoable) VALUES ({_GIVEN}, ?7, ?8, ?9)"
_INSERT_ROW = f"INSERT INTO change_row(change_id, {seal.ROW}) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Tx:
    """What `Store.write` gives: one transaction, one entry in the audit trail.

    The entry is made with the first audited row, so a transaction that only imports in bulk leaves none.
    `conn` may be read freely: it sees the database as it is now, with this transaction's own writes.
    """

    def __init__(
        self,
        conn: sqlite.Connection,
        shapes: dict[str, Shape],
        who: str,
        what: str,
        why: str,
        now: datetime,
        *,
        key: str | None = None,
        review_id: int | None = None,
        system: str | None = None,
        undoable: bool = True,
        undoes: int | None = None,
        refusal: str = "",
    ) -> None:
        self.conn = conn
        self.who, self.what, self.why, self.now = who, what, why, now
        self._key, self._review_id, self._system, self._undoable, self._undoes = (
            key,
            review_id,
            system,
            undoable,
            undoes,
        )
        self._refusal = refusal
        self._change: int | None = None
        self._rows: list[tuple[Any, ...]] = []  # of the entry, as `seal.ROW` names their columns
        self._guarded: set[int] = set()
        self._shapes = shapes  # of each table met so far: kept by the store, asking takes longer than writing
        self._at = stamp(now)

    @cached_property
    def db(self) -> Any:
        """The same connection as a `sqlite_utils.Database`, for rows that are not audited."""
        return sqlite.utils(self.conn)

    @property
    def change_id(self) -> int:
        """The entry in the audit trail; made when first asked for."""
        if self._change is None:
            if self._refusal:
                raise ReadinessError(self._refusal)
            said = (self._at, self.who, self.what, self.why, self._review_id, self._system)
            if self._key is None and self._undoes is None and self._undoable:
                cursor = self.conn.execute(_ENTRY, said)
            else:
                cursor = self.conn.execute(_RARE_ENTRY, (*said, self._key, self._undoes, int(self._undoable)))
            self._change = int(cursor.lastrowid or 0)
        return self._change

    @property
    def entry(self) -> int | None:
        """The entry in the audit trail, if there is one yet."""
        return self._change

    def close(self) -> None:
        """Called before the commit: a key is remembered even where nothing was different, and the entry joins the chain."""
        if self._key is not None:
            _ = self.change_id
        if self._change is not None:
            entry = (
                self._change, self._at, self.who, self.what, self.why, self._review_id, None, self._undoes,
                int(self._undoable),
            )  # fmt: skip
            seal.append(self.conn, entry, self._rows)

    def guard_review(self, review_id: int) -> None:
        """Refuse to change a frozen review. Decided once, by its state when the transaction began."""
        if review_id in self._guarded:
            return
        if said := frozen_words(self.conn, review_id):
            raise ReadinessError(said)
        self._guarded.add(review_id)

    def get(self, table: str, key: Key) -> Row | None:
        """The row of this primary key as it is now."""
        found = fetch(self.conn, self._shape(table).find, self._values(key))
        return found[0] if found else None

    def put(self, table: str, row: Row) -> int:
        """Insert, or update the given columns, by primary key. An id that is missing or None is given by SQLite.

        Returns the id, 0 for a table without one. A row that is already so leaves no entry.
        """
        shape = self._shape(table)
        key: list[Any] = [row.get(name) for name in shape.pk]
        if None in key:
            row = {name: value for name, value in row.items() if name not in shape.pk}
            old = None
        else:
            old = self.get(table, key)
        if old is not None:
            self._guard(shape, old)
        self._guard(shape, row)
        if old is None:
            cursor = self.conn.execute(_insert(table, tuple(row)), list(row.values()))
            key = [row.get(name, cursor.lastrowid) for name in shape.pk]
            new = row if len(row) == shape.width else self.get(table, key)  # with the id and the defaults
            self._record(table, key, None, new)
        else:
            changed = {name: value for name, value in row.items() if old[name] != value}
            if changed:
                self.conn.execute(
                    f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in changed)} WHERE {shape.where}",
                    [*changed.values(), *key],
                )
                self._record(table, key, old, {**old, **changed})
        return key[0] if len(key) == 1 and isinstance(key[0], int) else 0

    def delete(self, table: str, key: Key) -> bool:
        """Delete by primary key; False where there was no such row."""
        shape, old = self._shape(table), self.get(table, key)
        if old is None:
            return False
        self._guard(shape, old)
        self.conn.execute(f"DELETE FROM {table} WHERE {shape.where}", self._values(key))
        self._record(table, self._values(key), old, None)
        return True

    def key_of(self, table: str, row: Row) -> list[Any]:
        """The primary key of a row."""
        return [row[name] for name in self._shape(table).pk]

    def rename(self, table: str, column: str, old: str, new: str) -> int:
        """Give `column` another value in every row that has `old` there; returns how many rows had it.

        For the name of what rows belong to: it is part of keys, and frozen reviews get it too, whose content it is not.
        """
        shape = self._shape(table)
        found = fetch(self.conn, f"SELECT * FROM {table} WHERE {column} = ?", (old,))
        self.conn.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
        for row in found:
            renamed = {**row, column: new}
            self._record(table, [renamed[name] for name in shape.pk], row, renamed)
        return len(found)

    def bulk(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Many rows without audit, for imports; returns how many were written."""
        return int(self.conn.executemany(sql, rows).rowcount)

    def _record(self, table: str, key: Sequence[Any], old: Row | None, new: Row | None) -> None:
        row = new or old or {}
        if self._change is None and self._review_id is None:
            self._review_id = row.get(self._shape(table).review)
        change_id = self.change_id
        made = (
            len(self._rows),
            table,
            dump(key),
            row.get("item_id"),
            None if old is None else dump(old),
            None if new is None else dump(new),
        )
        self.conn.execute(_INSERT_ROW, (change_id, *made))
        self._rows.append(made)

    def _guard(self, shape: Shape, row: Row) -> None:
        if (review_id := row.get(shape.review)) is not None and review_id not in self._guarded:
            self.guard_review(review_id)

    def _shape(self, table: str) -> Shape:
        if table not in self._shapes:
            info = self.conn.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY pk", (table,)).fetchall()
            pk = tuple(name for name, place in info if place)
            where = " AND ".join(f"{name} = ?" for name in pk)
            review = "id" if table == "review" else "review_id"
            self._shapes[table] = Shape(pk, where, f"SELECT * FROM {table} WHERE {where}", len(info), review)
        return self._shapes[table]

    @staticmethod
    def _values(key: Key) -> list[Any]:
        return [key] if isinstance(key, int | str) else list(key)
