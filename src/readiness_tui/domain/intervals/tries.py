"""The chance that k tries of a case all pass (pass^k), from a few tries of each case."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from fractions import Fraction

from readiness_tui.domain.intervals.common import BOTH_SIDES, TOO_SMALL, skew_doubt, spread, t_quantile
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.rates import wilson

WILSON_TRIES = "Wilson over tries"
MIN_SOURCES = 12  # effective number of cases or sources below which there is no bound
_LARGEST = Fraction(1, 5)  # of the cases, in one source
_SKEW = 5  # times the squared skewness: as for rates over clusters
_ROUNDING = 1e-20  # a variance this small is rounding error


def all_pass(passed: int, tries: int, k: int) -> Fraction:
    """C(passed, k) / C(tries, k): of a case with this many passes, the share of its k-subsets of tries that all pass.

    Unbiased for p^k, p being the case's own chance to pass. Source: Yao et al. (2024), τ-bench, arXiv:2406.12045, for
    pass^k; the estimator is that of Chen et al. (2021), arXiv:2107.03374, for "at least one", turned round.
    """
    return Fraction(math.comb(passed, k), math.comb(tries, k))


def tries_rate(values: Sequence[Fraction], tries: int, k: int, sources: Sequence[Hashable] | None = None) -> Estimate:
    """The mean of `all_pass` over cases of `tries` tries each, with Wilson's bounds for as many independent cases as they
    are worth: n_eff = p (1 − p) / V, with V the variance of the mean over cases (over `sources`, where cases share one),
    at most ⌊tries / k⌋ a case; V = 0: one a source. The normal quantile becomes t(G_eff − 1).

    As many tries as have to pass: each case is one 0/1 outcome, and the bounds are `wilson`'s.
    """
    n = len(values)
    if n == 0:
        return Estimate(math.nan, 0, method=WILSON_TRIES, note=TOO_SMALL)
    total = sum(values, Fraction(0))
    if set(values) <= {Fraction(0), Fraction(1)} and (sources is None or len(set(sources)) == n):
        return wilson(int(total), n)
    p = float(total / n)
    sums: dict[Hashable, list[float]] = {}
    for i, value in enumerate(values):
        sums.setdefault(i if sources is None else sources[i], []).append(float(value) - p)
    sizes = [len(own) for own in sums.values()]
    groups, worth = len(sums), Fraction(n * n, sum(size * size for size in sizes))
    if worth < MIN_SOURCES or (groups < n and max(sizes) > _LARGEST * n):
        return Estimate(p, n, method=WILSON_TRIES, note="too few independent sources")
    error, skewness = spread([math.fsum(own) for own in sums.values()])
    variance = (error * groups / n) ** 2
    most = n * max(tries // k, 1)
    effective = float(worth) if variance <= _ROUNDING else min(most, p * (1 - p) / variance)
    df = math.floor(worth) - 1
    low, high = score_bounds(p, effective, t_quantile(df))
    return Estimate(
        p,
        n,
        low,
        high,
        WILSON_TRIES,
        low_doubt=skew_doubt(-skewness, groups, _SKEW, "cases" if groups == n else "sources"),
        high_doubt=skew_doubt(skewness, groups, _SKEW, "cases" if groups == n else "sources"),
        interval=score_bounds(p, effective, t_quantile(df, BOTH_SIDES)),
    )


def score_bounds(p: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's score bounds of a share p of n, which need not be a whole number."""
    z2 = z * z
    centre, half = p + z2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, (centre - half) / (1 + z2 / n)), min(1.0, (centre + half) / (1 + z2 / n))
