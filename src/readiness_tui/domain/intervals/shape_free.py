"""A bound for the mean of scores in a known range that holds whatever their shape, by betting against the mean.

Somebody bets that the mean is larger than m: each score x, scaled to 0 … 1, multiplies a stake by 1 + g(x/m − 1). If the
mean is at most m, no stake grows on average, so it comes to twenty times its start in at most one sample of twenty.
The capital is the average over stakes g that risk 10 to 98 % at a time; every m that it multiplies twentyfold against is
rejected. The product does not depend on the order of the cases. A t bound knows only the spread that it saw; this one knows
that a score of 0 may come: with n scores it cannot exceed mean · 0.05^(1/n).

Source: Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by betting, J. R. Stat. Soc. B 86:1–27;
the fixed stakes and their average are ours. Cases in clusters: the cluster is the bet, its stake in proportion to its
size, so that the cases' mean is what is bounded, whether or not large clusters differ from small ones.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from readiness_tui.domain.intervals.common import CONFIDENCE, smallest
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.many import numbered

BETTING = "betting"
WHATEVER_SHAPE = "holds whatever the scores' shape"  # what people call it
STAKES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
_ENOUGH = math.log(1 / (1 - CONFIDENCE))  # the logarithm of twenty
_STEPS = 100
_SAME = 1e-13


def with_sure_bounds(
    estimate: Estimate,
    values: Sequence[float],
    low: float,
    high: float,
    clusters: Sequence[Hashable] | None = None,
) -> Estimate:
    """The estimate with the bounds that hold whatever the shape of its `values`, all between `low` and `high`.

    Only beside a t bound: n below 30, values all equal or too few independent sources leave a mean without any.
    """
    if estimate.low is None or estimate.high is None:
        return estimate
    lower, upper = shape_free(values, low, high, clusters)
    return replace(estimate, sure_low=lower, sure_high=upper)


def shape_free(
    values: Sequence[float], low: float = 0.0, high: float = 1.0, clusters: Sequence[Hashable] | None = None
) -> tuple[float, float]:
    """The lower and the upper bound of the mean, each one-sided at 95 %. Without values: the ends of the range."""
    if not values:
        return low, high
    scaled, weights = _bets(values, low, high, clusters)
    wide = high - low
    return low + wide * _lowest(scaled, weights), high - wide * _lowest(1 - scaled, weights)


def _bets(values: Sequence[float], low: float, high: float, clusters: Sequence[Hashable] | None) -> tuple[Any, Any]:
    """Scaled values, or the clusters' means with their sizes as a share of the largest one's. A hair outside the range,
    as tools write, counts as its end. Sorted, so that not even the last digit depends on the order of the cases."""
    import numpy as np

    scaled = np.clip((np.asarray(values, dtype=float) - low) / (high - low), 0.0, 1.0)
    order = np.argsort(scaled, kind="stable")
    scaled = scaled[order]
    if clusters is None:
        return scaled, 1.0
    at = numbered(clusters)[order]
    sizes = np.bincount(at)
    means = np.bincount(at, scaled) / sizes
    order = np.lexsort((sizes, means))
    return means[order], (sizes / sizes.max())[order]


def _grown(scaled: Any, weights: Any, mean: float) -> tuple[float, float]:
    """The logarithm of the capital against `mean`, and its slope by the logarithm of the mean."""
    import numpy as np

    odds = scaled / mean
    logs, slopes = [], []
    for stake in STAKES:
        kept = 1 + stake * weights * (odds - 1)
        logs.append(float(np.log(kept).sum()))
        slopes.append(-float((stake * weights * odds / kept).sum()))
    most = max(logs)
    parts = [math.exp(log - most) for log in logs]
    total = math.fsum(parts)
    slope = math.fsum(part * own for part, own in zip(parts, slopes, strict=True)) / total
    return most + math.log(total / len(STAKES)), slope


def _lowest(scaled: Any, weights: Any) -> float:
    """The mean against which the capital is exactly twenty, by Newton's method on logarithms.

    As a function of log m the log capital falls and is convex, so every step from the left, and the first from the right,
    ends left of the solution: what is returned is never above the bound.
    """
    import numpy as np

    sizes = weights if isinstance(weights, np.ndarray) else np.ones(len(scaled))
    bets = float(sizes.sum())
    average = float((scaled * sizes).sum()) / bets
    if average <= 0:
        return 0.0
    at = math.log(min(average, 1.0)) - _ENOUGH / bets
    for _ in range(_STEPS):
        mean = math.exp(at)
        if mean == 0:
            return 0.0
        capital, slope = _grown(scaled, weights, mean)
        step = (capital - _ENOUGH) / -slope
        at += step
        if abs(step) < _SAME:
            break
    return min(math.exp(at), average, 1.0)


# Before a run, and how many more


def fewest_for_mean(mean: float, threshold: float, *, low: float = 0.0, high: float = 1.0) -> int | None:
    """The fewest scores of this mean with which any such bound can reach `threshold`: the first n with
    mean · 0.05^(1/n) ≥ threshold, both scaled to 0 … 1; below the mean a lower bound, above it an upper one.

    0.92 against 0.85: 38. None where the mean does not lie beyond the threshold. `enough_for_mean`: with how many it does.
    """
    ours, bar = _toward_low(mean, threshold, low, high)
    if bar <= 0:
        return 1
    return math.ceil(_ENOUGH / math.log(ours / bar) - _SAME) if ours > bar else None


def enough_for_mean(mean: float, threshold: float, *, low: float = 0.0, high: float = 1.0) -> int | None:
    """How many scores prove `threshold` if every one of them equals `mean`: the best that can come. 0.92 against 0.85: 52."""
    return decisive_shape_free([mean], threshold, low=low, high=high)


def decisive_shape_free(
    values: Sequence[float], threshold: float, *, low: float = 0.0, high: float = 1.0
) -> int | None:
    """How many scores would prove `threshold` if they came as these did; None if no number would."""
    import numpy as np

    if not values:
        return None
    if math.fsum(values) / len(values) < threshold:  # an upper bound: seen from the other end
        values, threshold, low, high = [-value for value in values], -threshold, -high, -low
    bar = (threshold - low) / (high - low)
    if bar <= 0:
        return 1
    if bar >= 1:
        return None
    scaled, _ = _bets(values, low, high, None)
    growth = [float(np.log1p(stake * (scaled / bar - 1)).mean()) for stake in STAKES]
    if max(growth) <= 0:
        return None

    def met(size: int) -> bool:
        most = max(growth) * size
        return most + math.log(math.fsum(math.exp(own * size - most) for own in growth) / len(STAKES)) >= _ENOUGH

    return smallest(met, 1)


def _toward_low(mean: float, threshold: float, low: float, high: float) -> tuple[float, float]:
    """Mean and threshold scaled to 0 … 1, turned round where the mean lies below."""
    ours, bar = (mean - low) / (high - low), (threshold - low) / (high - low)
    return (ours, bar) if mean >= threshold else (1 - ours, 1 - bar)
