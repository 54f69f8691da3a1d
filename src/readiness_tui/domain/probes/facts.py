"""Checks on named objects: the golden set, the gate's lock, the candidate's metrics (scoring.md, "Probe").

Each proposes nothing if the objects do not exist, 2 if every check holds, and 0 or 1 as its docstring says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind
from readiness_tui.domain.golden_set.tags import failure_tagged
from readiness_tui.domain.metrics import Layer, MetricDef, Observed, normal
from readiness_tui.domain.probes.base import (
    EXAMPLES,
    Check,
    FactProbe,
    Finding,
    Metrics,
    ProbeInput,
    digest_of,
    safe,
    utc,
)
from readiness_tui.domain.runs.model import Case, EvalSet, Run

NO_RUN = "no candidate run: import one and name it the candidate"

_ENOUGH = Fraction(95, 100)  # of the cases to which a metric applies: with fewer, the gate calls the metric missing


def fact_proposal(item: Item, query: str, kind: ProbeKind, finding: Finding) -> Proposal:
    """A finding as a proposal, with its checks in words."""
    held = {True: "holds", False: "does not hold"}
    missing = f"Nothing to check: {finding.missing}." if finding.missing else ""
    assurance = Assurance.PROVEN if finding.points == 2 else Assurance.EVIDENCED
    return Proposal(
        item_id=item.id,
        query=query,
        kind=kind,
        points=finding.points,
        assurance=None if finding.points is None else assurance,
        text=missing or "; ".join(f"{check.name}: {held[check.holds]}" for check in finding.checks),
        details=tuple(
            f"{check.name}: {held[check.holds]}" + (f" ({check.why})" if check.why else "") for check in finding.checks
        ),
        examples=finding.examples[:EXAMPLES],
        digest=digest_of(
            query, [[check.name, check.holds, check.why] for check in finding.checks], sorted(finding.read)
        ),
        missing=missing,
    )


def golden_set_representative(data: ProbeInput) -> Finding:
    """Ordinary and failure-tagged cases, each id once, and the set's digest on a candidate run.

    0: an empty set. 1: some check does not hold.
    """
    gold = data.eval_set
    if gold is None:
        return Finding(None, missing="no golden set is imported")
    failing = sum(failure_tagged(case.tags) for case in gold.cases)
    twice = sorted(name for name, count in Counter(case.id for case in gold.cases).items() if count > 1)
    ordinary = len(gold.cases) - failing
    checks = (
        Check("ordinary cases present", ordinary > 0, f"{ordinary:,} of {len(gold.cases):,}"),
        Check("failure cases present", failing > 0, f"{failing:,} of {len(gold.cases):,} by their tags"),
        Check("case ids unique", bool(gold.cases) and not twice, f"twice: {some_names(twice)}" if twice else ""),
        _digest_on_run(gold, [run for run, _ in data.candidate]),
    )
    read = (f"set {gold.digest}", *(f"run {run.id} {run.dataset_digest}" for run, _ in data.candidate))
    points = 0 if not gold.cases else 2 if all(check.holds for check in checks) else 1
    return Finding(points, checks, read)


def _digest_on_run(gold: EvalSet, runs: list[Run]) -> Check:
    name = "its digest on a candidate run"
    if not runs:
        return Check(name, False, NO_RUN)
    digests = {run.id: run.dataset_digest for run in runs}
    same = [
        run_id for run_id, digest in digests.items() if digest and gold.digest and _hex(digest) == _hex(gold.digest)
    ]
    if same:
        return Check(name, True, f"run {safe(same[0])}")
    known = [run_id for run_id, digest in digests.items() if digest]
    return Check(name, False, f"run {safe(known[0])} names another one" if known else "no candidate run names a digest")


def _hex(digest: str) -> str:
    return digest.strip().casefold().removeprefix("sha256:")


def locked_before_run(data: ProbeInput) -> Finding:
    """The gate locked, not after any candidate run's start (UTC), and unchanged since.

    0: never locked. 1: locked, but another check does not hold.
    """
    gate, lock = data.gate, data.lock
    if gate is None:
        return Finding(None, missing="the review has no gate")
    runs = [run for run, _ in data.candidate]
    if lock is not None and not runs:
        return Finding(None, missing=NO_RUN)
    locked = Check(
        "gate locked", lock is not None, f"{utc(lock.at):%Y-%m-%d %H:%M} UTC by {safe(lock.by)}" if lock else ""
    )
    read = (
        f"gate {gate.digest}",
        *(f"run {run.id} {run.started_at and utc(run.started_at).isoformat()}" for run in runs),
    )
    if lock is None:
        return Finding(0, (locked,), read)
    unknown = sorted(run.id for run in runs if run.started_at is None)
    early = sorted(run.id for run in runs if run.started_at is not None and utc(run.started_at) < utc(lock.at))
    why = [f"started before: {some_names(early)}"] if early else []
    why += [f"start unknown: {some_names(unknown)}"] if unknown else []
    checks = (
        locked,
        Check("lock not after the candidate's start", not early and not unknown, "; ".join(why)),
        Check("gate unchanged since the lock", bool(gate.digest) and gate.digest == lock.gate_digest),
    )
    read += (f"lock {lock.gate_digest} {utc(lock.at).isoformat()}",)
    return Finding(2 if all(check.holds for check in checks) else 1, checks, read)


def metrics_by_stage(data: ProbeInput) -> Finding:
    """One candidate run with a metric of retrieval, of generation, and of tool use.

    Task success is the outcome of all stages and belongs to none. 0: no metric of any stage. 1: not all in one run.
    """

    def stage(metric: MetricDef) -> str:
        if metric.layer is Layer.AGENT:
            return "" if metric.key == "task_success_rate" else "tool use"
        return metric.layer.value if metric.layer in (Layer.RETRIEVAL, Layer.GENERATION) else ""

    return best_run_finding(data, data.candidate, ("retrieval", "generation", "tool use"), stage)


def quality_latency_cost(data: ProbeInput) -> Finding:
    """One candidate run with a quality score, latency and cost.

    Quality is any metric outside the operations layer. 0: none of the three. 1: not all in one run.
    """

    def part(metric: MetricDef) -> str:
        words = set(normal(metric.key).split("_"))
        if metric.layer is Layer.OPERATIONS or words & {"latency", "duration", "cost", "tokens"}:
            return "latency" if "latency" in words else "cost" if "cost" in words else ""
        return "quality"

    return best_run_finding(data, data.candidate, ("quality", "latency", "cost"), part)


def best_run_finding(
    data: ProbeInput,
    runs: Sequence[tuple[Run, tuple[Case, ...]]],
    parts: tuple[str, ...],
    part_of: Callable[[MetricDef], str],
) -> Finding:
    """Judge the run that has the most parts; a metric counts only if the gate would not call it missing."""
    if not runs:
        return Finding(None, missing=NO_RUN)
    tables = [(run, _carried(data.metrics_of(run, cases), part_of)) for run, cases in runs]
    run, best = max(tables, key=lambda pair: len(pair[1]))  # the first of equals, in the review's order
    checks = tuple(
        Check(
            part, part in best, f"run {safe(run.id)}: {best[part]}" if part in best else _other_runs_with(part, tables)
        )
        for part in parts
    )
    points = 2 if len(best) == len(parts) else 1 if best else 0
    read = tuple(f"run {run.id} {part} {named}" for run, table in tables for part, named in table.items())
    return Finding(points, checks, read)


def _other_runs_with(part: str, tables: list[tuple[Run, dict[str, str]]]) -> str:
    others = [run.id for run, table in tables if part in table]
    return f"only in another run: {some_names(others)}" if others else "no run carries it"


def _carried(tables: Metrics, part_of: Callable[[MetricDef], str]) -> dict[str, str]:
    """The parts that a run covers, each with one of its metrics: "faithfulness on 40 of 40 cases"."""
    found: dict[str, str] = {}
    for metrics in tables.values():
        for metric, seen in metrics:
            part = part_of(metric)
            if not part or part in found or not isinstance(seen, Observed):
                continue
            if seen.aggregate:
                found[part] = f"{safe(metric.key)}, the run's own figure"
            elif seen.coverage is not None and seen.coverage >= _ENOUGH:
                found[part] = f"{safe(metric.key)} on {seen.used:,} of {seen.total:,} cases"
    return found


def some_names(names: list[str]) -> str:
    shown = ", ".join(safe(name) for name in names[:3])
    return f"{shown} and {len(names) - 3:,} more" if len(names) > 3 else shown


FACTS = {
    "golden_set_representative": FactProbe(golden_set_representative),
    "locked_before_run": FactProbe(locked_before_run),
    "metrics_by_stage": FactProbe(metrics_by_stage),
    "quality_latency_cost": FactProbe(quality_latency_cost),
}
