"""How often a rule decides as it should: against scipy, brute force, simulation, and the figures of the rules."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from readiness_tui.domain.compare.paired import pass_fail
from readiness_tui.domain.gate_result.chances import (
    Noticed,
    beyond_t,
    binomial_tail,
    count_to_pass,
    fewest_for_score,
    least_provable_score,
    noticed_below,
    noticed_drop,
    noticed_shift,
    noticed_text,
    of_hundred,
    passes_rate,
    percent_text,
    together,
)
from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.metrics.meets import bound_meets, meets
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule

UP, DOWN = Direction.HIGHER, Direction.LOWER
RATE = Rule("task_success_rate", UP, 0.85, "share")
PROVEN = Rule("task_success_rate", UP, 0.85, "share", confidence=Confidence.REQUIRED)


def points(loss: float) -> str:
    return f"{100 * loss:.0f} points"


def test_the_sentence_of_the_rules() -> None:
    """Fifty cases against 0.90: the power that the rules quote."""
    assert noticed_text(noticed_below(0.90, UP, 50), points) == (
        "a true loss of 8 points is noticed in 56 of 100 releases, of 12 points in 80"
    )
    missed = [k for k in range(51) if bound_meets(wilson(k, 50), DOWN, 0.90)]
    for loss, share in ((0.08, 0.56), (0.12, 0.80)):
        assert stats.binom.cdf(max(missed), 50, 0.90 - loss) == pytest.approx(share, abs=0.005)


def test_six_rows_that_are_truly_five_points_above_hardly_ever_pass_together() -> None:
    """Six rules of `confidence: required` at 0.85, 72 cases, truth 0.90: 0.03 %."""
    holds = [k for k in range(73) if bound_meets(wilson(k, 72), UP, 0.85)]
    alone = stats.binom.sf(min(holds) - 1, 72, 0.90)
    assert passes_rate(PROVEN, 72) == pytest.approx(alone, rel=1e-9)
    assert together([passes_rate(PROVEN, 72)] * 6) == pytest.approx(alone**6, rel=1e-9)
    assert percent_text(together([passes_rate(PROVEN, 72)] * 6)) == "0.03 %"


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (7, 0.1), (72, 0.9), pytest.param(200, 0.985, marks=pytest.mark.slow)])
def test_a_binomial_tail_is_exact(n: int, p: float) -> None:
    for least in range(n + 2):
        terms = (comb(n, k) * Fraction(p) ** k * (1 - Fraction(p)) ** (n - k) for k in range(least, n + 1))
        assert binomial_tail(n, p, least) == pytest.approx(float(sum(terms)), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("way", [UP, DOWN])
@pytest.mark.parametrize(("threshold", "n"), [(0.85, 72), (0.8, 30), (0.5, 20), (0.98, 300), (0.02, 200)])
def test_what_is_noticed_is_what_the_gate_calls_a_miss(threshold: float, n: int, way: Direction) -> None:
    other = DOWN if way is UP else UP
    caught = [k for k in range(n + 1) if bound_meets(wilson(k, n), other, threshold)]
    room = round(100 * (threshold if way is UP else 1 - threshold))

    def share(hundredths: int) -> float:
        truth = threshold - hundredths / 100 if way is UP else threshold + hundredths / 100
        return float(sum(stats.binom.pmf(k, n, min(max(truth, 0.0), 1.0)) for k in caught))

    found = noticed_below(threshold, way, n)
    losses = {next((d for d in range(1, room + 1) if share(d) >= often), None) for often in (0.5, 0.8)}
    assert {round(100 * one.loss) for one in found} == losses - {None}
    for one in found:
        assert one.share == pytest.approx(share(round(100 * one.loss)), abs=1e-9)


def test_a_drop_shows_where_mcnemar_says_so() -> None:
    for shared in (40, 72, 200):
        for one in noticed_drop(shared):
            expected = 0.0
            for lost in range(shared + 1):
                after = {f"c{i}": float(i >= lost) for i in range(shared)}
                if pass_fail(after, dict.fromkeys(after, 1.0), UP).distinguishable:
                    expected += stats.binom.pmf(lost, shared, one.loss)
            assert one.share == pytest.approx(expected, abs=1e-9)
    assert noticed_drop(5) == ()  # five flips tell nothing


@pytest.mark.parametrize("two_sided", [False, True])
def test_a_shift_of_a_mean_by_the_noncentral_t(two_sided: bool) -> None:
    n, deviation = 40, 0.2
    error = deviation / math.sqrt(n)
    first, second = noticed_shift(error, n, two_sided=two_sided, points=False)
    limit = stats.t.ppf(0.975 if two_sided else 0.95, n - 1)
    for one, often in ((first, 0.5), (second, 0.8)):
        assert one.share == often
        assert stats.nct.sf(limit, n - 1, one.loss / error) == pytest.approx(often, abs=1e-6)
    draw = np.random.default_rng(7)
    samples = draw.normal(second.loss, deviation, (20_000, n))
    t = samples.mean(axis=1) / (samples.std(axis=1, ddof=1) / math.sqrt(n))
    assert (t > limit).mean() == pytest.approx(0.8, abs=0.01)
    whole = noticed_shift(error, n, two_sided=two_sided, points=True)
    assert [one.loss for one in whole] == [math.ceil(100 * loss) / 100 for loss in (first.loss, second.loss)]
    assert beyond_t(1.0, n, 0.0) == pytest.approx(stats.norm.cdf(1.0), abs=1e-9)
    assert noticed_shift(0.0, n, two_sided=False, points=True) == ()
    assert noticed_shift(0.1, 1, two_sided=False, points=True) == ()


@pytest.mark.parametrize("way", [UP, DOWN])
@pytest.mark.parametrize("confidence", list(Confidence))
@pytest.mark.parametrize("tolerate", [None, 0.05])
@pytest.mark.parametrize("n", [1, 15, 16, 60, 200])
def test_the_count_that_passes_is_where_the_gate_turns(
    n: int, tolerate: float | None, confidence: Confidence, way: Direction
) -> None:
    bar = 0.85 if way is UP else 0.15
    least = None if tolerate is None else (bar - tolerate if way is UP else bar + tolerate)
    rule = Rule("x", way, bar, "share", confidence=confidence, tolerate=least)

    def passes(good: int) -> bool:
        made = wilson(good if way is UP else n - good, n)
        limits = [bar] if confidence is Confidence.REQUIRED else []
        limits += [] if least is None else [least]
        return meets(made, way, bar) and all(bound_meets(made, way, limit) for limit in limits)

    assert count_to_pass(rule, n) == next((good for good in range(n + 1) if passes(good)), None)


def test_the_chance_to_pass_by_the_value_alone_and_with_tolerance() -> None:
    assert passes_rate(RATE, 72) == pytest.approx(stats.binom.sf(61, 72, 0.9))
    tolerant = Rule("task_success_rate", UP, 0.85, "share", tolerate=0.80)
    assert passes_rate(PROVEN, 72) < passes_rate(tolerant, 72) < passes_rate(RATE, 72)
    assert passes_rate(PROVEN, 15) == 0.0  # not even 15 of 15
    errors = Rule("error_rate", DOWN, 0.10, "share")
    assert passes_rate(errors, 72) == pytest.approx(stats.binom.cdf(7, 72, 0.05))


def test_what_a_score_can_prove_whatever_its_shape() -> None:
    """The figures of the rules: mean 0.92 against 0.85 needs 38 cases, 0.90 needs 53."""
    assert [fewest_for_score(mean, 0.85) for mean in (0.92, 0.90)] == [38, 53]
    assert least_provable_score(0.85, 38) <= 0.92 < least_provable_score(0.85, 37)
    assert fewest_for_score(0.85, 0.85) is None
    assert least_provable_score(0.85, 10) > 1  # no mean at all


@pytest.mark.parametrize(
    ("share", "hundred", "percent"),
    [
        (0.0, "under 1 of 100", "0 %"),
        (0.000323, "under 1 of 100", "0.03 %"),
        (0.0051, "1 of 100", "0.5 %"),
        (0.26, "26 of 100", "26 %"),
        (0.9999, "over 99 of 100", "over 99 %"),
        (1.0, "over 99 of 100", "100 %"),
    ],
)
def test_shares_in_words(share: float, hundred: str, percent: str) -> None:
    assert (of_hundred(share), percent_text(share)) == (hundred, percent)


def test_one_loss_alone_is_said_alone() -> None:
    assert noticed_text([Noticed(0.01, 0.997)], lambda loss: "1 point") == (
        "a true loss of 1 point is noticed in over 99 of 100 releases"
    )
    assert noticed_text((), points) == ""


def test_the_sentences_of_the_plans_page() -> None:
    page = " ".join((Path(__file__).parents[3] / "docs" / "plan.md").read_text(encoding="utf-8").split())
    tolerant = Rule("x", UP, 0.85, "share", tolerate=0.80)
    said = [
        f"**{noticed_text(noticed_below(0.90, UP, 50), points)[0].upper()}{noticed_text(noticed_below(0.90, UP, 50), points)[1:]}**",
        f"of 72 cases {count_to_pass(RATE, 72)} have to be right for ≥ 0.85, {count_to_pass(tolerant, 72)} with",
        f"and {count_to_pass(PROVEN, 72)} to prove it",
        f"it passes in {of_hundred(passes_rate(PROVEN, 72))}",
        f"passes all six in {percent_text(together([passes_rate(PROVEN, 72)] * 6))} of releases",
        f"A mean of 0.92 against 0.85 takes {fewest_for_score(0.92, 0.85)} cases or more, one of 0.90 takes "
        f"{fewest_for_score(0.90, 0.85)}.",
    ]
    assert [words for words in said if words not in page] == []
