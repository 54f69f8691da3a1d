"""Letters that move in a list or a text: only where neither the room nor the app has the letter for an act of its own."""

from __future__ import annotations

from textual.widget import Widget


def taken(shown: Widget, key: str) -> bool:
    """Whether this key is an act of the screen round a widget, or of the app where it acts there. Of what is gone, nothing acts."""
    if not shown.is_attached:
        return True
    screen = shown.screen
    return any(
        key in bindings.key_to_bindings
        for node, bindings in screen._modal_binding_chain
        if node is screen or node is shown.app
    )


#: Ids of the bindings that give way to a room's own key.
LETTERS = frozenset(f"{kind}.{letter}" for kind in ("list", "rows", "text") for letter in "jkgG") | {"list.find"}
_MOVING = ("list.", "rows.", "text.", "find.", "filter.")
_ACTS = frozenset({"list.open", "rows.open"})  # of a list, but what one came for


def moves(binding: str) -> bool:
    """Whether the binding of this id moves in a list or a text, or finds in it: the same everywhere."""
    return binding.startswith(_MOVING) and binding not in _ACTS
