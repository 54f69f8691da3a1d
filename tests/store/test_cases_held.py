"""Cases that are held together are the cases that were stored, and share what they have in common."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Case, CaseStatus, Measure, Provenance, Score, ScoreState
from readiness_tui.store import packing

_NUMBERS = st.sampled_from([0.0, -0.0, 0.5, 1.0, 1e-300]) | st.floats(allow_nan=False, allow_infinity=False)
_SCORES = st.builds(
    Score,
    st.none() | _NUMBERS,
    st.sampled_from([*ScoreState]),
    st.none() | st.text(max_size=3),
    st.none() | _NUMBERS,
    st.none() | st.booleans(),
)
_JSON = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4), st.lists, max_leaves=3)
_CASES = st.builds(
    Case,
    st.text(max_size=3),
    question=st.text(max_size=5),
    output=st.none() | st.text(max_size=5),
    status=st.sampled_from([*CaseStatus]),
    scores=st.dictionaries(st.sampled_from(["tone", "a b", '"']), _SCORES, max_size=2),
    latency_ms=st.builds(Measure, _NUMBERS, st.sampled_from([*Provenance])),
    tags=st.lists(st.text(max_size=3), max_size=2).map(tuple),
    extra=st.dictionaries(st.text(max_size=2), _JSON, max_size=2),
)


def _signs(case: Case) -> list[Any]:
    return [math.copysign(1, number) for s in case.scores.values() for number in (s.value, s.threshold) if number == 0]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(st.lists(_CASES, max_size=5))
def test_they_are_what_each_is_by_itself(stored: list[Case]) -> None:
    texts = [packing.case_json(case) for case in stored]
    alone = [packing.case(text) for text in texts]
    together = list(packing.cases(texts))
    assert together == alone == stored
    assert [*map(_signs, together)] == [*map(_signs, alone)]  # 0 and -0 are equal, and print otherwise


def test_equal_scores_are_held_once() -> None:
    texts = [packing.case_json(Case(str(at), scores={"tone": Score(at % 2 / 2)})) for at in range(6)]
    cases = list(packing.cases(texts))
    assert len({id(case.scores) for case in cases}) == 2
    assert len({id(case.extra) for case in cases}) == 1


def test_what_is_remembered_is_bounded() -> None:
    texts = [packing.case_json(Case(str(at), scores={"tone": Score(at / 7)})) for at in range(5_000)]
    cases = list(packing.cases([*texts, *texts]))
    assert cases[:5_000] == cases[5_000:]
    assert len({id(case.scores) for case in cases}) == 10_000 - 4_096
