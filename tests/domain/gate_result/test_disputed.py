"""A figure that the tool states otherwise than its file: a condition where the rule's threshold lies between."""

from __future__ import annotations

import pytest

from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.runs.model import Completeness, DisputedFigure
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.domain.verdict.ruling import rule_gate
from tests.domain.gate_result.test_evaluate import hold, run_of, valued

RULE = Rule("faithfulness", Direction.HIGHER, 0.85, "score")


@pytest.mark.parametrize(("declared", "between"), [(0.84, True), (0.80, True), (0.85, False), (0.95, False)])
def test_a_condition_only_where_the_threshold_lies_between(declared, between):
    stated = DisputedFigure("Faithfulness", declared, 0.9, "log.json")
    outcome = hold(RULE, candidate=run_of(*valued([0.9] * 20), disputed=(stated,)))
    assert bool(outcome.disputed) is between
    assert any("log.json states Faithfulness" in warning for warning in outcome.warnings)
    ruling = [cause for cause in rule_gate(outcome)[1] if cause.key == "gate/disputed"]
    assert [cause.verdict for cause in ruling] == ([Verdict.CONDITIONS] if between else [])
    if between:
        (said,) = outcome.disputed
        assert f"{declared:.3f}" in said
        assert "0.900" in said
        assert "log.json" in said


def test_another_metrics_figure_disputes_nothing():
    stated = DisputedFigure("relevance", 0.1, 0.9, "log.json")
    assert hold(RULE, candidate=run_of(*valued([0.9] * 20), disputed=(stated,))).disputed == ()


def test_a_partial_run_says_how_many_cases_it_has_of_how_many():
    short = run_of(*valued([0.9] * 4), completeness=Completeness.PARTIAL, declared_cases=20)
    outcome = hold(RULE, candidate=short)
    assert "4 of 20 cases" in outcome.rows[0].reason
    assert any("4 of 20 cases are in its file" in warning for warning in outcome.warnings)
