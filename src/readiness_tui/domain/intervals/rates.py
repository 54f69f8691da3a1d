"""Rates of 0/1 cases: Wilson's bounds, and their exact error."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction

from readiness_tui.domain.intervals.clusters import effective_sources, too_few_sources, uneven_clusters
from readiness_tui.domain.intervals.common import BOTH_SIDES, TOO_SMALL, exact, skew_doubt, spread, t_quantile
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.many import less_each, summed

Z = 1.645  # the rounded normal quantile of scoring.md: 18 of 20 against 0.85 is decisive from 139 cases, not 138
Z_BOTH_SIDES = 1.959963984540054  # for a two-sided interval
MAX_ERROR = 0.07  # a nominal 95 % bound that misses in more samples than this is called approximate

WILSON = "Wilson"
WILSON_CLUSTERS = "Wilson over clusters"

SKEW_CLUSTERS = 5  # a bound over clusters needs this many of them times the squared skewness of their failures

_FEW = 100
_ROUNDING = 1e-20  # a variance this small is rounding error
_Z2 = Fraction(Decimal(str(Z))) ** 2


def wilson(k: int, n: int) -> Estimate:
    """k successes of n: the share and its Wilson score bounds, z = 1.645.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22:209–212; the bound is the share whose score test just rejects.
    A bound is approximate if its exact error, the binomial probability of k or a more extreme count when the true rate
    equals the bound, is above 7 %. So a bound that is not approximate misses in at most 7 % of samples, whatever the
    true rate. Without observations the value is NaN. Raises ValueError unless 0 <= k <= n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"k must lie between 0 and n, not {k} of {n}")
    if n == 0:
        return Estimate(math.nan, 0, method=WILSON, note=TOO_SMALL, k=0)
    low, high = score_bounds(k / n, n, Z)
    doubts = _doubt(k, n, low), _doubt(n - k, n, 1 - high)
    return Estimate(k / n, n, low, high, WILSON, "", k, *doubts, interval=score_bounds(k / n, n, Z_BOTH_SIDES))


def rate_clustered(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate:
    """The share of 0/1 cases that come in clusters: Wilson's bounds for as many independent cases as they are worth.

    n_eff = p (1 − p) / V ≤ n, with V the cluster-robust variance of `mean_clustered`; where no cluster differs from
    another (V = 0), n_eff = G_eff. The normal quantile becomes t(G_eff − 1). Source: Korn & Graubard (1998), Survey
    Methodology 24:193–201, for bounds of a share from its effective sample size. No bound where too few sources are
    independent; every case a cluster of its own: `wilson`. Approximate if cluster sizes differ much, and where few clusters
    carry the failures (or, for the upper bound, the successes).
    """
    n, k = len(values), round(math.fsum(values))
    sizes, (sums,) = summed(clusters, values)
    groups = len(sizes)
    if groups == n:
        return wilson(k, n)
    p, few = k / n, too_few_sources(sizes)
    if few:
        return Estimate(p, n, method=WILSON_CLUSTERS, note=few, k=k, units=groups)
    error, skewness = spread(less_each(sums, p, sizes))
    variance, worth = (error * groups / n) ** 2, effective_sources(sizes)
    effective = float(worth) if variance <= _ROUNDING else min(n, p * (1 - p) / variance)
    df = float(worth) - 1
    low, high = score_bounds(p, effective, t_quantile(df))
    uneven = uneven_clusters(sizes)
    return Estimate(
        p,
        n,
        low,
        high,
        WILSON_CLUSTERS,
        "",
        k,
        uneven or skew_doubt(-skewness, groups, SKEW_CLUSTERS, "sources"),
        uneven or skew_doubt(skewness, groups, SKEW_CLUSTERS, "sources"),
        interval=score_bounds(p, effective, t_quantile(df, BOTH_SIDES)),
        rare=True,
        units=groups,
    )


def score_bounds(p: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's score bounds of a share p of n, which need not be a whole number."""
    z2 = z * z
    centre = p + z2 / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low = 0.0 if p == 0 else (centre - half) / (1 + z2 / n)
    high = 1.0 if p == 1 else (centre + half) / (1 + z2 / n)
    return low, high


def _doubt(k: int, n: int, bound: float) -> str:
    """For a lower bound; for an upper bound, pass failures instead of successes."""
    error = _error(k, n, bound)
    return f"the bound errs in up to {math.ceil(error * 100)} % of samples" if error > MAX_ERROR else ""


def _error(k: int, n: int, bound: float) -> float:
    """P(Bin(n, bound) ≥ k), as 1 minus the other terms; 0 beyond 100 successes, where it is always below 7 %."""
    if not 0 < k <= _FEW:
        return 0.0
    term, below = (1 - bound) ** n, 0.0
    for i in range(k):
        below += term
        term *= (n - i) / (i + 1) * bound / (1 - bound)
    return 1 - below


def rate_proves(k: int, n: int, threshold: float | Fraction) -> bool:
    """Whether the Wilson lower bound of k of n is at least `threshold`, decided in integers.

    For "at most" rules, count failures: `rate_proves(n - k, n, 1 - threshold)`.
    """
    t = exact(threshold)
    if t <= 0:
        return True
    if n == 0 or t >= 1:
        return False
    p = Fraction(k, n)
    return p > t and n * (p - t) ** 2 >= _Z2 * t * (1 - t)


def needed_for_rate(threshold: float | Fraction, n: int) -> int | None:
    """The smallest k of n that proves a rate of at least `threshold`; None where not even n of n does."""
    if not rate_proves(n, n, threshold):
        return None
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if rate_proves(middle, n, threshold):
            high = middle
        else:
            low = middle + 1
    return low


def decisive_from(rate: Fraction, threshold: float | Fraction) -> int | None:
    """The smallest n at which this rate's Wilson bound reaches `threshold`, from whichever side.

    The score test solved for n: n ≥ z² t (1 − t) / (p − t)². The rate is assumed to stay the same, even if n of it is
    not a whole number. 18/20 against 0.85 gives 139. None if no n suffices: the rate equals the threshold, or the
    threshold is 0 or 1, which no finite number of cases proves.
    """
    t = exact(threshold)
    if rate == t or not 0 < t < 1:
        return None
    return math.ceil(_Z2 * t * (1 - t) / (rate - t) ** 2)
