"""The gate tab: lock the gate, see what misses its rules, and the traces behind one."""

from __future__ import annotations

from datetime import timedelta

from textual.binding import Binding
from textual.content import Content

from readiness_tui.domain.gate_result.misses import Misses, misses
from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.domain.gate_result.plan_model import Plan
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.text.format import plural
from readiness_tui.services import compare, runs
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.gate import declare, plan
from readiness_tui.services.gate import versions as gates
from readiness_tui.tui.dialogs.form import Field
from readiness_tui.tui.screens.evals import gate_text, plan_text
from readiness_tui.tui.screens.evals.compare import CompareTab
from readiness_tui.tui.screens.evals.page import Detail, Page
from readiness_tui.tui.screens.evals.table import LISTED, NOTHING, EvalsTab, EvalsTable, open_rows
from readiness_tui.tui.screens.room import RoomScreen


class GateTab(EvalsTab):
    """`compared`: candidate and baseline, whose difference stands beside each rule."""

    NAME = "gate"
    BINDINGS = [
        Binding("l", "lock", "Lock", id="evals.lock", tooltip="Lock the gate: its thresholds are final from now on"),
        Binding(
            "a",
            "accept",
            "Accept risk",
            id="evals.accept",
            tooltip="Accept by name the risk of a high-risk case that a person failed",
        ),
        Binding("t", "traces", "Traces", id="evals.traces", tooltip="The traces that miss the highlighted rule"),
    ]

    def __init__(self, screen: RoomScreen, table: EvalsTable, compared: CompareTab) -> None:
        super().__init__(screen, table)
        self._compared = compared
        self._plan: Plan | None = None  # stands in the gate's place while there is nothing to hold it against

    async def prepare(self, view: ReviewView) -> None:
        before_run = view.gate.gate is not None and not view.gate.ran
        self._plan = await self.host.search(plan.plan_review, self.desk, view) if before_run else None

    def stale(self, view: ReviewView) -> bool:
        return self._compared.stale(view)

    async def load(self, view: ReviewView) -> None:
        await self._compared.load(view)

    def page(self, view: ReviewView) -> Page:
        if self._plan is not None:
            return plan_text.page(view, self._plan)
        return gate_text.page(view, self.table.width, self._compared.known(view))

    def first(self) -> int:
        """The first row that needs a person; else the first."""
        return next((place for place, needs in enumerate(open_rows(self.table.page)) if needs), 0)

    async def detail(self, view: ReviewView, key: str) -> Detail | None:
        return await self.host.search(detail, self.desk, view, key)

    def why(self, view: ReviewView) -> Content:
        return gate_text.every_cause(view)

    @property
    def row(self) -> GateRow | None:
        """The rule the keys act on."""
        return self.table.gate_row(self.view)

    @property
    def opens_traces(self) -> bool:
        """Whether traces stand behind the rule, and not cases."""
        return self.row is not None and self.row.rule.source is From.TRACES

    def works(self, action: str) -> bool:
        if action == "accept":
            return self.shown and self.table.key == gate_text.HIGH_RISK_ROW and bool(self.view.gate.failed)
        return self.opens_traces if action == "traces" else self.shown and self.view.gate.gate is not None

    def action_accept(self) -> None:
        """Live with a failure for a while: a condition instead of NO-GO."""
        failed, day = self.view.gate.failed, self.view.as_of
        if not failed:
            return
        self.screen.ask(
            "Accept the risk?",
            [
                Field("case", "high-risk case", failed[0], choices=failed),
                Field("reason", "reason", hint="why the team can live with it"),
                Field("approver", "accepted by", self.desk.who),
                Field(
                    "until", "until", (day + timedelta(days=21)).isoformat(), "a day within 90 days, such as 2026-12-20"
                ),
            ],
            lambda values: declare.accept_typed(self.desk, values),
            intro="A person failed it. Accepted, it leaves a condition until that day, for this version alone.",
            button="Accept",
        )

    def action_lock(self) -> None:
        view = self.view
        if view.gate.gate is None:
            return
        gate, again = view.gate.gate, view.gate.lock is not None
        folder = self.host.here
        intro = (
            f"{gate.name} v{gate.version}: {plural(len(gate.rules), 'metric')}. From now on its thresholds are final, for the eval set"
            " and judge known now. Only runs that start after this count as tested against it; a later change of the"
            f" gate, the data or the judge shows as changed. Writes gate.lock into {folder}, to be committed."
        )
        if again:
            intro += "\nIt is locked already: locking again registers later runs only."
        judge = [Field("judge", "judge (empty: none is bound)", hint="its name and version, or its digest")]
        self.screen.ask(
            "Lock the gate?",
            judge if gates.judge_to_name(view) else [],
            lambda values: gates.lock(self.desk, folder=folder, judge=values.get("judge", "")),
            intro=intro,
            button="Lock",
        )

    async def action_traces(self) -> None:
        view, row = self.view, self.row
        if row is None:
            return
        lost = await self.host.search(runs.slow_traces, self.desk, row.rule, view.as_of, LISTED)
        if lost is None:  # refused, and said so
            return
        if not lost.ids:
            self.host.tell("No trace misses this rule.")
            return
        why = gate_text.traces_words(row, lost) + (f"; {LISTED} shown" if lost.missed + lost.lacking > LISTED else "")
        await self.host.show_traces(list(lost.ids), why)


def detail(desk: Desk, view: ReviewView, key: str) -> Detail:
    """The row with this key. Reads the store and computes: not for the UI thread."""
    candidate = view.measured.candidate
    if key == gate_text.MUST_PASS:
        return gate_text.must_pass_detail(view, candidate)
    if key == gate_text.HIGH_RISK_ROW:
        return gate_text.high_risk_detail(view, candidate)
    if key in gate_text.CASES_ROWS:
        return gate_text.cases_detail(view, key)
    if view.gate.gate is not None and not view.gate.ran:
        return plan_text.detail(plan.plan_review(desk, view), key)
    row = next((row for row in view.gate.rows if row.rule.key == key), None)
    return _metric(desk, view, row) if row else NOTHING


def _metric(desk: Desk, view: ReviewView, row: GateRow) -> Detail:
    measured = view.measured
    if row.rule.source is From.TRACES:
        return gate_text.metric_detail(row, Misses(None, ()), None, "", {})
    lost = misses(row.rule, measured.candidate, measured.baseline)
    versions = compare.review_versions(desk, measured)
    against = None if row.rule.tags else versions.row(row.rule.metric)
    diagnosis = versions.diagnoses.get(row.rule.metric, "") if against else ""
    data = next((data for data in measured.candidate if data.run.id == lost.run_id), None)
    return gate_text.metric_detail(row, lost, against, diagnosis, gate_text.by_key(data))
