"""A person's own settings of the app: what the file says, and its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from readiness_tui.sources.settings.preferences import Preferences, json_schema, read_preferences

__all__ = ["OwnSettings", "Preferences", "json_schema", "read_preferences"]


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What the app takes of the file. `problem`: why nothing of it was taken; "" where it was."""

    theme: str = ""
    keymap: Mapping[str, str] | None = None
    problem: str = ""
