"""The parts of one item, ticked off by number or with the arrows. Every tick saves at once, as a score does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from readiness_tui.domain.checklists.assessment import Dossier
from readiness_tui.tui.screens.checklists.item_text import tick_line
from readiness_tui.tui.text import line, safe
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.pick_list import PickList


class TickDialog(ClosesItself, ModalScreen[None]):
    """`save(name, on)` stores one tick and gives what then holds."""

    DEFAULT_CSS = """
    TickDialog #ticks { height: auto; max-height: 18; border: none; background: $surface; padding: 0; }
    """
    BINDINGS = [
        Binding("space", "tick(0)", "Tick", id="ticks.tick", tooltip="Tick the highlighted one, or take its tick away"),
        *(
            Binding(str(n), f"tick({n})", f"Tick {n}", id=f"ticks.{n}", show=False, tooltip=f"Tick number {n}, or take its tick away")
            for n in range(1, 10)
        ),
        Binding("escape,q,x", "leave", "Leave", id="ticks.leave", key_display="Esc", tooltip="Back to the item"),
    ]  # fmt: skip

    def __init__(self, dossier: Dossier, save: Callable[[str, bool], Awaitable[Dossier]]) -> None:
        super().__init__(classes="dialog")
        self._dossier = dossier
        self._save = save

    def compose(self) -> ComposeResult:
        item = self._dossier.item
        with Vertical(id="dialog"):
            yield Static(line(f"{item.id} {item.title}", "bold"), id="dialog-title")
            yield Static(safe(item.evidence), id="dialog-intro")
            yield PickList(id="ticks", noun="parts", pointer=True)
            yield Static("Space or the number ticks · Esc leaves", classes="muted")

    def on_mount(self) -> None:
        self._fill()
        self.query_one(PickList).focus()

    def _fill(self) -> None:
        names = self._dossier.item.ticks
        self.query_one(PickList).refill([Option(tick_line(self._dossier, name), id=name) for name in names])

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self.action_tick(0)

    async def action_tick(self, number: int) -> None:
        """The part of this number, or the highlighted one for 0."""
        names = self._dossier.item.ticks
        name = self.query_one(PickList).current if number == 0 else names[number - 1] if number <= len(names) else None
        if name is not None:
            self._dossier = await self._save(name, name not in self._dossier.ticks)
            self._fill()

    def action_leave(self) -> None:
        self.dismiss()
