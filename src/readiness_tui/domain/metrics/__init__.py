"""Metrics: what each means (`registry`), and its figure in a run (`observe`) or among traces (`traces`)."""

from readiness_tui.domain.metrics.observe import all_metrics, applies_to, contradictions, metrics_by_layer, observe
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
from readiness_tui.domain.metrics.run_data import (
    RunData,
    absent_cases,
    case_key,
    gold_by_id,
    held,
    held_first,
    narrowed,
    said_of,
    speaking,
    tags_of,
    variant_names,
    variants_of,
)
from readiness_tui.domain.metrics.summary import NotComputable, Observed, best_value, first_few, worst_value
from readiness_tui.domain.metrics.traces import Windows, observe_traces, window
from readiness_tui.domain.traces.measured import utc

__all__ = [
    "METRICS",
    "Layer",
    "MetricDef",
    "MetricKind",
    "NotComputable",
    "Observed",
    "RunData",
    "Windows",
    "absent_cases",
    "all_metrics",
    "applies_to",
    "best_value",
    "case_key",
    "contradictions",
    "first_few",
    "gold_by_id",
    "guess_direction",
    "held",
    "held_first",
    "metrics_by_layer",
    "narrowed",
    "normal",
    "observe",
    "observe_traces",
    "resolve",
    "said_of",
    "same_metric",
    "speaking",
    "tags_of",
    "unknown",
    "utc",
    "variant_names",
    "variants_of",
    "window",
    "worst_value",
]
