"""Evaluates how much worse the candidate is than its baseline: a row of the gate (gate.md, "Baseline").

Non-inferiority: the loss on the shared cases against the declared margin. The point value decides, and with
`confidence: required` the one-sided 95 % bound of the paired difference has to stay within the margin too.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from readiness_tui.domain.compare.change import PAIRED, SCORE, decisive_pairs
from readiness_tui.domain.compare.comparison import Comparison
from readiness_tui.domain.compare.paired import flips_text, pass_fail
from readiness_tui.domain.gate_result.decide import alone, left_out, result_of, too_few, worst_case
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.gate_result.threshold import missing_row, sparse_row
from readiness_tui.domain.intervals import TOO_SMALL, T
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import MetricKind, NotComputable, Observed, first_few, resolve, unknown
from readiness_tui.domain.metrics.assumptions import assumptions
from readiness_tui.domain.metrics.meets import EPSILON, bound_meets, deciding, how_sure, meets, why_approximate
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.metrics.words import value_text
from readiness_tui.domain.text.format import plural


def regression_row(rule: Rule, seen: Observed, against: Comparison | NotComputable) -> GateRow:
    sparse = sparse_row(rule, seen, "case")
    if sparse:
        return sparse
    if isinstance(against, NotComputable):
        return missing_row(rule, against)
    thin = _thin_baseline(against)
    if thin:
        return GateRow(rule, Result.MISSING, None, thin, used=len(against.shared), total=_both(against))
    margin, effect = margin_of(rule, against.baseline), effect_of(rule, against.baseline)
    worse, implied = as_loss(against.change, rule.direction), against.implied
    if implied is not None:
        implied = replace(implied, estimate=as_loss(implied.estimate, rule.direction))
    strict = rule.confidence is Confidence.REQUIRED
    held = deciding(worse, implied.estimate if implied else None, difference=True) if strict else worse
    limit = limit_of(worse, margin, effect)
    toward_worse = replace(rule, direction=Direction.LOWER)  # a loss is rounded up, its margin down
    toward_limit = replace(rule, direction=Direction.HIGHER)
    met = meets(worse, Direction.LOWER, limit)
    by_missing = met and not _within(_worst_loss(rule, against), margin, effect)
    doubts = (
        *alone(len(against.shared), "case"),
        *_unproven(rule, held, limit, toward_worse),
        *(worst_case(toward_worse, _worst_loss(rule, against)) if by_missing else ()),
        *left_out(rule, seen),
        *left_out(rule, against.before, where="in the baseline "),
    )
    result = result_of(met=met, doubts=doubts)
    loss = max(worse.value, 0.0) if abs(worse.value) > EPSILON else 0.0
    drop = "drop" if rule.direction is Direction.HIGHER else "rise"
    figure = (
        f"{drop} {value_text(loss, toward_worse)} over {plural(len(against.shared), 'shared case')}, "
        f"at most {value_text(margin, toward_limit)} allowed"
    )
    why = why_approximate(held, Direction.LOWER, limit)
    reasons = [*(doubts if met else ()), figure]
    if effect is not None and worse.value > margin + EPSILON:
        least = value_text(effect, toward_worse)
        if met:
            reasons.append(f"smaller than the minimum effect of {least}")
        elif bound_meets(worse, Direction.HIGHER, margin) is False:
            # Where there is no bound, the point value decides: what cannot be measured softens nothing.
            result = Result.INCONCLUSIVE
            reasons.insert(0, f"as large as the minimum effect of {least}, and could be luck")
    reasons.append(f"baseline run {against.run_id}")
    if why:
        reasons.append(why)
    if against.unmatched:
        reasons.append(f"{len(against.unmatched)} unmatched: {first_few(against.unmatched)}")
    return GateRow(
        rule,
        result,
        against.change,
        "; ".join(reasons),
        how_sure(held, Direction.LOWER, limit, enough=_enough(rule, seen, against, limit) if held is worse else None),
        len(against.shared),
        len(against.shared) + len(against.unmatched),
        by_missing=by_missing,
        remarks=(*_flips(rule, seen, against), *assumptions(toward_worse, worse, limit, implied)),
    )


def _both(against: Comparison) -> int:
    """The cases to which the metric applies on both sides."""
    return len({*against.shared, *against.lost})


def _thin_baseline(against: Comparison) -> str:
    """Why the baseline is too thin to compare with: fewer than 95 % of its cases, or of the shared ones, carry the metric.

    Cases that only the candidate has are aside: the baseline need not have them.
    """
    before, shared = against.before, set(against.shared)
    own = too_few(
        "case",
        before.used or 0,
        before.total or 0,
        before.coverage,
        before.missing_ids,
        f" of the baseline run {against.run_id}",
    )
    return (
        own
        or against.few
        or too_few(
            "case",
            len(shared),
            _both(against),
            None if not against.lost else Fraction(len(shared), _both(against)),
            [key for key in against.lost if key not in shared],
            " that both runs have",
        )
    )


def _worst_loss(rule: Rule, against: Comparison) -> float:
    """How much worse the candidate is if each missing case had come out at its worst."""
    worst = against.change.value if against.worst is None else against.worst
    return round(-worst if rule.direction is Direction.HIGHER else worst, 12)  # 1.0 − 0.98 is 0.02, not 0.0200…02


def _within(loss: float, margin: float, effect: float | None) -> bool:
    return loss <= margin + EPSILON or (effect is not None and loss < effect - EPSILON)


def _unproven(rule: Rule, worse: Estimate, limit: float, words: Rule) -> tuple[str, ...]:
    """What `confidence: required` asks the bound for, and it does not show."""
    if rule.confidence is not Confidence.REQUIRED:
        return ()
    holds = bound_meets(worse, Direction.LOWER, limit)
    if holds is None:
        return (f"no bound can be given ({worse.note or TOO_SMALL}), and one is asked for",)
    return () if holds else (f"it could be as large as {value_text(worse.high, words)}",)


def _flips(rule: Rule, seen: Observed, against: Comparison) -> tuple[str, ...]:
    """Of a pass-or-fail metric, the cases that flipped and whether that could be luck (exact McNemar)."""
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    sides = seen, against.before
    if (metric.kind is not MetricKind.RATE and rule.cut is None) or any(
        value not in (0.0, 1.0) for side in sides for key in against.shared for value in side.readings.get(key, (0.5,))
    ):
        return ()
    now, before = ({key: side.per_case[key] for key in against.shared} for side in sides)
    return (flips_text(pass_fail(now, before, rule.direction)),)


def _enough(rule: Rule, seen: Observed, against: Comparison, limit: float) -> int | None:
    """How many shared cases would tell, of a pass-or-fail metric; None: the estimate's own spread says."""
    if against.change.method != SCORE:
        return None
    pairs = [(seen.per_case[key], against.before.per_case[key]) for key in against.shared]
    up, down = sum(now > before for now, before in pairs), sum(now < before for now, before in pairs)
    better, worse = (up, down) if rule.direction is Direction.HIGHER else (down, up)
    return decisive_pairs(better, worse, len(pairs), limit)


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
        sure_low=None if change.sure_high is None else -change.sure_high,
        sure_high=None if change.sure_low is None else -change.sure_low,
    )
