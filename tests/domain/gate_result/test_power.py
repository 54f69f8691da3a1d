"""What a number of cases can prove or show: against the table of the rules, brute force, and published constants."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.compare.change import rate_change
from readiness_tui.domain.gate_result.power import (
    cases_to_decide,
    count_for_drop,
    count_for_quantile,
    count_for_rate,
    fewest_cases,
    fewest_cases_for_drop,
    half_width,
    provable_value,
    sight_of_flips,
    sight_of_mean,
)
from readiness_tui.domain.intervals import mean_t, quantile, wilson
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import resolve
from readiness_tui.domain.metrics.meets import bound_meets, meets
from readiness_tui.domain.metrics.rule import Direction

UP, DOWN = Direction.HIGHER, Direction.LOWER
RATE, MEAN, P95 = (resolve(name) for name in ("task_success_rate", "faithfulness", "latency_p95_ms"))
assert RATE is not None
assert MEAN is not None
assert P95 is not None

#: Smallest observed 0/1 rate whose bound proves the threshold, as the scoring rules print it.
TABLE = {
    0.85: {16: 1.00, 30: 0.967, 50: 0.94, 100: 0.91, 200: 0.895, 400: 0.88, 800: 0.871},
    0.80: {11: 1.00, 16: 1.00, 30: 0.933, 50: 0.90, 100: 0.87, 200: 0.85, 400: 0.835, 800: 0.824},
}


@pytest.mark.parametrize(("threshold", "n"), [(threshold, n) for threshold, row in TABLE.items() for n in row])
def test_the_table_of_the_rules(threshold: float, n: int) -> None:
    proof = count_for_rate(threshold, UP, n).proof
    assert proof is not None
    assert round(proof / n, 3) == pytest.approx(TABLE[threshold][n], abs=0.0005)
    assert wilson(proof, n).low >= threshold > wilson(proof - 1, n).low  # type: ignore[operator]


def test_the_table_of_the_docs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "plan.md").read_text(encoding="utf-8")
    for threshold, fewest in ((0.80, 11), (0.85, 16)):
        counts = [count_for_rate(threshold, UP, n).proof for n in (30, 50, 100, 200, 400, 800)]
        figures = " | ".join(map(str, counts[1:]))
        assert f"| ≥ {threshold:.2f} | {counts[0]} right | {figures} | {fewest} of {fewest} |" in page


def test_the_fewest_cases_with_which_a_bound_can_hold() -> None:
    assert [fewest_cases(RATE, t, UP, counted=True) for t in (0.85, 0.80)] == [16, 11]
    assert fewest_cases(RATE, 0.02, DOWN, counted=True) == 133  # not one bad case among them
    assert fewest_cases(RATE, 1.0, UP, counted=True) is None
    assert fewest_cases(MEAN, 0.85, UP, counted=False) == 30
    assert fewest_cases(P95, 3500, DOWN, counted=False) == 59
    total = resolve("total_cost")
    assert total is not None
    assert fewest_cases(total, 10, DOWN, counted=False) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 120), st.integers(0, 100), st.sampled_from([UP, DOWN]))
def test_counts_of_a_rate_are_those_at_which_the_gates_own_rules_turn(n: int, hundredths: int, way: Direction) -> None:
    threshold = hundredths / 100
    count = count_for_rate(threshold, way, n)
    passing = [k for k in range(n + 1) if meets(wilson(k, n), way, threshold)]
    holding = [k for k in passing if bound_meets(wilson(k, n), way, threshold)]
    end = min if way is UP else max
    assert count.point == end(passing)
    assert count.proof == (end(holding) if holding else None)
    assert count.most is (way is DOWN)


@pytest.mark.parametrize("n", [20, 58, 59, 100, 854])
def test_counts_of_a_quantile_are_those_at_which_the_gates_own_rules_turn(n: int) -> None:
    count = count_for_quantile(0.95, DOWN, n)

    def over(k: int) -> list[float]:
        return [1.0] * (n - k) + [9.0] * k

    assert meets(quantile(over(count.point)), DOWN, 5)
    assert not meets(quantile(over(count.point + 1)), DOWN, 5)
    assert (count.proof is None) is (n < 59)
    if count.proof is not None:
        assert bound_meets(quantile(over(count.proof)), DOWN, 5)
        assert not bound_meets(quantile(over(count.proof + 1)), DOWN, 5)


@pytest.mark.parametrize(("margin", "n"), [(0.05, 40), (0.05, 72), (0.02, 200), (0.10, 30), (0.02, 40)])
def test_counts_of_a_drop_against_every_number_of_losses(margin: float, n: int) -> None:
    count = count_for_drop(margin, n)
    holding = [lost for lost in range(n) if -rate_change(0, lost, n).low <= margin]  # type: ignore[operator]
    assert count.point == math.floor(Fraction(str(margin)) * n)
    assert count.proof == (max(holding) if holding else None)
    least = fewest_cases_for_drop(margin)
    assert least is not None
    assert (n >= least) is bool(holding)


def test_a_relative_margin_loses_no_case_to_rounding() -> None:
    margin = 0.1 * 0.7  # a tenth of a baseline of 0.7: a little below 0.07 as a float, and the gate passes 7 of 100
    assert meets(Estimate(7 / 100, 100), DOWN, margin)
    assert count_for_drop(margin, 100).point == 7


def test_what_would_decide_a_rate_holds_it_as_it_is() -> None:
    def wanted(k: int, n: int, threshold: float = 0.85) -> int | None:
        return cases_to_decide(RATE, wilson(k, n), threshold, UP)

    assert wanted(18, 20) == 139
    assert wanted(180, 200) == 200  # decided: it holds
    assert wanted(20, 40) == 40  # decided: it misses
    assert wanted(8, 10) == decided_from(Fraction(8, 10), Fraction(85, 100))
    assert wanted(17, 20) is None  # exactly at its threshold
    assert cases_to_decide(MEAN, mean_t([0.9, 0.8]), 0.85, UP) == 30


def decided_from(rate: Fraction, threshold: Fraction) -> int:
    """By search instead of by formula."""
    n = 1
    while n * (rate - threshold) ** 2 < Fraction(1645, 1000) ** 2 * threshold * (1 - threshold):
        n += 1
    return n


def test_the_value_of_a_mean_that_just_holds_and_the_spread_it_needs() -> None:
    values = [0.7, 0.8, 0.9, 1.0] * 10
    before = mean_t(values)
    assert half_width(before, len(values)) == pytest.approx(before.high - before.value)  # type: ignore[operator]
    limit = provable_value(before, 0.85, UP, 40)
    assert limit is not None
    moved = mean_t([value + limit - before.value for value in values])
    assert moved.low == pytest.approx(0.85)
    assert provable_value(before, 0.85, UP, 29) is None
    assert provable_value(mean_t(values[:20]), 0.85, UP, 40) is None


def test_the_smallest_regression_that_can_be_seen() -> None:
    six = sight_of_flips(72)
    assert (six.flips, six.loss) == (6, pytest.approx(6 / 72))
    assert sight_of_flips(40).loss == pytest.approx(0.15)
    assert sight_of_flips(5).loss is None
    before = mean_t([0.7, 0.8, 0.9, 1.0] * 25)
    unpaired, paired = sight_of_mean(before, 100), sight_of_mean(before, 100, mean_t([0.0, 0.02] * 50))
    deviation = math.sqrt(sum((value - 0.85) ** 2 for value in [0.7, 0.8, 0.9, 1.0] * 25) / 99)
    assert unpaired.loss == pytest.approx(1.9842 * math.sqrt(2) * deviation / 10, rel=1e-4)  # t(99) at .975 = 1.9842
    assert paired.loss == pytest.approx(1.9842 * math.sqrt(0.01**2 * 100 / 99) / 10, rel=1e-4)
    assert (unpaired.paired, paired.paired) == (False, True)
    assert "30 shared cases" in sight_of_mean(before, 20).why
