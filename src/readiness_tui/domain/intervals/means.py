"""Means over cases: Student's t, and its cluster-robust form where cases come in clusters."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace

from readiness_tui.domain.intervals.clusters import too_few_sources, uneven_clusters
from readiness_tui.domain.intervals.common import (
    ALL_EQUAL,
    BOTH_SIDES,
    MIN_N,
    TOO_SMALL,
    skew_doubt,
    smallest,
    spread,
    t_quantile,
)
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.many import less, summed

SKEW_CASES = 40  # a t bound toward a tail needs this many cases times the squared skewness
_ROUNDING = 1e-12  # a difference this small is rounding error

T = "t over cases"
CLUSTER_T = "cluster-robust t"


def mean_t(values: Sequence[float]) -> Estimate:
    """The mean over cases, with Student t bounds: mean ± t(n−1) s / √n.

    No bound if n < 30 or all values are equal: a t bound would claim more than the data can support. A bound toward a
    tail is approximate below 40 · skewness² cases.
    """
    n = len(values)
    if n == 0:
        return Estimate(math.nan, 0, method=T, note=TOO_SMALL)
    mean = _mean(values)
    if n < MIN_N:
        return Estimate(mean, n, method=T, note=TOO_SMALL)
    if min(values) == max(values):
        return Estimate(mean, n, method=T, note=ALL_EQUAL)
    error, skewness = spread(less(values, mean))
    return _t_bounds(mean, n, error, skewness, n, T, "cases")


def mean_clustered(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate:
    """The mean over cases that come in clusters (documents, sessions); for rates of 0/1 cases see `rates.rate_clustered`.

    Variance G/(G−1) Σ_g (Σ_{i in g} (x_i − mean))² / n², t(G−1). Source: Cameron & Miller (2015), J. Human Resources
    50:317–372, for a regression on a constant. No bound where too few sources are independent (`too_few_sources`); every
    case a cluster of its own: `mean_t`. Approximate if cluster sizes differ much, and toward a tail as in `mean_t`,
    counting clusters instead of cases.
    """
    n = len(values)
    if n == 0:
        return Estimate(math.nan, 0, method=CLUSTER_T, note=TOO_SMALL)
    mean = _mean(values)
    sizes, (residuals,) = summed(clusters, less(values, mean))
    groups = len(sizes)
    if groups == n:
        return mean_t(values)
    few = TOO_SMALL if n < MIN_N else ALL_EQUAL if min(values) == max(values) else too_few_sources(sizes)
    if few:
        return Estimate(mean, n, method=CLUSTER_T, note=few, units=groups)
    error, skewness = spread(residuals)
    error *= groups / n
    if error <= abs(mean) * _ROUNDING:  # the clusters' means are all equal: their spread says nothing
        return Estimate(mean, n, method=CLUSTER_T, note=f"{TOO_SMALL}: all clusters equal", units=groups)
    return replace(
        _t_bounds(mean, n, error, skewness, groups, CLUSTER_T, "clusters", uneven_clusters(sizes)), units=groups
    )


def _mean(values: Sequence[float]) -> float:
    """To 15 digits: seventy-two scores of 0.9 average 0.9, not 0.8999999999999999, which would be shown as 0.899."""
    return float(f"{math.fsum(values) / len(values):.15g}")


def _t_bounds(
    mean: float, n: int, error: float, skewness: float, units: int, method: str, noun: str, doubt: str = ""
) -> Estimate:
    """t bounds over `units` independent values. `doubt`: a reason that already makes both bounds approximate."""
    half, wide = t_quantile(units - 1) * error, t_quantile(units - 1, BOTH_SIDES) * error
    return Estimate(
        mean,
        n,
        mean - half,
        mean + half,
        method,
        low_doubt=doubt or skew_doubt(-skewness, units, SKEW_CASES, noun),
        high_doubt=doubt or skew_doubt(skewness, units, SKEW_CASES, noun),
        interval=(mean - wide, mean + wide),
        rare=True,
    )


def decisive_t(half: float, n: int, distance: float) -> int | None:
    """The smallest n (≥ 30) at which a t bound, `half` away at n, would be at most `distance` away.

    Assumes that the spread stays the same. None if `distance` is 0.
    """
    if distance <= 0:
        return None
    deviation = half * math.sqrt(n) / t_quantile(n - 1)

    def met(size: int) -> bool:
        return t_quantile(size - 1) * deviation / math.sqrt(size) <= distance

    return smallest(met, MIN_N)
