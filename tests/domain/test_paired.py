"""Candidate against baseline on the same cases: the flips and whether they could be chance."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from readiness_tui.domain.gate import Direction
from readiness_tui.domain.paired import (
    NEEDED_FLIPS,
    Flips,
    bootstrap_mean,
    flips_text,
    mcnemar,
    p_text,
    pass_fail,
    scores,
)

UP, DOWN = Direction.HIGHER, Direction.LOWER


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_p_is_scipys_binomial_test(better: int, worse: int) -> None:
    expected = binomtest(better, better + worse, 0.5).pvalue if better + worse else 1.0
    assert float(mcnemar(better, worse)) == pytest.approx(expected, rel=1e-9)


def test_six_one_way_flips_are_the_fewest_that_show() -> None:
    assert mcnemar(0, NEEDED_FLIPS) < Fraction(1, 20) <= mcnemar(0, NEEDED_FLIPS - 1)


def test_a_case_flips_by_the_majority_of_its_repeats_and_a_tie_is_dropped() -> None:
    ours = {"a": 1.0, "b": 1 / 3, "c": 0.5, "d": 1.0, "new": 1.0}
    theirs = {"a": 1 / 3, "b": 2 / 3, "c": 1.0, "d": 2 / 3, "gone": 0.0}
    flips = pass_fail(ours, theirs, UP)
    assert flips == Flips(better=("a",), worse=("b",), same=1, tied=("c",))
    assert flips.shared == 4
    # Of a metric whose 1 is a failure, the same figures read the other way round.
    assert pass_fail(ours, theirs, DOWN) == Flips(better=("b",), worse=("a",), same=1, tied=("c",))


@pytest.mark.parametrize(
    ("flips", "text"),
    [
        (Flips(("a",) * 2, ("b",) * 5, 65), "2 better, 5 worse of 72 shared cases: not distinguishable (p = 0.45)"),
        (
            Flips((), ("b",) * 5, 35),
            "0 better, 5 worse of 40 shared cases: not distinguishable (p = 0.063; it needs 6 flips one way)",
        ),
        (Flips((), ("b",) * 6, 34), "0 better, 6 worse of 40 shared cases: worse, beyond chance (p = 0.031)"),
        (Flips(("a",) * 12, ("b",), 0), "12 better, 1 worse of 13 shared cases: better, beyond chance (p = 0.003)"),
        (Flips((), (), 1, ("t",)), "no case flipped of 2 shared cases; 1 case with tied repeats left out"),
    ],
)
def test_the_answer_is_one_sentence(flips: Flips, text: str) -> None:
    assert flips_text(flips) == text


@given(st.fractions(min_value=0, max_value=1))
def test_a_printed_p_never_crosses_five_percent(p: Fraction) -> None:
    shown = p_text(p)
    below = shown.startswith("p <") or Fraction(shown.removeprefix("p = ")) < Fraction(1, 20)
    assert below == (p < Fraction(1, 20))


def test_scores_list_the_largest_moves_first_and_enclose_the_mean_change() -> None:
    theirs = {f"case-{i}": 0.5 for i in range(40)}
    ours = {key: 0.5 + (i % 5 - 1) / 20 for i, key in enumerate(theirs)}  # mean change +0.05
    shift = scores(ours, theirs, UP)
    assert shift.change == pytest.approx(0.05)
    assert ours[shift.flips.better[0]] == max(ours.values())
    assert len(shift.flips.worse) == 8
    assert shift.flips.same == 8
    assert shift.low is not None
    assert shift.high is not None
    assert 0 < shift.low < 0.05 < shift.high < 0.1
    assert shift.distinguishable
    assert scores(ours, theirs, DOWN).flips.worse == shift.flips.better


def test_few_or_equal_changes_have_no_interval() -> None:
    few = {str(i): i / 10 for i in range(10)}
    assert scores(few, dict.fromkeys(few, 0.0), UP).low is None
    many = {str(i): 1.0 for i in range(40)}
    equal = scores(many, dict.fromkeys(many, 0.5), UP)
    assert equal.low is None
    assert not equal.distinguishable


def test_the_bootstrap_is_seeded_and_near_the_normal_interval() -> None:
    values = [float(i % 10) for i in range(200)]
    low, high = bootstrap_mean(values)
    assert (low, high) == bootstrap_mean(values)
    mean, half = 4.5, 1.96 * 2.872 / 200**0.5
    assert low == pytest.approx(mean - half, abs=0.03)
    assert high == pytest.approx(mean + half, abs=0.03)
