"""A list of any length, painted line by line: no widget, and no memory, for a row that is not near."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from readiness_tui.tui.widgets.letters import taken
from readiness_tui.tui.widgets.page_window import PageSide, PageWindow

T = TypeVar("T")
WHEEL = 3


class RowList(Widget, Generic[T], can_focus=True):
    """Asks for the rows it needs (`Wanted`) and says which one is highlighted. A subclass says what a line holds."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row--good",
        "row--warn",
        "row--bad",
        "row--muted",
        "row--mark",
        "row--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="rows.open", tooltip="The whole record"),
        Binding("up", "move(-1)", "Up", id="rows.up", show=False, tooltip="One row up"),
        Binding("down", "move(1)", "Down", id="rows.down", show=False, tooltip="One row down"),
        Binding("j", "letter('j', 'move(1)')", "Down", id="rows.j", show=False, tooltip="One row down"),
        Binding("k", "letter('k', 'move(-1)')", "Up", id="rows.k", show=False, tooltip="One row up"),
        Binding("g", "letter('g', 'end(\"top\")')", "First", id="rows.g", show=False, tooltip="The first row of the list"),
        Binding("G", "letter('G', 'end(\"bottom\")')", "Last", id="rows.G", show=False, tooltip="The last row of the list"),
        Binding("pageup", "turn(-1)", "Page up", id="rows.page_up", show=False, tooltip="A page up"),
        Binding("pagedown", "turn(1)", "Page down", id="rows.page_down", show=False, tooltip="A page down"),
        Binding("home", "end('top')", "First", id="rows.first", show=False, tooltip="The first row of the list"),
        Binding("end", "end('bottom')", "Last", id="rows.last", show=False, tooltip="The last row of the list"),
    ]  # fmt: skip

    class Wanted(Message):
        """Rows beyond an edge are needed soon."""

        def __init__(self, side: PageSide) -> None:
            super().__init__()
            self.side = side

    class End(Message):
        """The first ("top") or the last ("bottom") page of the list is asked for."""

        def __init__(self, which: str) -> None:
            super().__init__()
            self.which = which

    class Highlighted(Message):
        """Another row is highlighted, or none."""

    class Opened(Message):
        """The highlighted row is opened."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.window: PageWindow[T] = PageWindow()

    # What a subclass says

    def cells(self, row: T, width: int) -> list[tuple[str, str]]:
        """One line: texts that fill `width`, each with the kind of its style ("" for none)."""
        raise NotImplementedError

    def marked(self, row: T) -> bool:
        """Whether the row is selected."""
        return False

    # Moving

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "letter" or not taken(self, str(parameters[0]))

    async def action_letter(self, _: str, does: str) -> None:
        await self.run_action(does)

    @property
    def current(self) -> T | None:
        return self.window.current

    def changed(self) -> None:
        """The window was filled, or moved: repaint, and ask for what is missing."""
        self.window.show(max(self.size.height, 1))
        self.refresh()
        self.post_message(self.Highlighted())
        side = self.window.wants()
        if side is not None:
            self.post_message(self.Wanted(side))

    def on_resize(self) -> None:
        self.window.show(max(self.size.height, 1))

    def action_move(self, by: int) -> None:
        before = self.window.cursor, self.window.top
        self.window.move(by, max(self.size.height, 1))
        if before != (self.window.cursor, self.window.top):
            self.changed()

    def action_turn(self, by: int) -> None:
        self.action_move(by * max(self.size.height - 1, 1))

    def action_end(self, which: str) -> None:
        window = self.window
        reached = window.begun if which == "top" else window.ended
        if reached:
            self.action_move(-len(window.rows) if which == "top" else len(window.rows))
        else:
            self.post_message(self.End(which))

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scrolled(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scrolled(-WHEEL)

    def _scrolled(self, by: int) -> None:
        self.window.scroll(by, max(self.size.height, 1))
        self.changed()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        place = self.window.top + event.y
        if self.window.at(place) is not None:
            self.window.cursor = place
            self.changed()
            if event.chain == 2:
                self.action_open()

    # Painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """Looks styles up once per paint, not once per row."""
        self._styles = {name: self.get_component_rich_style(f"row--{name}", partial=True) for name in STYLES}
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        place = self.window.top + y
        row = self.window.at(place)
        base = self.rich_style
        width = self.size.width
        if row is None:
            return Strip.blank(width, base)
        at_cursor = place == self.window.cursor and self.has_focus
        if at_cursor:
            base += self._styles["cursor"]
        sign = "✓ " if self.marked(row) else "▸ " if place == self.window.cursor else "  "
        mark = Segment(sign, base + self._styles["mark"])
        # On the cursor's background every text has the colour that can be read there.
        parts = [
            Segment(text, base if at_cursor or not kind else base + self._styles[kind])
            for text, kind in self.cells(row, width - 2)
        ]
        return Strip([mark, *parts]).adjust_cell_length(width, base)


STYLES = ("good", "warn", "bad", "muted", "mark", "cursor")
