"""Two runs over the same cases: by how much the figure changed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.coverage.scene import BoundSide, Family, Scene, Values
from readiness_tui.domain.compare.change import rate_change
from readiness_tui.domain.compare.paired import bootstrap_mean
from readiness_tui.domain.intervals import mean_t, with_sure_bounds
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.meets import deciding

if TYPE_CHECKING:
    from numpy.random import Generator

SIZES = (30, 50, 72, 100, 300)


def _flips(name: str, better: float, worse: float, side: BoundSide) -> Scene:
    """0/1 verdicts, of which these shares go from wrong to right and from right to wrong."""

    def draw(g: Generator, runs: int, n: int) -> Values:
        drawn: Values = g.multinomial(n, [better, worse, 1 - better - worse], runs).tolist()
        return [(*row[:2], n) for row in drawn]

    return Scene(Family.CHANGE, name, side, SIZES, better - worse, draw, lambda counts: rate_change(*counts))


def _bootstrapped(values: list[float]) -> Estimate:
    """The interval of the compare screen."""
    return Estimate(math.nan, len(values), interval=bootstrap_mean(values)[:2])


def _whatever_shape(values: list[float]) -> Estimate:
    return deciding(with_sure_bounds(mean_t(values), values, -1, 1))


def _scores(
    family: Family,
    name: str,
    truth: float,
    draw: Callable[[Generator, tuple[int, int]], Any],
    judge: Callable[[list[float]], Estimate],
    *,
    sizes: tuple[int, ...] = SIZES,
    thin: int = 1,
) -> Scene:
    return Scene(
        family, name, BoundSide.LOW, sizes, truth, lambda g, runs, n: draw(g, (runs, n)).tolist(), judge, thin=thin
    )


def _breaking(g: Generator, shape: tuple[int, int]) -> Any:
    """The same scores within a little, except that 1 % of the answers break."""
    import numpy as np

    before = g.beta(40, 4, shape)
    return np.where(g.random(shape) < 0.01, 0.0, np.clip(before + g.normal(0, 0.01, shape), 0, 1)) - before


def _breaking_truth() -> float:
    """The mean of `_breaking`: what breaks, and what is cut off at 1."""
    from scipy import stats
    from scipy.integrate import quad

    def cut(x: float) -> float:
        z = (1 - x) / 0.01
        return float(stats.beta.pdf(x, 40, 4) * 0.01 * (stats.norm.pdf(z) - z * stats.norm.sf(z)))

    return -0.01 * 40 / 44 - 0.99 * float(quad(cut, 0.8, 1)[0])


def changes() -> tuple[Scene, ...]:
    def moved(g: Generator, shape: tuple[int, int]) -> Any:
        return g.beta(8, 2, shape) - g.beta(7, 2, shape)

    moves, breaks = "scores: Beta(8, 2) − Beta(7, 2)", "scores, 1 % of the answers break"
    return (
        _scores(Family.CHANGE, moves, 0.8 - 7 / 9, moved, mean_t),
        _scores(Family.CHANGE, "the same, by bootstrap", 0.8 - 7 / 9, moved, _bootstrapped, sizes=(30, 100), thin=10),
        _scores(Family.CHANGE, breaks, _breaking_truth(), _breaking, mean_t),
        _flips("flips: 8 % better, 4 % worse", 0.08, 0.04, BoundSide.LOW),
        _flips("flips: 5 % better, 0.7 % worse", 0.05, 0.007, BoundSide.LOW),
        _flips("flips: 16 % better, 3 % worse", 0.16, 0.03, BoundSide.LOW),
        _flips("flips: 2 % worse, none better", 1e-9, 0.02, BoundSide.LOW),
        _flips("flips: 2 % better, 0.5 % worse", 0.02, 0.005, BoundSide.LOW),
    )


def shape_free_changes() -> tuple[Scene, ...]:
    def moved(g: Generator, shape: tuple[int, int]) -> Any:
        return g.beta(8, 2, shape) - g.beta(7, 2, shape)

    return (
        _scores(
            Family.SHAPE, "change of scores: Beta(8, 2) − Beta(7, 2)", 0.8 - 7 / 9, moved, _whatever_shape,
            sizes=(30, 72, 300), thin=4,
        ),
        _scores(
            Family.SHAPE, "change of scores, 1 % of the answers break", _breaking_truth(), _breaking, _whatever_shape,
            sizes=(30, 72, 300), thin=4,
        ),
    )  # fmt: skip
