"""The cases that count against a gate row: those that miss it and those that lack its metric, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness_tui.domain.compare.comparison import first_run_with
from readiness_tui.domain.compare.metrics import compared
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import MetricKind, NotComputable, Observed, RunData, resolve, unknown
from readiness_tui.domain.metrics.meets import meets
from readiness_tui.domain.metrics.rule import Direction, Rule


@dataclass(frozen=True, slots=True)
class Miss:
    """One case (or trace) that counts against a row. `value` None: it lacks the metric. `before`: the baseline's."""

    key: str
    value: float | None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Misses:
    """The misses of a row, and the run it uses; `note` says why there is nothing to list."""

    run_id: str | None
    misses: tuple[Miss, ...]
    note: str = ""


def misses(rule: Rule, candidate: Sequence[RunData], baseline: Sequence[RunData] = ()) -> Misses:
    """The cases behind a row of the gate: short of a threshold, or worse than the baseline for a regression rule."""
    found = first_run_with(rule, candidate)
    if isinstance(found, NotComputable):
        return Misses(None, (), found.reason)
    data, seen = found
    if seen.aggregate:
        return Misses(data.run.id, (), "the run brings only this one figure, without its cases")
    if rule.threshold is None:
        against = compared(rule, candidate, baseline)
        if isinstance(against, NotComputable):
            return Misses(data.run.id, (), against.reason)
        worse = (Miss(key, against.ours[key], against.theirs[key]) for key in against.flips.worse)
        return Misses(data.run.id, tuple(worse))
    return Misses(data.run.id, missed_cases(rule, seen))


def missed_cases(rule: Rule, seen: Observed) -> tuple[Miss, ...]:
    """For a rate, every case that is not fully right; else those beyond the threshold. Cases without a value last."""
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    higher = rule.direction is Direction.HIGHER
    if (
        rule.cut is not None
        or metric.kind is MetricKind.RATE
        or (seen.estimate.k is not None and set(seen.per_case.values()) <= {0.0, 1.0})
    ):
        limit = 1.0 if higher else 0.0
    else:
        assert rule.threshold is not None
        limit = rule.threshold
    held = ((key, value, meets(Estimate(value, None), rule.direction, limit)) for key, value in seen.per_case.items())
    lost = [Miss(key, value) for key, value, met in held if not met]
    lost.sort(key=lambda miss: miss.value or 0.0, reverse=not higher)
    return (*lost, *(Miss(key, None) for key in seen.missing_ids if key not in seen.per_case))
