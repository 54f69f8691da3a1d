"""The grid: simulated evaluation data with a known true figure, on which every bound is tried."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.coverage.changes import changes, shape_free_changes
from benchmarks.coverage.clustered import clusters, quantiles_in_clusters, scores_in_clusters
from benchmarks.coverage.scene import Scene
from benchmarks.coverage.single import RATES, means, quantiles, ratios, shape_free

SCENES: tuple[Callable[[], tuple[Scene, ...]], ...] = (
    lambda: RATES,
    means,
    shape_free,
    scores_in_clusters,
    shape_free_changes,
    clusters,
    quantiles,
    quantiles_in_clusters,
    ratios,
    changes,
)
