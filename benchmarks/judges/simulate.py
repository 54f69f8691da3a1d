"""Samples in which the truth equals the threshold, so that every bound that meets it does so falsely.

A case is good with the probability `truth`; the judge passes a good one with the probability `sensitivity`, and fails a
bad one with `specificity`; people are right. With `Look.RISKY`, one case in five is high-risk and labelled in full: ten
points worse than the whole, with a judge that finds fewer of its faults. The others are then so much better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.labels.corrected import FullStratum, LabelSums, exact_bound, lower_bound
from readiness_tui.domain.labels.lot import alpha_of

REPEATS = 20_000
LIMIT = 0.055  # 5 % and what 20,000 repeats may add by chance in the worst of some hundred cells

_RISKY = 0.20  # share of high-risk cases, …
_WORSE = 0.10  # … how much rarer good answers are among them than among all, …
_BLINDER = 0.20  # … and how much lower the judge's specificity is

Numbers = NDArray[np.float64]


class Look(StrEnum):
    """How often the bound is looked at, and whether there are high-risk cases."""

    ONCE = "one look, at 5 %"
    BATCHES = "a look after every batch"
    RISKY = "a look after every batch, high-risk cases labelled in full"


LOOKS = tuple(Look)


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of sample. `labels`: how many are drawn, or the size of every batch; at most as many as there are cases."""

    truth: float
    sensitivity: float
    specificity: float
    labels: int
    n: int


CELLS = tuple(
    Cell(truth, sensitivity, specificity, min(labels, n), n)
    for n, labels, truth, sensitivity, specificity in product(
        (100, 400), (20, 50, 200), (0.75, 0.85, 0.90), (0.8, 0.9, 0.97), (0.5, 0.7, 0.9)
    )
)


def false_holds(cell: Cell, look: Look, repeats: int = REPEATS) -> float:
    """The share of samples in which the bound meets the threshold at any look. The seed is the cell's own."""
    rng = np.random.default_rng([round(1000 * part) for part in (cell.truth, cell.sensitivity, cell.specificity)]
                                + [cell.labels, cell.n, LOOKS.index(look)])  # fmt: skip
    whole, size, truth = FullStratum(), cell.n, cell.truth
    if look is Look.RISKY:
        risky = round(_RISKY * cell.n)
        good = rng.binomial(risky, cell.truth - _WORSE, repeats).astype(float)
        whole, size = FullStratum(float(risky), good, good), cell.n - risky
        truth = (cell.truth - _RISKY * (cell.truth - _WORSE)) / (1 - _RISKY)
    held = np.zeros(repeats, dtype=bool)
    for number, seen in enumerate(_looks(rng, cell, look, size, truth, repeats), 1):
        alpha = 0.05 if look is Look.ONCE else alpha_of(number)
        if np.any(seen.rest):
            bound = lower_bound(seen, whole, alpha)
        else:
            bound = exact_bound(seen.human + whole.human, cell.n, alpha)
        held |= bound >= cell.truth
    return float(held.mean())


def _looks(
    rng: np.random.Generator, cell: Cell, look: Look, size: int, truth: float, repeats: int
) -> Iterator[LabelSums]:
    """The labelled and the other answers at each look: of `size` drawable cases, of which `truth` are good."""
    step = min(cell.labels, size)
    ends = [step] if look is Look.ONCE else [*range(step, size, step), size]
    parts = [*np.diff([0, *ends]), size - ends[-1]]
    counts = [_draw(rng, cell, truth, int(part), repeats) for part in parts]
    judged = sum((good + wrong for good, _, wrong in counts), np.zeros(repeats))
    both = missed = wrong = np.zeros(repeats)
    for end, part in zip(ends, counts, strict=False):
        both, missed, wrong = both + part[0], missed + part[1], wrong + part[2]
        rest = judged - both - wrong
        human, judge = both + missed, both + wrong
        yield LabelSums(float(end), human, human, judge, judge, both, float(size - end), rest, rest)


def _draw(
    rng: np.random.Generator, cell: Cell, truth: float, size: int, repeats: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Of `size` cases: both pass, only people pass, only the judge passes."""
    good, bad = truth, 1 - truth
    shares = [
        good * cell.sensitivity,
        good * (1 - cell.sensitivity),
        bad * (1 - cell.specificity),
        bad * cell.specificity,
    ]
    found = rng.multinomial(size, shares, size=repeats).astype(float)
    return found[:, 0], found[:, 1], found[:, 2]


@dataclass(frozen=True, slots=True)
class Example:
    """How often a bound of 0.75 holds falsely where the truth is 0.70: the judge's own, and the corrected one."""

    judge: float
    corrected: float


def example(repeats: int = REPEATS) -> Example:
    """The judge that passes 45 % of bad answers (specificity .55, sensitivity .957), 200 cases, 50 drawn labels."""
    cell = Cell(0.70, 0.957, 0.55, 50, 200)
    rng = np.random.default_rng(7)
    bar = 0.75
    (seen,) = _looks(rng, cell, Look.ONCE, cell.n, cell.truth, repeats)
    lows = np.array([wilson(k, cell.n).low or 0.0 for k in range(cell.n + 1)])
    judge = lows[(seen.judge + seen.rest_judge).astype(int)] >= bar
    return Example(float(judge.mean()), float((lower_bound(seen, FullStratum(), alpha_of(1)) >= bar).mean()))
