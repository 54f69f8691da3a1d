"""Runs over time: order, gaps, thresholds, and runs without a start."""

from __future__ import annotations

from datetime import UTC, datetime

from readiness_tui.domain.compare.trend import Dated, Point, figures, names, trend
from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Direction, From, Rule
from readiness_tui.domain.runs.model import Aggregate, Case, CaseStatus, Run, Score

GATE = Gate(
    "g",
    (
        Rule("house style", Direction.HIGHER, 0.8),
        Rule("latency_p95_ms", Direction.LOWER, 3500, source=From.TRACES),
        Rule("faithfulness", Direction.HIGHER, 0.9, tags=("high_risk",)),
    ),
)


def entry(
    name: str, day: int | None, data: RunData | None = None, role: str = ""
) -> tuple[Dated, dict[str, Point | None]]:
    run = Run(name, name, "test", started_at=datetime(2026, 11, day, tzinfo=UTC) if day else None)
    return Dated(run, role), figures(data, names(GATE)) if data else dict.fromkeys(names(GATE))


def test_runs_stand_by_their_start_and_a_missing_figure_is_a_gap() -> None:
    scored = RunData(Run("r", "r", "test"), (Case("a", status=CaseStatus.PASS, scores={"house style": Score(0.7)}),))
    figure = RunData(Run("r", "r", "test", aggregates={"cost_per_success": Aggregate(0.02)}), ())
    found = trend(
        [entry("late", 23, scored, "candidate"), entry("none", 21), entry("lost", None), entry("early", 20, figure)],
        GATE,
    )
    assert [dated.run.id for dated in found.runs] == ["early", "none", "late"]
    assert [dated.run.id for dated in found.undated] == ["lost"]
    style = found.quality[0]
    assert style.metric.key == "house style"
    assert style.points == (None, None, Point(0.7, 1))
    assert (style.threshold, style.meets(0.7), style.meets(0.8)) == (0.8, False, True)
    assert found.cost.points == (Point(0.02, None), None, None)


def test_a_rule_over_traces_and_one_over_a_slice_are_no_threshold_of_a_run() -> None:
    found = trend([entry("r", 20)], GATE)
    assert (found.latency.threshold, found.latency.of_traces) == (None, True)
    assert found.latency.meets(9e9) is None
    assert all(series.threshold is None for series in found.quality if series.metric.key == "faithfulness")
    assert len(trend([], None).quality) == 1
