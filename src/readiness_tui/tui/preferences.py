"""The settings file taken: checked against what the app has, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.preferences import OwnSettings, Preferences, json_schema, read_preferences
from readiness_tui.tui.text import one_line


def take(path: Path) -> OwnSettings:
    """What the file says, or the sentence why the app starts without it."""
    try:
        found = checked(read_preferences(path))
    except ReadinessError as refusal:
        return OwnSettings(problem=f"{refusal} The app starts with its own keys and theme.")
    return found


def checked(said: Preferences) -> OwnSettings:
    """Raises ReadinessError, with line and field, for an unknown theme, action or key, and for keys that clash."""
    if said.theme and said.theme not in themes():
        raise said.refused(
            ("theme",), f"there is no theme “{one_line(said.theme, 40)}”", f"There are {', '.join(themes())}"
        )
    return OwnSettings(said.theme, _keymap(said) if said.keys else None)


def themes() -> list[str]:
    from textual.theme import BUILTIN_THEMES

    return sorted(BUILTIN_THEMES)


def schema() -> dict[str, Any]:
    from readiness_tui.tui.key_table import actions

    said = {name: f"{one.does} (now {', '.join(one.keys)})" for name, one in actions().items()}
    return json_schema(themes(), said)


def _keymap(said: Preferences) -> dict[str, str]:
    from readiness_tui.tui.key_table import actions, clashes, key_names

    known = actions()
    changed: dict[str, tuple[str, ...]] = {}
    for name, typed in said.keys.items():
        at = ("keys", name)
        if name not in known:
            near = ", ".join(one for one in known if one.split(".")[0] == name.split(".")[0])
            there = f"There are {near}" if near else "“readiness settings --keys” lists them"
            raise said.refused(at, f"there is no action “{one_line(name, 40)}”", there)
        changed[name] = key_names(typed)
        if "" in changed[name]:
            raise said.refused(
                at,
                f"“{one_line(typed, 40)}” is no key",
                "A key is a sign, or a name such as f5, space, ctrl+o or pagedown",
            )
    for name, other, key, screen in clashes(changed):
        raise said.refused(
            ("keys", name),
            f"“{key}” would be both {name} ({known[name].does}) and {other} ({known[other].does}) on {screen},"
            " and one of them could not be reached",
            f"Choose another key, or give {other} one too",
        )
    return {name: ",".join(keys) for name, keys in changed.items()}
