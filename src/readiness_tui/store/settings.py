"""Small things the app remembers, not audited: settings by name, and drafts of text that is not saved yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness_tui.store.codec import dump, load, moment, stamp
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class UnsavedText:
    """Unsaved text, and when it was typed."""

    text: str
    at: datetime


def get(conn: Connection, name: str, default: Any = None) -> Any:
    """A JSON value."""
    row = conn.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return default if row is None else load(row[0])


def put(tx: Tx, name: str, value: Any) -> None:
    tx.conn.execute(
        "INSERT INTO setting(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (name, dump(value)),
    )


def attendees(conn: Connection, system: str) -> tuple[str, ...]:
    """Who attends a system's meetings, so that it is typed only once."""
    return tuple(get(conn, f"attendees/{system}", []))


def put_attendees(tx: Tx, system: str, names: tuple[str, ...]) -> None:
    put(tx, f"attendees/{system}", list(names))


def rename_system(tx: Tx, old: str, new: str) -> None:
    """What is remembered for a system goes on under its new name."""
    for kind in ("attendees", "labelling", "people"):
        place = f"{kind}/{old}"
        for (name,) in tx.conn.execute("SELECT name FROM setting").fetchall():
            if name == place or name.startswith(f"{place}/"):
                tx.conn.execute(
                    "UPDATE OR REPLACE setting SET name = ? WHERE name = ?", (f"{kind}/{new}{name[len(place) :]}", name)
                )


def rename_person(tx: Tx, system: str, names: Callable[[Sequence[str]], Sequence[str]]) -> None:
    """Who attends a system's meetings, and whom it knows, under their new name; `names` gives a list its new names."""
    for place in (f"attendees/{system}", f"people/{system}"):
        listed = get(tx.conn, place, [])
        renamed = list(dict.fromkeys(names(listed)))
        if renamed != listed:
            put(tx, place, renamed)


def get_draft(conn: Connection, name: str) -> UnsavedText | None:
    row = conn.execute("SELECT value, at FROM draft WHERE name = ?", (name,)).fetchone()
    return None if row is None else UnsavedText(row[0], moment(row[1]))


def put_draft(tx: Tx, name: str, text: str) -> None:
    """`name` says what the text is for (`note/REL-02`); a later draft replaces it."""
    tx.conn.execute(
        "INSERT INTO draft(name, value, at) VALUES (?, ?, ?)"
        " ON CONFLICT(name) DO UPDATE SET value = excluded.value, at = excluded.at",
        (name, text, stamp(tx.now)),
    )


def clear_draft(tx: Tx, name: str) -> None:
    tx.conn.execute("DELETE FROM draft WHERE name = ?", (name,))
