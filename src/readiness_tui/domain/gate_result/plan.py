"""The data a gate needs: before a run, what each rule requires; after it, what would decide (scoring.md, "Gate").

A plan judges nothing: the verdict comes from `evaluate`, and figures of a run come from the same rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.compare.comparison import Comparison, compare, first_run_with
from readiness_tui.domain.gate_result.chances import (
    ABOVE,
    Noticed,
    beyond_t,
    count_to_pass,
    least_provable_score,
    noticed_below,
    noticed_shift,
    passes_rate,
)
from readiness_tui.domain.gate_result.decide import asks_for_proof, estimate_that_decides
from readiness_tui.domain.gate_result.evaluate import HIGH_RISK
from readiness_tui.domain.gate_result.judged import by_judge, is_judged
from readiness_tui.domain.gate_result.model import GateOutcome, GateRow
from readiness_tui.domain.gate_result.plan_model import Ends, Need, Plan, PlannedSlice, PlanRow
from readiness_tui.domain.gate_result.power import (
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
from readiness_tui.domain.gate_result.regression import as_loss, effect_of, limit_of, margin_of
from readiness_tui.domain.gate_result.rows import split
from readiness_tui.domain.intervals import BETTING, MIN_N, WILSON, exact, smallest_n_for_quantile, t_quantile
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import (
    MetricDef,
    MetricKind,
    NotComputable,
    Observed,
    RunData,
    Windows,
    applies_to,
    best_value,
    observe_traces,
    resolve,
    unknown,
    worst_value,
)
from readiness_tui.domain.metrics.assumptions import scores_that_would_tell
from readiness_tui.domain.metrics.meets import decisive_size, meets
from readiness_tui.domain.metrics.registry import share_from
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.runs.holding import named
from readiness_tui.domain.runs.model import EvalSet
from readiness_tui.domain.traces.listed import NOTHING_RECORDED
from readiness_tui.domain.traces.recorded import Recorded


def plan(
    outcome: GateOutcome,
    golden: EvalSet | None,
    candidate: Sequence[RunData] = (),
    baseline: Sequence[RunData] = (),
    recorded: Recorded = NOTHING_RECORDED,
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
    ground = _Ground(golden, tuple(candidate), tuple(baseline), Windows(recorded, as_of), tuple(sets))
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
    recorded: Windows
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
    need = _need(rule, bar, seen, _expected(rule, seen, ground))
    figure = seen.ours if now else seen.theirs
    row = PlanRow(rule, seen.metric, seen.counted, need, seen.before, _sight(rule, seen, ground), now)
    row = replace(row, noticed=_noticed(rule, seen, need.n or 0), passes=_passes(rule, seen, need.n or 0))
    if figure is None:
        return row
    asked = bar if rule.tolerate is None or rule.confidence is Confidence.REQUIRED else rule.tolerate
    held = estimate_that_decides(rule, figure)
    wanted = cases_to_decide(seen.metric, held, asked, way, figure.values)
    enough = scores_that_would_tell(rule, figure, asked) if held.method == BETTING else decisive_size(held, asked)
    if wanted is None and held.low is not None:
        wanted = enough
    if now is None and wanted == held.n:  # the baseline had enough cases: fewer may be enough
        wanted = max(enough or wanted or 0, need.least or 0)
    return replace(row, wanted=wanted, held=held, ends=_ends(figure.best, figure.worst, way, bar) if now else None)


def _seen(rule: Rule, ground: _Ground) -> _SeenMetric:
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    if rule.cut is not None:
        metric = share_from(metric)
    if rule.source is From.TRACES:
        kept, _ = ground.recorded.of(rule.window_days)
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


def _need(rule: Rule, bar: float, seen: _SeenMetric, n: int | None) -> Need:
    metric, way, count, value, passing = seen.metric, rule.direction, None, None, None
    if n and seen.counted:
        count, passing = count_for_rate(bar, way, n), count_to_pass(by_judge(rule), n)
    elif n and metric.kind is MetricKind.QUANTILE:
        count = count_for_quantile(metric.q, way, n)
    elif n and metric.kind is not MetricKind.SUM and seen.known is not None:
        value = provable_value(seen.known, bar, way, n, ratio=metric.kind is MetricKind.RATIO)
        if value is not None and in_points(metric) and way is Direction.HIGHER and asks_for_proof(rule):
            value = max(value, least_provable_score(bar, n))
    return Need(n, fewest_cases(metric, bar, way, counted=seen.counted), count, value, passing)


def _error(seen: _SeenMetric, n: int) -> float | None:
    """The standard error of a mean over n cases, with the spread of the run that is known; None: it is not known."""
    half = None if seen.known is None or not _averaged(seen.metric) else half_width(seen.known, n)
    return None if half is None else half / t_quantile(n - 1)


def _averaged(metric: MetricDef) -> bool:
    return metric.kind in (MetricKind.RATE, MetricKind.MEAN)


def in_points(metric: MetricDef) -> bool:
    """Whether a hundredth of the metric is a point."""
    return metric.range == (0.0, 1.0)


def _noticed(rule: Rule, seen: _SeenMetric, n: int) -> tuple[Noticed, ...]:
    assert rule.threshold is not None
    if seen.counted:
        return noticed_below(rule.threshold, rule.direction, n) if n else ()
    error = _error(seen, n)
    return () if error is None else noticed_shift(error, n, two_sided=False, points=in_points(seen.metric))


def _passes(rule: Rule, seen: _SeenMetric, n: int) -> float | None:
    """None where it is not known: no spread is, the proof of a score depends on more than its spread, people's labels of a
    judge's figure decide, or nothing can be five points better than the threshold."""
    assert rule.threshold is not None
    if is_judged(rule) and asks_for_proof(rule):
        return None
    room = 1 - exact(rule.threshold) if rule.direction is Direction.HIGHER else exact(rule.threshold)
    if not n or not in_points(seen.metric) or not _averaged(seen.metric) or room < ABOVE:
        return None
    if seen.counted:
        return passes_rate(rule, n)
    error = _error(seen, n)
    return None if error is None or asks_for_proof(rule) else beyond_t(float(ABOVE) / error, n, 0.0)


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
    if _averaged(seen.metric) or (change is not None and change.high is not None):
        return sight_of_mean(seen.theirs.estimate, shared, change, points=in_points(seen.metric))
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
    if seen.theirs is None or not _averaged(seen.metric):
        return None
    return unpaired_half_width(half_width(seen.theirs.estimate, shared))


def _ends(best: Estimate | None, worst: Estimate | None, way: Direction, bar: float) -> Ends | None:
    if best is None or worst is None:
        return None
    return Ends(best, worst, meets(best, way, bar) is not meets(worst, way, bar))


def _loss_ends(rule: Rule, seen: _SeenMetric, margin: float) -> Ends | None:
    """The loss if the cases missing from the candidate had come out at their best or worst."""
    ours, theirs = seen.ours, seen.theirs
    if ours is None or theirs is None or not _averaged(seen.metric):
        return None
    lost = [theirs.per_case[key] for key in ours.missing_ids if key in theirs.per_case and key not in ours.per_case]
    if not lost:
        return None
    paired = [ours.per_case[key] - theirs.per_case[key] for key in ours.per_case if key in theirs.per_case]

    def loss(end: float) -> Estimate:
        changes = [*paired, *(end - before for before in lost)]
        return as_loss(Estimate(sum(changes) / len(changes), len(changes)), rule.direction)

    return _ends(loss(best_value(seen.metric)), loss(worst_value(seen.metric)), Direction.LOWER, margin)
