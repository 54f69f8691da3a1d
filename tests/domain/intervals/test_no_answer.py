"""n = 0, 1, 2, all equal, all missing: every estimator answers, and says in words why there is no bound."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from readiness_tui.domain import intervals as iv
from readiness_tui.domain.compare.change import paired_change, rate_change
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import METRICS, MetricDef, NotComputable, Observed, RunData, observe
from readiness_tui.domain.metrics.ingredients import MISSING, NOT_APPLICABLE
from readiness_tui.domain.metrics.meets import bound_meets, deciding, how_sure
from readiness_tui.domain.metrics.registry import MetricKind
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.metrics.summary import summarise, summarise_ratio
from readiness_tui.domain.runs.model import Case, Run, Score

Estimator = Callable[[list[float]], Estimate]


def by_threes(values: list[float]) -> list[int]:
    return [i // 3 for i in range(len(values))]


ESTIMATORS: dict[str, Estimator] = {
    "t": iv.mean_t,
    "t, whatever the shape": lambda values: deciding(iv.with_sure_bounds(iv.mean_t(values), values, 0, 1)),
    "cluster t": lambda values: iv.mean_clustered(values, by_threes(values)),
    "cluster t, whatever the shape": lambda values: deciding(
        iv.with_sure_bounds(iv.mean_clustered(values, by_threes(values)), values, 0, 1, by_threes(values))
    ),
    "p95": iv.quantile,
    "p95 in clusters": lambda values: iv.quantile(values, 0.95, by_threes(values)),
    "ratio": lambda values: iv.ratio(values, [1.0] * len(values)),
    "ratio in clusters": lambda values: iv.ratio(values, [1.0] * len(values), by_threes(values)),
    "without a success": lambda values: iv.ratio(values, [0.0] * len(values)),
}
RATES: dict[str, Estimator] = {
    "Wilson": lambda values: iv.wilson(int(sum(values)), len(values)),
    "Wilson over clusters": lambda values: iv.rate_clustered(values, by_threes(values)),
    "difference": lambda values: rate_change(0, int(sum(values)), len(values)),
}


def answered(made: Estimate) -> None:
    """A value or none; and where a bound is missing, a sentence."""
    if made.low is None or made.high is None:
        assert made.note.startswith(("n too small", "too few independent sources", "no bound"))
    assert math.isfinite(made.value) or (made.low, made.high) == (None, None)
    for direction in Direction:
        assert how_sure(made, direction, 0.5)
        assert not (math.isnan(made.value) and bound_meets(made, direction, 0.5))


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("name", [*ESTIMATORS, *RATES])
def test_hardly_any_values(name: str, n: int) -> None:
    made = {**ESTIMATORS, **RATES}[name]([1.0, 0.0][:n])
    answered(made)
    assert made.n == n
    assert math.isnan(made.value) is (n == 0 or name == "without a success")
    if name in ESTIMATORS:
        assert made.high is None


@pytest.mark.parametrize("value", [0.0, 0.9, 1.0])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_values_all_equal(name: str, value: float) -> None:
    made = ESTIMATORS[name]([value] * 72)
    answered(made)
    if name.startswith("p95"):
        assert made.high == value
    elif name != "without a success":
        assert made.value == pytest.approx(value)
        assert (made.low, made.high, made.sure_low, made.sure_high) == (None, None, None, None)
        assert "equal" in made.note or "no positive value" in made.note


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("name", RATES)
def test_a_rate_of_all_or_none_has_a_bound(name: str, value: float) -> None:
    made = RATES[name]([value] * 72)
    answered(made)
    assert made.low is not None
    assert made.high is not None
    assert made.high - made.low > 0.02


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_a_metric_that_every_case_lacks(metric: MetricDef) -> None:
    gaps = [(f"c{i}", MISSING) for i in range(40)]
    outside = [(f"c{i}", NOT_APPLICABLE) for i in range(40)]
    for samples, words in (
        (gaps, "none of the 40 cases"),
        (outside, "it applies to no case"),
        ([], "it applies to no"),
    ):
        seen = summarise_ratio(samples) if metric.kind is MetricKind.RATIO else summarise(metric, samples)
        assert isinstance(seen, NotComputable)
        assert words in seen.reason
    bare = observe(metric.key, RunData(Run("a", "a", "own"), tuple(Case(f"c{i}") for i in range(40))))
    assert isinstance(bare, NotComputable)
    assert bare.reason


@pytest.mark.parametrize("n", [1, 2, 40])
@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_a_change_of_nothing(metric: MetricDef, n: int) -> None:
    """The same values on both sides: no change, and never a bound that claims more than it can."""
    if metric.kind is MetricKind.RATIO:
        side = summarise_ratio((f"c{i}", (0.5, 1.0)) for i in range(n))
    else:
        side = summarise(metric, ((f"c{i}", 1.0) for i in range(n)))
    assert isinstance(side, Observed)
    made = paired_change(metric, side, side, list(side.per_case), bound=True)
    answered(made)
    assert made.value == 0
    if metric.kind is not MetricKind.RATE:
        assert (made.low, made.high) == (None, None)


def test_two_scores_of_one_document_share_a_source_and_have_no_bound() -> None:
    cases = tuple(Case(f"c{i}", scores={"faithfulness": Score(0.9)}, extra={"doc_id": "a"}) for i in range(2))
    seen = observe("faithfulness", RunData(Run("a", "a", "own"), cases))
    assert isinstance(seen, Observed)
    assert seen.implied is not None
    answered(seen.estimate)
    answered(seen.implied.estimate)
