"""How a screen goes away, itself and once, and which sizes it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.events import Resize

if TYPE_CHECKING:
    from textual.screen import Screen

    Base = Screen[Any]
else:
    Base = object


class ClosesItself(Base):
    """Before a kind of screen among its bases. What lies over a room as a dialog has F1 too, without asking for it.

    Textual's `dismiss` takes away whatever is on top. Where a save took a moment, and Esc or a second Enter was pressed
    meanwhile, that was the room underneath, and with nothing left there the app ended.
    """

    def __init_subclass__(cls, **how: Any) -> None:
        from textual.screen import ModalScreen

        from readiness_tui.tui.help_key import EXPLAIN

        has = {key for one in cls.BINDINGS if isinstance(one, Binding) for key in one.key.split(",")}
        if issubclass(cls, ModalScreen) and "f1" not in has:
            cls.BINDINGS = [*cls.__dict__.get("BINDINGS", ()), *EXPLAIN]
        super().__init_subclass__(**how)

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
