"""Metrics: what each means (`registry`), and its figure in a run (`observe`) or among traces (`traces`)."""

from readiness_tui.domain.metrics.observe import (
    RunData,
    absent_cases,
    all_metrics,
    applies_to,
    case_key,
    gold_by_id,
    observe,
    tags_of,
)
from readiness_tui.domain.metrics.registry import (
    METRICS,
    Layer,
    MetricDef,
    MetricKind,
    guess_direction,
    normal,
    resolve,
    same_metric,
    unknown,
)
from readiness_tui.domain.metrics.summary import NotComputable, Observed, best_value, first_few, worst_value
from readiness_tui.domain.metrics.traces import observe_traces, utc, window

__all__ = [
    "METRICS",
    "Layer",
    "MetricDef",
    "MetricKind",
    "NotComputable",
    "Observed",
    "RunData",
    "absent_cases",
    "all_metrics",
    "applies_to",
    "best_value",
    "case_key",
    "first_few",
    "gold_by_id",
    "guess_direction",
    "normal",
    "observe",
    "observe_traces",
    "resolve",
    "same_metric",
    "tags_of",
    "unknown",
    "utc",
    "window",
    "worst_value",
]
