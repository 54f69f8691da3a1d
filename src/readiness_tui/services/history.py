"""Who changed what, when and why; and taking one change back."""

from __future__ import annotations

from readiness_tui.services.desk import Desk
from readiness_tui.services.imports import resync
from readiness_tui.store import audit
from readiness_tui.store.audit import Change, RowChange


def log(desk: Desk, *, limit: int = 200, before: int | None = None) -> list[Change]:
    """The latest changes, newest first; `before` continues below a change id."""
    with desk.store.read() as conn:
        return audit.log(conn, limit=limit, before=before)


def rows(desk: Desk, change_id: int) -> list[RowChange]:
    """What one change did to which row: old and new values."""
    with desk.store.read() as conn:
        return audit.rows(conn, change_id)


def undo(desk: Desk, change_id: int, why: str = "") -> None:
    """Take one change back by a new entry. Refused where a later change rests on it."""
    audit.undo(desk.store, change_id, desk.who, desk.now(), why)
    resync(desk)
