"""Two versions on the same cases: which ones flipped, and whether that could be chance (scoring.md, "Baseline").

Pass or fail: the exact McNemar test. Scores: a paired bootstrap of the mean difference. Both read shared cases only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.text.format import plural

ALPHA = Fraction(1, 20)
NEEDED_FLIPS = 6  # the fewest flips, all one way, that an exact McNemar test tells from chance: 2/2⁶ < 0.05 < 2/2⁵
MIN_N = 30  # fewest shared cases for an interval of a mean difference
RESAMPLES = 10_000
SEED = 20261123
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Flips:
    """Shared cases by how they changed, worst first. `tied`: half the repeats passed, so the case is dropped."""

    better: tuple[str, ...]
    worse: tuple[str, ...]
    same: int
    tied: tuple[str, ...] = ()

    @property
    def shared(self) -> int:
        return len(self.better) + len(self.worse) + self.same + len(self.tied)

    @property
    def moves(self) -> tuple[tuple[str, str], ...]:
        """The cases that changed and which way, the worse ones first: ("case-04", "worse")."""
        return (*((key, "worse") for key in self.worse), *((key, "better") for key in self.better))

    @property
    def p(self) -> Fraction:
        """Two-sided exact McNemar p of the flips."""
        return mcnemar(len(self.better), len(self.worse))

    @property
    def distinguishable(self) -> bool:
        return self.p < ALPHA


@dataclass(frozen=True, slots=True)
class Shift:
    """The mean change over shared cases (candidate minus baseline), with its two-sided 95 % interval `low` to `high`
    and two-sided p-value for no change; None if n is too small or every case changed by the same amount."""

    flips: Flips
    change: float
    low: float | None = None
    high: float | None = None
    p: Fraction | None = None

    @property
    def distinguishable(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def mcnemar(better: int, worse: int) -> Fraction:
    """The exact two-sided p: twice the smaller binomial tail of `better + worse` fair coins, at most 1.

    Source: McNemar (1947), Psychometrika 12:153–157, in its exact conditional form.
    """
    n = better + worse
    tail = sum(comb(n, i) for i in range(min(better, worse) + 1))
    return min(Fraction(2 * tail, 2**n), Fraction(1))


def pass_fail(ours: Mapping[str, float], theirs: Mapping[str, float], direction: Direction) -> Flips:
    """Flips of a 0/1 metric; a case with repeats counts by majority, and a tie drops the case.

    `ours` is the candidate; values are means over a case's repeats. `direction` LOWER: 1 is the failure.
    """
    better: list[str] = []
    worse: list[str] = []
    tied: list[str] = []
    same = 0
    for key in shared(ours, theirs):
        if 0.5 in (ours[key], theirs[key]):
            tied.append(key)
            continue
        now, before = ours[key] > 0.5, theirs[key] > 0.5
        if now is before:
            same += 1
        else:
            (better if now is (direction is Direction.HIGHER) else worse).append(key)
    return Flips(tuple(better), tuple(worse), same, tuple(tied))


def scores(
    ours: Mapping[str, float], theirs: Mapping[str, float], direction: Direction, *, interval: bool = True
) -> Shift:
    """How a score changed: the cases that changed, largest change first, and the mean change with its interval.

    `interval` False: for a figure that is not a mean, about which the mean change says nothing.
    """
    gain = {key: ours[key] - theirs[key] for key in shared(ours, theirs)}
    moved = sorted((key for key in gain if abs(gain[key]) > _SAME), key=lambda key: -abs(gain[key]))
    up = tuple(key for key in moved if gain[key] > 0)
    down = tuple(key for key in moved if gain[key] < 0)
    better, worse = (up, down) if direction is Direction.HIGHER else (down, up)
    flips = Flips(better, worse, len(gain) - len(moved))
    values = list(gain.values())
    change = sum(values) / len(values) if values else 0.0
    if not interval or len(values) < MIN_N or max(values) - min(values) <= _SAME:
        return Shift(flips, change)
    return Shift(flips, change, *bootstrap_mean(values))


def shared(ours: Mapping[str, float], theirs: Mapping[str, float]) -> list[str]:
    """Keys that both sides carry, in the candidate's order."""
    return [key for key in ours if key in theirs]


def bootstrap_mean(values: list[float]) -> tuple[float, float, Fraction]:
    """The two-sided 95 % percentile interval of the mean, from 10,000 seeded resamples of the cases; and the two-sided
    p-value for a mean of 0: twice the smaller share of resamples on either side of 0, counting the sample itself.

    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, 13.3; the p is its interval inverted, with
    the added one of Davison & Hinkley (1997), Bootstrap Methods and their Application, 4.2.3.
    """
    import numpy as np

    sample = np.asarray(values)
    draw = np.random.default_rng(SEED)
    block = max(1, 1_000_000 // len(values))  # bounds memory for any number of cases
    means = np.concatenate(
        [
            sample[draw.integers(0, len(values), (min(block, RESAMPLES - done), len(values)))].mean(axis=1)
            for done in range(0, RESAMPLES, block)
        ]
    )
    low, high = np.quantile(means, [0.025, 0.975])
    fewer = min(int((means <= 0).sum()), int((means >= 0).sum()))
    return float(low), float(high), min(Fraction(2 * (fewer + 1), RESAMPLES + 1), Fraction(1))


def holm(ps: Sequence[Fraction]) -> list[Fraction]:
    """The p-values adjusted for multiple tests: below α exactly where Holm's step-down test at level α rejects.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65–70.
    """
    adjusted = [Fraction(1)] * len(ps)
    highest = Fraction(0)
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, (len(ps) - rank) * ps[place])
        adjusted[place] = min(highest, Fraction(1))
    return adjusted


def undetectable_text(shared: int) -> str:
    """What a pass-or-fail metric cannot show: "a drop of fewer than 6 cases (15 points) cannot show"; with fewer than 6
    shared cases, that no drop can."""
    if shared < NEEDED_FLIPS:
        return f"on {plural(shared, 'shared case')} no drop can show: it needs {NEEDED_FLIPS} flips one way"
    points = NEEDED_FLIPS * 100 // shared
    return f"a drop of fewer than {NEEDED_FLIPS} cases ({plural(points, 'point') if points else 'under 1 point'}) cannot show"


def p_text(p: Fraction) -> str:
    """ "p = 0.45", "p = 0.021", "p < 0.001"; never rounded across 0.05."""
    if p < Fraction(1, 1000):
        return "p < 0.001"
    scale = 100 if p >= Fraction(1, 10) else 1000
    scaled = p * scale
    whole = int(scaled) if p < ALPHA else -(-scaled.numerator // scaled.denominator)
    if p >= Fraction(1, 10):
        whole = round(scaled)
    return f"p = {whole / scale:.{2 if scale == 100 else 3}f}"


def flips_text(flips: Flips) -> str:
    """The answer in one sentence: "2 better, 5 worse of 72 shared cases: could be luck (p = 0.45)"."""
    better, worse = len(flips.better), len(flips.worse)
    of = f"of {plural(flips.shared, 'shared case')}"
    tied = f"; {plural(len(flips.tied), 'case')} with tied repeats left out" if flips.tied else ""
    if not better and not worse:
        return f"no case flipped {of}{tied}"
    said = f"{better} better, {worse} worse {of}"
    if flips.distinguishable:
        return f"{said}: {'better' if better > worse else 'worse'}, beyond chance ({p_text(flips.p)}){tied}"
    few = f"; it needs {NEEDED_FLIPS} flips one way" if better + worse < NEEDED_FLIPS else ""
    return f"{said}: could be luck ({p_text(flips.p)}{few}){tied}"
