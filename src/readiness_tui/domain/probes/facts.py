"""Checks on named objects: the golden set, the gate's lock, the candidate's metrics (scoring.md, "Probe").

Each proposes nothing if the objects do not exist, 2 if every check holds, and 0 or 1 as its docstring says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import Item, ProbeKind
from readiness_tui.domain.golden_set.tags import failure_tagged
from readiness_tui.domain.metrics import Layer, MetricDef, Observed, normal, same_metric
from readiness_tui.domain.probes.base import (
    Check,
    FactProbe,
    Finding,
    ProbeInput,
    digest_of,
    safe,
    utc,
)
from readiness_tui.domain.probes.sound import Sound, sound
from readiness_tui.domain.probes.variety import Variety, constants, no_proof
from readiness_tui.domain.runs.model import Case, EvalSet, Run
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.counted import EXAMPLES

_NAMED = 4  # checks that do not hold, in the text
NO_RUN = "no candidate run: import one and name it the candidate"

_ENOUGH = Fraction(95, 100)  # of the cases to which a metric applies: with fewer, the gate calls the metric missing


def fact_proposal(item: Item, query: str, kind: ProbeKind, finding: Finding) -> Proposal:
    """A finding as a proposal, with its checks in words."""
    missing = f"Nothing to check: {finding.missing}." if finding.missing else ""
    points = None if finding.points == 2 and finding.unproven else finding.points
    assurance = Assurance.PROVEN if points == 2 else Assurance.EVIDENCED
    held = [_said(check) if check.why else "" for check in finding.checks if check.holds]
    broken = [_said(check) for check in finding.checks if not check.holds]
    said = f"{'; '.join(broken[:_NAMED])}" + (f"; and {len(broken) - _NAMED:,} more" if broken[_NAMED:] else "")
    return Proposal(
        item_id=item.id,
        query=query,
        kind=kind,
        points=points,
        assurance=None if points is None else assurance,
        text=missing
        or (f"does not hold: {said}" if broken else f"holds: {'; '.join(c.name for c in finding.checks)}")
        + (no_proof(finding.unproven) if finding.points == 2 else ""),
        details=(
            *(f"does not hold: {line}" for line in broken[_NAMED:]),
            *(f"holds: {line}" for line in held if line),
            *finding.left_out,
        ),
        examples=finding.examples[:EXAMPLES],
        digest=digest_of(
            query, [[check.name, check.holds, check.why] for check in finding.checks], sorted(finding.read)
        ),
        missing=missing,
        against=len(finding.examples) if finding.against is None else finding.against,
    )


def _said(check: Check) -> str:
    return check.name + (f" ({check.why})" if check.why else "")


def golden_set_representative(data: ProbeInput) -> Finding:
    """Ordinary and failure-tagged cases, each id and each question once, and the set's digest on a candidate run that is
    whole and holds nearly all of its cases.

    0: an empty set. 1: some check does not hold.
    """
    gold = data.eval_set
    if gold is None:
        return Finding(None, missing="no golden set is imported")
    failing = sum(failure_tagged(case.tags) for case in gold.cases)
    twice = sorted(name for name, count in Counter(case.id for case in gold.cases).items() if count > 1)
    ordinary = len(gold.cases) - failing
    blank = sorted(case.id for case in gold.cases if not has(case.question))
    asked: dict[str, list[str]] = {}
    for case in gold.cases:
        asked.setdefault(" ".join(case.question.split()).casefold(), []).append(case.id)
    again = sorted(name for names in asked.values() for name in names[1:] if name not in blank and name not in twice)
    whole = sound(data.candidate, data.utc_day)
    checks = (
        Check("ordinary cases present", ordinary > 0, f"{ordinary:,} of {len(gold.cases):,}"),
        Check("failure cases present", failing > 0, f"{failing:,} of {len(gold.cases):,} by their tags"),
        Check("case ids unique", bool(gold.cases) and not twice, f"twice: {some_names(twice)}" if twice else ""),
        Check(
            "each case asks a question of its own",
            bool(gold.cases) and not blank and 100 * len(again) <= len(gold.cases),
            f"no question: {some_names(blank)}" if blank else f"asked before: {some_names(again)}" if again else "",
        ),
        _digest_on_run(gold, whole),
    )
    read = (f"set {gold.digest}", *(f"run {run.id} {run.dataset_digest}" for run, _ in data.candidate))
    points = 0 if not gold.cases else 2 if all(check.holds for check in checks) else 1
    return Finding(points, checks, read, examples=tuple(blank or again), left_out=whole.left_out)


def _digest_on_run(gold: EvalSet, whole: Sound) -> Check:
    name = "its digest on a candidate run"
    if not whole.runs:
        return Check(name, False, "no candidate run is whole" if whole.left_out else NO_RUN)
    same = [
        (run, cases)
        for run, cases in whole.runs
        if run.dataset_digest and gold.digest and _hex(run.dataset_digest) == _hex(gold.digest)
    ]
    if same:
        ids = {case.id for case in gold.cases}
        run, held = max(
            ((run, len(ids & {case.id for case in cases})) for run, cases in same), key=lambda pair: pair[1]
        )
        why = f"run {safe(run.id)}, {held:,} of {len(ids):,} cases"
        return Check(name, held >= _ENOUGH * len(ids), why)
    known = [run.id for run, _ in whole.runs if run.dataset_digest]
    return Check(name, False, f"run {safe(known[0])} names another one" if known else "no candidate run names a digest")


def _hex(digest: str) -> str:
    return digest.strip().casefold().removeprefix("sha256:")


def locked_before_run(data: ProbeInput) -> Finding:
    """The gate locked, not after any candidate run's start (UTC), and unchanged since; a candidate run is whole.

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
    whole = sound(data.candidate, data.utc_day)
    unknown = sorted(run.id for run in runs if run.started_at is None)
    early = sorted(run.id for run in runs if run.started_at is not None and utc(run.started_at) < utc(lock.at))
    why = [f"started before: {some_names(early)}"] if early else []
    why += [f"start unknown: {some_names(unknown)}"] if unknown else []
    early_lock = utc(lock.at).date() <= data.utc_day
    checks = (
        replace(locked, holds=early_lock, why=locked.why if early_lock else f"{locked.why}, after {data.utc_day}"),
        Check("lock not after the candidate's start", not early and not unknown, "; ".join(why)),
        Check("gate unchanged since the lock", bool(gate.digest) and gate.digest == lock.gate_digest),
        Check("the rules ask for something", any(rule.required for rule in gate.rules)),
        Check("a candidate run that is whole", bool(whole.runs)),
    )
    read += (f"lock {lock.gate_digest} {utc(lock.at).isoformat()}",)
    points = 2 if all(check.holds for check in checks) else 1
    return Finding(points, checks, read, left_out=whole.left_out)


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
    *,
    scores_differ: bool = True,
) -> Finding:
    """Judge the run that has the most parts. A metric counts if the gate would not call it missing, if cases stand behind
    it, and if thirty of them do not all hold one value that the file states; a part without such a metric is a point."""
    if not runs:
        return Finding(None, missing=NO_RUN)
    whole = sound(runs, data.utc_day)
    if whole.nothing:
        return Finding(None, missing=whole.nothing)
    told = declared.expected_constant(data.review.declared)
    if not scores_differ:
        told = {**told, "scores": "judged elsewhere"}
    tables = [(run, _carried(run, cases, data, part_of, told)) for run, cases in whole.runs]
    run, best = max(tables, key=lambda pair: (len(pair[1].shown), len(pair[1].weak)))  # the first of equals, in order
    checks = tuple(
        Check(
            part,
            part in best.shown,
            f"run {safe(run.id)}: {best.shown.get(part) or best.weak.get(part)}"
            if part in best.shown or part in best.weak
            else _other_runs_with(part, tables),
        )
        for part in parts
    )
    points = 2 if len(best.shown) == len(parts) else 1 if best.shown or best.weak else 0
    read = tuple(f"run {run.id} {part} {named}" for run, table in tables for part, named in table.shown.items())
    return Finding(points, checks, read, left_out=(*whole.left_out, *best.hint))


@dataclass(slots=True)
class _Carried:
    """The parts that a run covers, each with one of its metrics, "faithfulness on 40 of 40 cases"; `weak`: those of
    which no metric shows anything, and why."""

    shown: dict[str, str] = field(default_factory=dict)
    weak: dict[str, str] = field(default_factory=dict)
    hint: tuple[str, ...] = ()


def _other_runs_with(part: str, tables: list[tuple[Run, _Carried]]) -> str:
    others = [run.id for run, table in tables if part in table.shown]
    return f"only in another run: {some_names(others)}" if others else "no run carries it"


def _carried(
    run: Run,
    cases: tuple[Case, ...],
    data: ProbeInput,
    part_of: Callable[[MetricDef], str],
    told: Mapping[str, str],
) -> _Carried:
    found = _Carried()
    for metrics in data.metrics_of(run, cases).values():
        for metric in metrics:
            part = part_of(metric)
            if not part or part in found.shown or not isinstance(seen := data.figure(run, cases, metric), Observed):
                continue
            if seen.aggregate:
                found.weak.setdefault(part, f"{safe(metric.key)}, the run's own figure, behind which no case stands")
            elif seen.coverage is not None and seen.coverage >= _ENOUGH:
                against, expected, hint = constants(told, _values(metric, seen, cases))
                if against:
                    found.weak.setdefault(part, f"{safe(metric.key)}: {against[0]}")
                    found.hint = hint
                else:
                    said = f"{safe(metric.key)} on {seen.used:,} of {seen.total:,} cases"
                    found.shown[part] = "; ".join((said, *expected))
    return found


def _values(metric: MetricDef, seen: Observed, cases: tuple[Case, ...]) -> Variety:
    """The values that have to differ from case to case for the metric to be a measurement: latencies, costs, counts, and
    the scores that the file states. What is computed here from the cases' answers may well be the same for all."""
    values = Variety()
    words = set(normal(metric.key).split("_"))
    name = next((name for name in ("latency", "cost", "tokens") if name in words or f"{name}s" in words), "")
    if "duration" in words:
        name = "latency"
    if name:
        measures = {
            "latency": [case.latency_ms.usable for case in cases],
            "cost": [case.cost.usable for case in cases],
            "tokens": [None if case.tokens_out is None else float(case.tokens_out) for case in cases],
        }[name]
        for measure in measures:
            if measure is not None:
                values.add(name, measure)
    elif any(same_metric(metric.key, score) for score in {score for case in cases for score in case.scores}):
        for value in seen.per_case.values():
            values.add("scores", value)
    return values


def some_names(names: list[str]) -> str:
    shown = ", ".join(safe(name) for name in names[:3])
    return f"{shown} and {len(names) - 3:,} more" if len(names) > 3 else shown


FACTS = {
    "golden_set_representative": FactProbe(golden_set_representative),
    "locked_before_run": FactProbe(locked_before_run),
    "metrics_by_stage": FactProbe(metrics_by_stage),
    "quality_latency_cost": FactProbe(quality_latency_cost),
}
