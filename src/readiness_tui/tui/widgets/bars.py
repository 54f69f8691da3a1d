"""The two lines at the top of every screen: what is reviewed and by whom; and where one is."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from readiness_tui.tui.text import column, line, one_line

ROOMS = ("overview", "checklists", "evals", "traces", "incidents", "gaps", "scorecard", "history")


class TitleBar(Widget):
    """System and release on the left; who acts and when the last save was on the right.

    What others did just now stands in place of the right part, and takes of the left what it needs.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._right = self._news = ""

    def compose(self) -> ComposeResult:
        yield Static(id="title-left")
        yield Static(id="title-right")

    def show(self, left: str, right: str) -> None:
        self.query_one("#title-left", Static).update(line(left, "bold"))
        self._right = right
        self._show_right()

    def tell(self, news: str) -> None:
        """Say what others did; "" takes it away again."""
        if news != self._news:
            self._news = news
            self._show_right()

    def _show_right(self) -> None:
        said = one_line(f"↻ {self._news}" if self._news else self._right)
        room = max(self.size.width * 2 // 3, 20) if self._news else self.size.width
        shown = column(said, min(cell_len(said), room), "$text-accent" if self._news else "$foreground-muted")
        self.query_one("#title-right", Static).update(shown)


class RoomTab(Static):
    """One name in the navigation line; its first letter is the key."""

    class Chosen(Message):
        def __init__(self, room: str) -> None:
            super().__init__()
            self.room = room

    def __init__(self, room: str, active: bool) -> None:
        name = room.capitalize()
        key = Content.styled(name[0], "bold underline")
        super().__init__(Content.assemble(key, name[1:]), classes="room-tab active" if active else "room-tab")
        self._room = room

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self._room))


class NavBar(Widget):
    """The eight rooms; the capital letter of each is its key everywhere."""

    def __init__(self, active: str) -> None:
        super().__init__(id="nav")
        self._active = active

    def compose(self) -> ComposeResult:
        for room in ROOMS:
            yield RoomTab(room, room == self._active)
