"""Candidate against baseline on the same cases: the flips and whether they could be chance."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from readiness_tui.domain.compare.paired import (
    NEEDED_FLIPS,
    Flips,
    bootstrap_mean,
    flips_text,
    holm,
    mcnemar,
    p_text,
    pass_fail,
    scores,
    undetectable_text,
)
from readiness_tui.domain.metrics.rule import Direction

UP, DOWN = Direction.HIGHER, Direction.LOWER


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_p_is_scipys_binomial_test(better: int, worse: int) -> None:
    expected = binomtest(better, better + worse, 0.5).pvalue if better + worse else 1.0
    assert float(mcnemar(better, worse)) == pytest.approx(expected, rel=1e-9)


def test_six_one_way_flips_are_the_fewest_that_show() -> None:
    assert mcnemar(0, NEEDED_FLIPS) < Fraction(1, 20) <= mcnemar(0, NEEDED_FLIPS - 1)


def test_a_case_flips_by_the_majority_of_its_repeats_and_a_tie_is_dropped() -> None:
    ours = {"a": 1.0, "b": 1 / 3, "c": 0.5, "d": 1.0, "e": 1.0, "f": 0.0, "new": 1.0}
    theirs = {"a": 1 / 3, "b": 2 / 3, "c": 1.0, "d": 2 / 3, "e": 0.5, "f": 0.5, "gone": 0.0}
    flips = pass_fail(ours, theirs, UP)
    assert flips == Flips(better=("a",), worse=("b",), same=1, tied=("c", "e", "f"))
    assert flips.shared == 6
    # Of a metric whose 1 is a failure, the same figures read the other way round.
    assert pass_fail(ours, theirs, DOWN) == Flips(better=("b",), worse=("a",), same=1, tied=("c", "e", "f"))


@pytest.mark.parametrize(
    ("flips", "text"),
    [
        (Flips(("a",) * 2, ("b",) * 5, 65), "2 better, 5 worse of 72 shared cases: could be luck (p = 0.45)"),
        (
            Flips((), ("b",) * 5, 35),
            "0 better, 5 worse of 40 shared cases: could be luck (p = 0.063; it needs 6 flips one way)",
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


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=30, max_size=40))
@settings(max_examples=15, deadline=None)
def test_the_bootstrap_p_and_its_interval_agree(values: list[float]) -> None:
    low, high, p = bootstrap_mean(values)
    if low > 0 or high < 0:
        assert p < Fraction(1, 20)
    elif low < 0 < high:
        assert p >= Fraction(1, 20)


def test_the_correction_for_many_looks_is_holms() -> None:
    # R: p.adjust(c(.010, .040, .030, .005), "holm")
    assert holm([Fraction(10, 1000), Fraction(40, 1000), Fraction(30, 1000), Fraction(5, 1000)]) == [
        Fraction(30, 1000), Fraction(60, 1000), Fraction(60, 1000), Fraction(20, 1000),
    ]  # fmt: skip


@given(st.lists(st.fractions(0, 1), min_size=1, max_size=12))
def test_the_correction_only_raises_a_p_and_keeps_their_order(ps: list[Fraction]) -> None:
    corrected = holm(ps)
    assert all(1 >= now >= p for p, now in zip(ps, corrected, strict=True))
    assert sorted(corrected) == [now for _, now in sorted(zip(ps, corrected, strict=True))]
    assert min(corrected) == min(1, len(ps) * min(ps))


def test_what_a_number_of_cases_cannot_show() -> None:
    assert undetectable_text(40) == "a drop of fewer than 6 cases (15 points) cannot show"
    assert undetectable_text(5) == "on 5 shared cases no drop can show: it needs 6 flips one way"
    assert undetectable_text(5000) == "a drop of fewer than 6 cases (under 1 point) cannot show"


def test_few_or_equal_changes_have_no_interval() -> None:
    few = {str(i): i / 10 for i in range(10)}
    assert scores(few, dict.fromkeys(few, 0.0), UP).low is None
    many = {str(i): 1.0 for i in range(40)}
    equal = scores(many, dict.fromkeys(many, 0.5), UP)
    assert equal.low is None
    assert not equal.distinguishable


def test_the_bootstrap_is_seeded_and_near_the_normal_interval() -> None:
    values = [float(i % 10) for i in range(200)]
    low, high, p = bootstrap_mean(values)
    assert (low, high, p) == bootstrap_mean(values)
    assert p == Fraction(2, 10_001)  # no resample's mean is 0 or less
    mean, half = 4.5, 1.96 * 2.872 / 200**0.5
    assert low == pytest.approx(mean - half, abs=0.03)
    assert high == pytest.approx(mean + half, abs=0.03)
