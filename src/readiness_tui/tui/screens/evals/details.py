"""What is known of a chosen row, whichever tab it is in. Reads the store and computes: not for the UI thread."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from readiness_tui.domain.gate import From, GateRow
from readiness_tui.domain.misses import Misses, misses
from readiness_tui.domain.side_by_side import Compared
from readiness_tui.services import evals, planning
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import ReviewView
from readiness_tui.tui.screens.evals import compare_text, gate_text, plan_text, runs_text
from readiness_tui.tui.screens.evals.page import Detail

NOTHING = Detail(Content(""))


def detail(desk: Desk, view: ReviewView, tab: str, key: str, compared: Sequence[Compared], run_id: str) -> Detail:
    """The row with `key` of a tab; `run_id` is the run of a row of the runs tab."""
    candidate = view.measured.candidate
    if tab == "runs":
        return runs_text.detail(evals.detail(desk, run_id)) if run_id else NOTHING
    if tab == "compare":
        against = next((row for row in compared if row.metric.key == key), None)
        ours = next((data for data in candidate if against and data.run.id == against.run_id), None)
        return compare_text.detail(against, gate_text.by_key(ours)) if against else NOTHING
    if key == gate_text.MUST_PASS:
        return gate_text.must_pass_detail(view, candidate)
    if key == gate_text.HIGH_RISK_ROW:
        return gate_text.high_risk_detail(view, candidate)
    if key in gate_text.CASES_ROWS:
        return gate_text.cases_detail(view, key)
    if view.gate.gate is not None and not view.gate.ran:
        return plan_text.detail(planning.plan_review(desk, view), key)
    row = next((row for row in view.gate.rows if row.rule.key == key), None)
    return _metric(desk, view, row) if row else NOTHING


def _metric(desk: Desk, view: ReviewView, row: GateRow) -> Detail:
    measured = view.measured
    if row.rule.source is From.TRACES:
        return gate_text.metric_detail(row, Misses(None, ()), None, {})
    lost = misses(row.rule, measured.candidate, measured.baseline)
    found = evals.compare_sides(desk, measured) if measured.baseline else ()
    against = next((other for other in found if other.metric.key == row.rule.metric and not row.rule.tags), None)
    data = next((data for data in measured.candidate if data.run.id == lost.run_id), None)
    return gate_text.metric_detail(row, lost, against, gate_text.by_key(data))
