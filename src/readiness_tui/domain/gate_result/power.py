"""How many cases a rule needs, and what a given number of cases can show (scoring.md, "Gate": before the run).

Rates and quantiles have exact counts: right answers, or values beyond the limit. Means and ratios have none; their
estimates assume that the spread of an earlier run stays the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness_tui.domain.compare.change import rate_change
from readiness_tui.domain.compare.paired import NEEDED_FLIPS
from readiness_tui.domain.gate_result.chances import Noticed, noticed_drop, noticed_shift
from readiness_tui.domain.intervals import (
    MIN_N,
    WILSON,
    decisive_from,
    exact,
    needed_for_rate,
    quantile_ranks,
    smallest_n_for_quantile,
    t_quantile,
)
from readiness_tui.domain.intervals.common import smallest
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import MetricDef, MetricKind
from readiness_tui.domain.metrics.meets import EPSILON, bound_meets, decisive_size
from readiness_tui.domain.metrics.rule import Direction

TWO_SIDED = 0.975


@dataclass(frozen=True, slots=True)
class Count:
    """Of `n` values: how many have to be right or, if `most`, how many may be wrong.

    `point`: to meet the point rule. `proof`: for the one-sided 95 % bound to hold too; None: not even a perfect n does.
    """

    n: int
    point: int
    proof: int | None
    most: bool = False


def count_for_rate(threshold: float, direction: Direction, n: int) -> Count:
    """How many of n must be right; for a lower-is-better rate, how many may be bad."""
    bar = exact(threshold) * n
    if direction is Direction.HIGHER:
        return Count(n, math.ceil(bar), needed_for_rate(threshold, n))
    good = needed_for_rate(1 - exact(threshold), n)
    return Count(n, math.floor(bar), None if good is None else n - good, most=True)


def count_for_quantile(q: float, direction: Direction, n: int) -> Count:
    """How many of n values may lie beyond the limit of a q-quantile."""
    rank, low, high = quantile_ranks(n, q)
    if direction is Direction.LOWER:
        return Count(n, n - rank, None if high is None else n - high, most=True)
    return Count(n, rank - 1, None if low is None else low - 1, most=True)


def count_for_drop(margin: float, n: int, effect: float = 0.0) -> Count:
    """How many of n shared cases may be lost, with none won, for a rate's drop to stay within `margin` or below a
    minimum `effect`."""
    limit = max(margin, effect)

    def holds(lost: int) -> bool:
        low = rate_change(0, lost, n).low
        return low is not None and -low <= limit + EPSILON

    slack = exact(EPSILON)  # a relative margin is a product of floats
    point = max(math.floor((exact(margin) + slack) * n), math.ceil((exact(effect) - slack) * n) - 1)
    low, high = -1, point + 1  # the bound grows with every loss
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return Count(n, point, None if low < 0 else low, most=True)


def fewest_cases_for_drop(margin: float) -> int | None:
    """The fewest shared cases, none of them lost, with which the bound of a rate's drop stays within `margin`; None: no
    number does."""
    if margin <= 0:
        return None
    return smallest(lambda n: -(rate_change(0, 0, n).low or 0.0) <= margin + EPSILON, 1)


def fewest_cases(metric: MetricDef, threshold: float, direction: Direction, *, counted: bool) -> int | None:
    """The fewest cases with which the bound can hold at all; `counted`: the figure is a rate of 0/1 cases.

    None if no number is enough: a rate that must be 1 (or 0) is never proven, and a sum has no bound.
    """
    if counted:
        bar = exact(threshold) if direction is Direction.HIGHER else 1 - exact(threshold)
        return 1 if bar <= 0 else decisive_from(Fraction(1), bar)
    if metric.kind is MetricKind.QUANTILE:
        q = metric.q if direction is Direction.LOWER else 1 - metric.q
        return smallest_n_for_quantile(q)
    return None if metric.kind is MetricKind.SUM else MIN_N


def cases_to_decide(
    metric: MetricDef,
    estimate: Estimate,
    threshold: float,
    direction: Direction,
    values: Sequence[float] = (),
) -> int | None:
    """How many cases would decide the row if figure and spread stay the same; its own n if it is already decided.

    `values`: for a quantile, whose share beyond the limit is assumed to stay. None: no number would, or it is unknown.
    """
    n = estimate.n
    if not n:
        return None
    opposite = Direction.LOWER if direction is Direction.HIGHER else Direction.HIGHER
    if bound_meets(estimate, direction, threshold) or _misses(estimate, opposite, threshold):
        return n
    counted = estimate.method == WILSON
    size = decisive_size(estimate, threshold)
    if size is None and metric.kind is MetricKind.QUANTILE and values:
        within = sum(value <= threshold for value in values)
        size = decisive_from(Fraction(within, len(values)), metric.q)
    least = fewest_cases(metric, threshold, direction, counted=counted)
    if size is None:
        return least if least is not None and least > n else None
    return max(size, n + 1, least or 0)


def _misses(estimate: Estimate, opposite: Direction, threshold: float) -> bool:
    """Whether even the bound on the good side lies beyond the threshold."""
    bound = estimate.high if opposite is Direction.LOWER else estimate.low
    beyond = bound is not None and (bound < threshold if opposite is Direction.LOWER else bound > threshold)
    return beyond and bound_meets(estimate, opposite, threshold) is True


# From an earlier run's spread


def half_width(estimate: Estimate, n: int, *, log: bool = False) -> float | None:
    """How far the one-sided 95 % bound of n cases would lie from the value, with the spread of `estimate`.

    `log`: as the logarithm of a factor (ratios). None if `estimate` itself has no bound, or n is below 30.
    """
    if estimate.high is None or not estimate.n or estimate.n < MIN_N or n < MIN_N:
        return None
    if log:
        if not 0 < estimate.value < estimate.high:
            return None
        half = math.log(estimate.high / estimate.value)
    else:
        half = estimate.high - estimate.value
    scale = math.sqrt(estimate.n / n) * t_quantile(n - 1) / t_quantile(estimate.n - 1)
    return half * scale


def unpaired_half_width(half: float | None) -> float | None:
    """The half-width of the difference of two independent runs, from that of one of them: √2 times as wide.

    Runs over the same cases mostly differ by less, but before there are two, no better estimate is possible.
    """
    return None if half is None else math.sqrt(2) * half


def provable_value(
    estimate: Estimate, threshold: float, direction: Direction, n: int, *, ratio: bool = False
) -> float | None:
    """The figure whose bound would just meet the threshold with n cases and the spread of `estimate`."""
    half = half_width(estimate, n, log=ratio)
    if half is None:
        return None
    if ratio:
        factor = math.exp(half)
        return threshold / factor if direction is Direction.LOWER else threshold * factor
    return threshold - half if direction is Direction.LOWER else threshold + half


# Against a baseline


@dataclass(frozen=True, slots=True)
class Sight:
    """The smallest regression that `shared` cases can tell from chance: `loss`, positive, in the metric's unit.

    `flips`: for a 0/1 metric, how many cases must be lost. `paired`: computed from the paired differences, not from one
    run's spread. `own`: only the baseline's own bound, for a figure whose change has no interval. `loss` None: no
    regression can be shown; `why` says why. `noticed`: how often true losses show.
    """

    shared: int
    loss: float | None
    flips: int | None = None
    paired: bool = False
    own: bool = False
    why: str = ""
    noticed: tuple[Noticed, ...] = ()


def sight_of_flips(shared: int) -> Sight:
    """Six flips, all one way: the fewest that an exact McNemar test tells from chance."""
    if shared < NEEDED_FLIPS:
        return Sight(shared, None, why=f"{NEEDED_FLIPS} shared cases are the fewest that can show a drop")
    return Sight(shared, NEEDED_FLIPS / shared, NEEDED_FLIPS, noticed=noticed_drop(shared))


def sight_of_mean(before: Estimate, shared: int, change: Estimate | None = None, *, points: bool = False) -> Sight:
    """From the paired differences if there are any; else from the baseline's spread, as if runs were independent.

    `points`: losses are told in whole hundredths."""
    half = half_width(change, shared) if change else None
    paired = half is not None
    if half is None:
        half = unpaired_half_width(half_width(before, shared))
    if half is None:
        few = shared < MIN_N or (before.n or 0) < MIN_N
        why = f"{MIN_N} shared cases are the fewest for an interval" if few else "the baseline has no spread"
        return Sight(shared, None, why=why)
    error = half / t_quantile(shared - 1)
    noticed = noticed_shift(error, shared, two_sided=True, points=points)
    return Sight(shared, error * t_quantile(shared - 1, TWO_SIDED), paired=paired, noticed=noticed)


def sight_of_other(before: Estimate, direction: Direction) -> Sight:
    """A quantile or a ratio: a change within the baseline's own bound could be luck."""
    bound = before.high if direction is Direction.LOWER else before.low
    if bound is None:
        return Sight(before.n or 0, None, why=f"the baseline's figure has no bound ({before.note or 'n too small'})")
    return Sight(before.n or 0, abs(bound - before.value), own=True)
