"""How many of n a rate needs, and how far a figure is from it."""

from __future__ import annotations

import pytest

from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.meets import how_sure, meets, needed
from readiness_tui.domain.metrics.rule import Direction

UP, DOWN = Direction.HIGHER, Direction.LOWER


@pytest.mark.parametrize(
    ("n", "direction", "threshold", "count"),
    [
        (40, UP, 0.90, 36),
        (41, UP, 0.90, 37),  # 36.9
        (40, DOWN, 0.05, 2),
        (41, DOWN, 0.05, 2),  # 2.05
        (59, DOWN, 0.05, 2),  # 2.95: a third case would be more than 5 %
        (30, DOWN, 0.0, 0),
    ],
)
def test_the_count_that_is_needed_is_the_last_that_meets(n: int, direction: Direction, threshold: float, count: int):
    assert needed(wilson(0, n), direction, threshold) == count
    beyond = count - 1 if direction is UP else count + 1
    assert meets(wilson(count, n), direction, threshold)
    assert not meets(wilson(beyond, n), direction, threshold)


def test_how_far_a_rate_misses_is_counted_in_cases() -> None:
    assert how_sure(wilson(3, 59), DOWN, 0.05).startswith("one case too many")
    assert how_sure(wilson(5, 59), DOWN, 0.05).startswith("3 cases too many")
    assert how_sure(wilson(35, 40), UP, 0.9, noun="trace").startswith("one trace short")


def test_what_is_no_rate_needs_no_count() -> None:
    assert needed(Estimate(0.8, 40), UP, 0.9) is None
    assert needed(Estimate(0.8, None, k=4), UP, 0.9) is None
