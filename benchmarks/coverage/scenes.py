"""Simulated evaluation data with a known true figure, on which the bounds are tested."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from readiness_tui.domain.compare.change import rate_change
from readiness_tui.domain.compare.paired import bootstrap_mean
from readiness_tui.domain.intervals import mean_clustered, mean_t, quantile, ratio, wilson
from readiness_tui.domain.intervals.estimate import Estimate

if TYPE_CHECKING:
    from numpy.random import Generator

Values = Sequence[Any]  # one sample: numbers, or columns of numbers


class Family(StrEnum):
    """A kind of figure; each has its own table."""

    RATE = "Rates"
    MEAN = "Means"
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

    `rate`: the true rate of a scene whose coverage is summed exactly, not simulated. `costly`: use a tenth of the runs.
    """

    family: Family
    name: str
    side: BoundSide
    sizes: tuple[int, ...]
    truth: float
    draw: Callable[[Generator, int, int], Values]
    judge: Callable[[Any], Estimate]
    rate: float | None = None
    costly: bool = False


def _nothing(draw: Generator, runs: int, n: int) -> Values:
    return ()


def _rate(p: float, side: BoundSide, name: str) -> Scene:
    sizes = (20, 30, 50, 100, 300, 1000)
    return Scene(Family.RATE, name, side, sizes, p, _nothing, lambda pair: wilson(*pair), rate=p)


RATES = (
    _rate(0.5, BoundSide.LOW, "half right"),
    _rate(0.8, BoundSide.LOW, "80 % right"),
    _rate(0.9, BoundSide.LOW, "90 % right"),
    _rate(0.98, BoundSide.LOW, "near-perfect: 98 % right"),
    _rate(0.999, BoundSide.LOW, "near-perfect: 99.9 % right"),
    _rate(0.02, BoundSide.HIGH, "rare errors: 2 %"),
    _rate(0.001, BoundSide.HIGH, "rare errors: 0.1 %"),
    _rate(0.02, BoundSide.LOW, "rare errors, to prove that there are: 2 %"),
)


# Means


def _mean(name: str, side: BoundSide, truth: float, draw: Callable[[Generator, tuple[int, int]], Any]) -> Scene:
    sizes = (30, 50, 100, 200, 400)
    return Scene(Family.MEAN, name, side, sizes, truth, lambda g, runs, n: draw(g, (runs, n)).tolist(), mean_t)


def _mostly_one(share: float) -> Callable[[Generator, tuple[int, int]], Any]:
    """Mostly scores of 1, otherwise uniform from 0 to 1, as judges give them."""
    import numpy as np

    return lambda g, shape: np.where(g.random(shape) < share, 1.0, g.random(shape))


def _means() -> tuple[Scene, ...]:
    return (
        _mean("even scores: Beta(5, 5)", BoundSide.LOW, 0.5, lambda g, shape: g.beta(5, 5, shape)),
        _mean("faithfulness: Beta(8, 1)", BoundSide.LOW, 8 / 9, lambda g, shape: g.beta(8, 1, shape)),
        _mean("faithfulness: 70 % at 1", BoundSide.LOW, 0.85, _mostly_one(0.7)),
        _mean("faithfulness: 95 % at 1", BoundSide.LOW, 0.975, _mostly_one(0.95)),
        _mean("three repeats, 90 % right each", BoundSide.LOW, 0.9, lambda g, shape: g.binomial(3, 0.9, shape) / 3),
        _mean(
            "tokens: log-normal, σ 0.5", BoundSide.HIGH, math.exp(0.125), lambda g, shape: g.lognormal(0, 0.5, shape)
        ),
        _mean("tokens: log-normal, σ 1", BoundSide.HIGH, math.exp(0.5), lambda g, shape: g.lognormal(0, 1, shape)),
    )


# Clusters: n counts the clusters


def _clustered_rate(p: float, alike: float, sizes: Callable[[int], list[int]], name: str) -> Scene:
    """Beta-binomial: each cluster's rate is Beta with mean p; `alike` is the correlation of two of its cases."""

    def draw(g: Generator, runs: int, n: int) -> Values:
        spread = (1 - alike) / alike
        shape = sizes(n)
        rates = g.beta(p * spread, (1 - p) * spread, (runs, n))
        return [(row, shape) for row in g.binomial(shape, rates).tolist()]

    def judge(sample: tuple[list[int], list[int]]) -> Estimate:
        right, shape = sample
        values = [float(i < k) for k, size in zip(right, shape, strict=True) for i in range(size)]
        return mean_clustered(values, [group for group, size in enumerate(shape) for _ in range(size)])

    return Scene(Family.CLUSTER, name, BoundSide.LOW, (5, 10, 20, 50), p, draw, judge)


def _even(groups: int) -> list[int]:
    return [6] * groups


def _shrinking(groups: int) -> list[int]:
    """From 40 cases down to 1, each cluster four fifths of the previous one."""
    return [max(1, round(40 * 0.8**i)) for i in range(groups)]


def _clustered_scores(g: Generator, runs: int, n: int) -> Values:
    shared, own = g.normal(0, math.sqrt(0.3), (runs, n, 1)), g.normal(0, math.sqrt(0.7), (runs, n, 6))
    values: Values = (0.7 + 0.1 * (shared + own)).reshape(runs, n * 6).tolist()
    return values


def _sixes(values: Sequence[float]) -> list[int]:
    return [i // 6 for i in range(len(values))]


def _clusters() -> tuple[Scene, ...]:
    return (
        Scene(
            Family.CLUSTER,
            "scores in clusters of 6, normal",
            BoundSide.LOW,
            (5, 10, 20, 50),
            0.7,
            _clustered_scores,
            lambda values: mean_clustered(values, _sixes(values)),
        ),
        _clustered_rate(0.5, 0.1, _even, "half right, clusters of 6, little alike"),
        _clustered_rate(0.8, 0.1, _even, "80 % right, clusters of 6, little alike"),
        _clustered_rate(0.9, 0.4, _even, "90 % right, clusters of 6, much alike"),
        _clustered_rate(0.8, 0.1, _shrinking, "80 % right, clusters of 40 down to 1"),
    )


# Quantiles


def _latency(name: str, q: float, truth: float, draw: Callable[[Generator, tuple[int, int]], Any]) -> Scene:
    sizes = (20, 59, 100, 300, 1000)
    return Scene(
        Family.QUANTILE,
        name,
        BoundSide.HIGH,
        sizes,
        truth,
        lambda g, runs, n: draw(g, (runs, n)).tolist(),
        lambda values: quantile(values, q),
    )


def _sessions(g: Generator, runs: int, n: int) -> Values:
    """n latencies, six per session; sessions vary as much as the requests within them."""
    import numpy as np

    half = math.sqrt(0.5)
    logs = g.normal(0, half, (runs, -(-n // 6), 1)) + g.normal(0, half, (runs, -(-n // 6), 6))
    values: Values = np.exp(logs).reshape(runs, -1)[:, :n].tolist()
    return values


def _quantiles() -> tuple[Scene, ...]:
    import numpy as np
    from scipy.special import ndtri

    p95 = float(math.exp(ndtri(0.95)))
    return (
        _latency("p50: log-normal, σ 1", 0.5, 1.0, lambda g, shape: g.lognormal(0, 1, shape)),
        _latency("p95: log-normal, σ 1", 0.95, p95, lambda g, shape: g.lognormal(0, 1, shape)),
        _latency("p95: Pareto, index 1.5", 0.95, 0.05 ** (-1 / 1.5), lambda g, shape: g.pareto(1.5, shape) + 1),
        _latency(
            "p95: log-normal in steps of 0.5",
            0.95,
            math.ceil(p95 * 2) / 2,
            lambda g, shape: np.ceil(g.lognormal(0, 1, shape) * 2) / 2,
        ),
        _latency("p99: log-normal, σ 1", 0.99, float(math.exp(ndtri(0.99))), lambda g, shape: g.lognormal(0, 1, shape)),
        Scene(
            Family.QUANTILE,
            "p95: log-normal, sessions of 6",
            BoundSide.HIGH,
            (60, 300),
            p95,
            _sessions,
            lambda values: quantile(values, 0.95, _sixes(values)),
        ),
    )


# Ratios and changes


def _cost(
    name: str, right: float, dearer: float, mean: float, draw: Callable[[Generator, tuple[int, int]], Any]
) -> Scene:
    """Costs with this mean, multiplied by `dearer` for failures; a share `right` of the cases succeeds."""

    def sample(g: Generator, runs: int, n: int) -> Values:
        import numpy as np

        won = (g.random((runs, n)) < right).astype(float)
        costs = draw(g, (runs, n)) * np.where(won == 0, dearer, 1)
        return list(zip(costs.tolist(), won.tolist(), strict=True))

    truth = mean * (right + dearer * (1 - right)) / right
    return Scene(Family.RATIO, name, BoundSide.HIGH, (30, 100, 200, 400), truth, sample, lambda pair: ratio(*pair))


def _ratios() -> tuple[Scene, ...]:
    return (
        _cost("costs alike, half right", 0.5, 1, 1.0, lambda g, shape: g.uniform(0.8, 1.2, shape)),
        _cost("costs alike, 90 % right", 0.9, 1, 1.0, lambda g, shape: g.uniform(0.8, 1.2, shape)),
        _cost("log-normal, σ 0.5, 80 % right", 0.8, 1, math.exp(0.125), lambda g, shape: g.lognormal(0, 0.5, shape)),
        _cost(
            "log-normal, σ 0.5, 80 % right, failures dearer",
            0.8,
            2,
            math.exp(0.125),
            lambda g, shape: g.lognormal(0, 0.5, shape),
        ),
        _cost("heavy tail: log-normal, σ 1, 80 % right", 0.8, 1, math.exp(0.5), lambda g, s: g.lognormal(0, 1, s)),
        _cost("heavier: log-normal, σ 1.5, 20 % right", 0.2, 1, math.exp(1.125), lambda g, s: g.lognormal(0, 1.5, s)),
        _cost("heavier: Pareto, index 2.5, half right", 0.5, 1, 5 / 3, lambda g, s: g.pareto(2.5, s) + 1),
    )


def _bootstrapped(values: list[float]) -> Estimate:
    """The interval of the compare screen."""
    return Estimate(math.nan, len(values), interval=bootstrap_mean(values)[:2])


def _flips(g: Generator, runs: int, n: int) -> Values:
    """8 % of the cases become right, 4 % wrong."""
    import numpy as np

    chance = g.random((runs, n))
    flips: Values = (np.where(chance < 0.08, 1.0, 0.0) - np.where(chance > 0.96, 1.0, 0.0)).tolist()
    return flips


def _flipped(changes: list[float]) -> Estimate:
    return rate_change(changes.count(1.0), changes.count(-1.0), len(changes))


def _changes() -> tuple[Scene, ...]:
    def scores(g: Generator, runs: int, n: int) -> Values:
        moved: Values = (g.beta(8, 2, (runs, n)) - g.beta(7, 2, (runs, n))).tolist()
        return moved

    sizes = (30, 50, 100, 300)
    return (
        Scene(Family.CHANGE, "scores: Beta(8, 2) − Beta(7, 2)", BoundSide.LOW, sizes, 0.8 - 7 / 9, scores, mean_t),
        Scene(
            Family.CHANGE,
            "the same, by bootstrap",
            BoundSide.LOW,
            (30, 100),
            0.8 - 7 / 9,
            scores,
            _bootstrapped,
            costly=True,
        ),
        Scene(Family.CHANGE, "flips: 8 % better, 4 % worse", BoundSide.LOW, sizes, 0.04, _flips, _flipped),
    )


SCENES: tuple[Callable[[], tuple[Scene, ...]], ...] = (
    lambda: RATES,
    _means,
    _clusters,
    _quantiles,
    _ratios,
    _changes,
)
