"""How a metric changed from baseline to candidate on the same cases, with its one-sided 95 % bounds.

A rate of single 0/1 verdicts: Tango's score interval, corrected for continuity. A mean: Student's t over the differences
of the cases, cluster-robust where cases name clusters, for rates too; and where the scores' range is known, the bounds that
hold whatever their shape. A quantile or a ratio: the cases are resampled in pairs, seeded, and the bound is approximate. A
sum: the t bounds of the mean difference, times n.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from readiness_tui.domain.compare.paired import SEED
from readiness_tui.domain.intervals import (
    MIN_N,
    TOO_SMALL,
    Z,
    exact,
    mean_clustered,
    mean_t,
    smallest_n_for_quantile,
    with_sure_bounds,
)
from readiness_tui.domain.intervals.common import smallest
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.registry import MetricDef, MetricKind
from readiness_tui.domain.metrics.summary import Observed, grouped

PAIRED = "paired "
SCORE, BOOTSTRAP = "paired score (Tango)", "paired bootstrap"
RESAMPLED = "the bound comes from resampling, whose coverage is not known here"
FEWEST_PAIRS = 20  # below this, the coverage of a rate's difference is not known to hold
HALF_A_FLIP = 0.5  # the correction for continuity
MIN_SUCCESSES = 10  # on each side, for a ratio: with fewer, resamples without a success are not rare
_WORK = 20_000_000  # the most values drawn
_FEWEST, _MOST = 1_000, 10_000  # resamples
_BLOCK = 1_000_000  # values drawn at once: bounds memory for any number of cases
_SAME = 1e-12


def paired_change(
    metric: MetricDef, ours: Observed, theirs: Observed, shared: Sequence[str], *, bound: bool
) -> Estimate:
    """Candidate minus baseline over the shared cases; both must be observed over exactly these.

    `bound` False: a figure whose bound would need resampling gets none.
    """
    if metric.kind in (MetricKind.RATE, MetricKind.MEAN):
        pairs = [(ours.per_case[key], theirs.per_case[key]) for key in shared]
        groups = grouped(shared, ours.clusters)
        if (
            groups is None
            and metric.kind is MetricKind.RATE
            and all(value in (0.0, 1.0) for pair in pairs for value in pair)
        ):
            return rate_change(sum(a > b for a, b in pairs), sum(a < b for a, b in pairs), len(pairs))
        changes = [a - b for a, b in pairs]
        change = mean_t(changes) if groups is None else mean_clustered(changes, groups)
        low, high = metric.range
        if low is not None and high is not None:
            change = with_sure_bounds(change, changes, low - high, high - low, groups)
        return replace(change, method=f"{PAIRED}{change.method}")
    value = ours.estimate.value - theirs.estimate.value
    if metric.kind is MetricKind.SUM:
        mean = mean_t([math.fsum(ours.readings[key]) - math.fsum(theirs.readings[key]) for key in shared])
        n = len(shared)
        low, high = (None if bound is None else bound * n for bound in (mean.low, mean.high))
        return replace(
            mean, value=value, low=low, high=high, method=f"{PAIRED}{mean.method} × n", interval=None, k=None
        )
    if not bound:
        return Estimate(value, len(shared), method="difference")
    return _resampled(metric, ours, theirs, shared, value)


def rate_change(better: int, worse: int, n: int) -> Estimate:
    """The change of a 0/1 rate over n pairs, of which `better` went from 0 to 1 and `worse` from 1 to 0.

    The bound is the change whose score test just rejects, z = 1.645, with half a flip in its favour: it works for few cases
    too, and when none flipped. Source: Tango (1998), Statistics in Medicine 17:891-908; the correction for continuity is
    ours. Without it the bound holds in as few as 90.4 % of samples (docs/statistics.md), with it in 93 % or more
    from 20 pairs on.
    """
    if n == 0:
        return Estimate(math.nan, 0, method=SCORE, note=TOO_SMALL)
    value, few = (better - worse) / n, "" if n >= FEWEST_PAIRS else f"a difference needs {FEWEST_PAIRS} shared cases"
    low, high = -_score_bound(worse, better, n), _score_bound(better, worse, n)
    return Estimate(value, n, low, high, SCORE, low_doubt=few, high_doubt=few)


def decisive_pairs(better: int, worse: int, n: int, limit: float) -> int | None:
    """How many pairs would show on which side of `limit` the loss `worse - better` lies, if they flipped as these did.

    The bound's distance does not fall as 1/√n here: half a flip weighs less among more pairs. None if no number would.
    """
    loss = (worse - better) / n
    if abs(loss - limit) < _SAME:
        return None

    def met(size: int) -> bool:
        more, less = worse * size / n, better * size / n
        return _score_bound(more, less, size) <= limit if loss < limit else -_score_bound(less, more, size) >= limit

    return smallest(met, n)


def _score_bound(better: float, worse: float, n: int) -> float:
    """The upper bound, by bisection: the score statistic falls as the tested change grows."""
    low, high = (better - worse) / n, 1.0
    while high - low > _SAME:
        middle = (low + high) / 2
        if _score(better, worse, n, middle) > -Z:
            low = middle
        else:
            high = middle
    return high


def _score(better: float, worse: float, n: int, change: float) -> float:
    """Tango's statistic for a true change, with the probability that a pair got worse at its constrained maximum."""
    b = -better - worse + (2 * n - better + worse) * change
    c = -worse * change * (1 - change)
    q = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    variance = n * (2 * q + change * (1 - change))
    distance = min(better - worse - n * change + HALF_A_FLIP, 0.0)
    return distance / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, distance) if distance else 0.0


def _resampled(metric: MetricDef, ours: Observed, theirs: Observed, shared: Sequence[str], value: float) -> Estimate:
    """Percentile bounds over resamples of whole cases, both sides of a case together.

    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, 13.3.
    """
    n = len(shared)
    note = _too_few(metric, ours, theirs, shared)
    if note:
        return Estimate(value, n, method=BOOTSTRAP, note=note)
    import numpy as np

    one, other = (_figure(metric, side, shared) for side in (ours, theirs))
    draw = np.random.default_rng(SEED)
    resamples = min(_MOST, max(_FEWEST, _WORK // n))
    block = max(1, _BLOCK // n)
    found = []
    for done in range(0, resamples, block):
        picks = draw.integers(0, n, (min(block, resamples - done), n))
        found.append(one(picks) - other(picks))
    low, high = np.quantile(np.concatenate(found), [0.05, 0.95], method="inverted_cdf")
    if low == high:
        return Estimate(value, n, method=BOOTSTRAP, note=f"{TOO_SMALL}: all resamples equal")
    return Estimate(value, n, float(low), float(high), BOOTSTRAP, low_doubt=RESAMPLED, high_doubt=RESAMPLED, rare=True)


def _too_few(metric: MetricDef, ours: Observed, theirs: Observed, shared: Sequence[str]) -> str:
    """Why there is no bound: n is below what the figure itself needs for one."""
    if metric.kind is MetricKind.QUANTILE:
        least = max(MIN_N, smallest_n_for_quantile(metric.q))
        if len(shared) < least:
            return f"{TOO_SMALL}: none below n = {least}"
        ragged = len({len(side.readings[key]) for side in (ours, theirs) for key in shared}) > 1
        return "no bound: the cases were repeated unequally often" if ragged else ""
    successes = min(math.fsum(side.denominators[key] for key in shared) for side in (ours, theirs))
    if len(shared) < MIN_N or successes < MIN_SUCCESSES:
        return f"{TOO_SMALL}: {MIN_N} cases and {MIN_SUCCESSES} successes are needed"
    return ""


def _figure(metric: MetricDef, side: Observed, shared: Sequence[str]) -> Callable[[Any], Any]:
    """A function from rows of sampled cases to the figures of one side."""
    import numpy as np

    if metric.kind is MetricKind.RATIO:
        tops = np.array([side.per_case[key] for key in shared])
        bottoms = np.array([side.denominators[key] for key in shared])

        def ratios(picks: Any) -> Any:
            # A resample without a success has no figure: it counts as the most expensive one.
            below = bottoms[picks].sum(axis=1)
            return tops[picks].sum(axis=1) / np.maximum(below, bottoms[bottoms > 0].min())

        return ratios
    values = np.array([side.readings[key] for key in shared], dtype=float)
    rank = max(1, math.ceil(exact(metric.q) * values.size)) - 1

    def quantiles(picks: Any) -> Any:
        return np.partition(values[picks].reshape(len(picks), -1), rank, axis=1)[:, rank]

    return quantiles
