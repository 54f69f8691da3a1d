"""Runs, their metrics and their cases, as the Evals screen and `readiness runs` show them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.evaluation import Case, CaseStatus, HumanLabel, HumanVerdict
from readiness_tui.domain.metrics import RunData, all_metrics
from readiness_tui.services.desk import Desk
from readiness_tui.services.measure import run_data
from readiness_tui.services.write import change
from readiness_tui.store import evalsets, runs
from readiness_tui.store.runs import RunInfo

__all__ = ["RunDetail", "RunInfo", "all_runs", "detail", "label"]


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run with its cases, and counts by status and by error class."""

    info: RunInfo
    data: RunData
    by_status: dict[CaseStatus, int]
    by_error: dict[str, int]
    metrics: dict  # type: ignore[type-arg]

    def case(self, case_id: str) -> Case | None:
        return next((case for case in self.data.cases if case.id == case_id), None)


def all_runs(desk: Desk) -> list[RunInfo]:
    """Every imported run, newest start first; runs without a start last."""
    with desk.store.read() as conn:
        found = runs.all(conn)
    floor = datetime.min
    return sorted(
        found, key=lambda info: ((info.run.started_at or floor).replace(tzinfo=None), info.imported_at), reverse=True
    )


def detail(desk: Desk, run_id: str) -> RunDetail:
    """One run, its cases joined to the golden set, its metrics by layer (or why they cannot be computed)."""
    with desk.store.read() as conn:
        info = next((info for info in runs.all(conn) if info.run.id == run_id), None)
        if info is None:
            raise ReadinessError(f"No run {run_id} was imported. `readiness runs` lists them.")
        data = run_data(conn, info, evalsets.latest(conn))
    return RunDetail(
        info=info,
        data=data,
        by_status=dict(Counter(case.status for case in data.cases)),
        by_error=dict(Counter(error_class(case.error) for case in data.cases if case.error).most_common()),
        metrics=all_metrics(data),
    )


def error_class(error: str) -> str:
    """The class of an error by its first words, so that one fault with many ids counts once."""
    head = error.strip().splitlines()[0] if error.strip() else "unknown"
    return head.split(":")[0].strip()[:60] or "unknown"


def label(desk: Desk, run_id: str, case_id: str, verdict: HumanVerdict, note: str = "", *, variant: str = "") -> None:
    """Record a person's judgement of one case; it survives a re-import of the run."""
    with change(desk, f"human label {verdict} for case {case_id} of {run_id}", note) as (tx, _review):
        runs.put_label(tx, run_id, case_id, variant, HumanLabel(verdict, desk.who, desk.now(), note))
