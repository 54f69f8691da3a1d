"""Every typed row held against its last entry in the audit trail.

A row is what the last entry that touched it left, or what it was when the chain began (`baseline.py`). A column that an
upgrade added since is not in an older entry: it holds its default until it is written. Rows of imports that are still
coming in, or were taken back, are nobody's yet, or any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store.chain import seal
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.chain.tables import UNAUDITED, audited, key_of
from readiness_tui.store.codec import dump, load
from readiness_tui.store.rows import Row, fetch
from readiness_tui.store.sqlite import Connection

Left = dict[
    tuple[str, str], tuple[int, str | None]
]  # by table and key: the entry and the row as JSON, None where deleted
_SHOWN = 60  # characters of a value


def changed(conn: Connection) -> Iterator[ByHand]:
    """Rows that do not follow from the history, rows that are in no entry, and entries whose row is gone."""
    history = _History(conn)
    owners = _Owners(conn)
    for table, key, before, entry, then, old in history.broken:
        yield _relayed(conn, history, owners, table, key, before, entry, then, old)
    left = history.left
    for table in audited(conn):
        keys = key_of(conn, table)
        for row in fetch(conn, f"SELECT * FROM {table}"):
            key = dump([row[name] for name in keys])
            entry, text = left.pop((table, key), (0, None))
            system = owners.of(table, row)
            if text is None:
                if not _may_be_alone(table, row):
                    said = (
                        "deleted, says the audit trail, and it is there"
                        if entry
                        else "the audit trail has no entry of it"
                    )
                    yield ByHand(table, _named(row, key), said, _since(conn, entry), system)
                continue
            was = _read(text)
            differs = history.differing(table, row, was)
            if differs and not _unnamed_system(table, was):
                said = _differences(differs, row, history.expected(table, was), history.secret)
                same = owners.of(table, was) == system
                yield ByHand(table, _named(was, key), said, _since(conn, entry), system if same else None)
    for (table, key), (entry, text) in left.items():
        if text is None:
            continue
        gone = _read(text)
        if table == "import" and gone.get("published_order") is None:
            continue
        yield ByHand(table, _named(gone, key), "gone without an entry", _since(conn, entry), owners.of(table, gone))
    yield from _systems(conn)


class _History:
    """What the entries say that each row was left as, and what does not follow from the entry before in them: a row that
    was changed by hand and then by the program has the other values in the entry as what was there."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._keys: dict[str, list[str]] = {}
        self._defaults: dict[str, Row] = {}
        blind = conn.execute("SELECT id FROM review WHERE blind = 1 AND revealed = 0").fetchall()
        self.secret = frozenset(number for (number,) in blind)
        self.left: Left = {
            (table, key): (0, text)
            for table, key, text in conn.execute("SELECT table_name, pk, json FROM chain_baseline").fetchall()
        }
        self.broken: list[tuple[str, str, int, int, str | None, str | None]] = []
        for table, key, entry, old, new in conn.execute(
            "SELECT table_name, pk, change_id, old_json, new_json FROM change_row"
            f" WHERE change_id > {seal.SINCE} ORDER BY change_id, position"
        ):
            before, then = self.left.pop((table, self._old_key(table, key, old)), (0, None))
            if old != then and not self._same(table, old, then):
                self.broken.append((table, key, before, entry, then, old))
            self.left[table, key] = (entry, new)

    def defaults(self, table: str) -> Row:
        """What a column says that nobody has written yet."""
        if table not in self._defaults:
            info = self._conn.execute("SELECT name, dflt_value FROM pragma_table_info(?)", (table,)).fetchall()
            self._defaults[table] = {
                name: self._conn.execute(f"SELECT {default}").fetchone()[0]
                for name, default in info
                if default is not None
            }
        return self._defaults[table]

    def differing(self, table: str, row: Row, then: Row) -> list[str]:
        """The columns in which a row is not as it was left."""
        without = UNAUDITED.get(table, frozenset())
        expected = self.expected(table, then)
        return [name for name, value in row.items() if name not in without and expected.get(name) != value]

    def expected(self, table: str, then: Row) -> Row:
        return {**self.defaults(table), **then}

    def _old_key(self, table: str, key: str, old: str | None) -> str:
        """The key of the row before: another one where the name of its system is part of it and was changed."""
        if old is None or (table, key) in self.left:
            return key
        if table not in self._keys:
            self._keys[table] = key_of(self._conn, table)
        row = _read(old)
        return dump([row.get(name) for name in self._keys[table]])

    def _same(self, table: str, old: str | None, then: str | None) -> bool:
        if old is None or then is None:  # a number of a system, and an import, come before their first entry
            return then is None and old is not None and _may_be_alone(table, {**_read(old), "published_order": None})
        was = _read(then)
        return _unnamed_system(table, was) or not self.differing(table, _read(old), was)


def _relayed(
    conn: Connection,
    history: _History,
    owners: _Owners,
    table: str,
    key: str,
    before: int,
    entry: int,
    then: str | None,
    old: str | None,
) -> ByHand:
    """A row that an entry found otherwise than the one before had left it."""
    row = _read(old or then or "{}")
    if old is None:
        said = f"gone before entry {entry}, without an entry"
    elif then is None:
        said = f"there before entry {entry}, without an entry"
    else:
        was = _read(then)
        said = f"before entry {entry}: {_differences(history.differing(table, row, was), row, history.expected(table, was), history.secret)}"
    return ByHand(table, _named(row, key), said, _since(conn, before), owners.of(table, row))


def _differences(names: list[str], row: Row, was: Row, secret: frozenset[int]) -> str:
    """What it is now and what it was by the history; of a review whose votes are blind, in what it differs alone."""
    if row.get("review_id") in secret:
        return f"another {', '.join(names)} than by the history"
    return "; ".join(f"{name} is {_shown(row[name])}, by the history {_shown(was.get(name))}" for name in names)


def _unnamed_system(table: str, was: Row) -> bool:
    """The number under which a file keeps what came in before it had a review: the first system gets it."""
    return table == "system" and was.get("name") == ""


def _may_be_alone(table: str, row: Row) -> bool:
    """Rows that come without an entry: an import that is not published, and the number of a system (see `_systems`)."""
    return (table == "import" and row["published_order"] is None) or table == "system"


def _systems(conn: Connection) -> Iterator[ByHand]:
    """The number of a system stands for the name under which its imports were published."""
    for number, name, entry, filed in conn.execute(
        "SELECT i.id, s.name, c.id, c.system FROM import i LEFT JOIN system s ON s.id = i.system_id"
        " JOIN change_row r ON r.table_name = 'import' AND r.pk = '[' || i.id || ']' JOIN change c ON c.id = r.change_id"
        f" WHERE i.published_order IS NOT NULL AND c.id > {seal.SINCE} AND c.system IS NOT s.name"
    ).fetchall():
        said = f"its import {number} is filed under {_shown(filed)}"
        yield ByHand("system", str(name), said, _since(conn, entry), None)


class _Owners:
    """Whose a row is: it says so, or the review, the import or the incident that it belongs to does."""

    def __init__(self, conn: Connection) -> None:
        self._reviews = dict(conn.execute("SELECT id, system FROM review").fetchall())
        self._imports = dict(
            conn.execute("SELECT i.id, s.name FROM import i JOIN system s ON s.id = i.system_id").fetchall()
        )
        self._incidents = dict(conn.execute("SELECT number, system FROM incident").fetchall())

    def of(self, table: str, row: Row) -> str | None:
        if isinstance(name := row.get("system"), str):
            return name
        review = row.get("review_id", row.get("of_review", row.get("old_review")))
        if review is not None:
            return self._reviews.get(review)
        if table == "import":
            return self._imports.get(row.get("id"))
        return self._incidents.get(row.get("number"))


def _read(text: str) -> Row:
    """A row as the history has it. What was changed there to be none is a row without values: it differs from every other,
    and `walk.py` names its entry."""
    try:
        found = load(text)
    except (ValueError, RecursionError):
        return {}
    whole = isinstance(found, dict) and not any(isinstance(value, (dict, list)) for value in found.values())
    return found if whole else {}


def _named(row: Row, key: str) -> str:
    """A row in the words of people: the item and who, else its key."""
    parts = [
        str(row[name])
        for name in ("item_id", "reviewer", "person", "name", "query", "release", "title", "path")
        if isinstance(row.get(name), str) and row[name]
    ]
    return f"{key} {one_line(' '.join(parts), 80)}".rstrip()


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    from readiness_tui.domain.text.masking import mask_all  # only where something is said

    return f"“{one_line(mask_all(value), _SHOWN)}”" if isinstance(value, str) else one_line(str(value), _SHOWN)


def _since(conn: Connection, entry: int) -> str:
    """The time from which on the row may have been changed: that of the last entry that wrote it."""
    number = entry or conn.execute(f"SELECT {seal.SINCE}").fetchone()[0]
    row = conn.execute("SELECT at FROM change WHERE id = ?", (number,)).fetchone()
    return "" if row is None else f"changed after {str(row[0])[:16].replace('T', ' ')} UTC, entry {number}"
