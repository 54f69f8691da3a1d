"""Whether a figure meets its rule, and how certain that is, in the gate's words."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from readiness_tui.domain.intervals import BETTING, LOG_DELTA, WILSON, T, decisive_from, decisive_t, exact, rate_proves
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.text.format import plural

EPSILON = 1e-9  # a perfect score may arrive as 0.9999999999
HOLDS = "holds at 95 %"
MISSES = "misses at 95 %"
NOISE = "could be luck"
APPROXIMATE = "approximate"


def meets(estimate: Estimate, direction: Direction, threshold: float) -> bool:
    """The point rule, bounds inclusive: rates as exact fractions (36/40 meets 0.90), others within 1e-9."""
    if not math.isfinite(estimate.value):
        return False
    if estimate.k is not None and estimate.n:
        rate, bar = Fraction(estimate.k, estimate.n), exact(threshold)
        return rate >= bar if direction is Direction.HIGHER else rate <= bar
    if direction is Direction.HIGHER:
        return estimate.value >= threshold - EPSILON
    return estimate.value <= threshold + EPSILON


def bound_meets(estimate: Estimate, direction: Direction, threshold: float) -> bool | None:
    """Whether the one-sided 95 % bound meets the threshold too; None if there is no bound."""
    if estimate.method == WILSON and estimate.k is not None and estimate.n:
        if direction is Direction.HIGHER:
            return rate_proves(estimate.k, estimate.n, threshold)
        return rate_proves(estimate.n - estimate.k, estimate.n, 1 - exact(threshold))
    bound = estimate.low if direction is Direction.HIGHER else estimate.high
    if bound is None:
        return None
    return bound >= threshold - EPSILON if direction is Direction.HIGHER else bound <= threshold + EPSILON


def deciding(estimate: Estimate, beside: Estimate | None = None, *, difference: bool = False) -> Estimate:
    """The estimate with the bounds that decide under `confidence: required` and `tolerate`.

    Scores in a known range: the bounds that hold whatever their shape. `beside`: the same figure counted by sources that
    cases share without naming them (`Observed.implied.estimate`, `Comparison.implied`): the worse bound of both counts, and
    where one has none there is none. So `bound_meets(deciding(seen.estimate, beside), direction, limit)` is what such a rule
    asks; `how_sure`, `why_approximate` and `bound_text` take the result too. For `advise` use the estimate as it is.
    `difference`: of a candidate and its baseline. There the usual bound decides and a remark tells the other: with 72 scores
    no difference below 0.04 is ever proven against every shape.
    """
    ours = estimate if difference else _sure(estimate)
    if beside is None:
        return ours
    theirs = beside if difference else _sure(beside)
    if ours.low is None or ours.high is None:
        return ours
    if theirs.low is None or theirs.high is None:
        return replace(theirs, value=ours.value, n=ours.n, k=ours.k)
    if theirs.low >= ours.low and theirs.high <= ours.high:
        return ours
    lower, upper = min(ours, theirs, key=_low), max(ours, theirs, key=_high)
    return replace(
        theirs, low=lower.low, high=upper.high, low_doubt=lower.low_doubt, high_doubt=upper.high_doubt, interval=None
    )


def _sure(estimate: Estimate) -> Estimate:
    if estimate.sure_low is None or estimate.sure_high is None:
        return estimate
    return replace(
        estimate,
        low=estimate.sure_low,
        high=estimate.sure_high,
        method=BETTING,
        low_doubt="",
        high_doubt="",
        interval=None,
        rare=False,
    )


def _low(estimate: Estimate) -> float:
    return -math.inf if estimate.low is None else estimate.low


def _high(estimate: Estimate) -> float:
    return math.inf if estimate.high is None else estimate.high


def why_approximate(estimate: Estimate, direction: Direction, threshold: float) -> str:
    """Why the bound that `how_sure` relies on is approximate; "" if it is not, or if no bound is involved.

    Under `confidence: required` an approximate bound still counts: there is no better one, and the row says so.
    """
    met = meets(estimate, direction, threshold)
    side = direction if met else _opposite(direction)
    sure = bound_meets(estimate, side, threshold)
    if sure is None or (not met and not sure and needed(estimate, direction, threshold) is not None):
        return ""  # "one case short" rests on no bound
    return estimate.low_doubt if side is Direction.HIGHER else estimate.high_doubt


def _opposite(direction: Direction) -> Direction:
    return Direction.LOWER if direction is Direction.HIGHER else Direction.HIGHER


def needed(estimate: Estimate, direction: Direction, threshold: float) -> int | None:
    """How many of n a rate needs (or, if lower is better, may have at most) to meet its threshold."""
    if estimate.k is None or not estimate.n:
        return None
    bar = exact(threshold) * estimate.n
    return math.ceil(bar) if direction is Direction.HIGHER else math.floor(bar)


def how_sure(
    estimate: Estimate, direction: Direction, threshold: float, *, noun: str = "case", enough: int | None = None
) -> str:
    """ "holds at 95 %", "could be luck; 119 more cases would tell", "one case short", "n too small" …, and "approximate".

    `enough`: the n that would decide, where the estimate alone does not tell (`assumptions.scores_that_would_tell`).
    """
    said = _how_sure(estimate, direction, threshold, noun, enough)
    return f"{said}; {APPROXIMATE}" if why_approximate(estimate, direction, threshold) else said


def _how_sure(estimate: Estimate, direction: Direction, threshold: float, noun: str, enough: int | None) -> str:
    met = meets(estimate, direction, threshold)
    if met:
        sure = bound_meets(estimate, direction, threshold)
        return HOLDS if sure else _undecided(estimate, threshold, sure, noun, enough)
    missed = bound_meets(estimate, _opposite(direction), threshold)
    short = _short(estimate, direction, threshold, noun)
    if short:
        return f"{short}; {MISSES}" if missed else short
    return MISSES if missed else _undecided(estimate, threshold, missed, noun, enough)


def _short(estimate: Estimate, direction: Direction, threshold: float, noun: str) -> str:
    need = needed(estimate, direction, threshold)
    if need is None or estimate.k is None:
        return ""
    count = abs(need - estimate.k)
    word = "short" if direction is Direction.HIGHER else "too many"
    return f"one {noun} {word}" if count == 1 else f"{count:,} {noun}s {word}"


def _undecided(estimate: Estimate, threshold: float, sure: bool | None, noun: str, enough: int | None) -> str:
    if sure is None:
        return estimate.note or "n too small"
    size = decisive_size(estimate, threshold) if enough is None else enough
    return NOISE if size is None else f"{NOISE}; {more_would_tell(size, estimate.n or 0, noun)}"


def more_would_tell(size: int, n: int, noun: str) -> str:
    """ "481 more cases would tell", `size` being the n at which the same figure would be decisive."""
    return f"{plural(max(size - n, 1), f'more {noun}')} would tell"


def decisive_size(estimate: Estimate, threshold: float) -> int | None:
    """The n at which the same figure, with the same spread, would be decisive; None if no n would."""
    if not estimate.n:
        return None
    if estimate.method == WILSON and estimate.k is not None:
        return decisive_from(Fraction(estimate.k, estimate.n), threshold)
    if estimate.low is None or estimate.high is None:
        return None
    if estimate.method == T:
        return decisive_t(estimate.high - estimate.value, estimate.n, abs(estimate.value - threshold))
    if estimate.method == LOG_DELTA and threshold > 0:
        distance = abs(math.log(estimate.value / threshold))
        return decisive_t(math.log(estimate.high / estimate.value), estimate.n, distance)
    return None
