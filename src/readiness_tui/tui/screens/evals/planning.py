"""What the keys do before a run and around it: read the plan of the gate, and the report on the golden set."""

from __future__ import annotations

from textual.binding import Binding

from readiness_tui.domain.gate_result.plan import Plan
from readiness_tui.services import golden_set
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.gate import plan
from readiness_tui.tui.dialogs.reading import ReadingDialog
from readiness_tui.tui.screens.evals import plan_text
from readiness_tui.tui.screens.evals.gating import GatingScreen


class PlanningScreen(GatingScreen):
    """A screen whose gate and golden set can be looked at."""

    BINDINGS = [
        Binding("n", "plan", "Plan", id="evals.plan", tooltip="What each rule needs of the cases there are, and how many more would decide it"),
        Binding("d", "dataset", "Golden set", id="evals.dataset", show=False, tooltip="Duplicates, empty expectations and leaks of the golden set, and what its last version changed"),
    ]  # fmt: skip

    async def plan_before_run(self, view: ReviewView) -> Plan | None:
        """The plan where there is a gate and nothing to hold it against yet: it stands in the gate's place."""
        if view.gate.gate is None or view.gate.ran:
            return None
        return await self.search(plan.plan_review, self.desk, view)

    async def action_plan(self) -> None:
        view = self.readiness.view
        if view is None:
            return
        found = await self.search(plan.plan_review, self.desk, view)
        if found is not None:
            self.app.push_screen(ReadingDialog("What the gate needs", plan_text.reading(found)))

    async def action_dataset(self) -> None:
        found = await self.search(golden_set.report_imported, self.desk)
        if found is not None:
            self.app.push_screen(ReadingDialog("Golden set", plan_text.dataset(found)))
