"""A text that scrolls, with the letters that move in every list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from readiness_tui.tui.widgets.letters import taken


class Pane(VerticalScroll):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll_down", "Down", id="text.down", show=False, tooltip="A line down"),
        Binding("up", "scroll_up", "Up", id="text.up", show=False, tooltip="A line up"),
        Binding("j", "letter('j', 'scroll_down')", "Down", id="text.j", show=False, tooltip="A line down"),
        Binding("k", "letter('k', 'scroll_up')", "Up", id="text.k", show=False, tooltip="A line up"),
        Binding("g", "letter('g', 'scroll_home')", "Begin", id="text.g", show=False, tooltip="To the beginning"),
        Binding("G", "letter('G', 'scroll_end')", "End", id="text.G", show=False, tooltip="To the end"),
        Binding("home", "scroll_home", "Begin", id="text.home", show=False, tooltip="To the beginning"),
        Binding("end", "scroll_end", "End", id="text.end", show=False, tooltip="To the end"),
        Binding("pageup", "page_up", "Page up", id="text.page_up", show=False, tooltip="A page up"),
        Binding("pagedown", "page_down", "Page down", id="text.page_down", show=False, tooltip="A page down"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "letter" or not taken(self, str(parameters[0]))

    async def action_letter(self, _: str, does: str) -> None:
        await self.run_action(does)
