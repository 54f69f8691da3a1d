"""What can be asked before a run: what the gate needs of the cases there are, and whether the golden set is sound."""

from __future__ import annotations

from textual.binding import Binding

from readiness_tui.services import golden_set
from readiness_tui.services.gate import plan
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.evals import plan_text
from readiness_tui.tui.screens.evals.table import EvalsTable
from readiness_tui.tui.screens.room import Feature, RoomScreen


class GatePlan(Feature):
    BINDINGS = [
        Binding("n", "plan", "Plan", id="evals.plan", tooltip="What each rule needs of the cases there are, and how many more would decide it"),
        Binding("d", "dataset", "Golden set", id="evals.dataset", show=False, tooltip="Duplicates, empty expectations and leaks of the golden set, and what its last version changed"),
    ]  # fmt: skip

    def __init__(self, screen: RoomScreen, table: EvalsTable) -> None:
        super().__init__(screen)
        self._table = table

    def works(self, action: str) -> bool:
        return action != "plan" or (self._table.tab == "gate" and self.view.gate.gate is not None)

    async def action_plan(self) -> None:
        found = await self.host.search(plan.plan_review, self.desk, self.view)
        if found is not None:
            self.screen.app.push_screen(ReadingDialog("What the gate needs", plan_text.reading(found)))

    async def action_dataset(self) -> None:
        found = await self.host.search(golden_set.report_imported, self.desk)
        if found is not None:
            self.screen.app.push_screen(ReadingDialog("Golden set", plan_text.dataset(found)))
