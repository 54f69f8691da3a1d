"""The command palette."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette
from textual.errors import NoWidget
from textual.events import Click

from readiness_tui.tui.widgets.closing import ClosesItself


class Palette(ClosesItself, CommandPalette):
    """As Textual's, but for two things that ended the app: a page of its list is turned only while the list shows, and a click
    beside everything is none."""

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)

    def _on_click(self, event: Click) -> None:  # type: ignore[override]
        """Textual's own is called after this one, and fails where nothing lies under the mouse."""
        try:
            self.get_widget_at(event.x, event.y)
        except NoWidget:
            event.prevent_default()
