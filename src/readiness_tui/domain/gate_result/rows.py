"""Evaluates one rule on the candidate: a row of the gate (scoring.md, "Gate")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.compare.change import PAIRED, SCORE
from readiness_tui.domain.compare.comparison import CARRIED, Comparison, compare, first_run_with
from readiness_tui.domain.gate_result.behind import weighed
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.intervals import T
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import (
    NotComputable,
    Observed,
    RunData,
    absent_cases,
    first_few,
    observe_traces,
    window,
)
from readiness_tui.domain.metrics.meets import EPSILON, bound_meets, how_sure, meets, needed, why_approximate
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.metrics.words import rule_text, value_text
from readiness_tui.domain.runs.model import Completeness, Trace
from readiness_tui.domain.text.format import NOTHING, plural

BY_MISSING = "decided by missing cases"


@dataclass(frozen=True, slots=True)
class Ground:
    """The data that rules are evaluated on. `changed`: by run id (None: every row), what has changed since the lock."""

    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    traces: Sequence[Trace]
    as_of: date
    changed: dict[str | None, tuple[str, ...]]


def split(rule: Rule) -> tuple[Rule, ...]:
    """A rule with a threshold and a baseline margin gives two rows, each with its own key."""
    if rule.threshold is None or rule.max_regression is None:
        return (rule,)
    plain = replace(rule, max_regression=None, relative=False, min_effect=None, min_effect_relative=False)
    return plain, replace(rule, threshold=None)


def row(rule: Rule, ground: Ground) -> GateRow:
    """The row of one rule as `split` gives it."""
    if rule.threshold is None and rule.max_regression is None:
        return GateRow(rule, Result.MISSING, None, "the rule declares neither a threshold nor a max_regression")
    made = _from_traces(rule, ground) if rule.source is From.TRACES else _from_runs(rule, ground)
    changed = (*ground.changed.get(None, ()), *_changed(rule, ground, made.run_id))
    if changed:
        return replace(made, result=Result.CHANGED, reason=f"{' and '.join(changed)} changed since the lock", sure="")
    return made


def _changed(rule: Rule, ground: Ground, run_id: str | None) -> tuple[str, ...]:
    """What has changed of the run that a row uses; of the first, where none carries the metric and all have changed."""
    if rule.source is From.TRACES:
        return ()
    if run_id is not None:
        return ground.changed.get(run_id, ())
    every = [ground.changed.get(data.run.id, ()) for data in ground.candidate]
    return every[0] if every and all(every) else ()


def _from_traces(rule: Rule, ground: Ground) -> GateRow:
    if rule.threshold is None:
        return GateRow(rule, Result.MISSING, None, "a regression is measured case by case; traces have no baseline")
    kept, undated = window(ground.traces, ground.as_of, rule.window_days)
    span = "" if rule.window_days is None else f"{plural(rule.window_days, 'day')} to {ground.as_of} (UTC days)"
    if not kept:
        where = f" in {span}" if span else ""
        lost = f"; {plural(undated, 'trace')} without a start time" if undated and span else ""
        return GateRow(rule, Result.MISSING, None, f"there are no traces{where}{lost}", used=0, total=0)
    seen = observe_traces(rule.metric, kept, rule.tags, direction=rule.direction, unit=rule.unit)
    made = _threshold_row(rule, seen, "trace")
    if isinstance(seen, Observed):
        made = weighed(rule, seen, made, "trace")
    if undated and span:
        span += f"; {plural(undated, 'trace')} without a start time left out"
    return replace(made, reason=f"{made.reason}; {span}") if span else made


def _from_runs(rule: Rule, ground: Ground) -> GateRow:
    found = first_run_with(rule, ground.candidate)
    if isinstance(found, NotComputable):
        return _missing(rule, found)
    data, seen = found
    against = compare(rule, found, ground.baseline)
    partial = _partial(data)
    if partial:
        made = GateRow(rule, Result.MISSING, _shown(rule, seen), partial, used=seen.used, total=seen.total)
    elif rule.threshold is not None:
        made = _threshold_row(rule, seen, "case")
    else:
        made = _regression_row(rule, seen, against)
    made = weighed(rule, seen, made, "case")
    if isinstance(against, Comparison):
        made = replace(made, baseline=against.baseline, change=against.change.value)
    return replace(made, run_id=data.run.id)


def _shown(rule: Rule, seen: Observed) -> Estimate | None:
    """None for a regression row: its figure is a change, and the candidate's own would be mistaken for one."""
    return seen.estimate if rule.threshold is not None else None


def _partial(data: RunData) -> str:
    """Why an unfinished run decides nothing; "" if the golden set tells how many cases it lacks."""
    if data.run.completeness is Completeness.COMPLETE or (data.cases and absent_cases(data)):
        return ""
    if data.golden and {gold.id for gold in data.golden.cases} <= {case.id for case in data.cases}:
        return ""
    if data.run.declared_cases is not None:
        return f"the run is {data.run.completeness}: {len(data.cases):,} of {data.run.declared_cases:,} cases"
    return f"the run is {data.run.completeness}, and how many cases it lacks is not known"


def _missing(rule: Rule, why: NotComputable) -> GateRow:
    return GateRow(rule, Result.MISSING, None, why.reason, used=why.used, total=why.total)


def _sparse(rule: Rule, seen: Observed, noun: str) -> GateRow | None:
    """MISSING if fewer than 95 % have the metric."""
    if seen.coverage is None or seen.coverage >= CARRIED:
        return None
    reason = (
        f"{seen.used:,} of {seen.total:,} {noun}s carry it ({int(seen.coverage * 100)} %), 95 % are needed; "
        f"missing: {first_few(seen.missing_ids)}"
    )
    return GateRow(rule, Result.MISSING, _shown(rule, seen), reason, used=seen.used, total=seen.total)


def _threshold_row(rule: Rule, seen: Observed | NotComputable, noun: str) -> GateRow:
    assert rule.threshold is not None
    if isinstance(seen, NotComputable):
        return _missing(rule, seen)
    sparse = _sparse(rule, seen, noun)
    if sparse:
        return sparse
    estimate = seen.estimate
    met = meets(estimate, rule.direction, rule.threshold)
    result = _result(rule, met, bound_meets(estimate, rule.direction, rule.threshold), seen.used)
    reasons, sure = [_figure(rule, estimate, met)], [how_sure(estimate, rule.direction, rule.threshold, noun=noun)]
    by_missing = False
    if seen.worst is not None and met:
        by_missing = not meets(seen.worst, rule.direction, rule.threshold)
        reasons.append(f"worst case {value_text(seen.worst.value, rule).replace(NOTHING, 'without limit')}")
        if by_missing:
            sure.append(BY_MISSING)
    reasons += filter(None, [why_approximate(estimate, rule.direction, rule.threshold)])
    if seen.note and seen.note != sure[0]:
        reasons.append(seen.note)
    if seen.used == 1:
        reasons.append(f"one {noun} alone decides nothing")
    return GateRow(
        rule,
        result,
        estimate,
        "; ".join(reasons),
        "; ".join(sure),
        seen.used,
        seen.total,
        by_missing=by_missing,
    )


def _figure(rule: Rule, estimate: Estimate, met: bool) -> str:
    assert rule.threshold is not None
    need = needed(estimate, rule.direction, rule.threshold)
    if need is None:
        return f"{value_text(estimate.value, rule)} {'meets' if met else 'misses'} {rule_text(rule)}"
    limit = "needs" if rule.direction is Direction.HIGHER else "at most"
    return f"{estimate.k:,} of {estimate.n:,}, {limit} {need:,}"


def _result(rule: Rule, met: bool, sure: bool | None, used: int | None) -> Result:
    """A single case or trace can fail a rule but never pass it: its result could be chance."""
    if not met:
        return Result.FAIL
    if used == 1:
        return Result.INCONCLUSIVE
    return Result.PASS if sure or rule.confidence is Confidence.ADVISE else Result.INCONCLUSIVE


def _regression_row(rule: Rule, seen: Observed, against: Comparison | NotComputable) -> GateRow:
    """Non-inferiority: how much worse the candidate is on the shared cases, compared with the declared margin."""
    sparse = _sparse(rule, seen, "case")
    if sparse:
        return sparse
    if isinstance(against, NotComputable):
        return _missing(rule, against)
    if against.lacking:
        return GateRow(rule, Result.MISSING, None, against.lacking, used=len(against.shared), total=seen.total)
    margin = margin_of(rule, against.baseline)
    effect = effect_of(rule, against.baseline)
    worse = as_loss(against.change, rule.direction)
    result, limit = _regression_result(rule, worse, margin, effect, len(against.shared))
    loss = max(worse.value, 0.0) if abs(worse.value) > EPSILON else 0.0
    drop = "drop" if rule.direction is Direction.HIGHER else "rise"
    toward_worse = replace(rule, direction=Direction.LOWER)  # a loss is rounded up, its margin down
    toward_limit = replace(rule, direction=Direction.HIGHER)
    reasons = [
        f"{drop} {value_text(loss, toward_worse)} over {plural(len(against.shared), 'shared case')}, "
        f"at most {value_text(margin, toward_limit)} allowed",
        f"baseline run {against.run_id}",
        *filter(None, [why_approximate(worse, Direction.LOWER, limit)]),
    ]
    if effect is not None and worse.value > margin + EPSILON:
        least = value_text(effect, toward_worse)
        if limit > margin:
            reasons.insert(1, f"smaller than the minimum effect of {least}")
        elif result is Result.INCONCLUSIVE:
            reasons.insert(1, f"as large as the minimum effect of {least}, and could be chance")
    if len(against.shared) == 1:
        reasons.append("one case alone decides nothing")
    if against.unmatched:
        reasons.append(f"{len(against.unmatched)} unmatched: {first_few(against.unmatched)}")
    return GateRow(
        rule,
        result,
        against.change,
        "; ".join(reasons),
        how_sure(worse, Direction.LOWER, limit),
        len(against.shared),
        len(against.shared) + len(against.unmatched),
    )


def _regression_result(
    rule: Rule, worse: Estimate, margin: float, effect: float | None, used: int
) -> tuple[Result, float]:
    """The result of a regression, and the limit it was compared with: the margin, or a larger minimum effect.

    Without a minimum effect the point rule decides. With one, a smaller loss counts as none; a larger one fails only
    if the bound proves it, and is inconclusive otherwise.
    """
    limit = limit_of(worse, margin, effect)
    met = meets(worse, Direction.LOWER, limit)
    if effect is None or met:
        return _result(rule, met, bound_meets(worse, Direction.LOWER, limit), used), limit
    return Result.FAIL if bound_meets(worse, Direction.HIGHER, margin) else Result.INCONCLUSIVE, limit


def margin_of(rule: Rule, baseline: float) -> float:
    """How much worse than this baseline figure the candidate may be, in the metric's unit."""
    assert rule.max_regression is not None
    return rule.max_regression * (abs(baseline) if rule.relative else 1)


def effect_of(rule: Rule, baseline: float) -> float | None:
    """The smallest loss against this baseline figure that counts, in the metric's unit; None: every loss counts."""
    if rule.min_effect is None:
        return None
    return rule.min_effect * (abs(baseline) if rule.min_effect_relative else 1)


def limit_of(worse: Estimate, margin: float, effect: float | None) -> float:
    """The limit for a loss: the margin, or a larger minimum effect that the loss stays below."""
    if effect is None or (worse.value >= effect - EPSILON and not meets(worse, Direction.LOWER, margin)):
        return margin
    return max(margin, effect)


def as_loss(change: Estimate, direction: Direction) -> Estimate:
    """A change as a loss (worse is positive). For the n that would decide, a rate's bounds are treated like a mean's."""
    method = T if change.method == SCORE else change.method.removeprefix(PAIRED)
    if direction is Direction.LOWER:
        return replace(change, method=method)
    low, high = change.low, change.high
    return replace(
        change,
        value=-change.value,
        low=None if high is None else -high,
        high=None if low is None else -low,
        method=method,
        low_doubt=change.high_doubt,
        high_doubt=change.low_doubt,
        interval=None if change.interval is None else (-change.interval[1], -change.interval[0]),
    )
