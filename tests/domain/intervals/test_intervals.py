"""Bounds against scipy and statsmodels, and against the tables that users are shown."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from readiness_tui.domain import intervals as iv


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (18, 20), (34, 40), (35, 40), (0, 30), (40, 40), (870, 1000)])
def test_wilson_equals_statsmodels(k: int, n: int) -> None:
    estimate = iv.wilson(k, n)
    low, high = proportion_confint(k, n, alpha=2 * stats.norm.sf(iv.Z), method="wilson")
    assert estimate.value == k / n
    assert estimate.low == pytest.approx(low, abs=1e-12)
    assert estimate.high == pytest.approx(high, abs=1e-12)
    assert (estimate.k, estimate.n, estimate.method) == (k, n, "Wilson")


def test_wilson_without_observations_has_neither_value_nor_bound() -> None:
    estimate = iv.wilson(0, 0)
    assert math.isnan(estimate.value)
    assert (estimate.low, estimate.high, estimate.note) == (None, None, "n too small")


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
def test_wilson_refuses_impossible_counts(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="between 0 and n"):
        iv.wilson(k, n)


# scoring.md: "Smallest observed 0/1 rate whose bound proves >= ...", three decimals as printed there.
PROVES_85 = {16: 1.00, 30: 0.967, 50: 0.94, 100: 0.91, 200: 0.895, 400: 0.88, 800: 0.871}
PROVES_80 = {11: 1.00, 16: 1.00, 30: 0.933, 50: 0.90, 100: 0.87, 200: 0.85, 400: 0.835, 800: 0.824}


@pytest.mark.parametrize(
    ("threshold", "n", "rate"),
    [(0.85, n, rate) for n, rate in PROVES_85.items()] + [(0.80, n, rate) for n, rate in PROVES_80.items()],
)
def test_smallest_rate_that_proves_a_threshold(threshold: float, n: int, rate: float) -> None:
    k = iv.needed_for_rate(threshold, n)
    assert k is not None
    assert k / n == pytest.approx(rate, abs=0.0005)
    low, below = iv.wilson(k, n).low, iv.wilson(k - 1, n).low
    assert low is not None
    assert below is not None
    assert below < threshold <= low


def test_no_rate_proves_a_threshold_with_too_few_cases() -> None:
    assert iv.needed_for_rate(0.85, 15) is None
    assert iv.needed_for_rate(0.80, 10) is None
    assert iv.needed_for_rate(0.80, 0) is None
    assert iv.needed_for_rate(1.0, 10_000) is None
    assert iv.needed_for_rate(0.0, 10) == 0


@given(k=st.integers(0, 300), extra=st.integers(0, 300), percent=st.integers(1, 99))
def test_the_integer_rule_agrees_with_the_printed_bound(k: int, extra: int, percent: int) -> None:
    n = k + extra
    if n == 0:
        return
    low = iv.wilson(k, n).low
    assert low is not None
    if abs(low - percent / 100) > 1e-9:
        assert iv.rate_proves(k, n, percent / 100) == (low >= percent / 100)


def test_decisive_from_as_the_gate_says_it() -> None:
    assert iv.decisive_from(Fraction(18, 20), 0.85) == 139
    assert iv.decisive_from(Fraction(34, 40), 0.80) == 174
    assert iv.decisive_from(Fraction(1), 0.85) == 16  # a perfect score
    assert iv.decisive_from(Fraction(1), 0.80) == 11
    assert iv.decisive_from(Fraction(17, 20), 0.85) is None  # on the threshold: never
    assert iv.decisive_from(Fraction(0), 0.0) is None
    assert iv.decisive_from(Fraction(9, 10), 1.0) is None


@given(percent=st.integers(1, 99), threshold=st.integers(1, 99))
def test_decisive_from_is_the_first_n_whose_bound_reaches_the_threshold(percent: int, threshold: int) -> None:
    p, t = percent / 100, threshold / 100
    n = iv.decisive_from(Fraction(percent, 100), t)
    if percent == threshold:
        assert n is None
        return
    assert n is not None

    def bound(size: int) -> float:
        low, high = proportion_confint(p * size, size, alpha=2 * stats.norm.sf(iv.Z), method="wilson")
        return float(low if p > t else high)

    sign = 1 if p > t else -1
    assert sign * (bound(n) - t) >= -1e-9
    if n > 1:
        assert sign * (bound(n - 1) - t) < 1e-9


def test_mean_t_equals_scipy() -> None:
    values = [0.7 + 0.01 * (i % 13) for i in range(40)]
    estimate = iv.mean_t(values)
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.90)  # two-sided 90 % = each side 95 %
    assert estimate.value == pytest.approx(sum(values) / 40)
    assert (estimate.low, estimate.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


@pytest.mark.parametrize("n", [0, 1, 2, 29])
def test_a_mean_of_fewer_than_30_has_no_bound(n: int) -> None:
    estimate = iv.mean_t([0.1 * i for i in range(n)])
    assert (estimate.low, estimate.high, estimate.note) == (None, None, "n too small")
    assert math.isnan(estimate.value) == (n == 0)


def test_equal_values_have_no_bound() -> None:
    estimate = iv.mean_t([0.9] * 50)
    assert estimate.value == pytest.approx(0.9)
    assert (estimate.low, estimate.high) == (None, None)
    assert "all values equal" in estimate.note


def test_clusters_of_one_differ_from_plain_t_in_nothing() -> None:
    values = [0.7 + 0.01 * (i % 13) for i in range(40)]
    assert iv.mean_clustered(values, range(40)).low == pytest.approx(iv.mean_t(values).low)


def test_clusters_widen_the_bound_as_statsmodels_says() -> None:
    import numpy as np
    import statsmodels.api as sm

    clusters = [i // 5 for i in range(80)]
    values = [0.5 + 0.05 * (cluster % 3) + 0.001 * i for i, cluster in enumerate(clusters)]
    fit = sm.OLS(values, np.ones(80)).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(clusters), "use_correction": False}, use_t=True
    )
    error = float(fit.bse[0]) * math.sqrt(16 / 15)  # the factor G/(G-1)
    estimate = iv.mean_clustered(values, clusters)
    assert estimate.low == pytest.approx(estimate.value - stats.t.ppf(0.95, 15) * error)
    assert estimate.low < (iv.mean_t(values).low or 0)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([10] * 4, "too few independent sources: one holds 10 of the 40 cases, at most a fifth is needed for a bound"),
        ([5] * 8, "too few independent sources: 8, worth 8 of one size, 12 are needed"),
        ([1] * 20 + [6] * 4, "too few independent sources: 24, worth 11 of one size, 12 are needed"),
        (
            [1] * 28 + [8],
            "too few independent sources: one holds 8 of the 36 cases, at most a fifth is needed for a bound",
        ),
        ([1] * 30 + [7], ""),
        ([3] * 12, ""),
    ],
)
def test_too_few_independent_sources_have_no_bound(sizes: list[int], words: str) -> None:
    clusters = [group for group, size in enumerate(sizes) for _ in range(size)]
    values = [float(i % 7 > 0) for i in range(len(clusters))]
    for made in (
        iv.mean_clustered(values, clusters),
        iv.rate_clustered(values, clusters),
        iv.ratio([1.0 + i % 3 for i in range(len(values))], values, clusters),
    ):
        assert (made.low is None, made.high is None, made.note) == (bool(words), bool(words), words)


def test_a_clustered_rate_is_wilsons_for_as_many_cases_as_it_is_worth() -> None:
    """Against the definition in plain sums: n_eff = p (1 − p) / V, and t(G_eff − 1) instead of z."""
    sizes = [4, 5, 6] * 5
    clusters = [group for group, size in enumerate(sizes) for _ in range(size)]
    values = [float((group * 5 + i) % 11 > 2) for i, group in enumerate(clusters)]
    n, groups, p = len(values), len(sizes), sum(values) / len(values)
    sums = [sum(v - p for v, g in zip(values, clusters, strict=True) if g == group) for group in range(groups)]
    effective = min(n, p * (1 - p) / (groups / (groups - 1) * sum(s * s for s in sums) / n**2))
    t = stats.t.ppf(0.95, n * n / sum(size * size for size in sizes) - 1)
    made = iv.rate_clustered(values, clusters)
    assert made.low is not None
    assert made.high is not None
    for bound, sign in ((made.low, 1), (made.high, -1)):  # the share whose score test just rejects
        assert (p - bound) / math.sqrt(bound * (1 - bound) / effective) == pytest.approx(sign * t)
    assert (made.k, made.n, made.units, made.rare) == (sum(values), n, groups, True)


def test_clusters_that_agree_throughout_count_once_each_whichever_way_they_went() -> None:
    clusters = [i // 5 for i in range(60)]
    won, lost = iv.rate_clustered([1.0] * 60, clusters), iv.rate_clustered([0.0] * 60, clusters)
    t = stats.t.ppf(0.95, 11)
    assert (won.value, won.low, won.high) == (1.0, pytest.approx(12 / (12 + t * t)), 1.0)
    assert (lost.value, lost.low, lost.high) == (0.0, 0.0, pytest.approx(t * t / (12 + t * t)))
    assert (won.k, won.n, lost.k, lost.n) == (60, 60, 0, 60)
    alike = iv.rate_clustered([1.0, 1.0, 0.0] * 20, [i // 3 for i in range(60)])  # no cluster differs from another
    assert alike.low == pytest.approx(iv_wilson(2 / 3, 20, stats.t.ppf(0.95, 19)))


def iv_wilson(p: float, n: float, z: float) -> float:
    return (p + z * z / (2 * n) - z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def test_every_case_a_cluster_of_its_own_is_as_unclustered() -> None:
    values = [float(i % 6 > 0) for i in range(40)]
    assert iv.rate_clustered(values, range(40)) == iv.wilson(33, 40)
    assert iv.mean_clustered(values, range(40)) == iv.mean_t(values)
    costs = [1.0 + i % 3 for i in range(40)]
    assert iv.ratio(costs, values, list(range(40))) == iv.ratio(costs, values)


def test_a_quantile_over_clusters_is_exact_from_five_on() -> None:
    values = [float(n) for n in range(120)]
    four, five = (iv.quantile(values, 0.5, [n % groups for n in range(120)]) for groups in (4, 5))
    assert "needs 5 clusters" in four.high_doubt
    assert (five.high_doubt, five.low_doubt) == ("", "")


@pytest.mark.parametrize("q", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 5, 20, 58, 59, 60, 93, 100, 299, 1204])
def test_quantile_ranks_are_the_binomial_quantiles(n: int, q: float) -> None:
    rank, low, high = iv.quantile_ranks(n, q)
    assert rank == max(1, math.ceil(Fraction(str(q)) * n))
    slack = 1e-12
    assert high == next((r for r in range(1, n + 1) if stats.binom.cdf(r - 1, n, q) >= 0.95 - slack), None)
    assert low == max((s for s in range(1, n + 1) if stats.binom.sf(s - 1, n, q) >= 0.95 - slack), default=None)


def test_p95_has_an_upper_bound_from_59_values_on() -> None:
    assert iv.quantile_ranks(58)[2] is None
    assert iv.quantile_ranks(59)[2] == 59
    assert iv.smallest_n_for_quantile() == 59
    short, long = iv.quantile(range(58)), iv.quantile(range(59))
    assert short.high is None
    assert short.note == "n too small: none below n = 59"
    assert long.high == 58
    assert long.note == ""


def test_p95_is_an_observed_value() -> None:
    assert iv.quantile([5.0, 1.0, 3.0]).value == 5.0
    assert iv.quantile(range(1, 101)).value == 95  # ⌈0.95 · 100⌉, not a float's 96
    assert iv.quantile(range(1, 21)).value == 19
    assert iv.quantile([7.0]).value == 7.0
    assert math.isnan(iv.quantile([]).value)


@settings(max_examples=40)
@given(n=st.integers(59, 3000), q=st.sampled_from([0.5, 0.9, 0.95]))
def test_quantile_bounds_hold_the_quantile(n: int, q: float) -> None:
    rank, low, high = iv.quantile_ranks(n, q)
    assert low is not None
    assert high is not None
    assert 1 <= low <= rank <= high <= n


def test_ratio_is_log_delta() -> None:
    cost = [0.05 + 0.001 * (i % 11) for i in range(40)]
    won = [1.0 if i % 8 else 0.0 for i in range(40)]
    estimate = iv.ratio(cost, won)
    value = sum(cost) / sum(won)
    residuals = [c - value * w for c, w in zip(cost, won, strict=True)]
    error = math.sqrt(sum(e * e for e in residuals) / 39 / 40) / (sum(won) / 40)
    step = stats.t.ppf(0.95, 39) * error / value
    assert estimate.value == pytest.approx(value)
    assert estimate.low == pytest.approx(value * math.exp(-step))
    assert estimate.high == pytest.approx(value * math.exp(step))


def test_ratio_without_enough() -> None:
    assert iv.ratio([1.0] * 29, [1.0] * 29).note == "n too small"
    assert math.isnan(iv.ratio([1.0], [0.0]).value)
    assert math.isnan(iv.ratio([], []).value)
    assert iv.ratio([1.0] * 30, [1.0] * 30).high is None
    assert iv.ratio([0.0] * 30, [1.0, 0.0] * 15).high is None


def test_decisive_t_is_the_first_n_that_suffices() -> None:
    values = [0.7 + 0.01 * (i % 13) for i in range(40)]
    half = (iv.mean_t(values).high or 0) - iv.mean_t(values).value
    n = iv.decisive_t(half, 40, half / 2)
    assert n is not None
    deviation = half * math.sqrt(40) / stats.t.ppf(0.95, 39)
    assert stats.t.ppf(0.95, n - 1) * deviation / math.sqrt(n) <= half / 2
    assert stats.t.ppf(0.95, n - 2) * deviation / math.sqrt(n - 1) > half / 2
    assert iv.decisive_t(half, 40, 0) is None
    assert iv.decisive_t(half, 40, 1e-12) is None


def test_thresholds_are_read_as_written() -> None:
    assert iv.exact(0.85) == Fraction(17, 20)
    assert iv.exact(1e-05) == Fraction(1, 100_000)


def test_the_mean_of_equal_scores_is_that_score() -> None:
    assert iv.mean_t([0.9] * 72).value == 0.9
    assert iv.mean_clustered([0.9] * 72, [i // 2 for i in range(72)]).value == 0.9
