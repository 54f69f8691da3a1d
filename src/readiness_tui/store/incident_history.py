"""The past that an incident's copy in another file needs: texts that were replaced, parts that were removed."""

from __future__ import annotations

from datetime import datetime

from readiness_tui.store.codec import dump, load, moment
from readiness_tui.store.sqlite import Connection


def earlier_texts(conn: Connection, number: int) -> dict[str, set[str]]:
    """The texts that each section once had, and those that were settled beside it."""
    found: dict[str, set[str]] = {}
    olds = conn.execute(
        "SELECT old_json FROM change_row WHERE table_name = 'incident' AND pk = ? AND old_json IS NOT NULL",
        (dump([number]),),
    ).fetchall()
    for (old,) in olds:
        for key, text in load(load(old)["fields"]).items():
            found.setdefault(key, set()).add(text)
    settled = conn.execute(
        "SELECT old_json FROM change_row WHERE table_name = 'incident_rival' AND new_json IS NULL"
    ).fetchall()
    for (old,) in settled:
        rival = load(old)
        if rival["number"] == number:
            found.setdefault(rival["section"], set()).add(rival["text"])
    return found


def removed_parts(conn: Connection, number: int) -> dict[str, datetime]:
    """The uids of lines and actions that were taken out, with the time; one that was put back is among them too."""
    rows = conn.execute(
        "SELECT r.old_json, c.at FROM change_row r JOIN change c ON c.id = r.change_id"
        " WHERE r.table_name IN ('incident_event', 'incident_action') AND r.new_json IS NULL ORDER BY c.id"
    ).fetchall()
    parts = [(load(old), at) for old, at in rows]
    return {part["uid"]: moment(at) for part, at in parts if part["number"] == number and part.get("uid")}
