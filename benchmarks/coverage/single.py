"""Cases on their own: rates, means, quantiles and cost per success."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benchmarks.coverage.scene import BoundSide, Draw, Family, Scene, Values
from readiness_tui.domain.intervals import mean_t, quantile, ratio, wilson, with_sure_bounds
from readiness_tui.domain.metrics.meets import deciding

if TYPE_CHECKING:
    from numpy.random import Generator


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


# Means: by t, and the scores in a known range also by the bound that holds whatever their shape


def _mean(name: str, side: BoundSide, truth: float, draw: Draw) -> Scene:
    sizes = (30, 50, 72, 100, 200, 400)
    return Scene(Family.MEAN, name, side, sizes, truth, lambda g, runs, n: draw(g, (runs, n)).tolist(), mean_t)


def _shape_free(name: str, truth: float, draw: Draw) -> Scene:
    return Scene(
        Family.SHAPE,
        name,
        BoundSide.LOW,
        (30, 72, 150, 300),
        truth,
        lambda g, runs, n: draw(g, (runs, n)).tolist(),
        lambda values: deciding(with_sure_bounds(mean_t(values), values, 0, 1)),
        thin=4,
    )


def _mostly_one(share: float) -> Draw:
    """Mostly scores of 1, otherwise uniform from 0 to 1, as judges give them."""
    import numpy as np

    return lambda g, shape: np.where(g.random(shape) < share, 1.0, g.random(shape))


def _with_zeros(share: float, mean: float) -> Draw:
    """High scores, except that this share of the answers is broken and scores 0; `mean` is the mean of all."""
    import numpy as np

    centre = mean / (1 - share)
    return lambda g, shape: np.where(g.random(shape) < share, 0.0, g.beta(50 * centre, 50 * (1 - centre), shape))


def _with_loops(share: float, times: float) -> Draw:
    """Token counts of which this share runs in a loop until it is cut off."""
    import numpy as np

    return lambda g, shape: np.where(g.random(shape) < share, times, 1.0) * g.lognormal(0, 0.3, shape)


def _scores() -> tuple[tuple[str, float, Draw], ...]:
    return (
        ("even scores: Beta(5, 5)", 0.5, lambda g, shape: g.beta(5, 5, shape)),
        ("faithfulness: Beta(8, 1)", 8 / 9, lambda g, shape: g.beta(8, 1, shape)),
        ("faithfulness: 70 % at 1", 0.85, _mostly_one(0.7)),
        ("faithfulness: 95 % at 1", 0.975, _mostly_one(0.95)),
        ("high scores, 2 % broken", 0.92, _with_zeros(0.02, 0.92)),
        ("high scores, 1 % broken", 0.94, _with_zeros(0.01, 0.94)),
        ("three repeats, 90 % right each", 0.9, lambda g, shape: g.binomial(3, 0.9, shape) / 3),
        ("three repeats, 2 % of the cases always wrong", 0.98 * 0.97, _repeats),
    )


def _repeats(g: Generator, shape: tuple[int, int]) -> Any:
    import numpy as np

    return np.where(g.random(shape) < 0.02, 0.0, g.binomial(3, 0.97, shape) / 3)


def means() -> tuple[Scene, ...]:
    return (
        *(_mean(name, BoundSide.LOW, truth, draw) for name, truth, draw in _scores()),
        _mean(
            "tokens: log-normal, σ 0.5", BoundSide.HIGH, math.exp(0.125), lambda g, shape: g.lognormal(0, 0.5, shape)
        ),
        _mean("tokens: log-normal, σ 1", BoundSide.HIGH, math.exp(0.5), lambda g, shape: g.lognormal(0, 1, shape)),
        _mean("tokens: 2 % in a loop", BoundSide.HIGH, 1.58 * math.exp(0.045), _with_loops(0.02, 30)),
    )


def shape_free() -> tuple[Scene, ...]:
    return tuple(_shape_free(*score) for score in _scores())


# Quantiles


def _latency(name: str, q: float, truth: float, draw: Draw) -> Scene:
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


def quantiles() -> tuple[Scene, ...]:
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
    )


# Ratios


def _cost(name: str, right: float, dearer: float, mean: float, draw: Draw) -> Scene:
    """Costs with this mean, multiplied by `dearer` for failures; a share `right` of the cases succeeds."""

    def sample(g: Generator, runs: int, n: int) -> Values:
        import numpy as np

        won = (g.random((runs, n)) < right).astype(float)
        costs = draw(g, (runs, n)) * np.where(won == 0, dearer, 1)
        return list(zip(costs.tolist(), won.tolist(), strict=True))

    truth = mean * (right + dearer * (1 - right)) / right
    return Scene(Family.RATIO, name, BoundSide.HIGH, (30, 100, 200, 400), truth, sample, lambda pair: ratio(*pair))


def _loops(g: Generator, shape: tuple[int, int]) -> Any:
    import numpy as np

    return np.where(g.random(shape) < 0.01, 30.0, g.uniform(0.8, 1.2, shape))


def ratios() -> tuple[Scene, ...]:
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
        _cost("costs alike, 1 % in a loop, 80 % right", 0.8, 1, 1.29, _loops),
        _cost("heavier: Pareto, index 2.5, half right", 0.5, 1, 5 / 3, lambda g, s: g.pareto(2.5, s) + 1),
    )
