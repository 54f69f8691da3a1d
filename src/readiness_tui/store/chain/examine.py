"""What was changed in the file past the program: all of it, or quickly what the triggers do not keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from readiness_tui.store import systems
from readiness_tui.store.chain import alike, brought, cards, derived, follow, shape, tallied, walk
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.kept import results
from readiness_tui.store.sqlite import Connection

REQUESTS = 20_000  # a quarter of a second
AGAIN = 2_000  # of them read and measured again: a fifteenth


def whole(conn: Connection) -> list[ByHand]:
    """All of the file. Takes about as long as importing what is in it."""

    def found() -> Iterator[ByHand]:
        yield from _rows(conn)
        yield from brought.changed(conn)
        for name in systems.all(conn):
            yield from derived.changed(conn, name)
        yield from alike.changed(conn)
        yield from shape.changed(conn)

    return _once(found())


def sealed(conn: Connection) -> list[ByHand]:
    """What the triggers do not keep: typed rows, cards, tallies and new entries, held against what is known of them; and,
    because a connection may switch triggers off, runs, which cost little, and requests up to `REQUESTS`; which are copies,
    and what is measured of an import that is said not to be, no trigger keeps. Enough while the schema is as the program left it (`seal.unmoved`), because then nobody has dropped a
    trigger."""

    def found() -> Iterator[ByHand]:
        yield from _rows(conn)
        newest = brought.newest(conn, REQUESTS)
        yield from brought.quickly(conn, newest)
        yield from alike.quickly(conn, newest)
        again = brought.newest(conn, AGAIN)
        for name in systems.all(conn):
            yield from derived.quickly(conn, name, again, newest)

    return _once(found())


def kept(conn: Connection, key: bytes) -> list[ByHand]:
    """Kept results that are never given back, because they are not what was kept with this key."""
    if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept' AND type = 'table'").fetchone() is None:
        return []  # the table is named among those that were dropped
    said = "not what was kept: it is worked out again when it is asked for"
    return [ByHand("kept", place, said) for place in results.damaged(conn, key)]


def _rows(conn: Connection) -> Iterator[ByHand]:
    yield from follow.changed(conn)
    yield from cards.changed(conn)
    yield from tallied.changed(conn)
    yield from walk.walk(conn)


def _once(found: Iterable[ByHand]) -> list[ByHand]:
    """Each row of a table as it was first named."""
    named: dict[tuple[str, str], ByHand] = {}
    for one in found:
        named.setdefault((one.table, one.row), one)
    return list(named.values())
