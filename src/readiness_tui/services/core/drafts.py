"""What somebody is typing and has not saved yet: kept every second, offered again after the terminal was killed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.locate import own_folder, state_folder
from readiness_tui.store import settings
from readiness_tui.store.settings import UnsavedText

__all__ = ["UnsavedText", "clear", "keep", "keep_apart", "kept", "kept_apart", "leave", "take_left"]
_LEFT = "left"


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


def leave(desk: Desk, places: Sequence[str]) -> None:
    """The app ended while text was being typed in these places, which is kept: said at the next start."""
    keep(desk, _LEFT, json.dumps(list(places)))


def take_left(desk: Desk) -> tuple[str, ...]:
    """Those places, once."""
    found = kept(desk, _LEFT)
    if found is None:
        return ()
    clear(desk, _LEFT)
    return tuple(json.loads(found.text))


def _apart() -> Path:
    return state_folder() / "unsaved.json"


def keep_apart(texts: Mapping[str, str]) -> None:
    """What is typed while no file is open, by form, in a file of this person's own. Raises OSError."""
    place = _apart()
    if not any(texts.values()):
        place.unlink(missing_ok=True)
        return
    own_folder(place.parent)
    new = place.with_suffix(f".{os.getpid()}")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(dict(texts), out)
    new.replace(place)


def kept_apart() -> dict[str, str]:
    """What was; nothing where there is no such file, or it cannot be read."""
    try:
        found = json.loads(_apart().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}


def _own(desk: Desk, name: str) -> str:
    """Two people at one file do not type into each other's draft."""
    return f"{name}/{desk.who}"
