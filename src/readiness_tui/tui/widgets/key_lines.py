"""Every key that works here, in as many lines as they need: for a screen with more keys than one footer line holds."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from readiness_tui.tui.text import join


class KeyLines(Static):
    """`offered`: of the bindings that are active on the screen, those to show. A click on a key presses it."""

    DEFAULT_CSS = """
    KeyLines { height: 1; dock: bottom; background: $surface; padding: 0 1; }
    """

    def __init__(self, offered: Callable[[Binding], bool], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._offered = offered
        self._keys: list[list[tuple[str, str, str]]] = []  # by line: (key, how it is shown, what it does)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self) -> None:
        self.refill()

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refill()

    def refill(self) -> None:
        """Show what works now."""
        width = max(self.content_size.width, 20)
        lines: list[list[tuple[str, str, str]]] = [[]]
        used, seen = 0, set()
        place = {one.id: n for n, one in enumerate(type(self.screen).BINDINGS) if isinstance(one, Binding)}
        # In the screen's own order; what it has from elsewhere (the help) is the last.
        active = sorted(self.screen.active_bindings.values(), key=lambda one: place.get(one.binding.id, len(place)))
        for _, binding, enabled, _ in active:
            if binding.action in seen or not enabled or not self._offered(binding):
                continue
            seen.add(binding.action)
            entry = (binding.key, self.app.get_key_display(binding), binding.description)
            size = _size(entry)
            if lines[-1] and used + 1 + size > width:
                lines.append([])
                used = 0
            used += size + bool(lines[-1])
            lines[-1].append(entry)
        if lines != self._keys:
            self._keys = lines
            rows = [
                Content(" ").join(
                    [join(Content.styled(shown, "bold $text-accent"), f" {does}") for _, shown, does in row]
                )
                for row in lines
            ]
            self.styles.height = len(rows)  # said outright: an automatic height follows one layout late
            self.update(Content("\n").join(rows))

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None or at.y >= len(self._keys):
            return
        left = 0
        for entry in self._keys[at.y]:
            if left <= at.x < left + _size(entry):
                event.stop()
                self.app.simulate_key(entry[0])
                return
            left += _size(entry) + 1


def _size(entry: tuple[str, str, str]) -> int:
    return cell_len(entry[1]) + 1 + cell_len(entry[2])
