"""Ratios of two sums over cases, such as cost per success, by the delta method on the logarithm."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from readiness_tui.domain.intervals.clusters import too_few_sources, uneven_clusters
from readiness_tui.domain.intervals.common import (
    ALL_EQUAL,
    BOTH_SIDES,
    MIN_N,
    TOO_SMALL,
    skew_doubt,
    spread,
    t_quantile,
)
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.many import groups_of, parts_of_ratio, power_sums, summed

LOG_DELTA = "log-delta t"
CLUSTER_LOG_DELTA = "cluster-robust log-delta t"
FEWEST = 100  # below this, an upper bound is approximate: too few cases to show whether the costs have a tail
_ROUNDING = 1e-12  # a difference this small is rounding error
SKEW_CASES = 80  # for a ratio's upper bound; see `means.SKEW_CASES`


def ratio(
    numerators: Sequence[float], denominators: Sequence[float], clusters: Sequence[Hashable] | None = None
) -> Estimate:
    """Σ numerators / Σ denominators over cases (cost per success), with log-delta t bounds.

    The delta method on the logarithm: R · exp(± t(n−1) · s_u / √n), u_i = num_i / mean(num) − den_i / mean(den).
    Source: Cochran (1977), Sampling Techniques, ch. 6, for the variance. Clustered cases: over the sums of their
    clusters, if there are enough independent ones (`too_few_sources`). NaN if the denominators sum to 0. The upper bound is approximate below 100 cases (or clusters),
    if no denominator is 0 (no failure's cost was seen), and below 80 · skewness² of u or of its two parts.
    """
    n = len(numerators)
    if n != len(denominators):
        raise ValueError("numerators and denominators must pair up")
    if clusters is not None and groups_of(clusters) == n:
        clusters = None
    method = LOG_DELTA if clusters is None else CLUSTER_LOG_DELTA
    total = math.fsum(denominators)
    if n == 0 or total == 0:
        return Estimate(math.nan, n, method=method, note=TOO_SMALL)
    value = math.fsum(numerators) / total
    if n < MIN_N:
        return Estimate(value, n, method=method, note=TOO_SMALL)
    if min(numerators) == max(numerators) and min(denominators) == max(denominators):
        return Estimate(value, n, method=method, note=ALL_EQUAL)
    if value <= 0:
        return Estimate(value, n, method=method, note=f"{TOO_SMALL}: no positive value")
    failed, uneven, noun, groups = min(denominators) == 0, "", "cases", None
    if clusters is not None:
        sizes, (numerators, denominators) = summed(clusters, numerators, denominators)
        noun, uneven, groups = "clusters", uneven_clusters(sizes), len(sizes)
        few = too_few_sources(sizes)
        if few:
            return Estimate(value, n, method=method, note=few, units=groups)
    units = len(numerators)
    top, bottom = math.fsum(numerators) / units, total / units
    above, below, both = parts_of_ratio(numerators, top, denominators, bottom)
    error, skewness = spread(both)
    if error < _ROUNDING:  # every case or cluster has the same ratio
        return Estimate(value, n, method=method, note=ALL_EQUAL, units=groups)
    # Each part's own tail counts: a tail of costs must not be cancelled by the opposite tail of rare successes.
    tails = sum(max(power_sums(part)[1], 0.0) for part in (above, below)) / units
    skewness = max(skewness, tails / (error * math.sqrt(units - 1)) ** 3)
    doubt = uneven or _doubt(units, failed, noun) or skew_doubt(skewness, units, SKEW_CASES, noun)
    factor, wide = math.exp(t_quantile(units - 1) * error), math.exp(t_quantile(units - 1, BOTH_SIDES) * error)
    return Estimate(
        value,
        n,
        value / factor,
        value * factor,
        method,
        low_doubt=uneven,
        high_doubt=doubt,
        interval=(value / wide, value * wide),
        rare=True,
        units=groups,
    )


def _doubt(units: int, failed: bool, noun: str) -> str:
    if units < FEWEST:
        return f"the bound of a ratio needs {FEWEST} {noun}"
    return "" if failed else "no case failed, so the bound does not know what failures add"
