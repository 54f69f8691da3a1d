"""The golden sets that imports brought."""

from __future__ import annotations

from datetime import datetime

from readiness_tui.domain.runs.model import EvalSet
from readiness_tui.store import packing
from readiness_tui.store.codec import stamp
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.systems import NUMBER


def all(conn: Connection, system: str) -> list[EvalSet]:
    """Those of a system, the latest published first; a set that was imported again unchanged appears once."""
    rows = conn.execute(
        f"SELECT e.digest, e.json FROM eval_set e JOIN import i ON i.id = e.import_id WHERE i.system_id = {NUMBER}"
        " AND i.published_order IS NOT NULL ORDER BY i.published_order DESC, e.id DESC",
        (system,),
    ).fetchall()
    found: dict[str, EvalSet] = {}
    for digest, text in rows:
        if digest not in found:
            found[digest] = packing.eval_set(text)
    return list(found.values())


def published_by(conn: Connection, system: str, at: datetime) -> frozenset[str]:
    """The digests of the sets that a system had at a time."""
    rows = conn.execute(
        f"SELECT e.digest FROM eval_set e JOIN import i ON i.id = e.import_id WHERE i.system_id = {NUMBER}"
        " AND i.published_at <= ?",
        (system, stamp(at)),
    ).fetchall()
    return frozenset(digest for (digest,) in rows)
