"""`gate plan`: what the gate needs of its data before a run, and what would decide it after one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.gate_result.plan import plan
from readiness_tui.domain.gate_result.plan_model import Plan
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.runs.choice import NO_CHOICE, RunChoice
from readiness_tui.domain.traces.listed import NOTHING_RECORDED
from readiness_tui.domain.traces.recorded import Recorded
from readiness_tui.services.core.desk import Desk, utc_now
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.gate.offline import Meant, read_files, refuse_unnamed
from readiness_tui.sources.settings import gate as gate_file
from readiness_tui.store.measured.recorded import StoredTraces


def plan_review(desk: Desk, view: ReviewView) -> Plan:
    """The plan of the review's gate, cached until the data it rests on is measured again.

    Raises ReadinessError where the review has no gate.
    """
    kept = desk.cache.get("plan")
    if kept is not None and kept[0] is view.measured:
        made: Plan = kept[1]
        return made
    gate = view.gate.gate
    if gate is None:
        raise ReadinessError("There is no gate to plan for. Import a gate file first: `readiness import gate.yaml`.")
    measured = view.measured
    with desk.store.read() as conn:
        from_traces = any(rule.source is From.TRACES for rule in gate.rules)
        recorded: Recorded = StoredTraces(conn, view.review.system) if from_traces else NOTHING_RECORDED
        made = plan(
            view.gate,
            measured.eval_set,
            measured.candidate,
            measured.baseline,
            recorded,
            as_of=desk.utc_day(view.review, view.as_of),
            sets=measured.shelf.sets,
        )
    desk.cache["plan"] = (measured, made)
    return made


def plan_files(
    gate_path: Path,
    eval_sets: Sequence[Path] = (),
    baseline: Sequence[Path] = (),
    runs: Sequence[Path] = (),
    recorded: Sequence[Path] = (),
    as_of: date | None = None,
    choice: RunChoice = NO_CHOICE,
    variant: str = "",
) -> tuple[Plan, tuple[str, ...]]:
    """The plan of a gate in a file, and what a reader should know of the other files.

    Raises ReadinessError as `offline.read_files` does.
    """
    gate = gate_file.read_gate(gate_path)
    meant = Meant(gate.dataset_digest or "", variant=variant)
    found = read_files(runs, baseline, recorded, eval_sets, choice=choice, meant=meant)
    refuse_unnamed([rule for rule in gate.rules if rule.source is From.RUN], found)
    day = as_of or utc_now().date()
    outcome = GateOutcome(gate, None)
    if found.candidate:
        outcome = evaluate_gate(gate, None, found.candidate, found.baseline, found.traces, as_of=day)
    made = plan(
        outcome, found.eval_set, found.candidate, found.baseline, found.traces, as_of=day, sets=found.shelf.sets
    )
    return made, found.remarks
