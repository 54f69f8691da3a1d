"""Our bounds compared with published values, and with the same formulas computed by other means."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from readiness_tui.domain.intervals import (
    Z,
    mean_clustered,
    mean_t,
    quantile_ranks,
    ratio,
    t_quantile,
    wilson,
)


@dataclass(frozen=True, slots=True)
class OracleCheck:
    """One comparison. `theirs` is None if the package to compare with is not installed. `places`: decimals published."""

    what: str
    source: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...] | None
    places: int = 9

    @property
    def agrees(self) -> bool | None:
        if self.theirs is None:
            return None
        slack = 0.5000001 * 10.0**-self.places
        return all(abs(a - b) <= slack for a, b in zip(self.ours, self.theirs, strict=True))


_VALUES = [0.7 + 0.013 * (i * 7 % 23) for i in range(60)]
_CLUSTERS = [i // 5 for i in range(60)]
_COSTS = [0.02 * (1 + (i * 11 % 17) / 5) for i in range(120)]
_WON = [float(i % 6 != 0) for i in range(120)]


def oracles() -> Iterator[OracleCheck]:
    """Every comparison: published values first."""
    yield from _published()
    yield from _recomputed()


def _published() -> Iterator[OracleCheck]:
    for (k, n), limits in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        interval = wilson(k, n).interval
        assert interval is not None
        yield OracleCheck(f"Wilson, two-sided, {k} of {n}", "Newcombe (1998), table I", interval, limits, 4)
    table = {4: 2.132, 9: 1.833, 29: 1.699, 60: 1.671, 120: 1.658}
    yield OracleCheck(
        f"t, {', '.join(map(str, table))} degrees of freedom",
        "NIST handbook, 1.3.6.7.2",
        tuple(t_quantile(df) for df in table),
        tuple(table.values()),
        3,
    )
    # The interval of a mean depends only on n, mean and deviation: any data with these values give the same one.
    interval = mean_t(_standardised(195, 9.261460, 0.02278881)).interval
    assert interval is not None
    yield OracleCheck(
        "t over cases, two-sided, 195 filter measurements",
        "NIST handbook, 1.3.5.2",
        interval,
        (9.25824, 9.26468),
        5,
    )
    yield OracleCheck(
        "fewest values whose p95 is below the 1st … 6th largest",
        "Wilks (1941), 95/95 limits",
        tuple(_fewest(m) for m in range(1, 7)),
        (59, 93, 124, 153, 181, 208),
        0,
    )


def _fewest(m: int) -> int:
    """The smallest n at which the upper bound of p95 is the m-th largest value."""
    return next(n for n in range(m, 1000) if quantile_ranks(n)[2] == n - m + 1)


def _standardised(n: int, mean: float, deviation: float) -> list[float]:
    """n values with exactly this mean and standard deviation."""
    raw = [i - (n - 1) / 2 for i in range(n)]
    scale = deviation / math.sqrt(math.fsum(x * x for x in raw) / (n - 1))
    return [mean + scale * x for x in raw]


def _recomputed() -> Iterator[OracleCheck]:
    import numpy as np
    from scipy import stats

    a, k, n = stats.norm.sf(Z), 187, 200
    share = stats.binom(n, 0.95)
    values, groups = np.array(_VALUES), np.array(_CLUSTERS)
    plain, robust = mean_t(_VALUES), mean_clustered(_VALUES, _CLUSTERS)
    found = stats.ttest_1samp(values, 0).confidence_interval(0.90)
    yield OracleCheck(
        "t over 60 cases", "scipy.stats.ttest_1samp", _ends(plain.low, plain.high), (found.low, found.high)
    )
    low, upper = quantile_ranks(n)[1:]
    yield OracleCheck(
        f"ranks of the bounds of p95, n = {n}",
        "scipy.stats.binom",
        _ends(low, upper),
        (
            float(max(s for s in range(1, n + 1) if share.sf(s - 1) >= 0.95)),
            float(min(r for r in range(1, n + 1) if share.cdf(r - 1) >= 0.95)),
        ),
    )
    # The sandwich of a regression on a constant, in matrices.
    ones, residuals = np.ones((60, 1)), values - values.mean()
    bread = np.linalg.inv(ones.T @ ones)
    meat = sum(np.outer(s, s) for s in (ones[groups == g].T @ residuals[groups == g] for g in range(12)))
    error = math.sqrt((bread @ meat @ bread).item() * 12 / 11)
    half = float(stats.t.ppf(0.95, 11)) * error
    mean = float(values.mean())
    yield OracleCheck("cluster-robust t, 12 clusters", "the sandwich in matrices", _ends(robust.low, robust.high),
                  (mean - half, mean + half))  # fmt: skip
    costs, won = np.array(_COSTS), np.array(_WON)
    spread = np.cov(costs, won)
    top, bottom = costs.mean(), won.mean()
    variance = spread[0, 0] / top**2 + spread[1, 1] / bottom**2 - 2 * spread[0, 1] / top / bottom
    step = float(stats.t.ppf(0.95, 119)) * math.sqrt(variance / 120)
    made = ratio(_COSTS, _WON)
    yield OracleCheck("log-delta t, 120 cases", "delta method, covariance matrix", _ends(made.low, made.high),
                  (float(top / bottom * math.exp(-step)), float(top / bottom * math.exp(step))))  # fmt: skip
    score = wilson(k, n)
    yield OracleCheck(f"Wilson, {k} of {n}", "statsmodels proportion_confint", _ends(score.low, score.high),
                  _statsmodels_wilson(k, n, 2 * float(a)))  # fmt: skip
    yield OracleCheck("cluster-robust t, 12 clusters", "statsmodels OLS",
                  _ends(robust.low, robust.high), _statsmodels_clusters(_VALUES, _CLUSTERS))  # fmt: skip


def _ends(low: float | None, high: float | None) -> tuple[float, ...]:
    return (float(low if low is not None else math.nan), float(high if high is not None else math.nan))


def _statsmodels_wilson(k: int, n: int, alpha: float) -> tuple[float, ...] | None:
    try:
        from statsmodels.stats.proportion import proportion_confint
    except ImportError:
        return None
    low, high = proportion_confint(k, n, alpha=alpha, method="wilson")
    return float(low), float(high)


def _statsmodels_clusters(values: list[float], clusters: list[int]) -> tuple[float, ...] | None:
    try:
        import statsmodels.api as sm
    except ImportError:
        return None
    import numpy as np
    from scipy import stats

    groups = len(set(clusters))
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(clusters), "use_correction": False}, use_t=True
    )
    half = float(stats.t.ppf(0.95, groups - 1)) * float(fit.bse[0]) * math.sqrt(groups / (groups - 1))
    mean = float(fit.params[0])
    return mean - half, mean + half
