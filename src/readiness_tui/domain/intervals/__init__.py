"""Estimates with their bounds: how certain a figure is (scoring.md, "Gate").

Every bound is one-sided at 95 %, low and high each on its own; `Estimate.interval` is two-sided. Thresholds are read as
the decimals a person wrote and rates as fractions, so no rounding of a float decides whether a rate meets its threshold.
Where each method's coverage is known to hold: docs/statistics.md, from `benchmarks/coverage`.
"""

from readiness_tui.domain.intervals.clusters import EVEN_CLUSTERS, FEWEST_SOURCES, TOO_FEW_SOURCES
from readiness_tui.domain.intervals.common import ALL_EQUAL, CONFIDENCE, MIN_N, TOO_SMALL, exact, t_quantile
from readiness_tui.domain.intervals.means import (
    CLUSTER_T,
    T,
    decisive_t,
    mean_clustered,
    mean_t,
)
from readiness_tui.domain.intervals.quantiles import (
    CLUSTER_ORDER,
    MIN_CLUSTERS,
    ORDER,
    quantile,
    quantile_ranks,
    smallest_n_for_quantile,
)
from readiness_tui.domain.intervals.rates import (
    MAX_ERROR,
    WILSON,
    WILSON_CLUSTERS,
    Z_BOTH_SIDES,
    Z,
    decisive_from,
    needed_for_rate,
    rate_clustered,
    rate_proves,
    wilson,
)
from readiness_tui.domain.intervals.ratios import CLUSTER_LOG_DELTA, LOG_DELTA, ratio
from readiness_tui.domain.intervals.shape_free import (
    BETTING,
    WHATEVER_SHAPE,
    decisive_shape_free,
    enough_for_mean,
    fewest_for_mean,
    shape_free,
    with_sure_bounds,
)

__all__ = [
    "ALL_EQUAL",
    "BETTING",
    "CLUSTER_LOG_DELTA",
    "CLUSTER_ORDER",
    "CLUSTER_T",
    "CONFIDENCE",
    "EVEN_CLUSTERS",
    "FEWEST_SOURCES",
    "LOG_DELTA",
    "MAX_ERROR",
    "MIN_CLUSTERS",
    "MIN_N",
    "ORDER",
    "TOO_FEW_SOURCES",
    "TOO_SMALL",
    "WHATEVER_SHAPE",
    "WILSON",
    "WILSON_CLUSTERS",
    "Z_BOTH_SIDES",
    "T",
    "Z",
    "decisive_from",
    "decisive_shape_free",
    "decisive_t",
    "enough_for_mean",
    "exact",
    "fewest_for_mean",
    "mean_clustered",
    "mean_t",
    "needed_for_rate",
    "quantile",
    "quantile_ranks",
    "rate_clustered",
    "rate_proves",
    "ratio",
    "shape_free",
    "smallest_n_for_quantile",
    "t_quantile",
    "wilson",
    "with_sure_bounds",
]
