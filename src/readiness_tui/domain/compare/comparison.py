"""Compares a candidate with its baseline on the cases that both have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness_tui.domain.compare.change import paired_change
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import (
    NotComputable,
    Observed,
    RunData,
    first_few,
    narrowed,
    observe,
    resolve,
    unknown,
)
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.format import plural

CARRIED = Fraction(95, 100)  # the share of cases that must have a metric

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

    `new` and `removed`: cases that have this metric only in the candidate, or only in the baseline. `lacking`: why too few
    cases of the baseline carry it for the change to be known; "" if enough do.
    """

    run_id: str
    candidate: float
    baseline: float
    change: Estimate
    shared: tuple[str, ...]
    new: tuple[str, ...]
    removed: tuple[str, ...]
    lacking: str = ""

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Cases without a counterpart."""
        return tuple(sorted((*self.new, *self.removed)))


def first_run_with(rule: Rule, runs: Sequence[RunData]) -> tuple[RunData, Observed] | NotComputable:
    """The first run that has a rule's metric, in the order named, with the cases that the rule means; else why none does."""
    reasons = []
    for data in runs:
        meant = narrowed(rule, data)
        if isinstance(meant, NotComputable):
            reasons.append(meant)
            continue
        seen = observe(rule.metric, meant, rule.tags, direction=rule.direction, unit=rule.unit)
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
    change = paired_change(metric, ours, theirs, shared, bound=rule.max_regression is not None)
    return Comparison(
        base_data.run.id,
        ours.estimate.value,
        theirs.estimate.value,
        change,
        tuple(shared),
        tuple(key for key in seen.per_case if key not in base_seen.per_case),
        tuple(key for key in base_seen.per_case if key not in seen.per_case),
        _lacking(seen, base_data, base_seen, len(shared)),
    )


def _lacking(seen: Observed, data: RunData, base: Observed, shared: int) -> str:
    """The 95 % rule for the baseline and the shared cases. Cases that the baseline need not have, because they are new,
    do not count; without a golden set nobody knows which are, and half of the candidate's have to be shared."""
    if base.coverage is not None and base.coverage < CARRIED:
        return (
            f"{base.used:,} of {base.total:,} cases of the baseline carry it ({int(base.coverage * 100)} %), 95 % are"
            f" needed; missing: {first_few(base.missing_ids)}"
        )
    both = {*seen.per_case, *seen.missing_ids} & {*base.per_case, *base.missing_ids}
    if shared < CARRIED * len(both):
        return f"{shared:,} of {len(both):,} cases carry it in candidate and baseline, 95 % are needed"
    if data.golden is None and 2 * shared < len(seen.per_case):
        return (
            f"{shared:,} of the candidate's {plural(len(seen.per_case), 'case')} are in the baseline, fewer than half"
        )
    return ""


def _over(rule: Rule, data: RunData, all_: Observed, shared: Sequence[str]) -> Observed | NotComputable:
    only = frozenset(shared)
    seen: Observed | NotComputable = all_
    if len(only) < len(all_.per_case):
        seen = observe(rule.metric, data, rule.tags, direction=rule.direction, unit=rule.unit, only=only)
    if isinstance(seen, Observed) and not math.isfinite(seen.estimate.value):
        return NotComputable("the figure is not finite")
    return seen
