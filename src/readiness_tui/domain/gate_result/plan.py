"""The data a gate needs: before a run, what each rule requires; after it, what would decide (scoring.md, "Gate").

A plan judges nothing: the verdict comes from `evaluate`, and figures of a run come from the same rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.compare.comparison import Comparison, compare, first_run_with
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.evaluate import HIGH_RISK
from readiness_tui.domain.gate_result.model import GateOutcome, GateRow
from readiness_tui.domain.gate_result.power import (
    Count,
    Sight,
    cases_to_decide,
    count_for_drop,
    count_for_quantile,
    count_for_rate,
    fewest_cases,
    fewest_cases_for_drop,
    half_width,
    provable_value,
    sight_of_flips,
    sight_of_mean,
    sight_of_other,
    unpaired_half_width,
)
from readiness_tui.domain.gate_result.rows import as_loss, effect_of, limit_of, margin_of, split
from readiness_tui.domain.intervals import MIN_N, WILSON, smallest_n_for_quantile
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import (
    MetricDef,
    MetricKind,
    NotComputable,
    Observed,
    RunData,
    applies_to,
    best_value,
    observe_traces,
    resolve,
    unknown,
    window,
    worst_value,
)
from readiness_tui.domain.metrics.meets import decisive_size, meets
from readiness_tui.domain.metrics.rule import Direction, From, Rule
from readiness_tui.domain.runs.holding import named
from readiness_tui.domain.runs.model import EvalSet, Trace


@dataclass(frozen=True, slots=True)
class Need:
    """What a rule needs from `n` cases or traces; None: how many there will be is not known.

    `least`: the fewest with which a bound can hold. `count`: for rates and quantiles. `value`: for a mean or a ratio,
    the figure whose bound would just hold (for a regression rule: the loss; negative if it must be a gain).
    """

    n: int | None
    least: int | None = None
    count: Count | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The figure with every missing case at its best and worst; `decide`: the limit lies between the two."""

    best: Estimate
    worst: Estimate
    decide: bool


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One rule of the gate.

    `counted`: its figure is a rate of 0/1 cases. `before`: the baseline's figure. `sight`: the smallest regression a
    comparison with it can detect. `now`: the gate's row for a run. `wanted`: how many cases would decide that figure
    (before a run: the baseline's) if it stayed the same; its own n if they already do. `ends` None: no case is missing.
    """

    rule: Rule
    metric: MetricDef
    counted: bool
    need: Need
    before: Estimate | None = None
    sight: Sight | None = None
    now: GateRow | None = None
    wanted: int | None = None
    ends: Ends | None = None

    @property
    def noun(self) -> str:
        return "trace" if self.rule.source is From.TRACES else "case"

    @property
    def more(self) -> int | None:
        """Cases to add until the row is decided; 0 if it already is."""
        n = self.now.estimate.n if self.now and self.now.estimate else None
        return None if self.wanted is None or n is None else self.wanted - n


@dataclass(frozen=True, slots=True)
class PlannedSlice:
    """The golden cases with one tag, and the smallest drop in a pass rate that they can show."""

    tag: str
    cases: int
    sight: Sight


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole gate. `cases`: in the golden set, None if there is none. `baseline`: the run to compare with."""

    gate: Gate
    golden: str
    cases: int | None
    baseline: str
    ran: bool
    rows: tuple[PlanRow, ...]
    slices: tuple[PlannedSlice, ...]
    high_risk: int


def plan(
    outcome: GateOutcome,
    golden: EvalSet | None,
    candidate: Sequence[RunData] = (),
    baseline: Sequence[RunData] = (),
    traces: Sequence[Trace] = (),
    *,
    as_of: date,
    sets: Sequence[EvalSet] = (),
) -> Plan:
    """The data that the gate of `outcome` needs, and what would decide the rows it already has. `sets`: the golden
    sets that rules may name.

    Raises ValueError without a gate.
    """
    if outcome.gate is None:
        raise ValueError("there is no gate to plan for")
    ground = _Ground(golden, tuple(candidate), tuple(baseline), traces, as_of, tuple(sets))
    held = {made.rule.key: made for made in outcome.rows}
    tags = Counter(tag for case in (golden.cases if golden else ()) for tag in set(case.tags))
    ordered = sorted(tags.items(), key=lambda pair: (-pair[1], pair[0]))
    return Plan(
        gate=outcome.gate,
        golden=golden.name if golden else "",
        cases=len(golden.cases) if golden else None,
        baseline=baseline[0].run.id if baseline else "",
        ran=outcome.ran,
        rows=tuple(_row(part, ground, held.get(part.key)) for rule in outcome.gate.rules for part in split(rule)),
        slices=tuple(PlannedSlice(tag, n, sight_of_flips(n)) for tag, n in ordered),
        high_risk=tags[HIGH_RISK],
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    golden: EvalSet | None
    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    traces: Sequence[Trace]
    as_of: date
    sets: tuple[EvalSet, ...] = ()


@dataclass(frozen=True, slots=True)
class _SeenMetric:
    """A rule's metric in the candidate (or the traces) and in the baseline, and the change between them."""

    metric: MetricDef
    ours: Observed | None
    theirs: Observed | None = None
    change: Comparison | None = None

    @property
    def known(self) -> Estimate | None:
        """The figure whose spread is used: the candidate's, else the baseline's."""
        return next((seen.estimate for seen in (self.ours, self.theirs) if seen), None)

    @property
    def before(self) -> Estimate | None:
        return self.theirs.estimate if self.theirs else None

    @property
    def counted(self) -> bool:
        """Whether the figure is a rate of 0/1 cases: by the data, else by its kind."""
        return self.metric.kind is MetricKind.RATE if self.known is None else self.known.method == WILSON


def _row(rule: Rule, ground: _Ground, now: GateRow | None) -> PlanRow:
    if rule.dataset and (meant := named(ground.sets, rule.dataset)) is not None:
        ground = replace(ground, golden=meant)
    seen = _seen(rule, ground)
    if rule.threshold is None:
        return _regression_row(rule, seen, ground, now)
    bar, way = rule.threshold, rule.direction
    need = _need(bar, way, seen, _expected(rule, seen, ground))
    figure = seen.ours if now else seen.theirs
    row = PlanRow(rule, seen.metric, seen.counted, need, seen.before, _sight(rule, seen, ground), now)
    if figure is None:
        return row
    wanted = cases_to_decide(seen.metric, figure.estimate, bar, way, tuple(figure.per_case.values()))
    if now is None and wanted == figure.estimate.n:  # the baseline had enough cases: fewer may be enough
        wanted = max(decisive_size(figure.estimate, bar) or wanted or 0, need.least or 0)
    return replace(row, wanted=wanted, ends=_ends(figure.best, figure.worst, way, bar) if now else None)


def _seen(rule: Rule, ground: _Ground) -> _SeenMetric:
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    if rule.source is From.TRACES:
        kept, _ = window(ground.traces, ground.as_of, rule.window_days)
        found = observe_traces(rule.metric, kept, rule.tags, direction=rule.direction, unit=rule.unit)
        return _SeenMetric(metric, found if isinstance(found, Observed) else None)
    now, before = first_run_with(rule, ground.candidate), first_run_with(rule, ground.baseline)
    against = None if isinstance(now, NotComputable) else compare(rule, now, ground.baseline)
    return _SeenMetric(
        metric,
        None if isinstance(now, NotComputable) else now[1],
        None if isinstance(before, NotComputable) else before[1],
        against if isinstance(against, Comparison) else None,
    )


def _expected(rule: Rule, seen: _SeenMetric, ground: _Ground) -> int | None:
    """How many cases or traces the figure has or will have: a run's n, else the golden set's, else the baseline's."""
    if seen.ours is not None:
        return seen.ours.estimate.n
    if rule.source is From.TRACES:
        return None
    if ground.golden is None:
        return seen.theirs.estimate.n if seen.theirs else None
    ready = {gold.id for gold in applies_to(rule.metric, ground.golden, rule.tags)}
    return len(ready | (_slice(rule, ground.golden) & _ids(seen.theirs)))


def _need(bar: float, way: Direction, seen: _SeenMetric, n: int | None) -> Need:
    metric, count, value = seen.metric, None, None
    if n and seen.counted:
        count = count_for_rate(bar, way, n)
    elif n and metric.kind is MetricKind.QUANTILE:
        count = count_for_quantile(metric.q, way, n)
    elif n and metric.kind is not MetricKind.SUM and seen.known is not None:
        value = provable_value(seen.known, bar, way, n, ratio=metric.kind is MetricKind.RATIO)
    return Need(n, fewest_cases(metric, bar, way, counted=seen.counted), count, value)


def _sight(rule: Rule, seen: _SeenMetric, ground: _Ground) -> Sight | None:
    """The smallest detectable regression; for a rate, known even without a baseline. Traces have no baseline."""
    if rule.source is From.TRACES:
        return None
    shared = _shared(rule, seen, ground)
    if seen.counted:
        return sight_of_flips(shared) if shared else None
    if seen.theirs is None:
        return None
    change = as_loss(seen.change.change, rule.direction) if seen.change else None
    if seen.metric.kind in (MetricKind.RATE, MetricKind.MEAN) or (change is not None and change.high is not None):
        return sight_of_mean(seen.theirs.estimate, shared, change)
    return sight_of_other(seen.theirs.estimate, rule.direction)


def _shared(rule: Rule, seen: _SeenMetric, ground: _Ground) -> int:
    """Cases that both sides have or will have: as compared, else the baseline's cases still in the golden set."""
    if seen.change is not None:
        return len(seen.change.shared)
    if seen.theirs is None or not seen.theirs.per_case:
        return _expected(rule, seen, ground) or 0
    if ground.golden is None:
        return len(seen.theirs.per_case)
    return len(_slice(rule, ground.golden) & _ids(seen.theirs))


def _slice(rule: Rule, golden: EvalSet) -> set[str]:
    return {gold.id for gold in golden.cases if set(rule.tags) <= set(gold.tags)}


def _ids(seen: Observed | None) -> set[str]:
    """The ids of cases that have the metric, without their variant; an id may itself contain an @."""
    return {name for key in seen.per_case for name in (key, key.partition("@")[0])} if seen else set()


def _regression_row(rule: Rule, seen: _SeenMetric, ground: _Ground, now: GateRow | None) -> PlanRow:
    """The loss against the baseline on the shared cases, compared with its margin."""
    sight = _sight(rule, seen, ground)
    if seen.theirs is None or rule.max_regression is None:
        return PlanRow(rule, seen.metric, seen.counted, Need(None), None, sight, now)
    shared = _shared(rule, seen, ground)
    loss = as_loss(seen.change.change, rule.direction) if seen.change else None
    base = seen.change.baseline if seen.change else seen.theirs.estimate.value
    margin, effect = margin_of(rule, base), effect_of(rule, base)
    limit = max(margin, effect or 0.0)
    count, value = None, None
    least: int | None = MIN_N
    if seen.metric.kind is MetricKind.RATE and seen.counted:
        count = count_for_drop(margin, shared, effect or 0.0) if shared else None
        least = fewest_cases_for_drop(limit)
    else:
        if seen.metric.kind is MetricKind.QUANTILE:
            least = max(MIN_N, smallest_n_for_quantile(seen.metric.q))
        half = half_width(loss, shared) if loss else _baseline_half_width(seen, shared)
        value = None if half is None else limit - half
    row = PlanRow(rule, seen.metric, seen.counted, Need(shared or None, least, count, value), seen.before, sight, now)
    if now is None or loss is None:
        return row
    wanted = cases_to_decide(seen.metric, loss, limit_of(loss, margin, effect), Direction.LOWER)
    return replace(row, wanted=wanted, ends=_loss_ends(rule, seen, limit))


def _baseline_half_width(seen: _SeenMetric, shared: int) -> float | None:
    """How far from the change its bound would lie, estimated from the baseline alone; only for means."""
    if seen.theirs is None or seen.metric.kind not in (MetricKind.RATE, MetricKind.MEAN):
        return None
    return unpaired_half_width(half_width(seen.theirs.estimate, shared))


def _ends(best: Estimate | None, worst: Estimate | None, way: Direction, bar: float) -> Ends | None:
    if best is None or worst is None:
        return None
    return Ends(best, worst, meets(best, way, bar) is not meets(worst, way, bar))


def _loss_ends(rule: Rule, seen: _SeenMetric, margin: float) -> Ends | None:
    """The loss if the cases missing from the candidate had come out at their best or worst."""
    ours, theirs = seen.ours, seen.theirs
    if ours is None or theirs is None or seen.metric.kind not in (MetricKind.RATE, MetricKind.MEAN):
        return None
    lost = [theirs.per_case[key] for key in ours.missing_ids if key in theirs.per_case and key not in ours.per_case]
    if not lost:
        return None
    paired = [ours.per_case[key] - theirs.per_case[key] for key in ours.per_case if key in theirs.per_case]

    def loss(end: float) -> Estimate:
        changes = [*paired, *(end - before for before in lost)]
        return as_loss(Estimate(sum(changes) / len(changes), len(changes)), rule.direction)

    return _ends(loss(best_value(seen.metric)), loss(worst_value(seen.metric)), Direction.LOWER, margin)
