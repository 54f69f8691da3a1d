"""Taking a published import back: it is unseen from one moment to the next, then what it brought is removed.

What it had replaced is seen again, because a record counts as replaced only by an import that is published. Whoever is
killed between the two leaves an import that nobody sees, which the next import removes.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import leftovers
from readiness_tui.store.codec import stamp
from readiness_tui.store.db import Store
from readiness_tui.store.measured import days, stale
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

_NUMBER = "(SELECT id FROM system WHERE name = ?1)"


def hide(tx: Tx, import_id: int) -> None:
    """Nothing reads it any more. Days of other imports of which it had replaced requests are tallied anew; until then
    they are read record by record."""
    pairs = tx.conn.execute(
        f"SELECT DISTINCT t.import_id, {days.sql('t.started_at')} FROM trace_superseded s JOIN trace t ON t.key = s.key"
        " WHERE s.import_id = ?",
        (import_id,),
    ).fetchall()
    stale.mark(tx, pairs, -import_id)
    tx.put("import", {"id": import_id, "published_at": None, "published_order": None})


def remove(store: Store, system: str, import_id: int) -> None:
    """Take away what a hidden import brought, in batches that others can save between."""
    with suppress(ReadinessError):  # nobody sees it; the next import goes on with it
        leftovers.remove(store, import_id)
        stale.settle(store, system)


def runs_since(conn: Connection, system: str, at: datetime) -> int:
    """How many runs a system's imports of `at` or later had brought that were taken back, and whose file was not imported
    again. Only the history still knows of them, and what it has been called since then is no matter there."""
    (found,) = conn.execute(
        f"""SELECT coalesce(sum(n), 0) FROM (
            SELECT max(json_extract(r.old_json, '$.runs')) AS n FROM change c CROSS JOIN change_row r ON r.change_id = c.id
            WHERE NOT c.undoable AND r.table_name = 'import'
                AND coalesce(json_extract(r.old_json, '$.system_id'), {_NUMBER}) = {_NUMBER}
                AND json_extract(r.old_json, '$.published_order') IS NOT NULL
                AND json_extract(r.new_json, '$.published_order') IS NULL
                AND json_extract(r.old_json, '$.published_at') >= ?2
                AND json_extract(r.old_json, '$.digest') NOT IN
                    (SELECT digest FROM import WHERE system_id = {_NUMBER} AND published_order IS NOT NULL)
            GROUP BY json_extract(r.old_json, '$.digest'))""",
        (system, stamp(at)),
    ).fetchone()
    return int(found)
