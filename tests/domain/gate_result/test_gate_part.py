"""The gate alone and the gate as a part of a whole judgement are one answer."""

from __future__ import annotations

from hypothesis import given, settings

from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Facts, Part
from readiness_tui.domain.verdict.ruling import rule_gate
from tests.domain.build import AS_OF
from tests.domain.strategies import reviews_of


@settings(max_examples=100, deadline=None)
@given(reviews_of())
def test_the_gate_alone_says_what_the_judge_says_of_it(facts: Facts) -> None:
    alone, causes = rule_gate(facts.gate)
    whole = judge(facts, AS_OF)
    of_gate = [cause for cause in whole.causes if cause.part is Part.GATE]
    promises = {cause.key for cause in of_gate if cause.key.startswith("condition/")}
    assert [cause for cause in of_gate if cause.key not in promises] == list(causes)
    # Only a condition that nobody keeps can make the review's gate worse than the gate alone.
    assert whole.parts[Part.GATE] is alone or (promises and whole.parts[Part.GATE].rank > alone.rank)
