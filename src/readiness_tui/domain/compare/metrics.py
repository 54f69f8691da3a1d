"""Every metric of the candidate beside the baseline's, on the cases that both have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.compare.comparison import Comparison, compare_sides, first_run_with
from readiness_tui.domain.compare.paired import MIN_N, Flips, Shift, flips_text, pass_fail, scores, undetectable_text
from readiness_tui.domain.metrics import (
    METRICS,
    MetricDef,
    MetricKind,
    NotComputable,
    Observed,
    RunData,
    normal,
    resolve,
    same_metric,
    unknown,
)
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.runs.model import ScoreState
from readiness_tui.domain.text.format import number, plural
from readiness_tui.domain.text.secrets import mask


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric on both sides, over the shared cases. `shift` None: the metric is pass or fail, so `flips` decides.

    `ours` and `theirs` are the cases' values. `has_interval`: its mean change can have an interval (a quantile's or a
    ratio's cannot). `assumed`: it is not known which way is better, so more is assumed to be better.
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
    assumed: bool = False

    @property
    def name(self) -> str:
        return mask(self.metric.key).replace("_", " ")

    @property
    def gained(self) -> bool:
        """Whether the change is for the better; only `distinguishable` tells whether it is beyond chance."""
        if self.shift is None:
            return len(self.flips.better) > len(self.flips.worse)
        return (self.shift.change > 0) is (self.direction is Direction.HIGHER)

    @property
    def distinguishable(self) -> bool:
        if self.shift is None:
            return self.flips.distinguishable
        return self.has_interval and self.shift.distinguishable

    @property
    def word(self) -> str:
        """ "better" and "worse" beyond chance; "could be luck", "no change", "not tested"."""
        if not self.flips.better and not self.flips.worse:
            return "no change"
        if self.distinguishable:
            return "better" if self.gained else "worse"
        tested = self.shift is None or (self.shift.low is not None and self.has_interval)
        return "could be luck" if tested else "not tested"

    def figures(self, key: str) -> str:
        """A case's values on both sides: "1 → 0", "0.91 → 0.60"."""
        unit = self.metric.unit
        before, now = self.theirs[key], self.ours[key]
        if self.shift is None and {before, now} <= {0.0, 1.0}:
            return f"{before:.0f} → {now:.0f}"
        return f"{number(before, unit)} → {number(now, unit)}"

    def value(self, value: float | None) -> str:
        """A figure of this metric, rounded towards its worse side."""
        return number(value, self.metric.unit, up=self.direction is Direction.LOWER)

    @property
    def change(self) -> str:
        return signed(self.comparison.change.value, self.metric.unit, self.direction)

    @property
    def text(self) -> str:
        """The answer in one sentence."""
        said = flips_text(self.flips) if self.shift is None else self._shift_text(self.shift)
        return f"{said}; nobody said which way is better: more is taken as better" if self.assumed else said

    def _shift_text(self, shift: Shift) -> str:
        unit, way, shared = self.metric.unit, self.direction, plural(self.flips.shared, "shared case")
        said = f"{self.change} on {shared}, {len(self.flips.better)} better, {len(self.flips.worse)} worse"
        if not self.has_interval:
            return f"{said}; no interval is computed for the change of a {self.metric.kind}"
        if shift.low is None or shift.high is None:
            equal = self.flips.shared >= MIN_N
            return f"{said}; {'every case changed alike' if equal else 'n too small'} for an interval"
        interval = f"95 % interval {signed(shift.low, unit, way)} to {signed(shift.high, unit, way)}"
        if not shift.distinguishable:
            return f"{said}: could be luck ({interval})"
        return f"{said}: {'better' if self.gained else 'worse'}, beyond chance ({interval})"

    @property
    def least(self) -> str:
        """The change that is too small to detect on these cases; empty if not known."""
        if self.shift is None:
            return undetectable_text(self.flips.shared)
        if not self.has_interval or self.shift.low is None or self.shift.high is None:
            return ""
        half = (self.shift.high - self.shift.low) / 2
        return f"a change of less than about {number(half, self.metric.unit, up=True)} cannot show"


Side = tuple[RunData, Observed] | NotComputable  # a run that has a metric, or why none does


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A metric that cannot be compared case by case, with each side's figure (None if it has none)."""

    metric: MetricDef
    candidate: float | None
    baseline: float | None
    reason: str


def compared(rule: Rule, candidate: Sequence[RunData], baseline: Sequence[RunData]) -> Compared | NotComputable:
    """One rule's metric on both sides, each from the first run that has it."""
    if not baseline:
        return NotComputable("no baseline is stored")
    return _compared(rule, first_run_with(rule, candidate), first_run_with(rule, baseline))


def compare_all(
    candidate: Sequence[RunData], baseline: Sequence[RunData], rules: Sequence[Rule] = ()
) -> tuple[tuple[Compared, ...], tuple[Unpaired, ...]]:
    """Every metric that both sides have, task success first; and those that cannot be paired.

    `rules` give direction and unit for unknown names.
    """
    names: dict[str, str] = {normal(metric.key): metric.key for metric in METRICS if metric.kind is not MetricKind.SUM}
    for data in (*candidate, *baseline):
        for name in (*data.run.aggregates, *(name for case in data.cases for name in case.scores)):
            if resolve(name) is None:
                names.setdefault(normal(name), name)
    declared = {normal(rule.metric): rule for rule in rules}
    rows: list[Compared] = []
    unpaired: list[Unpaired] = []
    for key, name in names.items():
        metric = resolve(name) or unknown(name)
        given = declared.get(key)
        direction = given.direction if given else metric.direction or Direction.HIGHER
        rule = Rule(name, direction, None, given.unit if given else metric.unit)
        ours, theirs = first_run_with(rule, candidate), first_run_with(rule, baseline)
        made = _compared(rule, ours, theirs)
        if isinstance(made, Compared):
            rows.append(replace(made, assumed=given is None and metric.direction is None))
        elif not (isinstance(ours, NotComputable) and isinstance(theirs, NotComputable)):
            unpaired.append(Unpaired(metric, _figure(ours), _figure(theirs), made.reason))
    return tuple(sorted(rows, key=lambda row: row.metric.key != "task_success_rate")), tuple(unpaired)


def _figure(side: Side) -> float | None:
    return None if isinstance(side, NotComputable) else side[1].estimate.value


def _compared(rule: Rule, ours: Side, theirs: Side) -> Compared | NotComputable:
    if isinstance(ours, NotComputable):
        return NotComputable(f"the candidate does not carry it: {ours.reason}", ours.used, ours.total)
    if isinstance(theirs, NotComputable):
        return NotComputable(f"the baseline does not carry it: {theirs.reason}", theirs.used, theirs.total)
    against = compare_sides(rule, ours, theirs)
    if isinstance(against, NotComputable):
        return against
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    now, before = ours[1].per_case, theirs[1].per_case
    kept = {key: now[key] for key in against.shared}, {key: before[key] for key in against.shared}
    run_id = ours[0].run.id
    if _pass_or_fail(metric, ours, theirs):
        return Compared(metric, rule.direction, against, run_id, *kept, pass_fail(*kept, rule.direction))
    averaged = metric.kind in (MetricKind.RATE, MetricKind.MEAN)
    shift = scores(*kept, rule.direction, interval=averaged)
    return Compared(metric, rule.direction, against, run_id, *kept, shift.flips, shift, averaged)


def _pass_or_fail(metric: MetricDef, *sides: tuple[RunData, Observed]) -> bool:
    """Whether every case's value is 0 or 1; for a rate, before averaging repeats."""
    if all(set(seen.per_case.values()) <= {0.0, 1.0} for _, seen in sides):
        return all(seen.estimate.k is not None for _, seen in sides)
    return metric.kind is MetricKind.RATE and all(
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
