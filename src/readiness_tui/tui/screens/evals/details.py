"""What is known of a chosen row, whichever tab it is in. Reads the store and computes: not for the UI thread."""

from __future__ import annotations

from textual.content import Content

from readiness_tui.domain.compare.slices import Slices
from readiness_tui.domain.compare.versions import Versions
from readiness_tui.domain.gate_result.misses import Misses, misses
from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.domain.metrics.rule import From
from readiness_tui.services import compare, runs
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.gate import plan
from readiness_tui.tui.screens.evals import compare_text, gate_text, plan_text, runs_text
from readiness_tui.tui.screens.evals.page import Detail

NOTHING = Detail(Content(""))


def detail(
    desk: Desk, view: ReviewView, tab: str, key: str, versions: Versions | None, slices: Slices | None, run_id: str
) -> Detail:
    """The row with `key` of a tab; `slices`: of one metric by slice; `run_id` is the run of a row of the runs tab."""
    candidate = view.measured.candidate
    if tab == "runs":
        return runs_text.detail(runs.detail(desk, run_id)) if run_id else NOTHING
    if tab == "compare":
        return compare_text.detail(versions, key, slices) if versions else NOTHING
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
