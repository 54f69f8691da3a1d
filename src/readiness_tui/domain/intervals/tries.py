"""The chance that k tries of a case all pass (pass^k), from a few tries of each case."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from fractions import Fraction

from readiness_tui.domain.intervals.clusters import effective_sources, too_few_sources
from readiness_tui.domain.intervals.common import BOTH_SIDES, TOO_SMALL, skew_doubt, spread, t_quantile
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.intervals.rates import SKEW_CLUSTERS, score_bounds, wilson

WILSON_TRIES = "Wilson over tries"
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
    groups, worth, few = len(sums), effective_sources(sizes), too_few_sources(sizes)
    if few:
        return Estimate(p, n, method=WILSON_TRIES, note=few)
    error, skewness = spread([math.fsum(own) for own in sums.values()])
    variance = (error * groups / n) ** 2
    most = n * max(tries // k, 1)
    effective = float(worth) if variance <= _ROUNDING else min(most, p * (1 - p) / variance)
    df, noun = float(worth) - 1, "cases" if groups == n else "sources"
    low, high = score_bounds(p, effective, t_quantile(df))
    return Estimate(
        p,
        n,
        low,
        high,
        WILSON_TRIES,
        low_doubt=skew_doubt(-skewness, groups, SKEW_CLUSTERS, noun),
        high_doubt=skew_doubt(skewness, groups, SKEW_CLUSTERS, noun),
        interval=score_bounds(p, effective, t_quantile(df, BOTH_SIDES)),
        rare=True,
        units=None if groups == n else groups,
    )
