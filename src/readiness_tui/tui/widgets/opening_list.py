"""A list whose highlighted row opens with Enter."""

from __future__ import annotations

from textual.binding import Binding

from readiness_tui.tui.widgets.pick_list import OpeningRows


class OpeningList(OpeningRows):
    """Enter is the screen's `open` action; bound here, because a list would keep the key and hide it from the footer."""

    BINDINGS = [
        Binding("enter", "screen.open", "Open", id="list.open", key_display="Enter", tooltip="Open the highlighted row")
    ]
