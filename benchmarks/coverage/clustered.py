"""Cases that come in clusters: named, and not named. n counts the clusters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.coverage.scene import BoundSide, Draw, Family, Scene, Values
from readiness_tui.domain.intervals import (
    mean_clustered,
    mean_t,
    quantile,
    rate_clustered,
    wilson,
    with_sure_bounds,
)
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.meets import deciding

if TYPE_CHECKING:
    from numpy.random import Generator

Sizes = Callable[[int], list[int]]  # how many cases each of so many clusters has
SIZES = (12, 20, 50, 100)
SAID = "cases share sources"  # the row's remark on clusters that nobody named


def _even(groups: int) -> list[int]:
    return [6] * groups


def _shrinking(groups: int) -> list[int]:
    """From 14 cases down to 1, each cluster nine tenths of the previous one."""
    return [max(1, round(14 * 0.9**i)) for i in range(groups)]


def _half_alone(groups: int) -> list[int]:
    """Half of the clusters are single cases."""
    return [1] * (groups // 2) + [4] * (groups - groups // 2)


def _one_large(groups: int) -> list[int]:
    """Single cases, and one source with just under a fifth of all."""
    return [1] * (groups - 1) + [math.floor(0.19 * (groups - 1) / 0.81)]


def _of_two(groups: int) -> list[int]:
    return [2] * groups


# Rates


def _share(p: float, alike: float) -> Draw:
    """Each cluster's rate: Beta with mean p; `alike` is the correlation of two cases of a cluster."""
    spread = (1 - alike) / alike
    return lambda g, shape: g.beta(p * spread, (1 - p) * spread, shape)


def _broken(within: float) -> Draw:
    """One document in ten is broken: nothing about it is right."""
    import numpy as np

    return lambda g, shape: np.where(g.random(shape) < 0.1, 0.0, within)


def _rate(
    name: str,
    truth: float,
    sizes: Sizes,
    shares: Draw,
    judge: Callable[[list[float], list[int]], Estimate],
) -> Scene:
    def draw(g: Generator, runs: int, n: int) -> Values:
        shape = sizes(n)
        return [(row, shape) for row in g.binomial(shape, shares(g, (runs, n))).tolist()]

    def judged(sample: tuple[list[int], list[int]]) -> Estimate:
        right, shape = sample
        values = [float(i < k) for k, size in zip(right, shape, strict=True) for i in range(size)]
        return judge(values, [group for group, size in enumerate(shape) for _ in range(size)])

    return Scene(Family.CLUSTER, name, BoundSide.LOW, SIZES, truth, draw, judged)


def _unnamed(values: list[float], clusters: list[int]) -> Estimate:
    """As the point stands on the row; the row says that cases share sources."""
    return replace(wilson(round(sum(values)), len(values)), low_doubt=SAID, high_doubt=SAID)


def _lower_of_both(values: list[float], clusters: list[int]) -> Estimate:
    return deciding(wilson(round(sum(values)), len(values)), rate_clustered(values, clusters))


# Scores


def _clustered_scores(g: Generator, runs: int, n: int) -> Values:
    shared, own = g.normal(0, math.sqrt(0.3), (runs, n, 1)), g.normal(0, math.sqrt(0.7), (runs, n, 6))
    values: Values = (0.7 + 0.1 * (shared + own)).reshape(runs, n * 6).tolist()
    return values


def _broken_scores(g: Generator, runs: int, n: int) -> Values:
    """High scores, six about each document; one document in ten is broken."""
    import numpy as np

    values: Values = (
        np.where(g.random((runs, n, 1)) < 0.1, g.uniform(0, 0.2, (runs, n, 6)), g.beta(40, 2, (runs, n, 6)))
        .reshape(runs, n * 6)
        .tolist()
    )
    return values


def _single_scores(g: Generator, runs: int, n: int) -> Values:
    """The same documents, half of them with one question and half with four, and the documents' cases much alike."""
    import numpy as np

    at = np.repeat(np.arange(n), _half_alone(n))
    shared = np.where(g.random((runs, n)) < 0.1, 0.1, g.beta(40, 2, (runs, n)))[:, at]
    values: Values = np.clip(shared + g.uniform(-0.05, 0.05, shared.shape), 0, 1).tolist()
    return values


def _sixes(values: Sequence[float]) -> list[int]:
    return [i // 6 for i in range(len(values))]


def _singles(values: Sequence[float]) -> list[int]:
    """The cluster of each case of `_half_alone`: five cases to a pair of clusters, the single ones first."""
    half = len(values) // 5
    return [*range(half), *(half + i // 4 for i in range(4 * half))]


def _whatever_shape(values: list[float], clusters: list[int]) -> Estimate:
    return deciding(with_sure_bounds(mean_clustered(values, clusters), values, 0, 1, clusters))


def _scores(
    family: Family,
    name: str,
    truth: float,
    draw: Callable[[Generator, int, int], Values],
    judge: Callable[[list[float]], Estimate],
) -> Scene:
    return Scene(family, name, BoundSide.LOW, SIZES, truth, draw, judge, thin=4 if family is Family.SHAPE else 1)


BROKEN = 0.1 * 0.1 + 0.9 * 40 / 42


def _clipped() -> float:
    """The true mean of `_single_scores`: a score near 1 loses what would lie above."""
    from scipy import stats
    from scipy.integrate import quad

    def above(x: float) -> float:
        return float(stats.beta.pdf(x, 40, 2)) * max(0.0, x + 0.05 - 1) ** 2 / 0.2

    return BROKEN - 0.9 * float(quad(above, 0.95, 1)[0])


def scores_in_clusters() -> tuple[Scene, ...]:
    return (
        _scores(
            Family.SHAPE,
            "scores in clusters of 6, normal",
            0.7,
            _clustered_scores,
            lambda values: _whatever_shape(values, _sixes(values)),
        ),
        _scores(
            Family.SHAPE,
            "one broken document in ten, 6 scores each",
            BROKEN,
            _broken_scores,
            lambda values: _whatever_shape(values, _sixes(values)),
        ),
        _scores(
            Family.SHAPE,
            "one broken document in ten, half with 1 score, half with 4",
            _clipped(),
            _single_scores,
            lambda values: _whatever_shape(values, _singles(values)),
        ),
        _scores(
            Family.SHAPE,
            "the same, unnamed: the lower of both",
            _clipped(),
            _single_scores,
            lambda values: deciding(
                with_sure_bounds(mean_t(values), values, 0, 1),
                with_sure_bounds(mean_clustered(values, _singles(values)), values, 0, 1, _singles(values)),
            ),
        ),
    )


def clusters() -> tuple[Scene, ...]:
    return (
        _scores(
            Family.CLUSTER,
            "scores in clusters of 6, normal",
            0.7,
            _clustered_scores,
            lambda values: mean_clustered(values, _sixes(values)),
        ),
        _scores(
            Family.CLUSTER,
            "scores, one broken document in ten, 6 each",
            BROKEN,
            _broken_scores,
            lambda values: mean_clustered(values, _sixes(values)),
        ),
        _rate("half right, clusters of 6, little alike", 0.5, _even, _share(0.5, 0.1), rate_clustered),
        _rate("80 % right, clusters of 6, little alike", 0.8, _even, _share(0.8, 0.1), rate_clustered),
        _rate("90 % right, clusters of 6, much alike", 0.9, _even, _share(0.9, 0.4), rate_clustered),
        _rate("95 % right, clusters of 2, alike", 0.95, _of_two, _share(0.95, 0.3), rate_clustered),
        _rate("95 % right, half of the clusters single cases", 0.95, _half_alone, _share(0.95, 0.3), rate_clustered),
        _rate("95 % right, single cases and one large source", 0.95, _one_large, _share(0.95, 0.3), rate_clustered),
        _rate("80 % right, clusters of 14 down to 1", 0.8, _shrinking, _share(0.8, 0.1), rate_clustered),
        _rate("one broken document in ten, 6 cases each", 0.9 * 0.97, _even, _broken(0.97), rate_clustered),
        _rate("unnamed, alike (0.3), taken as independent", 0.85, _even, _share(0.85, 0.3), _unnamed),
        _rate("unnamed, alike (0.3), the lower of both", 0.85, _even, _share(0.85, 0.3), _lower_of_both),
    )


# Quantiles


def _sessions(g: Generator, runs: int, n: int) -> Values:
    """n latencies, six per session; sessions vary as much as the requests within them."""
    import numpy as np

    half = math.sqrt(0.5)
    logs = g.normal(0, half, (runs, -(-n // 6), 1)) + g.normal(0, half, (runs, -(-n // 6), 6))
    values: Values = np.exp(logs).reshape(runs, -1)[:, :n].tolist()
    return values


def _slow_documents(g: Generator, runs: int, n: int) -> Values:
    """n latencies, six about each document; one document in ten is slow throughout."""
    import numpy as np

    slow = g.random((runs, -(-n // 6), 1)) < 0.1
    times = np.where(slow, 5.0, 0.0) + g.exponential(1, (runs, -(-n // 6), 6))
    values: Values = times.reshape(runs, -1)[:, :n].tolist()
    return values


def quantiles_in_clusters() -> tuple[Scene, ...]:
    from scipy.optimize import brentq
    from scipy.special import ndtri

    slow = float(brentq(lambda t: 0.9 * math.exp(-t) + 0.1 * math.exp(-(t - 5)) - 0.05, 5, 20))

    def p95(values: list[float]) -> Estimate:
        return quantile(values, 0.95, _sixes(values))

    return (
        Scene(
            Family.QUANTILE,
            "p95: log-normal, sessions of 6",
            BoundSide.HIGH,
            (60, 300),
            float(math.exp(ndtri(0.95))),
            _sessions,
            p95,
        ),
        Scene(
            Family.QUANTILE,
            "p95: one slow document in ten, 6 requests each",
            BoundSide.HIGH,
            (120, 300, 600),
            slow,
            _slow_documents,
            p95,
        ),
    )
