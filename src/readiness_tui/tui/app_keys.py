"""The keys that work in every room."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from readiness_tui.tui.help_key import HELP
from readiness_tui.tui.widgets.bars import ROOMS

APP_KEYS: list[BindingType] = [
    *(
        Binding(room[0].upper(), f"room('{room}')", room.capitalize(), id=f"app.{room}", show=False,
                tooltip=f"Go to {room.capitalize()}")
        for room in ROOMS
    ),
    Binding("m", "meeting", "Meeting", id="app.meeting", show=False, tooltip="One item at a time, large"),
    Binding("R", "review", "Human review", id="app.review", show=False,
            tooltip="Human review: label high-risk cases one by one, blind to the judge first"),
    Binding("W", "which", "Which review", id="app.which", show=False, tooltip="Work on another system or review of this file"),
    Binding("i", "import", "Import", id="app.import", show=False, tooltip="Import runs, traces, an eval set or a gate"),
    Binding("L", "live", "Live notes", id="app.live", show=False, tooltip="Live notes on the incident that runs, from anywhere"),
    Binding("number_sign", "settle", "Two versions", id="app.settle", key_display="#", show=False, tooltip="What two people wrote at once: compare the two, and settle"),
    *HELP,
    Binding("ctrl+p", "command_palette", "Everything", id="app.palette", show=False, priority=True,
            tooltip="Find any action by its name"),
    Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, priority=True, tooltip="Leave; all is saved"),
]  # fmt: skip
