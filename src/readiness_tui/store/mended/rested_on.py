"""What stands in the way of taking rows back: other rows that rest on them, or what they themselves rested on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from readiness_tui.domain.text.format import plural
from readiness_tui.store.rows import Row, fetch
from readiness_tui.store.sqlite import Connection

#: A row by its table and primary key.
Place = tuple[str, tuple[int | str, ...]]


class _Reference(NamedTuple):
    """A column that names a row of another table."""

    table: str
    column: str
    of: str
    to: str


def resting(conn: Connection, removed: Sequence[tuple[Place, Row]], put: Mapping[Place, Row]) -> str:
    """The rows that name one of those to be removed and stay, counted in words: "12 votes and 1 condition"; "" for none.

    `put`: rows that are to be as they were, and what they name then."""
    gone = {place for place, _ in removed}
    links = _links(conn)
    counts: Counter[str] = Counter()
    for (table, _), row in removed:
        for link in links:
            if link.of == table:
                named, keys = row[link.to], _keys(conn, link.table)
                found = fetch(conn, f'SELECT * FROM "{link.table}" WHERE "{link.column}" = ?', (named,))
                stay = {(link.table, tuple(one[key] for key in keys)): one for one in found}
                counts[link.table] += sum(
                    place not in gone and put.get(place, one).get(link.column) == named for place, one in stay.items()
                )
    return _joined([plural(n, table.replace("_", " ")) for table, n in sorted(counts.items()) if n])


def missing(conn: Connection, put: Sequence[tuple[Place, Row]]) -> str:
    """The first thing that one of the rows to be put back names and that is there no more, nor put back; "" for none."""
    back = [(table, row) for (table, _), row in put]
    for (table, _), row in put:
        for link in _links(conn):
            if link.table != table or (value := row.get(link.column)) is None:
                continue
            there = conn.execute(f'SELECT 1 FROM "{link.of}" WHERE "{link.to}" = ?', (value,)).fetchone()
            if there is None and not any(of == link.of and one.get(link.to) == value for of, one in back):
                return link.of.replace("_", " ")
    return ""


def _links(conn: Connection) -> list[_Reference]:
    tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    return [link for table in tables for link in _of_table(conn, table)]


def _of_table(conn: Connection, table: str) -> Iterator[_Reference]:
    for row in fetch(conn, f'PRAGMA foreign_key_list("{table}")'):
        yield _Reference(table, row["from"], row["table"], row["to"] or _keys(conn, row["table"])[0])


def _keys(conn: Connection, table: str) -> list[str]:
    columns = fetch(conn, f'PRAGMA table_info("{table}")')
    return [one["name"] for one in sorted(columns, key=lambda one: one["pk"]) if one["pk"]]


def _joined(words: Iterable[str]) -> str:
    *most, last = [*words] or [""]
    return f"{', '.join(most)} and {last}" if most else last
