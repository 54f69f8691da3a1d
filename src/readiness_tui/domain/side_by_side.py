"""Every metric of the candidate beside the baseline's, on the cases that both have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness_tui.domain.compare import Comparison, compare, first_carrying
from readiness_tui.domain.evaluation import ScoreState
from readiness_tui.domain.gate import Direction, Rule
from readiness_tui.domain.metrics import (
    METRICS,
    Kind,
    MetricDef,
    NotComputable,
    Observed,
    RunData,
    normal,
    resolve,
    same_metric,
    unknown,
)
from readiness_tui.domain.paired import Flips, Shift, flips_text, pass_fail, scores
from readiness_tui.domain.words import number, plural


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric on both sides, over the shared cases. `shift` None: the metric is pass or fail, and `flips` tells.

    `ours` and `theirs` are the cases' values. `has_interval`: its mean change could have one at all (a quantile's or
    a ratio's change has none).
    """

    metric: MetricDef
    direction: Direction
    comparison: Comparison
    run_id: str
    ours: dict[str, float]
    theirs: dict[str, float]
    flips: Flips
    shift: Shift | None = None
    has_interval: bool = True

    @property
    def distinguishable(self) -> bool:
        if self.shift is None:
            return self.flips.distinguishable
        return self.has_interval and self.shift.distinguishable

    @property
    def text(self) -> str:
        """The answer in one sentence."""
        if self.shift is None:
            return flips_text(self.flips)
        unit, way, shared = self.metric.unit, self.direction, plural(self.flips.shared, "shared case")
        change = signed(self.comparison.change.value, unit, way)
        said = f"{change} on {shared}, {len(self.flips.better)} better, {len(self.flips.worse)} worse"
        if not self.has_interval:
            return f"{said}; no interval is computed for the change of a {self.metric.kind}"
        if self.shift.low is None or self.shift.high is None:
            equal = self.flips.shared >= 30
            return f"{said}; {'every case changed alike' if equal else 'n too small'} for an interval"
        interval = f"95 % interval {signed(self.shift.low, unit, way)} to {signed(self.shift.high, unit, way)}"
        if not self.shift.distinguishable:
            return f"{said}: not distinguishable ({interval})"
        gained = (self.shift.change > 0) is (self.direction is Direction.HIGHER)
        return f"{said}: {'better' if gained else 'worse'}, beyond chance ({interval})"


def compared(rule: Rule, candidate: Sequence[RunData], baseline: Sequence[RunData]) -> Compared | NotComputable:
    """One rule's metric on both sides; each from the first run that carries it."""
    ours, theirs = first_carrying(rule, candidate), first_carrying(rule, baseline)
    if isinstance(ours, NotComputable):
        return ours
    against = compare(rule, ours, baseline)
    if isinstance(against, NotComputable) or isinstance(theirs, NotComputable):
        return against if isinstance(against, NotComputable) else theirs  # type: ignore[return-value]
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    now, before = ours[1].per_case, theirs[1].per_case
    kept = {key: now[key] for key in against.shared}, {key: before[key] for key in against.shared}
    run_id = ours[0].run.id
    if _pass_or_fail(metric, ours, theirs):
        return Compared(metric, rule.direction, against, run_id, *kept, pass_fail(*kept, rule.direction))
    shift = scores(*kept, rule.direction)
    return Compared(
        metric, rule.direction, against, run_id, *kept, shift.flips, shift, metric.kind in (Kind.RATE, Kind.MEAN)
    )


def compare_all(
    candidate: Sequence[RunData], baseline: Sequence[RunData], rules: Sequence[Rule] = ()
) -> tuple[Compared, ...]:
    """Every metric that both sides carry, task success first. `rules` give direction and unit of unknown names."""
    names: dict[str, str] = {normal(metric.key): metric.key for metric in METRICS}
    for data in (*candidate, *baseline):
        for name in (*data.run.aggregates, *(name for case in data.cases for name in case.scores)):
            if resolve(name) is None:
                names.setdefault(normal(name), name)
    declared = {normal(rule.metric): rule for rule in rules}
    found = []
    for key, name in names.items():
        metric = resolve(name) or unknown(name)
        given = declared.get(key)
        direction = given.direction if given else metric.direction or Direction.HIGHER
        made = compared(Rule(name, direction, None, given.unit if given else metric.unit), candidate, baseline)
        if isinstance(made, Compared) and metric.kind is not Kind.SUM:
            found.append(made)
    return tuple(sorted(found, key=lambda row: row.metric.key != "task_success_rate"))


def _pass_or_fail(metric: MetricDef, *sides: tuple[RunData, Observed]) -> bool:
    """Whether every case says 0 or 1; of a rate, before its repeats were averaged."""
    if all(set(seen.per_case.values()) <= {0.0, 1.0} for _, seen in sides):
        return all(seen.estimate.k is not None for _, seen in sides)
    return metric.kind is Kind.RATE and all(
        score.value in (0, 1)
        for data, _ in sides
        for case in data.cases
        for name, score in case.scores.items()
        if score.state is ScoreState.OK and same_metric(name, metric.key)
    )


def signed(change: float, unit: str, direction: Direction) -> str:
    """ "+0.025", "−210", rounded towards the worse side; 0.7 − 0.6 is 0.1, not 0.0999."""
    text = number(round(change, 12), unit, up=direction is Direction.LOWER)
    return f"+{text}" if change > 0 else text
