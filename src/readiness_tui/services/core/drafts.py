"""What somebody is typing and has not saved yet: kept every second, offered again after the terminal was killed."""

from __future__ import annotations

from readiness_tui.services.core.desk import Desk
from readiness_tui.store import settings
from readiness_tui.store.settings import UnsavedText

__all__ = ["UnsavedText", "clear", "keep", "kept"]


def keep(desk: Desk, name: str, text: str) -> None:
    """Save `text` as this person's draft under `name`; an empty text deletes it. Leaves no history."""
    with desk.store.write(desk.who, "a draft", now=desk.now()) as tx:
        if text:
            settings.put_draft(tx, _own(desk, name), text)
        else:
            settings.clear_draft(tx, _own(desk, name))


def kept(desk: Desk, name: str) -> UnsavedText | None:
    """This person's draft, if there is one."""
    with desk.store.read() as conn:
        return settings.get_draft(conn, _own(desk, name))


def clear(desk: Desk, name: str) -> None:
    keep(desk, name, "")


def _own(desk: Desk, name: str) -> str:
    """Two people at one file do not type into each other's draft."""
    return f"{name}/{desk.who}"
