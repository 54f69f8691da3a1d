"""How often a rule decides as it should, over many releases: whether a true loss is noticed, and a good system passes.

A rate is counted exactly, by the binomial distribution; a mean by Student's noncentral t, with the spread of an earlier run.
Nothing here is simulated, and nothing of it decides a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness_tui.domain.compare.paired import NEEDED_FLIPS
from readiness_tui.domain.intervals import exact, fewest_for_mean, needed_for_rate, t_quantile
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule

ABOVE = Fraction(1, 20)  # how far above its threshold a system is taken to be truly: five points
_OFTEN = (0.5, 0.8)  # of the releases: more often than not, and reliably
_POINT = Fraction(1, 100)
_TWO_SIDED = 0.975


@dataclass(frozen=True, slots=True)
class Noticed:
    """A true loss, positive and in the metric's unit, is noticed in this `share` of releases."""

    loss: float
    share: float


def binomial_tail(n: int, p: float, least: int) -> float:
    """P(Bin(n, p) ≥ least)."""
    if least <= 0:
        return 1.0
    if least > n:
        return 0.0
    from scipy.special import bdtrc

    return float(bdtrc(least - 1, n, p))


def noticed_below(threshold: float, direction: Direction, n: int) -> tuple[Noticed, ...]:
    """How often a rate that is truly so far on the wrong side of its threshold is shown to be, at 95 %."""
    bar = exact(threshold) if direction is Direction.HIGHER else 1 - exact(threshold)
    failures = needed_for_rate(1 - bar, n)
    if failures is None:
        return ()
    return _whole_points(lambda loss: binomial_tail(n, float(1 - bar + loss), failures), bar)


def noticed_drop(shared: int) -> tuple[Noticed, ...]:
    """How often a rate's true drop against the baseline shows: six cases lost, where none is won by luck."""
    return _whole_points(lambda loss: binomial_tail(shared, float(loss), NEEDED_FLIPS), Fraction(1))


def noticed_shift(error: float, n: int, *, two_sided: bool, points: bool) -> tuple[Noticed, ...]:
    """How often a mean's true shift is shown by Student's t over n cases. `error`: the standard error of the mean.

    `points`: in whole hundredths of its unit. The exact power is that of the noncentral t (Johnson, Kotz & Balakrishnan
    1995, Continuous Univariate Distributions 2, ch. 31).
    """
    if n < 2 or error <= 0:
        return ()
    limit = t_quantile(n - 1, _TWO_SIDED) if two_sided else t_quantile(n - 1)

    def share(loss: float) -> float:
        return beyond_t(loss / error, n, limit)

    if points:
        return _whole_points(lambda loss: share(float(loss)), Fraction(1))
    return tuple(Noticed(_smallest(share, often, error), often) for often in _OFTEN)


def beyond_t(shift: float, n: int, limit: float) -> float:
    """P(T > limit) for the noncentral t of n values whose mean lies `shift` standard errors from 0."""
    from scipy.special import nctdtr

    return 1 - float(nctdtr(n - 1, shift, limit))


def _whole_points(share: Callable[[Fraction], float], most: Fraction) -> tuple[Noticed, ...]:
    """The smallest losses in whole points, up to `most`, that are noticed more often than not, and reliably."""
    found: list[Noticed] = []
    loss = _POINT
    for often in _OFTEN:
        while loss <= most and share(loss) < often:
            loss += _POINT
        if loss <= most and not (found and found[-1].loss == float(loss)):
            found.append(Noticed(float(loss), share(loss)))
    return tuple(found)


def _smallest(share: Callable[[float], float], often: float, start: float) -> float:
    """The smallest loss noticed so often, by bisection."""
    high = start
    while share(high) < often:
        high *= 2
    low = 0.0
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if share(middle) >= often else (middle, high)
    return high


def count_to_pass(rule: Rule, n: int) -> int | None:
    """How many of n have to be right for the rule to pass, with the proof that it asks for; None: not even n are enough.

    For a lower-is-better rate: n minus how many may be bad.
    """
    assert rule.threshold is not None

    def good(limit: float) -> Fraction:
        return exact(limit) if rule.direction is Direction.HIGHER else 1 - exact(limit)

    counts: list[int | None] = [math.ceil(good(rule.threshold) * n)]
    if rule.confidence is Confidence.REQUIRED:
        counts.append(needed_for_rate(good(rule.threshold), n))
    if rule.tolerate is not None:
        counts.append(needed_for_rate(good(rule.tolerate), n))
    held = [count for count in counts if count is not None]
    return None if len(held) < len(counts) else max(held)


def passes_rate(rule: Rule, n: int, above: Fraction = ABOVE) -> float:
    """How often a rule passes a system whose true rate is `above` better than its threshold (at most perfect)."""
    assert rule.threshold is not None
    bar = exact(rule.threshold) if rule.direction is Direction.HIGHER else 1 - exact(rule.threshold)
    need = count_to_pass(rule, n)
    return 0.0 if need is None else binomial_tail(n, float(min(bar + above, Fraction(1))), need)


def together(shares: Iterable[float]) -> float:
    """How often all of them pass, if each passed or failed on its own."""
    return math.prod(shares)


def least_provable_score(threshold: float, n: int) -> float:
    """The mean below which n scores from 0 to 1 cannot prove `threshold`, whatever their shape: threshold · 20^(1/n).

    The capital of `intervals.shape_free` stays below (mean / threshold)^n, and it has to reach 20.
    """
    return float(threshold * 20 ** (1 / n))


def fewest_for_score(mean: float, threshold: float) -> int | None:
    """The fewest scores of this mean that can prove `threshold` whatever their shape; None: no number can.

    A mean of 0.92 against 0.85 takes 38, one of 0.90 takes 53.
    """
    if not 0 < threshold < mean:
        return None
    return fewest_for_mean(mean, threshold)


def of_hundred(share: float) -> str:
    """ "56 of 100"; "under 1 of 100", "over 99 of 100" where rounding would say never or always."""
    rounded = round(100 * share)
    if rounded == 0:
        return "under 1 of 100"
    if rounded == 100:
        return "over 99 of 100"
    return f"{rounded} of 100"


def percent_text(share: float) -> str:
    """ "0.03 %", "26 %": to one figure below one in a hundred, and never rounded to all."""
    if 0.995 <= share < 1:
        return "over 99 %"
    if share >= 0.01:
        return f"{100 * share:.0f} %"
    if share <= 0:
        return "0 %"
    digits = max(0, -math.floor(math.log10(100 * share)))
    return f"{100 * share:.{digits}f} %"


def noticed_text(noticed: Sequence[Noticed], say: Callable[[float], str]) -> str:
    """ "a true loss of 8 points is noticed in 56 of 100 releases, of 12 points in 80"; "" where there is none."""
    if not noticed:
        return ""
    first, *rest = noticed
    more = "".join(f", of {say(one.loss)} in {of_hundred(one.share).removesuffix(' of 100')}" for one in rest)
    return f"a true loss of {say(first.loss)} is noticed in {of_hundred(first.share)} releases{more}"
