"""The runs tab: every run that was imported, and which of them are candidate and baseline."""

from __future__ import annotations

from textual.binding import Binding

from readiness_tui.services import runs
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.gate import declare as declaring
from readiness_tui.services.gate import versions as gates
from readiness_tui.services.runs import RunSummary
from readiness_tui.tui.dialogs.form import Field
from readiness_tui.tui.screens.evals import runs_text
from readiness_tui.tui.screens.evals.page import Detail, Page
from readiness_tui.tui.screens.evals.table import NOTHING, EvalsTab, EvalsTable
from readiness_tui.tui.screens.room import RoomScreen


class RunsTab(EvalsTab):
    NAME = "runs"
    BINDINGS = [
        Binding("c", "choose('candidate')", "Candidate", id="evals.candidate", tooltip="Make the highlighted run the candidate, or take it back"),
        Binding("b", "choose('baseline')", "Baseline", id="evals.baseline", tooltip="Make the highlighted run the baseline, or take it back"),
        Binding("f", "declare", "Facts", id="evals.declare", tooltip="Declare what the highlighted run's file does not say: start, judge, dataset, version"),
    ]  # fmt: skip

    def __init__(self, screen: RoomScreen, table: EvalsTable) -> None:
        super().__init__(screen, table)
        self._history: list[RunSummary] = []

    def stale(self, view: ReviewView) -> bool:
        return True

    async def load(self, view: ReviewView) -> None:
        history = await self.host.search(runs.history, self.desk) or []
        if view is self.view:
            self._history = history

    def page(self, view: ReviewView) -> Page:
        return runs_text.page(view, self._history)

    async def detail(self, view: ReviewView, key: str) -> Detail | None:
        run_id = self._run_id(key)
        return await self.host.search(detail, self.desk, run_id) if run_id else NOTHING

    @property
    def chosen(self) -> str:
        """The id of the highlighted run; "" while another tab is shown."""
        return self._run_id(self.table.key) if self.shown else ""

    def _run_id(self, key: str) -> str:
        return next((entry.info.run.id for entry in self._history if str(entry.info.key) == key), "")

    def works(self, action: str) -> bool:
        return self.shown and bool(self.table.page.rows)

    async def action_choose(self, role: str) -> None:
        """Toggle a run's role. A run of the version already chosen joins it; one of another takes its place."""
        view, run_id = self.view, self.chosen
        if not run_id:
            return
        own, other = view.review.candidate, view.review.baseline
        if role == "baseline":
            own, other = other, own
        if run_id in other:
            self.host.complain("This run is on the other side already. Take it back there first, with the other key.")
            return
        versions = {info.run.id: info.run.version for info in view.measured.runs}
        if run_id in own:
            chosen = tuple(name for name in own if name != run_id)
            said = f"No longer the {role}."
        elif own and all(versions.get(name) == versions[run_id] for name in own):
            chosen, said = (*own, run_id), f"Joins the {role}, after {len(own)} of the same version."
        else:
            chosen, said = (run_id,), f"Is the {role} now."
        if await self.host.act(gates.choose, self.desk, chosen, role=role, base=own):
            self.host.tell(said)

    async def action_declare(self) -> None:
        """Say what the file of the highlighted run does not: what it says itself is not overridden."""
        run_id = self.chosen
        if not run_id:
            return
        known = await self.host.search(declaring.facts_of, self.desk, run_id)
        if known is None:
            return
        fields = [
            Field(fact.value, runs_text.FACT_LABELS[fact], declared, "for example " + runs_text.FACT_EXAMPLES[fact])
            for fact, (own, declared, _) in known.items()
            if not own
        ]
        if not fields:
            self.host.tell("The file of this run says its start, judge, dataset and version itself.")
            return
        said = "; ".join(f"{runs_text.FACT_LABELS[fact]} {own}" for fact, (own, _, _) in known.items() if own)
        self.screen.ask(
            "Declare what the file does not say",
            fields,
            lambda values: declaring.declare(
                self.desk,
                run_id,
                {fact: values[fact] for fact in known if fact in values},
                base={fact: declared for fact, (_, declared, _) in known.items()},
            ),
            intro=f"Counts as known, and is printed as declared by {self.desk.who}. The file says: {said or 'none of it'}.",
            button="Declare",
            about=run_id,
        )


def detail(desk: Desk, run_id: str) -> Detail:
    """What is known of this run. Reads the store: not for the UI thread."""
    return runs_text.detail(runs.detail(desk, run_id))
