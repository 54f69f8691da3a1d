"""Who says what F1 tells: the focused widget, what it stands in, and last the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.screen import Screen

from readiness_tui.tui.host import host

if TYPE_CHECKING:
    from readiness_tui.services.explanation import Subject

    Base = Screen[Any]
else:
    Base = object


@runtime_checkable
class Explains(Protocol):
    """A widget or screen that knows what its focused thing is."""

    def explained(self) -> Sequence[Subject]:
        """The focused thing first, then what it stands in."""


class ExplainsItself(Base):
    """Before a room among its bases: what its keys act on, and what the room is for."""

    ROOM: str

    @property
    def place(self) -> str:
        """What is shown, among `texts.places`."""
        return self.ROOM

    def explained(self) -> Sequence[Subject]:
        """What the keys act on, the figures that it stands in, and last what the room is for."""
        from readiness_tui.tui.texts.places import place_explained

        view = host(self).view
        here = self.explained_here() if view is not None and not view.by_hand else ()
        return (*here, place_explained(self.place, self))

    def explained_here(self) -> Sequence[Subject]:
        """Of what the keys act on now, and the figures that it stands in."""
        return ()


def asked(screen: Screen[Any]) -> list[Subject]:
    """What F1 tells here and now."""
    found: dict[str, Subject] = {}  # by name: what comes twice stands where it came first
    for node in (screen.focused or screen).ancestors_with_self:
        if isinstance(node, Explains):
            for one in node.explained():
                found.setdefault(one.name, one)
        if node is screen:
            break
    return list(found.values())
