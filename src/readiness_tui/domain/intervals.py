"""Estimates with their bounds: how sure a figure is (scoring.md, "Gate").

Every bound is one-sided at 95 %, low and high each on its own. Thresholds are read as the decimals a person wrote
and rates as fractions, so no rounding of a float decides whether a rate meets its threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from fractions import Fraction

from readiness_tui.domain.estimate import Estimate

CONFIDENCE = 0.95
Z = 1.645  # the contract's rounded normal quantile: 18 of 20 against 0.85 is decisive from 139 cases, not 138
MIN_N = 30  # fewest cases for a t bound
MIN_CLUSTERS = 5

WILSON = "Wilson"
T = "t over cases"
CLUSTER_T = "cluster-robust t"
ORDER = "order statistic"
LOG_DELTA = "log-delta t"

TOO_SMALL = "n too small"
ALL_EQUAL = "n too small: all values equal"

_Z2 = Fraction(Decimal(str(Z))) ** 2
_TIE = 1e-12  # a binomial probability this near its bound equals it; the special function is not more exact
_DECISIVE_CAP = 10**9


def exact(number: float | Fraction) -> Fraction:
    """The number as it was written: 0.85 is 17/20, not the nearest binary fraction."""
    return number if isinstance(number, Fraction) else Fraction(Decimal(repr(number)))


# Rates


def wilson(k: int, n: int) -> Estimate:
    """k successes of n: the share and its Wilson score bounds, z = 1.645.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22:209–212; the bound is the share whose score test just rejects.
    Without observations the value is NaN. Raises ValueError unless 0 <= k <= n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"k must lie between 0 and n, not {k} of {n}")
    if n == 0:
        return Estimate(math.nan, 0, method=WILSON, note=TOO_SMALL, k=0)
    p, z2 = k / n, Z * Z
    centre = p + z2 / (2 * n)
    half = Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low = 0.0 if k == 0 else (centre - half) / (1 + z2 / n)
    high = 1.0 if k == n else (centre + half) / (1 + z2 / n)
    return Estimate(p, n, low, high, WILSON, k=k)


def rate_proves(k: int, n: int, threshold: float | Fraction) -> bool:
    """Whether the Wilson lower bound of k of n is at least `threshold`, decided in integers.

    For "at most" rules count the other way round: `rate_proves(n - k, n, 1 - threshold)`.
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
    """The smallest n at which this same rate's Wilson bound reaches `threshold`, from whichever side it stands.

    The score test solved for n: n ≥ z² t (1 − t) / (p − t)². The rate is held as it is, also where n of it would
    not be whole cases. 18/20 against 0.85 gives 139. None where no n suffices: the rate equals the threshold, or
    the threshold is 0 or 1, which no finite number of cases proves.
    """
    t = exact(threshold)
    if rate == t or not 0 < t < 1:
        return None
    return math.ceil(_Z2 * t * (1 - t) / (rate - t) ** 2)


# Means


def mean_t(values: Sequence[float]) -> Estimate:
    """The mean over cases, with Student t bounds: mean ± t(n−1) s / √n.

    No bound where n < 30 or all values are equal: a t bound would then claim more than the data can.
    """
    n = len(values)
    if n == 0:
        return Estimate(math.nan, 0, method=T, note=TOO_SMALL)
    mean = math.fsum(values) / n
    if n < MIN_N:
        return Estimate(mean, n, method=T, note=TOO_SMALL)
    if min(values) == max(values):
        return Estimate(mean, n, method=T, note=ALL_EQUAL)
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1))
    half = t_quantile(n - 1) * deviation / math.sqrt(n)
    return Estimate(mean, n, mean - half, mean + half, T)


def mean_clustered(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate:
    """The mean over cases that come in clusters (documents, sessions), for rates too.

    Variance G/(G−1) Σ_g (Σ_{i in g} (x_i − mean))² / n², t(G−1); G ≥ 5 clusters.
    Source: Cameron & Miller (2015), J. Human Resources 50:317–372, for a regression on a constant.
    """
    n = len(values)
    if n == 0:
        return Estimate(math.nan, 0, method=CLUSTER_T, note=TOO_SMALL)
    mean = math.fsum(values) / n
    sums: dict[Hashable, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        sums.setdefault(cluster, []).append(value - mean)
    groups = len(sums)
    if n < MIN_N or groups < MIN_CLUSTERS:
        why = TOO_SMALL if n < MIN_N else f"{TOO_SMALL}: {groups} clusters, {MIN_CLUSTERS} needed"
        return Estimate(mean, n, method=CLUSTER_T, note=why)
    if min(values) == max(values):
        return Estimate(mean, n, method=CLUSTER_T, note=ALL_EQUAL)
    spread = math.fsum(math.fsum(residuals) ** 2 for residuals in sums.values())
    half = t_quantile(groups - 1) * math.sqrt(groups / (groups - 1) * spread) / n
    if half == 0:  # the clusters' means all agree: their spread says nothing
        return Estimate(mean, n, method=CLUSTER_T, note=f"{TOO_SMALL}: all clusters equal")
    return Estimate(mean, n, mean - half, mean + half, CLUSTER_T)


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """Σ numerators / Σ denominators over cases (cost per success), with log-delta t bounds.

    The delta method on the logarithm: R · exp(± t(n−1) · s_e / (√n · mean(d) · R)), e_i = num_i − R den_i.
    Source: Cochran (1977), Sampling Techniques, ch. 6, for the variance. NaN where the denominators sum to 0.
    """
    n = len(numerators)
    total = math.fsum(denominators)
    if n != len(denominators):
        raise ValueError("numerators and denominators must pair up")
    if n == 0 or total == 0:
        return Estimate(math.nan, n, method=LOG_DELTA, note=TOO_SMALL)
    value = math.fsum(numerators) / total
    if n < MIN_N:
        return Estimate(value, n, method=LOG_DELTA, note=TOO_SMALL)
    constant = min(numerators) == max(numerators) and min(denominators) == max(denominators)
    if constant or value <= 0:
        return Estimate(value, n, method=LOG_DELTA, note=ALL_EQUAL if constant else f"{TOO_SMALL}: no positive value")
    residuals = (a - value * b for a, b in zip(numerators, denominators, strict=True))
    error = math.sqrt(math.fsum(e * e for e in residuals) / (n - 1) * n) / abs(total)
    factor = math.exp(t_quantile(n - 1) * error / value)
    return Estimate(value, n, value / factor, value * factor, LOG_DELTA)


def t_quantile(df: int, p: float = CONFIDENCE) -> float:
    """Student t quantile."""
    from scipy.special import stdtrit

    return float(stdtrit(df, p))


def decisive_t(half: float, n: int, distance: float) -> int | None:
    """The smallest n (≥ 30) at which a t bound, `half` away at n, would be at most `distance` away.

    The spread of the values is held as it is. None where `distance` is 0.
    """
    if distance <= 0:
        return None
    deviation = half * math.sqrt(n) / t_quantile(n - 1)

    def met(size: int) -> bool:
        return t_quantile(size - 1) * deviation / math.sqrt(size) <= distance

    return _smallest(met, MIN_N)


def _smallest(met: Callable[[int], bool], start: int) -> int | None:
    """The smallest n ≥ start with met(n), for a condition that stays true once it is."""
    high = start
    while not met(high):
        high *= 2
        if high > _DECISIVE_CAP:
            return None
    low = start if high == start else high // 2
    while low < high:
        middle = (low + high) // 2
        if met(middle):
            high = middle
        else:
            low = middle + 1
    return low


# Quantiles


def quantile_ranks(n: int, q: float = 0.95) -> tuple[int, int | None, int | None]:
    """1-based ranks among n sorted values: of the quantile itself, of its lower bound, of its upper bound.

    The quantile is element ⌈q n⌉. Upper: the smallest r with P(Bin(n, q) ≤ r − 1) ≥ .95; for q = .95 there is none
    below n = 59. Lower: the largest s with P(Bin(n, q) ≥ s) ≥ .95. Exact for any continuous distribution, and
    no narrower than it says for others. Source: David & Nagaraja (2003), Order Statistics, 7.1.
    """
    if n < 1:
        raise ValueError("a quantile needs at least one value")
    from scipy.special import bdtr, bdtrc

    rank = max(1, math.ceil(exact(q) * n))
    step = math.sqrt(n * q * (1 - q))
    upper = min(n, max(1, math.floor(n * q + Z * step)))
    while upper > 1 and bdtr(upper - 2, n, q) >= CONFIDENCE - _TIE:
        upper -= 1
    while upper <= n and (upper - 1 >= n or bdtr(upper - 1, n, q) < CONFIDENCE - _TIE):
        upper += 1
    lower = min(n, max(0, math.ceil(n * q - Z * step)))
    while lower < n and bdtrc(lower, n, q) >= CONFIDENCE - _TIE:
        lower += 1
    while lower > 0 and bdtrc(lower - 1, n, q) < CONFIDENCE - _TIE:
        lower -= 1
    return rank, lower or None, upper if upper <= n else None


def smallest_n_for_quantile(q: float = 0.95) -> int:
    """The fewest values whose quantile has an upper bound: 59 for q = .95."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(q))


def quantile(values: Sequence[float], q: float = 0.95) -> Estimate:
    """The q-quantile as an observed value, with order-statistic bounds (see `quantile_ranks`)."""
    n = len(values)
    if n == 0:
        return Estimate(math.nan, 0, method=ORDER, note=TOO_SMALL)
    ordered = sorted(values)
    rank, low, high = quantile_ranks(n, q)
    return Estimate(
        ordered[rank - 1],
        n,
        None if low is None else ordered[low - 1],
        None if high is None else ordered[high - 1],
        ORDER,
        "" if high is not None else f"{TOO_SMALL}: none below n = {smallest_n_for_quantile(q)}",
    )
