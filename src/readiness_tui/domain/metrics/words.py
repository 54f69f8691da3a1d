"""How a rule and its figures are written.

A measured value is rounded towards its worse side, so that one that misses its threshold never looks as if it met it.
"""

from __future__ import annotations

from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.text.format import NOTHING, count_text, number, plural, threshold_text, times_hundred


def value_text(value: float | None, rule: Rule) -> str:
    """A measured value beside its rule, rounded towards the worse side."""
    return number(value, rule.unit, up=rule.direction is Direction.LOWER)


def change_text(change: float | None, rule: Rule) -> str:
    """ "+0.025", "−210": the candidate minus the baseline."""
    text = value_text(change, rule)
    return text if change is None or change <= 0 or text == NOTHING else f"+{text}"


def bound_text(estimate: Estimate | None, rule: Rule) -> str:
    """The one-sided 95 % bound on the side that matters: "≥ 0.764" or "≤ 3,420"; — where n is too small.

    "≥~0.764" where it is approximate.
    """
    if estimate is None:
        return NOTHING
    higher = rule.direction is Direction.HIGHER
    bound, doubt = (estimate.low, estimate.low_doubt) if higher else (estimate.high, estimate.high_doubt)
    if bound is None:
        return NOTHING
    return f"{'≥' if higher else '≤'}{'~' if doubt else ' '}{value_text(bound, rule)}"


def interval_text(estimate: Estimate, unit: str = "") -> str:
    """The two-sided 95 % interval, rounded outwards: "0.745 to 0.944"; "" where there is none."""
    if estimate.interval is None:
        return ""
    low, high = estimate.interval
    return f"{number(low, unit)} to {number(high, unit, up=True)}"


def rule_text(rule: Rule) -> str:
    """For example "≥ 0.85", "≥ 0.85, surely ≥ 0.80", "≤ 3,500", "≥ 0.85, drop ≤ 0.02", "rise ≤ 10%", "drop ≤ 0.00, min effect 0.02"."""
    higher = rule.direction is Direction.HIGHER
    parts = []
    if rule.threshold is not None:
        parts.append(f"{'≥' if higher else '≤'} {threshold_text(rule.threshold, rule.unit)}")
    if rule.tolerate is not None:
        parts.append(f"surely {'≥' if higher else '≤'} {threshold_text(rule.tolerate, rule.unit)}")
    if rule.max_regression is not None:
        margin = _margin_text(rule.max_regression, rule.unit, relative=rule.relative)
        parts.append(f"{'drop' if higher else 'rise'} ≤ {margin}")
    if rule.min_effect is not None:
        parts.append(f"min effect {_margin_text(rule.min_effect, rule.unit, relative=rule.min_effect_relative)}")
    return ", ".join(parts) or NOTHING


def _margin_text(value: float, unit: str, *, relative: bool) -> str:
    return f"{times_hundred(value)}%" if relative else threshold_text(value, unit)


def metric_label(rule: Rule) -> str:
    """ "faithfulness", "faithfulness (high_risk)", "faithfulness (right from 0.7)", "latency_p95_ms in 7 days"."""
    named = [*rule.tags]
    if rule.variant:
        named.append(f"variant {rule.variant}")
    if rule.dataset:
        named.append(f"of {rule.dataset}")
    if rule.cut is not None:
        named.append(f"right from {rule.cut:g}")
    tags = f" ({', '.join(named)})" if named else ""
    window = "" if rule.window_days is None else f" in {plural(rule.window_days, 'day')}"
    name = rule.metric.replace("_k", f"_{rule.k}") if rule.k else rule.metric
    return f"{name}{tags}{window}"


def estimate_text(estimate: Estimate | None) -> str:
    """ "35/40" for a rate, else its n."""
    return NOTHING if estimate is None else count_text(estimate.k, estimate.n)
