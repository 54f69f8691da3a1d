"""Who says what F1 tells: the focused widget, what it stands in, and last the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.screen import Screen

if TYPE_CHECKING:
    from readiness_tui.services.explanation import Subject


@runtime_checkable
class Explains(Protocol):
    """A widget or screen that knows what its focused thing is."""

    def explained(self) -> Sequence[Subject]:
        """The focused thing first, then what it stands in."""


def asked(screen: Screen[Any]) -> list[Subject]:
    """What F1 tells here and now."""
    found: list[Subject] = []
    for node in (screen.focused or screen).ancestors_with_self:
        if isinstance(node, Explains):
            found += node.explained()
        if node is screen:
            break
    return list({one.name: one for one in reversed(found)}.values())[::-1]  # what comes twice stands where it comes first
