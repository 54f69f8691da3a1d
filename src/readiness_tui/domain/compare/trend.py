"""Runs over time: each run's quality, latency and cost, beside the gate's thresholds.

Runs are ordered by start. A run whose start is unknown is listed separately; a figure that a run does not have is a
gap, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import Layer, MetricDef, Observed, RunData, observe, resolve, unknown
from readiness_tui.domain.metrics.meets import meets
from readiness_tui.domain.metrics.rule import Direction, From, Rule
from readiness_tui.domain.runs.model import Run

LATENCY, COST = "latency_p95_ms", "cost_per_success"
_QUALITY = ("task_success_rate", "faithfulness", "retrieval_hit_rate", "citation_accuracy", "relevance")


@dataclass(frozen=True, slots=True)
class Point:
    """One run's figure and its number of cases; `n` None: the run does not say."""

    value: float
    n: int | None


@dataclass(frozen=True, slots=True)
class Dated:
    """One run on the axis; `role` is "candidate", "baseline" or empty."""

    run: Run
    role: str


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One metric in every dated run, None if the run does not have it.

    `threshold`: the gate's threshold for runs. `of_traces`: the gate takes this metric from traces instead.
    """

    metric: MetricDef
    points: tuple[Point | None, ...]
    threshold: float | None = None
    of_traces: bool = False

    @property
    def direction(self) -> Direction:
        return self.metric.direction or Direction.HIGHER

    def meets(self, value: float) -> bool | None:
        """Whether a value meets the gate's threshold; None without one."""
        if self.threshold is None:
            return None
        return meets(Estimate(value, None), self.direction, self.threshold)


@dataclass(frozen=True, slots=True)
class Trend:
    """Dated runs, oldest first, with their figures; and runs whose start is unknown. `quality` is never empty."""

    runs: tuple[Dated, ...]
    undated: tuple[Dated, ...]
    quality: tuple[MetricSeries, ...]
    latency: MetricSeries
    cost: MetricSeries


Figures = Mapping[str, Point | None]


def names(gate: Gate | None) -> tuple[str, ...]:
    """The metrics whose trend is shown: the gate's own, and the usual ones."""
    asked = [rule.metric for rule in gate.rules if not rule.tags] if gate else []
    known = (metric.key if (metric := resolve(name)) else name for name in (*asked, *_QUALITY, LATENCY, COST))
    return tuple(dict.fromkeys(known))


def figures(data: RunData, wanted: Sequence[str]) -> dict[str, Point | None]:
    """One run's figures."""
    found: dict[str, Point | None] = {}
    for name in wanted:
        seen = observe(name, data)
        found[name] = Point(seen.estimate.value, seen.estimate.n) if isinstance(seen, Observed) else None
    return found


def trend(runs: Sequence[tuple[Dated, Figures]], gate: Gate | None) -> Trend:
    """The runs with their figures, in order of start."""
    starts = [(entry.run.started_at, entry, seen) for entry, seen in runs if entry.run.started_at is not None]
    dated = [(entry, seen) for _, entry, seen in sorted(starts, key=lambda found: found[0])]
    rules: dict[str, Rule] = {}
    for rule in gate.rules if gate else ():
        if rule.threshold is not None and not rule.tags:
            rules.setdefault(rule.metric, rule)

    def series(name: str) -> MetricSeries:
        rule = rules.get(name)
        metric = resolve(name) or unknown(name, rule.direction if rule else None, rule.unit if rule else "")
        asked = rule.threshold if rule and rule.source is From.RUN else None
        of_traces = rule is not None and rule.source is From.TRACES
        return MetricSeries(metric, tuple(seen.get(name) for _, seen in dated), asked, of_traces)

    wanted = [name for name in names(gate) if _is_quality(name)]
    quality = [made for made in map(series, wanted) if any(made.points)]
    return Trend(
        tuple(entry for entry, _ in dated),
        tuple(entry for entry, _ in runs if entry.run.started_at is None),
        tuple(quality) or (series(_QUALITY[0]),),
        series(LATENCY),
        series(COST),
    )


def _is_quality(name: str) -> bool:
    metric = resolve(name)
    return metric is None or metric.layer is not Layer.OPERATIONS
