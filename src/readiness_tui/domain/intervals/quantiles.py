"""Quantiles as observed values, with bounds from order statistics."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from functools import lru_cache

from readiness_tui.domain.intervals.common import BOTH_SIDES, CONFIDENCE, TOO_SMALL, exact
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.many import groups_of, in_order, shares_beyond, up_to
from readiness_tui.domain.intervals.rates import Z

ORDER = "order statistic"
CLUSTER_ORDER = "order statistic, clusters"
MIN_CLUSTERS = 5  # fewer do not tell how alike their values are

_TIE = 1e-12  # a binomial probability this near its bound counts as equal; the special function is no more exact


@lru_cache(maxsize=1024)
def quantile_ranks(n: int, q: float = 0.95, level: float = CONFIDENCE) -> tuple[int, int | None, int | None]:
    """1-based ranks among n sorted values: of the quantile itself, of its lower bound, of its upper bound.

    The quantile is element ⌈q n⌉. Upper: the smallest r with P(Bin(n, q) ≤ r − 1) ≥ `level`; for q = .95 there is
    none below n = 59 at .95. Lower: the largest s with P(Bin(n, q) ≥ s) ≥ `level`. Exact for any continuous
    distribution, conservative for others. Source: David & Nagaraja (2003), Order Statistics, 7.1.
    """
    if n < 1:
        raise ValueError("a quantile needs at least one value")
    from scipy.special import bdtr, bdtrc

    rank = max(1, math.ceil(exact(q) * n))
    step = math.sqrt(n * q * (1 - q))
    upper = min(n, max(1, math.floor(n * q + Z * step)))
    while upper > 1 and bdtr(upper - 2, n, q) >= level - _TIE:
        upper -= 1
    while upper <= n and (upper - 1 >= n or bdtr(upper - 1, n, q) < level - _TIE):
        upper += 1
    lower = min(n, max(0, math.ceil(n * q - Z * step)))
    while lower < n and bdtrc(lower, n, q) >= level - _TIE:
        lower += 1
    while lower > 0 and bdtrc(lower - 1, n, q) < level - _TIE:
        lower -= 1
    return rank, lower or None, upper if upper <= n else None


def smallest_n_for_quantile(q: float = 0.95) -> int:
    """The fewest values at which the quantile has an upper bound: 59 for q = .95."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(q))


def quantile(values: Sequence[float], q: float = 0.95, clusters: Sequence[Hashable] | None = None) -> Estimate:
    """The q-quantile as an observed value, with order-statistic bounds (see `quantile_ranks`).

    `clusters`: which values belong together (one session's requests, one case's repeats). The ranks then come from the
    effective number of independent values (`_effective`), scaled to n. With fewer than 5 clusters that number cannot be
    estimated: the values count as independent, and the bounds are approximate.
    """
    n = len(values)
    if n == 0:
        return Estimate(math.nan, 0, method=ORDER, note=TOO_SMALL)
    ordered = in_order(values)
    rank = quantile_ranks(n, q)[0]
    method, size, doubt, groups = ORDER, n, "", None
    if clusters is not None:
        method, groups = CLUSTER_ORDER, groups_of(clusters)
        if groups < MIN_CLUSTERS:
            doubt = f"the values of a cluster are not independent, and the bound needs {MIN_CLUSTERS} clusters"
        else:
            size = _effective(values, ordered, rank, clusters)

    def bounds(level: float) -> tuple[float | None, float | None]:
        _, low, high = quantile_ranks(size, q, level)
        return (
            None if low is None else ordered[max(1, low * n // size) - 1],
            None if high is None else ordered[min(n, -(-high * n // size)) - 1],
        )

    low, high = bounds(CONFIDENCE)
    start, end = bounds(BOTH_SIDES)
    note = "" if high is not None else f"{TOO_SMALL}: none below n = {smallest_n_for_quantile(q)}"
    if note and size < n:
        note += f", and these tell as much as {size:,} independent ones"
    interval = None if start is None or end is None else (start, end)
    return Estimate(
        ordered[rank - 1],
        n,
        low,
        high,
        method,
        note,
        low_doubt=doubt,
        high_doubt=doubt,
        interval=interval,
        rare=groups is not None,  # a slow source among those that were not drawn
        units=groups,
    )


def _effective(values: Sequence[float], ordered: Sequence[float], rank: int, clusters: Sequence[Hashable]) -> int:
    """The effective sample size: how many independent values would be as informative as these clustered ones.

    n / deff, where deff is the cluster-robust variance of a share over its binomial variance (Kish 1965, Survey
    Sampling, 8.2), for the share up to the quantile or the share up to the median, whichever is larger.
    """
    n = len(values)
    points = ordered[rank - 1], ordered[(n - 1) // 2]
    return max(1, math.floor(n / max(1.0, *(_design_effect(values, point, clusters) for point in points))))


def _design_effect(values: Sequence[float], point: float, clusters: Sequence[Hashable]) -> float:
    n, groups = len(values), groups_of(clusters)
    share = up_to(values, point) / n
    if share == 1:  # no value lies above it
        return 1.0
    squares = math.fsum(s * s for s in shares_beyond(values, point, share, clusters))
    return groups / (groups - 1) * squares / (n * share * (1 - share))
