"""Compares a candidate with its baseline on the cases that both have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.compare.change import paired_change
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import (
    MetricDef,
    MetricKind,
    NotComputable,
    Observed,
    RunData,
    held_first,
    narrowed,
    observe,
    resolve,
    unknown,
)
from readiness_tui.domain.metrics.ingredients import MISSING
from readiness_tui.domain.metrics.registry import share_from
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.metrics.summary import Sample, SharedSources, summarise
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.format import plural

_DIFFERENCES = (
    ("pipeline version", "pipeline_version"),
    ("prompt", "prompt_version"),
    ("model", "model"),
    ("index", "index_version"),
    ("judge", "judge"),
    ("judge", "judge_digest"),
    ("dataset", "dataset_digest"),
)


def differ_in(a: Run, b: Run) -> tuple[str, ...]:
    """What two runs are known to differ in: properties that both state, with different values."""
    found = dict.fromkeys(
        word
        for word, field in _DIFFERENCES
        if getattr(a, field) is not None and getattr(b, field) is not None and getattr(a, field) != getattr(b, field)
    )
    return tuple(found)


def comparison_warnings(candidate: Run, baseline: Run) -> tuple[str, ...]:
    """Why comparing these two runs explains less than it seems to."""
    found = differ_in(candidate, baseline)
    names = f"{candidate.id!r} and {baseline.id!r}"
    if not found:
        return (f"Runs {names} differ in nothing that they record: what changed between them is not known.",)
    causes = [word for word in found if word != "pipeline version"]
    if len(causes) > 1:
        listed = f"{', '.join(causes[:-1])} and {causes[-1]}"
        return (f"Runs {names} differ in {listed}: a change cannot be put down to one of them.",)
    return ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric over the shared cases. `change` is candidate minus baseline, its estimate over paired differences.

    `new` and `removed`: cases that have this metric only in the candidate, or only in the baseline. `before`: the whole
    baseline, as observed. `lost`: cases to which the metric applies on both sides and which lack it on one, in some
    repeats or in all. `worst`: the change with every missing reading at its worst for the candidate and at its best for
    the baseline (infinite if the metric has no end); None if nothing is missing. `few`: why too few of the candidate's cases
    are shared, where no golden set says which are new; "" if enough are. `implied`: the change counted by what the candidate's
    cases share without naming it; None: nothing, or no bound was asked for.
    """

    run_id: str
    candidate: float
    baseline: float
    change: Estimate
    shared: tuple[str, ...]
    new: tuple[str, ...]
    removed: tuple[str, ...]
    before: Observed
    lost: tuple[str, ...] = ()
    worst: float | None = None
    few: str = ""
    implied: SharedSources | None = None

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Cases without a counterpart."""
        return tuple(sorted((*self.new, *self.removed)))


def first_run_with(rule: Rule, runs: Sequence[RunData]) -> tuple[RunData, Observed] | NotComputable:
    """The first run that has a rule's metric, those held to a golden set first, with the cases that the rule means; else why
    none does."""
    reasons = []
    for data in held_first(runs):
        meant = narrowed(rule, data)
        if isinstance(meant, NotComputable):
            reasons.append(meant)
            continue
        seen = observe(rule.metric, meant, rule.tags, direction=rule.direction, unit=rule.unit, cut=rule.cut, k=rule.k)
        if isinstance(seen, Observed):
            return meant, seen
        reasons.append(seen)
    # The reason of a run with cases is more useful than that of a run without any.
    return max(reasons, key=lambda reason: reason.total or 0, default=NotComputable("there is no run"))


def compare(rule: Rule, candidate: tuple[RunData, Observed], baseline: Sequence[RunData]) -> Comparison | NotComputable:
    """The paired change of a rule's metric; not computable without a baseline, or without shared cases."""
    if not baseline:
        return NotComputable("no baseline is stored")
    found = first_run_with(rule, baseline)
    if isinstance(found, NotComputable):
        return NotComputable(f"the baseline does not carry it: {found.reason}")
    return compare_sides(rule, candidate, found)


def compare_sides(
    rule: Rule, candidate: tuple[RunData, Observed], baseline: tuple[RunData, Observed]
) -> Comparison | NotComputable:
    """The paired change between two runs that have a rule's metric; not computable without shared cases."""
    seen, (base_data, base_seen) = candidate[1], baseline
    shared = [key for key in seen.per_case if key in base_seen.per_case]
    if not shared:
        return NotComputable(f"run {base_data.run.id!r} shares no case with the candidate that carries it")
    ours, theirs = (_over(rule, *side, shared) for side in (candidate, baseline))
    if isinstance(ours, NotComputable) or isinstance(theirs, NotComputable):
        reason = ours.reason if isinstance(ours, NotComputable) else theirs.reason  # type: ignore[union-attr]
        return NotComputable(f"on the shared cases: {reason}")
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    if rule.cut is not None:
        metric = share_from(metric)
    bound = rule.max_regression is not None
    change, implied = paired_change(metric, ours, theirs, shared, bound=bound), ours.implied
    if implied is not None:
        again = paired_change(metric, replace(ours, clusters=implied.clusters), theirs, shared, bound=False)
        implied = (
            replace(implied, estimate=again) if bound and metric.kind in (MetricKind.RATE, MetricKind.MEAN) else None
        )
    both, lost = _both(seen, base_seen)
    return Comparison(
        base_data.run.id,
        ours.estimate.value,
        theirs.estimate.value,
        change,
        tuple(shared),
        tuple(key for key in seen.per_case if key not in base_seen.per_case),
        tuple(key for key in base_seen.per_case if key not in seen.per_case),
        base_seen,
        lost,
        _worst_change(metric, seen, base_seen, both) if lost else None,
        _few(seen, candidate[0], len(shared)),
        implied,
    )


def _few(seen: Observed, data: RunData, shared: int) -> str:
    """Cases that are new leave the baseline's 95 % rule; without a golden set nobody knows which are, and half of the
    candidate's have to be shared."""
    if data.golden is not None or 2 * shared >= len(seen.per_case):
        return ""
    return f"{shared:,} of the candidate's {plural(len(seen.per_case), 'case')} are in the baseline, fewer than half"


def _both(ours: Observed, theirs: Observed) -> tuple[list[str], tuple[str, ...]]:
    """The cases to which the metric applies on both sides, and those of them that lack it on one."""
    lacking = {*ours.missing_ids, *theirs.missing_ids}
    other = {*theirs.per_case, *theirs.missing_ids}
    both = [key for key in dict.fromkeys((*ours.per_case, *ours.missing_ids)) if key in other]
    return both, tuple(key for key in both if key in lacking)


def _worst_change(metric: MetricDef, ours: Observed, theirs: Observed, both: Sequence[str]) -> float:
    """The change over these cases if every missing reading had been the worst for the candidate."""
    if metric.kind is MetricKind.RATIO:
        return _worst_ratio(ours, theirs, both)
    now, before = _filled(metric, ours, both), _filled(metric, theirs, both)
    return (now.worst or now.estimate).value - (before.best or before.estimate).value


def _worst_ratio(ours: Observed, theirs: Observed, both: Sequence[str]) -> float:
    """A cost that the candidate lacks has no limit; one that the baseline lacks counts as a success at no cost."""
    if any(key in ours.missing_ids for key in both):
        return math.inf
    held = [key for key in both if key in theirs.per_case]
    free = sum(1 for key in both if key in theirs.missing_ids)
    now = math.fsum(ours.per_case[key] for key in both) / math.fsum(ours.denominators[key] for key in both)
    return now - math.fsum(theirs.per_case[key] for key in held) / (
        math.fsum(theirs.denominators[key] for key in held) + free
    )


def _filled(metric: MetricDef, seen: Observed, keys: Sequence[str]) -> Observed:
    """One side over these cases, of which it has some, a missing repeat counted as missing.

    A case that lacks some repeats is taken to have been repeated as often as the others.
    """
    most = max((len(seen.readings.get(key, ())) for key in keys), default=1)
    missing = set(seen.missing_ids)
    samples: list[Sample] = []
    for key in keys:
        held = seen.readings.get(key, ())
        samples += [(key, value) for value in held]
        samples += [(key, MISSING)] * (max(1, most - len(held)) if key in missing else 0)
    found = summarise(metric, samples)
    assert isinstance(found, Observed)  # as `seen` is, over more cases
    return found


def _over(rule: Rule, data: RunData, all_: Observed, shared: Sequence[str]) -> Observed | NotComputable:
    only = frozenset(shared)
    seen: Observed | NotComputable = all_
    if len(only) < len(all_.per_case):
        seen = observe(
            rule.metric, data, rule.tags, direction=rule.direction, unit=rule.unit, only=only, cut=rule.cut, k=rule.k
        )
    if isinstance(seen, Observed) and not math.isfinite(seen.estimate.value):
        return NotComputable("the figure is not finite")
    return seen
