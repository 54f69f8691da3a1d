"""What all bounds share: the level, the words, Student's t, and when a sample is too skewed for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from readiness_tui.domain.intervals.many import power_sums

CONFIDENCE = 0.95
BOTH_SIDES = (1 + CONFIDENCE) / 2  # each end of a two-sided interval
MIN_N = 30  # fewest cases for a t bound

TOO_SMALL = "n too small"
ALL_EQUAL = "n too small: all values equal"

_DECISIVE_CAP = 10**9


def exact(number: float | Fraction) -> Fraction:
    """The number as it was written: 0.85 is 17/20, not the nearest binary fraction."""
    return number if isinstance(number, Fraction) else Fraction(Decimal(repr(number)))


@lru_cache(maxsize=4096)
def t_quantile(df: float, p: float = CONFIDENCE) -> float:
    """Student t quantile; `df` need not be whole."""
    from scipy.special import stdtrit

    return float(stdtrit(df, p))


def spread(deviations: Sequence[float]) -> tuple[float, float]:
    """The standard error of the mean and the skewness of n values, from their deviations; 0, 0 if all are 0.

    Scaled by the largest deviation, so that squares and cubes do not overflow.
    """
    n, scale = len(deviations), max(map(abs, deviations))
    if scale == 0:
        return 0.0, 0.0
    squares, cubes = power_sums(deviations, scale)
    skewness = cubes / n / (squares / n) ** 1.5
    return scale * math.sqrt(squares / (n - 1) / n), skewness


def skew_doubt(skewness: float, n: int, per_square: int, noun: str) -> str:
    """Why a t bound toward a tail is approximate; "" if n ≥ `per_square` · skewness² or there is no tail.

    `skewness` is positive toward the tail. The bound on that side misses about 0.11 · skewness / √n more often than
    it claims: the first term of Edgeworth's expansion of t (Hall 1992, The Bootstrap and Edgeworth Expansion, 2.6).
    Cochran (1977), Sampling Techniques, 2.15, requires n > 25 · skewness²; docs/statistics.md shows what we require.
    """
    needed = math.ceil(per_square * max(skewness, 0.0) ** 2)
    return f"skewed values: the bound needs {needed:,} {noun}" if n < needed else ""


def smallest(met: Callable[[int], bool], start: int) -> int | None:
    """The smallest n ≥ start with met(n), for a condition that stays true once it holds."""
    high = start
    while not met(high):
        high *= 2
        if high > _DECISIVE_CAP:
            return None
    low = start if high == start else high // 2
    while low < high:
        middle = (low + high) // 2
        if met(middle):
            high = middle
        else:
            low = middle + 1
    return low
