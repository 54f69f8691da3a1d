"""The command palette."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette

from readiness_tui.tui.dismissing import DismissOnce


class Palette(DismissOnce, CommandPalette):
    """As Textual's, but a page of its list is not turned while the list does not show: that ended the app."""

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)
