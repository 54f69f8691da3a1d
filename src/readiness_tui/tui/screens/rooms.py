"""The eight screens by name; each is imported when it is first opened."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from readiness_tui.tui.screens.room import RoomScreen


def make(name: str) -> RoomScreen:
    """A new screen of that name."""
    module = import_module(f"readiness_tui.tui.screens.{name}.screen")
    return cast(RoomScreen, getattr(module, f"{name.capitalize()}Screen")())
