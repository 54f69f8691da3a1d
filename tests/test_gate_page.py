"""Every gate that docs/gate.md shows is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from readiness_tui.sources.settings.gate import parse_gate

PAGE = (Path(__file__).parents[1] / "docs" / "gate.md").read_text(encoding="utf-8")
EXAMPLES = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "metrics:" in text]


@pytest.mark.parametrize("text", EXAMPLES, ids=["first", "everything", "cases"])
def test_an_example_is_read(text: str) -> None:
    assert parse_gate(text, "gate.yaml").rules


def test_the_long_one_has_a_gate_for_errors_and_every_kind_of_rule() -> None:
    rules = parse_gate(EXAMPLES[1], "gate.yaml").rules
    assert any(rule.metric == "error_rate" for rule in rules)
    assert {str(rule.source) for rule in rules} == {"run", "traces"}
    assert any(rule.min_effect for rule in rules)
    assert {rule.relative for rule in rules if rule.max_regression is not None} == {True, False}
    assert any(rule.tolerate is not None for rule in rules)
    assert [rule.k for rule in rules if rule.metric == "pass_all_k"] == [3]
