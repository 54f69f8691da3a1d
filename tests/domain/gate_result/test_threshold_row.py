"""A threshold's result, line by line of gate.md's table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness_tui.domain.gate_result.decide import left_out
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.gate_result.threshold import threshold_row
from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.metrics.ingredients import Absent
from readiness_tui.domain.metrics.registry import resolve
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.metrics.summary import Observed, summarise
from readiness_tui.domain.metrics.words import rule_text
from readiness_tui.domain.runs.model import Aggregate
from tests.domain.gate_result.small import row_of, scored

UP, DOWN = Direction.HIGHER, Direction.LOWER
CACHED, COLD = Absent.CACHED, Absent.COLD
HITS = Rule("retrieval_hit_rate", UP, 0.85, "share")
FAITH = Rule("faithfulness", UP, 0.85, "score")
REQUIRED = Confidence.REQUIRED
RATE = resolve("retrieval_hit_rate")
assert RATE is not None


def rate(k: int, n: int) -> Observed:
    found = summarise(RATE, ((f"c{i}", float(i < k)) for i in range(n)))
    assert isinstance(found, Observed)
    return found


#: The bound of k of 100: 90 → 0.840, 91 → 0.852, 84 → 0.771, 87 → 0.806, 86 → 0.794
@pytest.mark.parametrize(
    ("k", "confidence", "tolerate", "result"),
    [
        (85, None, None, Result.PASS),
        (84, None, None, Result.FAIL),
        (90, REQUIRED, None, Result.INCONCLUSIVE),
        (91, REQUIRED, None, Result.PASS),
        (87, None, 0.80, Result.PASS),  # aims at 0.85, surely not below 0.80
        (86, None, 0.80, Result.INCONCLUSIVE),
        (84, None, 0.75, Result.FAIL),  # what is tolerated forgives no miss
        (87, REQUIRED, 0.80, Result.INCONCLUSIVE),  # both given: both
        (91, REQUIRED, 0.80, Result.PASS),
    ],
)
def test_a_threshold_with_confidence_and_tolerance(
    k: int, confidence: Confidence | None, tolerate: float | None, result: Result
) -> None:
    rule = replace(HITS, confidence=confidence or Confidence.ADVISE, tolerate=tolerate)
    assert threshold_row(rule, rate(k, 100), "case").result is result


def test_the_reason_of_a_doubt_comes_first_and_says_what_is_asked() -> None:
    both = replace(HITS, confidence=REQUIRED, tolerate=0.80)
    made = threshold_row(both, rate(86, 100), "case")
    assert made.reason.startswith(
        "surely only ≥ 0.793, and ≥ 0.85 is required; surely only ≥ 0.793, and ≥ 0.80 is tolerated; "
    )
    assert threshold_row(replace(HITS, tolerate=0.80), rate(87, 100), "case").sure.startswith("surely ≥ 0.80; could be")
    assert rule_text(replace(HITS, tolerate=0.80)) == "≥ 0.85, surely ≥ 0.80"


def test_a_lower_is_better_rate_is_tolerated_from_above() -> None:
    rule = Rule("error_rate", DOWN, 0.02, "share", tolerate=0.05)
    low, high = wilson(1, 100).high, wilson(2, 100).high
    assert low is not None
    assert high is not None
    assert low < 0.05 < high
    assert threshold_row(rule, rate(1, 100), "case").result is Result.PASS
    made = threshold_row(rule, rate(2, 100), "case")
    assert (made.result, made.reason.split(";")[0]) == (
        Result.INCONCLUSIVE,
        "surely only ≤ 0.059, and ≤ 0.05 is tolerated",
    )


@pytest.mark.parametrize("asked", [{"confidence": REQUIRED}, {"tolerate": 0.5}])
@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([0.9, 0.95] * 14, "n too small"),  # fewer than 30
        ([0.9] * 40, "all values equal"),
    ],
)
def test_a_bound_that_is_asked_for_and_does_not_exist_is_not_enough(
    asked: dict[str, object], values: list[float], why: str
) -> None:
    made = row_of(replace(FAITH, judged=False, **asked), scored("faithfulness", values))  # type: ignore[arg-type]
    assert made.result is Result.INCONCLUSIVE
    assert made.reason.startswith("no bound can be given")
    assert why in made.reason
    assert row_of(FAITH, scored("faithfulness", values)).result is Result.PASS  # nothing is asked of it: the point
    low = [value - 0.1 for value in values]
    assert row_of(replace(FAITH, **asked), scored("faithfulness", low)).result is Result.FAIL  # type: ignore[arg-type]


def test_figures_without_cases() -> None:
    data = scored("other", [])
    figure = replace(data, run=replace(data.run, aggregates={"faithfulness": Aggregate(0.9, 72)}))
    assert row_of(FAITH, figure).result is Result.PASS
    made = row_of(replace(FAITH, cases_required=True), figure)
    assert made.result is Result.MISSING
    assert "no case stands behind them" in made.reason
    for asked in ({"confidence": REQUIRED}, {"tolerate": 0.5}):
        assert row_of(replace(FAITH, **asked), figure).result is Result.INCONCLUSIVE  # type: ignore[arg-type]
    kept = row_of(replace(FAITH, cases_required=True), scored("faithfulness", [0.9, 0.95] * 20))
    assert kept.result is Result.PASS


@pytest.mark.parametrize(
    ("left", "most", "said"),
    [
        ({CACHED: 50}, None, ()),
        ({CACHED: 51}, None, ("51 of 100 cases left out: cached, and at most 50 % may be",)),
        ({COLD: 10}, None, ()),
        ({COLD: 11}, None, ("11 of 100 cases left out: cold, and at most 10 % may be",)),
        ({CACHED: 31}, 0.30, ("31 of 100 cases left out: cached, and at most 30 % may be",)),
        ({CACHED: 30}, 0.30, ()),
        ({CACHED: 25, COLD: 6}, 0.30, ("31 of 100 cases left out: cached 25, cold 6, and at most 30 % may be",)),
        ({CACHED: 90}, 1.0, ()),
        ({Absent.SAID: 90}, None, ()),  # no limit is declared for it: said, and that is all
        ({}, None, ()),
    ],
)
def test_too_much_left_out(left: dict[Absent, int], most: float | None, said: tuple[str, ...]) -> None:
    rule = Rule("latency_p95_ms", DOWN, 3500, "ms", max_left_out=most)
    assert left_out(rule, replace(rate(9, 10), left_out=tuple(left.items()), requests=100)) == said


def test_what_was_left_out_makes_a_pass_inconclusive_and_no_miss() -> None:
    seen = replace(rate(95, 100), left_out=((CACHED, 101),), requests=201)
    assert threshold_row(HITS, seen, "case").result is Result.INCONCLUSIVE
    assert threshold_row(replace(HITS, threshold=0.99), seen, "case").result is Result.FAIL


@pytest.mark.parametrize(
    ("lacking", "result"), [(0, Result.PASS), (2, Result.PASS), (4, Result.INCONCLUSIVE), (6, Result.MISSING)]
)
def test_the_worst_case_over_missing_cases(lacking: int, result: Result) -> None:
    """88 of 100 are right at most; with 4 of them missing the worst is 84."""
    values: list[float | None] = [*[1.0] * (88 - lacking), *[0.0] * 12, *[None] * lacking]
    made = row_of(Rule("task_success_rate", UP, 0.85, "share"), scored("task_success", values))
    assert made.result is result
    assert made.by_missing is (result is Result.INCONCLUSIVE)
