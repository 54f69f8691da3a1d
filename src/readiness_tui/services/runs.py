"""Runs, their metrics and their cases, as the Evals screen and `readiness runs` show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.compare.case_pair import CasePair, pair
from readiness_tui.domain.compare.trend import Dated, Figures, Trend, figures, names, trend
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.misses import LostTraces, lost_traces
from readiness_tui.domain.metrics import (
    Layer,
    MetricDef,
    NotComputable,
    Observed,
    RunData,
    all_metrics,
    case_key,
    observe,
    window,
)
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.runs.model import Case, CaseStatus, GoldenCase, HumanLabel
from readiness_tui.services.core import golden_sets
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import run_data
from readiness_tui.services.core.measure import Measured, repeats
from readiness_tui.store import runs
from readiness_tui.store.measured.recorded import StoredTraces
from readiness_tui.store.runs import RunInfo
from readiness_tui.store.sqlite import Connection

__all__ = [
    "CaseSide",
    "CaseView",
    "RunDetail",
    "RunInfo",
    "RunSummary",
    "all_runs",
    "case_view",
    "detail",
    "error_class",
    "history",
    "listed",
    "over_time",
    "slow_traces",
]

#: What stands together in a run's line of the history: quality, latency and cost.
LINE_METRICS = ("task_success_rate", "faithfulness", "latency_p95_ms", "cost_per_success")


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run with its cases, and counts by status and by error class."""

    info: RunInfo
    data: RunData
    by_status: dict[CaseStatus, int]
    by_error: dict[str, int]
    metrics: dict[Layer, list[tuple[MetricDef, Observed | NotComputable]]]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run in the history; `figures` by LINE_METRICS, None where the run does not give one."""

    info: RunInfo
    by_status: dict[CaseStatus, int]
    by_error: dict[str, int]
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class CaseSide:
    """One case in one run, with its repeats."""

    role: str
    info: RunInfo
    repeats: tuple[Case, ...]
    labels: tuple[HumanLabel, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case on every side that ran it: the run asked for, then the candidate's and the baseline's other runs.

    `pair` holds the first two against each other where they are a candidate's and a baseline's.
    """

    key: str
    gold: GoldenCase | None
    sides: tuple[CaseSide, ...]
    pair: CasePair | None = None


def all_runs(desk: Desk) -> list[RunInfo]:
    """Every imported run, newest start first; runs without a start last."""
    with desk.store.read() as conn:
        return runs.all(conn, current_review(conn, desk).system)


def listed(desk: Desk) -> list[dict[str, str | int | None]]:
    """The same as rows for a list: what `runs --json` prints, with each run's role in the review."""
    with desk.store.read() as conn:
        infos = all_runs(desk)
        review = current_review(conn, desk)
    return [
        {
            "id": info.run.id,
            "name": info.run.name,
            "tool": info.run.tool,
            "version": info.run.version,
            "started": info.run.started_at.isoformat() if info.run.started_at else None,
            "cases": info.n_cases,
            "completeness": info.run.completeness.value,
            "role": "candidate"
            if info.run.id in review.candidate
            else "baseline"
            if info.run.id in review.baseline
            else "",
        }
        for info in infos
    ]


def history(desk: Desk) -> list[RunSummary]:
    """Every run with its counts and its main figures. A stored run never changes, so its line is kept."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        shelf = golden_sets.shelf_of(conn, review)
        mark = shelf.mark
        lines = []
        for info in runs.all(conn, review.system):
            kept = desk.cache.get(f"run line {info.key}")
            if kept is None or kept[0] != (mark, info):  # what people declare of a run may change
                kept = desk.cache[f"run line {info.key}"] = ((mark, info), _line(info, run_data(conn, info, shelf)))
            lines.append(kept[1])
        return lines


def detail(desk: Desk, run_id: str) -> RunDetail:
    """One run, its cases joined to the golden set, its metrics by layer (or why they cannot be computed)."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        info = runs.named(conn, review.system, run_id)
        data = run_data(conn, info, golden_sets.shelf_of(conn, review))
    return RunDetail(
        info=info,
        data=data,
        by_status=dict(Counter(case.status for case in data.every)),
        by_error=_by_error(data.every),
        metrics=all_metrics(data),
    )


def over_time(desk: Desk, measured: Measured) -> Trend:
    """Every run's quality, latency and cost, in order of start. A stored run never changes, so its figures are kept."""
    gate = measured.gate.gate
    wanted = names(gate)
    roles = {run.id: "baseline" for run in measured.baseline_runs}
    roles |= {run.id: "candidate" for run in measured.candidate_runs}
    found: list[tuple[Dated, Figures]] = []
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        shelf = golden_sets.shelf_of(conn, review)
        mark = (shelf.mark, wanted)
        for info in runs.all(conn, review.system):
            kept = desk.cache.get(f"run figures {info.key}")
            if kept is None or kept[0] != mark:
                kept = (mark, figures(run_data(conn, info, shelf), wanted))
                desk.cache[f"run figures {info.key}"] = kept
            found.append((Dated(info.run, roles.get(info.run.id, "")), kept[1]))
    return trend(found, gate)


def error_class(error: str) -> str:
    """The class of an error by its first words, so that one fault with many ids counts once."""
    head = error.strip().splitlines()[0] if error.strip() else "unknown"
    return head.split(":")[0].strip()[:60] or "unknown"


def case_view(desk: Desk, key: str, measured: Measured, run_id: str = "") -> CaseView:
    """The case with this key (its id, and `@variant` where it has one): in `run_id` (else the candidate), in the first
    run of the other side, then in the rest of both. With its scores: a label given after this is not blind."""
    roles = {run.id: "baseline" for run in measured.baseline_runs}
    roles |= {run.id: "candidate" for run in measured.candidate_runs}
    first = run_id or next((name for name in roles if roles[name] == "candidate"), "")
    other = "candidate" if roles.get(first) == "baseline" else "baseline"
    facing = next((name for name in roles if roles[name] == other), "")
    order = dict.fromkeys([first, facing, *sorted(roles, key=lambda name: roles[name] == "baseline")])
    sides = []
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        known = {info.run.id: info for info in runs.all(conn, review.system)}
        for name in order:
            if name not in known:
                continue
            stored, joined = _pairs(conn, review, known[name], key)
            if joined:
                labels = runs.labels(conn, known[name].system, name).get((stored[0].id, stored[0].variant), ())
                sides.append(CaseSide(roles.get(name, ""), known[name], joined, labels))
                desk.seen_scores.add((name, case_key(joined[0])))
    if not sides:
        raise ReadinessError(f"No run shown here has a case {key}. Its run may have been imported again without it.")
    sets = {data.run.id: data.golden for data in (*measured.candidate, *measured.baseline)}
    golden = sets.get(sides[0].info.run.id, measured.eval_set)
    gold = next((case for case in golden.cases if case.id == sides[0].repeats[0].id), None) if golden else None
    return CaseView(key, gold, tuple(sides), _pair(sides, gold))


def _pair(sides: list[CaseSide], gold: GoldenCase | None) -> CasePair | None:
    facing = {side.role: side for side in reversed(sides[:2])}
    if facing.keys() != {"candidate", "baseline"}:
        return None
    return pair(facing["baseline"].repeats, facing["candidate"].repeats, gold)


def slow_traces(desk: Desk, rule: Rule, as_of: date, most: int) -> LostTraces:
    """The traces that a rule over traces loses, in its window, the worst first, missing ones last; `most` are named."""
    with desk.store.read() as conn:
        recorded = StoredTraces(conn, current_review(conn, desk).system)
        return lost_traces(rule, window(recorded, as_of, rule.window_days)[0], most)


def _line(info: RunInfo, data: RunData) -> RunSummary:
    figures: dict[str, float | None] = {}
    for name in LINE_METRICS:
        seen = observe(name, data)
        figures[name] = seen.estimate.value if isinstance(seen, Observed) else None
    return RunSummary(info, dict(Counter(case.status for case in data.every)), _by_error(data.every), figures)


def _by_error(cases: Iterable[Case]) -> dict[str, int]:
    return dict(Counter(error_class(case.error) for case in cases if case.error).most_common())


def _pairs(conn: Connection, review: Review, info: RunInfo, key: str) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """As `repeats`; of a case whose variant is not said, the first one's."""
    data = run_data(conn, info, golden_sets.shelf_of(conn, review))
    first = next((case for case in data.every if case_key(case) == key or case.id == key), None)
    return repeats(conn, review, info, case_key(first)) if first else ((), ())
