"""Which requests are found again by their id, and which are copies of one another, held against the requests and what was
measured of them: an import replaces requests by their ids, and a copy shows nothing new, so a verdict rests on both.

Too many copies are no harm only where they are copies: a row of `trace_twin` that anybody may insert says of two requests that
they are one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.version import SHAPE_VERSION as VERSION
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.sqlite import Connection

#: Imports that are read, measured by this version; what another one measured, it alone can say.
_MEASURED = (
    f"SELECT id, system_id FROM import WHERE published_order IS NOT NULL AND measured = {VERSION} AND traces > 0"
)
_NO_COPIES = """SELECT w.of_import, count(*), min(w.trace_key) FROM trace_twin w JOIN ({imports}) i ON i.id = w.of_import
    LEFT JOIN trace_measure m ON m.trace_key = w.trace_key LEFT JOIN trace t ON t.key = w.trace_key
    WHERE (m.content, m.of_import, m.shape, t.system_id, t.started_at, t.import_id)
        IS NOT (w.content, w.of_import, w.shape, w.system_id, w.at, w.of_import) GROUP BY w.of_import"""
_COPIES = """WITH i(id, system_id) AS MATERIALIZED ({imports}), alike(system_id, content) AS MATERIALIZED (
        SELECT i.system_id, c.content FROM i CROSS JOIN trace_content c ON c.import_id = i.id GROUP BY 1, 2 HAVING count(*) > 1)
    SELECT c.import_id, count(*), min(c.trace_key) FROM alike a CROSS JOIN i USING (system_id)
        CROSS JOIN trace_content c ON c.import_id = i.id AND c.content = a.content
    WHERE NOT EXISTS (SELECT 1 FROM trace_twin w JOIN trace t ON t.key = c.trace_key AND w.at = t.started_at
        WHERE w.system_id = a.system_id AND w.content = c.content AND w.trace_key = c.trace_key) GROUP BY c.import_id"""
_CONTENTS = """WITH i(id, system_id) AS MATERIALIZED ({imports})
    SELECT import_id, count(*), min(trace_key) FROM (
        SELECT c.import_id, c.trace_key FROM i CROSS JOIN trace_content c ON c.import_id = i.id
            LEFT JOIN trace_measure m ON m.trace_key = c.trace_key
            WHERE (m.content, m.of_import) IS NOT (c.content, c.import_id)
        UNION ALL SELECT m.of_import, m.trace_key FROM trace_measure m CROSS JOIN i ON i.id = m.of_import
            WHERE m.content IS NOT NULL AND NOT EXISTS (SELECT 1 FROM trace_content c
                WHERE c.import_id = m.of_import AND c.content = m.content AND c.trace_key = m.trace_key)
    ) GROUP BY import_id"""
_IDS = """WITH i(id) AS MATERIALIZED (SELECT id FROM import WHERE published_order IS NOT NULL)
    SELECT import_id, count(*), min(key) FROM (
        SELECT x.import_id, x.key FROM i CROSS JOIN trace_id x ON x.import_id = i.id LEFT JOIN trace t ON t.key = x.key
            WHERE (t.import_id, t.id) IS NOT (x.import_id, x.id)
        UNION ALL SELECT t.import_id, t.key FROM trace t CROSS JOIN i ON i.id = t.import_id
            WHERE NOT EXISTS (SELECT 1 FROM trace_id x WHERE x.import_id = t.import_id AND x.id = t.id)
    ) GROUP BY import_id"""


def changed(conn: Connection) -> Iterator[ByHand]:
    """What differs, of all that is published."""
    yield from _copies(conn, _MEASURED, _MEASURED)
    yield from _named(
        conn, "trace_content", _CONTENTS.format(imports=_MEASURED), "not by what was measured of the request"
    )
    yield from _named(conn, "trace_id", _IDS, "not the id of the request")


def quickly(conn: Connection, of_some: Collection[int]) -> Iterator[ByHand]:
    """What is said to be a copy and is none; and copies among the requests of some imports that are not said to be."""
    among = f"{_MEASURED} AND id IN ({', '.join(map(str, sorted(of_some)))})"
    yield from _copies(conn, _MEASURED, among)


def _copies(conn: Connection, every: str, some: str) -> Iterator[ByHand]:
    yield from _named(conn, "trace_twin", _NO_COPIES.format(imports=every), "said to be a copy, and it is none")
    yield from _named(conn, "trace_twin", _COPIES.format(imports=some), "a copy, and not said to be one")


def _named(conn: Connection, table: str, sql: str, said: str) -> Iterator[ByHand]:
    """One line an import: `sql` finds its number, how many rows differ, and the key of the first request of them."""
    for number, count, key in conn.execute(sql).fetchall():
        found = conn.execute("SELECT id FROM trace WHERE key = ?", (key,)).fetchone()
        owner = conn.execute(
            "SELECT s.name FROM import i JOIN system s ON s.id = i.system_id WHERE i.id = ?", (number,)
        ).fetchone()
        row = f"of {one_line(found[0], 60) if found else f'number {key}'}, import {number}"
        more = f", and so for {plural(count - 1, 'more row')}" if count > 1 else ""
        yield ByHand(table, row, f"{said}{more}", "", owner[0] if owner else None)
