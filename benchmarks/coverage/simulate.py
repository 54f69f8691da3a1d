"""Tests every bound on samples of known data: how often it holds, and how often the app says that it may not."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from benchmarks.coverage.scene import BoundSide, Scene
from benchmarks.coverage.scenes import SCENES
from readiness_tui.domain.intervals.estimate import Estimate

RUNS = 10_000  # samples for each cell in the published table, for a standard error of 0.2 points
SEED = 20261125
PROMISE = 0.07  # the largest share of samples in which a bound without a remark may miss
INSIDE = 0.9  # a cell is inside the region if at least this share of samples has no remark
_BLOCK = 2_000_000  # values drawn at a time


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """The results for one shape of data at one size, as shares of the samples.

    `covers`: the share of given bounds that hold; `both`: the same for two-sided intervals; None if none was given.
    `plain`: samples with a bound without a remark; `approximate`: with one that it is approximate; `rare`: with none but
    the remark that a rare fault may not show; the rest have no bound. `unsaid`: samples whose bound has no remark and misses.
    """

    scene: Scene
    n: int
    covers: float | None
    both: float | None
    plain: float
    approximate: float
    rare: float
    unsaid: float

    @property
    def none(self) -> float:
        return max(0.0, 1 - self.plain - self.approximate - self.rare)

    @property
    def inside(self) -> bool:
        return self.plain >= INSIDE


def cells() -> Iterator[tuple[Scene, int]]:
    """The grid: every shape at every size."""
    for scenes in SCENES:
        for scene in scenes():
            for n in scene.sizes:
                yield scene, n


def simulate(scene: Scene, n: int, runs: int = RUNS) -> CoverageFigures:
    """One cell. Its random numbers depend only on the cell, so any cell can be repeated alone."""
    if scene.rate is not None:
        return _figures(scene, n, _exactly(scene, scene.rate, n))
    import numpy as np

    draw = np.random.default_rng([SEED, zlib.crc32(f"{scene.family}/{scene.name}/{n}".encode())])
    runs = max(1, runs // scene.thin)
    block = max(1, _BLOCK // max(1, n))
    samples = (sample for done in range(0, runs, block) for sample in scene.draw(draw, min(block, runs - done), n))
    return _figures(scene, n, ((1 / runs, scene.judge(sample)) for sample in samples))


def every_figure(
    runs: int, on_progress: Callable[[int, int], object] = lambda done, total: None
) -> list[CoverageFigures]:
    """Every row of the grid, from `runs` samples each. `on_progress` hears how many rows are done, of how many."""
    grid = list(cells())
    found = []
    for done, (scene, n) in enumerate(grid):
        on_progress(done, len(grid))
        found.append(simulate(scene, n, runs))
    on_progress(len(grid), len(grid))
    return found


def _exactly(scene: Scene, p: float, n: int) -> Iterator[tuple[float, Estimate]]:
    """Every possible count with its binomial probability, instead of random samples."""
    for k in range(n + 1):
        ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        yield math.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p)), scene.judge((k, n))


def _figures(scene: Scene, n: int, weighed: Iterable[tuple[float, Estimate]]) -> CoverageFigures:
    given = held = plain = rare = unsaid = both = within = 0.0
    for weight, estimate in weighed:
        low = scene.side is BoundSide.LOW
        bound, doubt = (estimate.low, estimate.low_doubt) if low else (estimate.high, estimate.high_doubt)
        if estimate.interval is not None:
            both += weight
            within += weight * (estimate.interval[0] <= scene.truth <= estimate.interval[1])
        if bound is None:
            continue
        holds = bound <= scene.truth if low else bound >= scene.truth
        said = bool(doubt) or estimate.rare
        given += weight
        held += weight * holds
        plain += weight * (not said)
        rare += weight * (estimate.rare and not doubt)
        unsaid += weight * (not said and not holds)
    covers, two_sided = held / given if given else None, within / both if both else None
    return CoverageFigures(scene, n, covers, two_sided, plain, given - plain - rare, rare, unsaid)
