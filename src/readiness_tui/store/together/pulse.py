"""How far the history and the imports of a file have come: what tells whether anybody saved something."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last entry of the history; and of the imports that are published how many there are, and the last."""

    change: int
    imports: int
    published: int


def pulse(conn: Connection) -> Pulse:
    """As it is now. What is kept for the next start, drafts and who is where do not count."""
    (change,) = conn.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()
    imports, published = conn.execute(
        "SELECT count(*), coalesce(max(published_order), 0) FROM import WHERE published_order IS NOT NULL"
    ).fetchone()
    return Pulse(int(change), int(imports), int(published))
