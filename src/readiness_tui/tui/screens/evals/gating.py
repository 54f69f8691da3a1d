"""What the keys do to the gate and the runs: lock it, show the traces behind a rule, choose candidate and baseline."""

from __future__ import annotations

from textual.binding import Binding

from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.services import runs
from readiness_tui.services.gate import versions as gates
from readiness_tui.tui.screens.evals import gate_text
from readiness_tui.tui.screens.evals.labelling import LabellingScreen

LISTED = 300  # cases listed under a row, traces shown for one; the rest is counted


class GatingScreen(LabellingScreen):
    """A screen with a present rule of the gate, or a present run."""

    BINDINGS = [
        Binding("l", "lock", "Lock", id="evals.lock", tooltip="Lock the gate: its thresholds are final from now on"),
        Binding("t", "traces", "Traces", id="evals.traces", tooltip="The traces that miss the highlighted rule"),
        Binding("c", "choose('candidate')", "Candidate", id="evals.candidate", tooltip="Make the highlighted run the candidate, or take it back"),
        Binding("b", "choose('baseline')", "Baseline", id="evals.baseline", tooltip="Make the highlighted run the baseline, or take it back"),
    ]  # fmt: skip

    @property
    def gate_row(self) -> GateRow | None:
        """The rule the keys act on."""
        raise NotImplementedError

    @property
    def run_id(self) -> str:
        """The run the keys act on."""
        raise NotImplementedError

    def action_lock(self) -> None:
        view = self.readiness.view
        if view is None or view.gate.gate is None:
            return
        gate, again = view.gate.gate, view.gate.lock is not None
        folder = self.readiness.here
        intro = (
            f"{gate.name} v{gate.version}: {len(gate.rules)} metrics. From now on its thresholds are final, for the eval set"
            " and judge known now. Only runs that start after this count as tested against it; a later change of the"
            f" gate, the data or the judge shows as changed. Writes gate.lock into {folder}, to be committed."
        )
        if again:
            intro += "\nIt is locked already: locking again registers later runs only."
        self.ask("Lock the gate?", [], lambda values: gates.lock(self.desk, folder=folder), intro=intro, button="Lock")

    async def action_traces(self) -> None:
        view, row = self.readiness.view, self.gate_row
        if view is None or row is None:
            return
        lost = await self.search(runs.slow_traces, self.desk, row.rule, view.as_of)
        if not lost:
            self.readiness.tell("No trace misses this rule.")
            return
        why = gate_text.traces_words(row, lost) + (f"; {LISTED} shown" if len(lost) > LISTED else "")
        await self.readiness.show_traces([miss.key for miss in lost[:LISTED]], why)

    async def action_choose(self, role: str) -> None:
        """Toggle a run's role. A run of the version already chosen joins it; one of another takes its place."""
        view, run_id = self.readiness.view, self.run_id
        if view is None or not run_id:
            return
        own, other = view.review.candidate, view.review.baseline
        if role == "baseline":
            own, other = other, own
        if run_id in other:
            self.readiness.complain(
                "This run is on the other side already. Take it back there first, with the other key."
            )
            return
        versions = {info.run.id: info.run.version for info in view.measured.runs}
        if run_id in own:
            chosen = tuple(name for name in own if name != run_id)
            said = f"No longer the {role}."
        elif own and all(versions.get(name) == versions[run_id] for name in own):
            chosen, said = (*own, run_id), f"Joins the {role}, after {len(own)} of the same version."
        else:
            chosen, said = (run_id,), f"Is the {role} now."
        if await self.act(gates.choose, self.desk, chosen, role=role):
            self.readiness.tell(said)
