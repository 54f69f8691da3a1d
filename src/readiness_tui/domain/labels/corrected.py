"""A judge's mean corrected by people's labels of some of the same answers, with a bound that holds at small counts.

All values are "goodness" between 0 and 1: `judge` is what the judge gave, `human` what people gave. The estimate is
PPI++ for a mean (Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453, eq. 3 and section 4): the labels' mean, plus λ times
the difference between the judge's mean over the unlabelled answers and over the labelled ones; λ is tuned to the least
variance. Its plain normal interval holds falsely in up to 37 % of samples at small counts. So the bound counts one more
label, of an answer that the judge finds best and people worst, and uses t(labels); where no label says less than best, it
is at most the exact bound of that. `benchmarks/judges` simulates it; docs/judges.md has the table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.intervals.common import BOTH_SIDES, t_quantile

FEWEST = 20  # fewest labels for a corrected bound
CHANCE = 1e-12  # a variance below this is that of equal values
PPI = "PPI++"
EXACT = "Clopper–Pearson"

Sums = Any  # a float, or a numpy array with one entry a repeat of a simulation


@dataclass(frozen=True, slots=True)
class LabelSums:
    """What the estimate reads of the labelled and the other answers of one stratum; every field may be an array.

    `m` labels with the sums of human values, of judge values, of their squares and of their products; `rest` answers
    without a label, with the sums of the judge's values and of their squares.
    """

    m: Sums
    human: Sums
    human2: Sums
    judge: Sums
    judge2: Sums
    both: Sums
    rest: Sums
    rest_judge: Sums
    rest_judge2: Sums

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]], rest: Sequence[float]) -> LabelSums:
        """From (human, judge) of the labelled answers, and the judge's values of the others."""
        return cls(
            float(len(pairs)),
            math.fsum(human for human, _ in pairs),
            math.fsum(human**2 for human, _ in pairs),
            math.fsum(judge for _, judge in pairs),
            math.fsum(judge**2 for _, judge in pairs),
            math.fsum(human * judge for human, judge in pairs),
            float(len(rest)),
            math.fsum(rest),
            math.fsum(value**2 for value in rest),
        )

    def with_worst(self) -> LabelSums:
        """With one more label: of an answer that the judge finds best and people worst."""
        return LabelSums(
            self.m + 1,
            self.human,
            self.human2,
            self.judge + 1,
            self.judge2 + 1,
            self.both,
            self.rest,
            self.rest_judge,
            self.rest_judge2,
        )

    def grown(self, m: Sums) -> LabelSums:
        """What `m` labels of the same kind would be expected to give, among the same number of answers."""
        import numpy as np

        by, whole = m / self.m, self.m + self.rest
        judge, judge2 = (self.judge + self.rest_judge) / whole, (self.judge2 + self.rest_judge2) / whole
        rest = np.maximum(whole - m, 0.0)
        return LabelSums(
            m,
            self.human * by,
            self.human2 * by,
            self.judge * by,
            self.judge2 * by,
            self.both * by,
            rest,
            rest * judge,
            rest * judge2,
        )


@dataclass(frozen=True, slots=True)
class Tuned:
    """The estimate, its variance, and the weight λ of the judge's word."""

    value: Sums
    variance: Sums
    weight: Sums


def tuned(seen: LabelSums) -> Tuned:
    """PPI++ with the power-tuned λ = cov(human, judge) / ((1 + m/N) · var(judge)), held between 0 and 1.

    Needs m ≥ 2. Without unlabelled answers, or with a judge that says the same of all, it is the labels' mean.
    """
    import numpy as np

    m, rest = seen.m, np.maximum(seen.rest, 1.0)
    human, judge, other = seen.human / m, seen.judge / m, seen.rest_judge / rest
    var_human = np.maximum(seen.human2 - m * human**2, 0.0) / (m - 1)
    var_judge = np.maximum(seen.judge2 - m * judge**2, 0.0) / (m - 1)
    together = (seen.both - m * human * judge) / (m - 1)
    every = m + seen.rest
    spread = np.maximum(seen.judge2 + seen.rest_judge2 - (seen.judge + seen.rest_judge) ** 2 / every, 0.0) / np.maximum(
        every - 1, 1.0
    )
    var_other = np.where(
        seen.rest >= 2, np.maximum(seen.rest_judge2 - rest * other**2, 0.0) / np.maximum(rest - 1, 1.0), spread
    )
    tells = (seen.rest >= 1) & (spread > CHANCE)
    weight = np.where(tells, np.clip(together / ((1 + m / rest) * np.where(tells, spread, 1.0)), 0.0, 1.0), 0.0)
    own = np.maximum(var_human - 2 * weight * together + weight**2 * var_judge, 0.0) / m
    return Tuned(human + weight * (other - judge), own + weight**2 * var_other / rest, weight)


@dataclass(frozen=True, slots=True)
class FullStratum:
    """A stratum that people labelled in full, as the high-risk cases are: how many, the sum of the human values and of
    their squares."""

    m: Sums = 0.0
    human: Sums = 0.0
    human2: Sums = 0.0

    @classmethod
    def of(cls, humans: Sequence[float]) -> FullStratum:
        return cls(float(len(humans)), math.fsum(humans), math.fsum(h * h for h in humans))


def corrected(seen: LabelSums, whole: FullStratum) -> Sums:
    """The mean of the human value over all answers: the drawn stratum corrected, the full one as it is, by their size."""
    every = seen.m + seen.rest + whole.m
    return ((seen.m + seen.rest) * tuned(seen).value + whole.human) / every


def lower_bound(seen: LabelSums, whole: FullStratum, alpha: float) -> Sums:
    """The one-sided lower bound of `corrected` at confidence 1 − `alpha`; for at least `FEWEST` labels."""
    import numpy as np

    made = tuned(seen.with_worst())
    every = seen.m + seen.rest + whole.m
    share = (seen.m + seen.rest) / every
    part = whole.m / every
    size = np.maximum(whole.m, 1.0)
    mean = whole.human / size
    var = np.maximum(whole.human2 - size * mean**2, 0.0) / np.maximum(size - 1, 1.0) / size
    quantile = _t(seen.m, alpha)
    low = share * made.value + part * mean - quantile * np.sqrt(share**2 * made.variance + part**2 * var)
    faultless = seen.human >= seen.m - 1e-9
    exact = share * alpha ** (1 / seen.m) + part * mean
    return np.maximum(np.where(faultless, np.minimum(low, exact), low), 0.0)


def _t(df: Sums, alpha: float) -> Sums:
    if isinstance(df, float):
        return t_quantile(int(df), 1 - alpha)
    from scipy.special import stdtrit

    return stdtrit(df, 1 - alpha)


def exact_bound(k: Sums, n: Sums, alpha: float) -> Sums:
    """Clopper & Pearson (1934), Biometrika 26:404–413: the lower bound at confidence 1 − `alpha` of k of n; 0 for none."""
    import numpy as np
    from scipy.special import betaincinv

    k = np.asarray(k, dtype=float)
    return np.where(k > 0, betaincinv(np.maximum(k, 1e-9), n - k + 1, alpha), 0.0)


def differs(humans: Sequence[tuple[float, float]], drawn: LabelSums, whole: Sequence[tuple[float, float]]) -> bool:
    """Whether people and judge differ at 95 %, both sides: Student's t on the differences of the labelled answers.

    `humans` are the drawn pairs (human, judge) behind `drawn`, `whole` the pairs of the stratum labelled in full; each
    stratum weighs as much as it has answers.
    """
    every = drawn.m + drawn.rest + len(whole)
    value, variance, labels = 0.0, 0.0, 0
    for pairs, size in ((humans, drawn.m + drawn.rest), (whole, float(len(whole)))):
        if not pairs:
            continue
        apart = [human - judge for human, judge in pairs]
        mean = math.fsum(apart) / len(apart)
        value += size / every * mean
        if len(apart) > 1:
            variance += (size / every) ** 2 * math.fsum((d - mean) ** 2 for d in apart) / (len(apart) - 1) / len(apart)
        labels += len(apart)
    if labels < 2:
        return False
    return abs(value) > t_quantile(labels - 1, BOTH_SIDES) * math.sqrt(variance) + 1e-12


def labels_to_hold(seen: LabelSums, whole: FullStratum, threshold: float, alpha: float) -> int | None:
    """How many more labels would make the bound meet the threshold, if they were like those at hand; None if not even
    labels on all answers would, or with fewer than two labels."""
    import numpy as np

    if seen.m < 2:
        return None
    every = int(seen.m + seen.rest)
    sizes = np.arange(max(int(seen.m) + 1, FEWEST), every, dtype=float)
    if len(sizes):
        met = lower_bound(seen.grown(sizes), whole, alpha) >= threshold
        if met.any():
            return int(sizes[int(np.argmax(met))] - seen.m)
    share = float(corrected(seen, whole))
    n = every + int(whole.m)
    sure = n >= FEWEST and float(exact_bound(math.floor(share * n + 1e-9), n, alpha)) >= threshold
    return int(seen.rest) if seen.rest and sure else None


def labels_to_differ(pairs: Sequence[tuple[float, float]], rest: int) -> int | None:
    """How many more labels would make people and judge differ at 95 %, if the differences stayed as they are; None if
    not even labels on all answers would."""
    apart = [human - judge for human, judge in pairs]
    if len(apart) < 2 or not (mean := math.fsum(apart) / len(apart)):
        return None
    variance = math.fsum((d - mean) ** 2 for d in apart) / (len(apart) - 1)
    for more in range(1, rest + 1):
        m = len(apart) + more
        if mean**2 > t_quantile(m - 1, BOTH_SIDES) ** 2 * variance / m:
            return more
    return None
