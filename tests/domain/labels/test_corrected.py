"""The corrected mean: against ppi-python where it is installed, formulas written out here, and the truth by simulation."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from readiness_tui.domain.labels.corrected import (
    FEWEST,
    FullStratum,
    LabelSums,
    corrected,
    differs,
    exact_bound,
    labels_to_hold,
    lower_bound,
    tuned,
)

NONE = FullStratum()
VALUES = st.sampled_from([0.0, 0.25, 0.5, 1.0])
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=60)
OTHERS = st.lists(VALUES, min_size=2, max_size=80)


def binary(both: int, people: int, judge: int, neither: int) -> list[tuple[float, float]]:
    """(human, judge) pairs."""
    return [(1.0, 1.0)] * both + [(1.0, 0.0)] * people + [(0.0, 1.0)] * judge + [(0.0, 0.0)] * neither


def by_hand(pairs: list[tuple[float, float]], rest: list[float]) -> tuple[float, float, float]:
    """Value, variance and λ, each written as the paper has it, from the single values."""
    humans, judges = [h for h, _ in pairs], [j for _, j in pairs]
    m, n = len(pairs), len(rest)
    every = statistics.variance([*judges, *rest])
    weight = 0.0
    if every > 1e-12:
        weight = min(max(statistics.covariance(humans, judges) / ((1 + m / n) * every), 0.0), 1.0)
    value = weight * statistics.fmean(rest) + statistics.fmean(h - weight * j for h, j in pairs)
    variance = statistics.variance([h - weight * j for h, j in pairs]) / m
    return value, variance + weight**2 * statistics.variance(rest) / n, weight


@settings(max_examples=80, deadline=None)
@given(PAIRS, OTHERS)
def test_the_estimate_is_the_papers(pairs: list[tuple[float, float]], rest: list[float]) -> None:
    made = tuned(LabelSums.of(pairs, rest))
    assert (float(made.value), float(made.variance), float(made.weight)) == pytest.approx(
        by_hand(pairs, rest), abs=1e-9
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(PAIRS, OTHERS)
def test_ppi_python_agrees(pairs: list[tuple[float, float]], rest: list[float]) -> None:
    """It divides sums of squares by n where we divide by n − 1; nothing else differs."""
    ppi = pytest.importorskip("ppi_py")
    humans, judges = (np.array(side) for side in zip(*pairs, strict=True))
    made = tuned(LabelSums.of(pairs, rest))
    weight = float(made.weight)
    (value,) = np.ravel(ppi.ppi_mean_pointestimate(humans, judges, np.array(rest), lam=weight))
    assert float(made.value) == pytest.approx(value, abs=1e-9)
    low, high = ppi.ppi_mean_ci(humans, judges, np.array(rest), alpha=0.1, lam=weight)
    theirs = ((float(high[0]) - float(low[0])) / 2 / stats.norm.ppf(0.95)) ** 2
    own = np.var(humans - weight * judges) / len(pairs) + weight**2 * np.var(rest) / len(rest)
    assert theirs == pytest.approx(own, abs=1e-9)
    m, n = len(pairs), len(rest)
    ours = np.var(humans - weight * judges) / (m - 1) + weight**2 * np.var(rest) / (n - 1)
    assert float(made.variance) == pytest.approx(ours, abs=1e-9)


def test_the_bound_counts_one_label_more_and_uses_t() -> None:
    pairs, rest = binary(30, 1, 8, 11), [1.0] * 120 + [0.0] * 30
    value, variance, _ = by_hand([*pairs, (0.0, 1.0)], rest)
    assert float(lower_bound(LabelSums.of(pairs, rest), NONE, 0.025)) == pytest.approx(
        value - stats.t.ppf(0.975, 50) * math.sqrt(variance), abs=1e-9
    )


def test_high_risk_cases_weigh_as_much_as_there_are() -> None:
    """A hundred cases: twenty high-risk ones labelled in full, 14 good; eighty others, thirty of them labelled."""
    pairs, rest = binary(24, 1, 3, 2), [1.0] * 45 + [0.0] * 5
    seen, full = LabelSums.of(pairs, rest), FullStratum.of([1.0] * 14 + [0.0] * 6)
    assert float(corrected(seen, full)) == pytest.approx(0.8 * by_hand(pairs, rest)[0] + 0.2 * 0.7, abs=1e-9)
    value, variance, _ = by_hand([*pairs, (0.0, 1.0)], rest)
    error = math.sqrt(0.8**2 * variance + 0.2**2 * (0.7 * 0.3 / 19))
    wanted = 0.8 * value + 0.2 * 0.7 - stats.t.ppf(0.95, 30) * error
    assert float(lower_bound(seen, full, 0.05)) == pytest.approx(wanted, abs=1e-9)


def test_labels_without_a_fault_prove_no_more_than_the_exact_bound() -> None:
    low = lower_bound(LabelSums.of(binary(32, 0, 0, 0), [1.0] * 300), NONE, 0.025)
    assert float(low) == pytest.approx(proportion_confint(32, 32, alpha=0.05, method="beta")[0], abs=1e-9)


@given(st.integers(1, 300), st.data())
def test_the_exact_bound_is_clopper_and_pearsons(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    assert float(exact_bound(k, n, 0.05)) == pytest.approx(
        proportion_confint(k, n, alpha=0.10, method="beta")[0], abs=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4), st.lists(VALUES, max_size=3), st.booleans())
def test_few_and_equal_values_give_defined_figures(
    pairs: list[tuple[float, float]], rest: list[float], risky: bool
) -> None:
    """n = 0, 1, 2, all equal: a number or nothing, never NaN."""
    seen, full = LabelSums.of(pairs, rest), FullStratum.of([1.0]) if risky else NONE
    assert math.isfinite(float(lower_bound(seen, full, 0.025)))
    if len(pairs) > 1:
        assert math.isfinite(float(corrected(seen, full)))
    assert differs(pairs, seen, []) in (True, False)
    more = labels_to_hold(seen, full, 0.8, 0.025)
    assert more is None or 0 < more <= len(rest)


def test_a_judge_that_never_errs_differs_from_nobody_and_one_that_always_does_from_all() -> None:
    good = binary(40, 0, 0, 10)
    assert not differs(good, LabelSums.of(good, [1.0] * 50), [])
    bad = binary(0, 0, 50, 0)
    assert differs(bad, LabelSums.of(bad, [1.0] * 50), [])


def test_more_labels_of_the_same_kind_do_what_is_foretold() -> None:
    pairs, rest = binary(41, 0, 3, 6), [1.0] * 310 + [0.0] * 40
    seen = LabelSums.of(pairs, rest)
    assert float(lower_bound(seen, NONE, 0.0125)) < 0.75
    more = labels_to_hold(seen, NONE, 0.75, 0.0125)
    assert more is not None
    assert FEWEST < 50 + more < 400
    assert float(lower_bound(seen.grown(50 + more), NONE, 0.0125)) >= 0.75
    assert float(lower_bound(seen.grown(49 + more), NONE, 0.0125)) < 0.75
    assert labels_to_hold(seen, NONE, 0.95, 0.0125) is None  # no number of labels makes 0.84 into 0.95


@pytest.mark.slow
@pytest.mark.parametrize("rare", [0.02, 0.1])
def test_graded_labels_hold_as_well(rare: float) -> None:
    """Scores between 0 and 1 with rare faults that the judge does not see: false holds at the truth, at 5 %."""
    rng = np.random.default_rng(3)
    held, repeats = 0, 4000
    for _ in range(repeats):
        human = np.where(rng.random(200) < rare, 0.0, rng.beta(8, 1.5, 200))
        judge = np.clip(human + rng.normal(0.03, 0.08, 200), 0, 1)
        judge[human == 0] = rng.beta(8, 1.5, int((human == 0).sum()))
        seen = LabelSums.of(list(zip(human[:50], judge[:50], strict=True)), list(judge[50:]))
        held += float(lower_bound(seen, NONE, 0.05)) >= (1 - rare) * 8 / 9.5
    assert held / repeats <= 0.055
