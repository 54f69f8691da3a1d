"""How a screen goes away, itself and once, and which sizes it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.events import Resize

if TYPE_CHECKING:
    from textual.screen import Screen

    Base = Screen[Any]
else:
    Base = object


class ClosesItself(Base):
    """Before a kind of screen among its bases.

    Textual's `dismiss` takes away whatever is on top. Where a save took a moment, and Esc or a second Enter was pressed
    meanwhile, that was the room underneath, and with nothing left there the app ended.
    """

    def dismiss(self, result: Any = None) -> AwaitComplete:
        stack = self.app.screen_stack
        if self not in stack:
            return AwaitComplete()
        for _ in stack[stack.index(self) + 1 :]:
            self.app.pop_screen()
        gone: AwaitComplete = super().dismiss(result)
        return gone

    def _on_resize(self, event: Resize) -> None:  # type: ignore[override]
        """Called before Textual's own, which lays out the screens below in the same size, and they tell themselves again: two
        sizes in quick succession chased each other for ever. A size that the terminal has no more is not taken."""
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()
