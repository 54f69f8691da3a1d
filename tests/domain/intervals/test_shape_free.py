"""The bound that holds whatever the scores' shape: against its definition, its limits and the truth."""

from __future__ import annotations

import math
import random
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain import intervals as iv

STAKES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98]
SCORES = st.lists(st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0, 1)), min_size=1, max_size=90)
QUICK = settings(max_examples=60, deadline=None)


def capital(values: list[float], mean: float) -> float:
    """As gate.md writes it, in plain products."""
    return fmean(math.prod(1 + g * (x / mean - 1) for x in values) for g in STAKES)


def bound(values: list[float]) -> float:
    """The smallest mean whose capital is below 20, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if capital(values, middle) >= 20 else (low, middle)
    return high


@QUICK
@given(SCORES)
def test_the_bound_is_where_the_capital_comes_to_twenty(values: list[float]) -> None:
    low, high = iv.shape_free(values)
    assert low == pytest.approx(bound(values), abs=1e-9)
    assert high == pytest.approx(1 - bound([1 - x for x in values]), abs=1e-9)
    if low > 1e-6:
        assert capital(values, low) == pytest.approx(20, rel=1e-6)


@QUICK
@given(SCORES, st.randoms(use_true_random=False))
def test_it_encloses_the_mean_within_its_limit_and_no_order_matters(
    values: list[float], shuffle: random.Random
) -> None:
    low, high = iv.shape_free(values)
    mean, n = fmean(values), len(values)
    assert 0 <= low <= mean + 1e-12
    assert mean - 1e-12 <= high <= 1
    assert low <= mean * 0.05 ** (1 / n) + 1e-12
    assert high >= 1 - (1 - mean) * 0.05 ** (1 / n) - 1e-12
    shuffle.shuffle(values)
    assert iv.shape_free(values) == (low, high)


@QUICK
@given(SCORES, st.floats(-10, 10), st.floats(0.01, 100))
def test_another_range_is_another_scale(values: list[float], start: float, wide: float) -> None:
    low, high = iv.shape_free([start + wide * x for x in values], start, start + wide)
    plain = iv.shape_free(values)
    assert (low, high) == (
        pytest.approx(start + wide * plain[0], abs=1e-9 * wide + 1e-12),
        pytest.approx(start + wide * plain[1], abs=1e-9 * wide + 1e-12),
    )


@QUICK
@given(SCORES, st.integers(0, 89), st.floats(0, 1))
def test_a_better_score_never_lowers_it(values: list[float], at: int, better: float) -> None:
    raised = [*values]
    raised[at % len(values)] = max(raised[at % len(values)], better)
    assert iv.shape_free(raised)[0] >= iv.shape_free(values)[0] - 1e-12


@QUICK
@given(SCORES, st.integers(1, 6))
def test_clusters_of_one_size_bet_on_their_means(values: list[float], size: int) -> None:
    spread = [x for x in values for _ in range(size)]
    clusters = [i for i in range(len(values)) for _ in range(size)]
    assert iv.shape_free(spread, 0, 1, clusters) == pytest.approx(iv.shape_free(values), abs=1e-9)


def test_a_large_cluster_bets_more_than_a_small_one() -> None:
    """By the definition with stakes in proportion to size: no mean of the cases is favoured by large clusters alone."""
    sizes, means = [1, 2, 4, 4, 3, 2] * 3, [0.9, 0.8, 1.0, 0.95, 0.7, 1.0] * 3
    values = [x for x, size in zip(means, sizes, strict=True) for _ in range(size)]
    clusters = [i for i, size in enumerate(sizes) for _ in range(size)]

    def grown(mean: float) -> float:
        bets = list(zip(means, sizes, strict=True))
        return fmean(math.prod(1 + g * size / 4 * (x / mean - 1) for x, size in bets) for g in STAKES)

    low = iv.shape_free(values, 0, 1, clusters)[0]
    assert grown(low) == pytest.approx(20, rel=1e-6)
    assert low < iv.shape_free(values)[0]


def test_a_hundred_thousand_scores() -> None:
    values = [(i * 7919 % 100_003) / 100_003 for i in range(100_000)]
    low, high = iv.shape_free(values)
    assert 0.49 < low < fmean(values) < high < 0.51
    assert iv.shape_free([1.0] * 100_000)[0] > 0.9999
    assert iv.shape_free([0.0] * 100_000) == (0.0, pytest.approx(0, abs=1e-4))


def test_scores_that_say_nothing_bound_nothing() -> None:
    assert iv.shape_free([], 0.0, 5.0) == (0.0, 5.0)
    assert iv.shape_free([0.0] * 40)[0] == 0.0
    assert iv.shape_free([1.0] * 40)[1] == 1.0
    low, high = iv.shape_free([0.5])
    assert 0 <= low < 0.03
    assert 0.97 < high <= 1


# How many it takes


def test_the_fewest_scores_are_those_of_gate_md() -> None:
    assert iv.fewest_for_mean(0.92, 0.85) == 38
    assert iv.fewest_for_mean(0.90, 0.85) == 53
    assert iv.fewest_for_mean(0.08, 0.15) == 38  # less is better: the same from the other end
    assert iv.fewest_for_mean(0.85, 0.85) is None
    assert iv.fewest_for_mean(4.6, 4.25, low=0, high=5) == 38


@pytest.mark.parametrize(("mean", "threshold"), [(0.92, 0.85), (0.9, 0.85), (0.99, 0.5), (0.86, 0.85), (0.08, 0.15)])
def test_fewer_never_prove_it_and_equal_scores_do_from_enough_on(mean: float, threshold: float) -> None:
    fewest, enough = iv.fewest_for_mean(mean, threshold), iv.enough_for_mean(mean, threshold)
    assert fewest is not None
    assert enough is not None
    assert fewest <= enough

    def proves(n: int) -> bool:
        low, high = iv.shape_free([mean] * n)
        return low >= threshold if mean > threshold else high <= threshold

    assert proves(enough)
    assert not proves(enough - 1)


@QUICK
@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.floats(0.05, 0.95))
def test_what_decides_is_the_first_multiple_that_proves_it(values: list[float], threshold: float) -> None:
    n = iv.decisive_shape_free(values, threshold)
    mean = fmean(values)
    if n is None:
        assert abs(mean - threshold) < 0.05 or len(set(values)) > 1
        return
    if n > 5000:
        return
    times = -(-n // len(values))
    low, high = iv.shape_free(values * times)
    assert low >= threshold - 1e-9 if mean >= threshold else high <= threshold + 1e-9
    if times > 1:
        less = iv.shape_free(values * (times - 1))
        assert less[0] < threshold + 1e-9 if mean >= threshold else less[1] > threshold - 1e-9


def test_nothing_decides_where_the_mean_is_the_threshold_or_the_end_of_the_range() -> None:
    assert iv.decisive_shape_free([0.8, 0.9], 0.85) is None
    assert iv.decisive_shape_free([1.0, 1.0], 1.0) is None
    assert iv.decisive_shape_free([], 0.5) is None
    assert iv.decisive_shape_free([0.3], 0.0) == 1


# Against the truth


def with_zeros(g: np.random.Generator, runs: int, n: int, mean: float) -> np.ndarray:
    """2 % zeros among high scores, with this true mean."""
    centre = mean / 0.98
    return np.where(g.random((runs, n)) < 0.02, 0.0, g.beta(50 * centre, 50 * (1 - centre), (runs, n)))


@pytest.mark.parametrize(
    ("n", "passes"), [(72, 0.53), *(pytest.param(*row, marks=pytest.mark.slow) for row in ((150, 0.89), (300, 1.0)))]
)
def test_what_gate_md_says_of_rare_zeros(n: int, passes: float) -> None:
    g = np.random.default_rng([11, n])
    good = [iv.shape_free(row.tolist())[0] >= 0.85 for row in with_zeros(g, 600, n, 0.92)]
    assert fmean(good) == pytest.approx(passes, abs=0.07)
    poor = [iv.shape_free(row.tolist())[0] > 0.85 for row in with_zeros(g, 600, n, 0.85)]
    assert fmean(poor) <= 0.02


def test_only_beside_a_t_bound() -> None:
    for values in ([], [0.9], [0.9] * 50, [0.8, 0.9] * 14):
        made = iv.with_sure_bounds(iv.mean_t(values), values, 0, 1)
        assert (made.sure_low, made.sure_high, made.note != "") == (None, None, True)
    values = [0.8, 0.9] * 20
    made = iv.with_sure_bounds(iv.mean_t(values), values, 0, 1)
    assert (made.sure_low, made.sure_high) == iv.shape_free(values)
    assert (made.low, made.high) == (iv.mean_t(values).low, iv.mean_t(values).high)
