"""Scores kept in columns come to the same as those kept by case."""

from __future__ import annotations

import tracemalloc

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Case, Score, ScoreState
from readiness_tui.sources.kit.large.score_columns import ScoreColumns

_NAMES = st.sampled_from(["tone", "accuracy"])
_SCORES = st.builds(Score, st.none() | st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([*ScoreState]))
_CASES = st.builds(
    Case,
    st.sampled_from(["a", "ab", "b", "1 a", "\ud800"]),  # ids and variants that run together where they are only joined
    variant=st.sampled_from(["", "b", "a"]),
    scores=st.dictionaries(_NAMES, _SCORES),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(_CASES, max_size=12), _NAMES, st.sampled_from([None, "", "a", "b", "other"]))
def test_repeats_stand_together_in_the_order_in_which_they_came(
    cases: list[Case], name: str, variant: str | None
) -> None:
    columns = ScoreColumns()
    by_case: dict[tuple[str, str], list[float]] = {}
    for case in cases:
        columns.add(case)
        score = case.scores.get(name)
        if score and score.state is ScoreState.OK and score.value is not None and variant in (None, case.variant):
            by_case.setdefault((case.id, case.variant), []).append(score.value)
    assert columns.by_case(name, variant) == list(by_case.values())


def test_a_number_that_no_store_keeps_is_in_no_mean() -> None:
    columns = ScoreColumns()
    columns.add(Case("a", scores={"tone": Score(10**400), "accuracy": Score(1)}))
    columns.add(Case("b", scores={"tone": Score(2.0)}))
    assert columns.by_case("tone", None) == [[2.0]]
    assert columns.by_case("accuracy", None) == [[1.0]]


def test_what_is_held_does_not_grow_with_the_ids() -> None:
    columns = ScoreColumns()
    tracemalloc.start()
    for number in range(2_000):
        columns.add(Case(f"{number:0500}", scores={"tone": Score(0.5)}))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2_000 * 60
