"""One shape of simulated data with a known true figure, and the bound that is tried on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from readiness_tui.domain.intervals.estimate import Estimate

if TYPE_CHECKING:
    from numpy.random import Generator

Values = Sequence[Any]  # one sample: numbers, or columns of numbers
Draw = Callable[["Generator", tuple[int, int]], Any]  # samples of a shape (runs, n)


class Family(StrEnum):
    """A kind of figure; each has its own table."""

    RATE = "Rates"
    MEAN = "Means"
    SHAPE = "Scores in a known range, whatever their shape"
    CLUSTER = "Clustered cases"
    QUANTILE = "Quantiles"
    RATIO = "Cost per success"
    CHANGE = "Paired changes"


class BoundSide(StrEnum):
    """The bound that a gate compares with its threshold: the lower one if more is better."""

    LOW = "lower"
    HIGH = "upper"


@dataclass(frozen=True, slots=True)
class Scene:
    """One shape of data. `draw` gives `runs` samples of size n, `judge` the estimate of one; `truth` is the figure.

    `rate`: the true rate of a scene whose coverage is summed exactly, not simulated. `thin`: use one run of so
    many, where a bound takes long to compute.
    """

    family: Family
    name: str
    side: BoundSide
    sizes: tuple[int, ...]
    truth: float
    draw: Callable[[Generator, int, int], Values]
    judge: Callable[[Any], Estimate]
    rate: float | None = None
    thin: int = 1
