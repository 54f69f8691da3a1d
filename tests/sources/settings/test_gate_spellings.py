"""A gate in other words: read where they can mean one thing, refused at their place where they cannot."""

from __future__ import annotations

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.settings.gate import left_out, looks_like_gate, parse_gate

PLAIN = parse_gate('thresholds: {faithfulness: ">= 0.85", latency_p95_ms: "<= 3000"}', "gate.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "gates:\n  faithfulness: {min: 0.85}\n  latency_p95_ms: {max: 3000}\nbaseline: main\n",
        "thresholds:\n  faithfulness: {min: 0.85}\n  latency_p95_ms: 3000\n",
        "metrics:\n  faithfulness: {minimum: 0.85}\n  latency_p95_ms: {at_most: 3000}\n",
        'metrics:\n  faithfulness: ">= 0.85"\n  latency_p95_ms: "<= 3000"\n',
        "gate:\n  - {name: faithfulness, gte: 0.85}\n  - {metric: latency_p95_ms, value: 3000, operator: '<='}\n",
        "quality_gates:\n  faithfulness: {threshold: 0.85, op: gte}\n  latency_p95_ms: {lte: 3000}\n",
        "limits: {faithfulness: 0.85, latency_p95_ms: 3000}\n",
    ],
)
def test_it_declares_the_same(text):
    assert parse_gate(text, "gate.yaml").digest == PLAIN.digest


def test_a_rules_other_fields_are_kept():
    (rule,) = parse_gate("gates: {faithfulness: {min: 0.85, tags: [de], required: false}}", "g").rules
    assert (rule.tags, rule.required, rule.threshold) == (("de",), False, 0.85)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("gates:\n  faithfulness: {max: 0.85}\n", "g:2:18", "better when it is higher"),
        ("gates:\n  latency_p95_ms:\n    value: 3000\n    operator: '>='\n", "g:3:5", "better when it is lower"),
        ("gates:\n  faithfulness: {min: 0.85, maks: 1}\n", "g:2:29", "not known"),
        ("gates:\n  faithfulness: {min: 0.85, at_least: 0.9}\n", "g:2:29", "not known"),
        ("metrics: {faithfulness: 0.85}\n", "g:1:1", "expected a list"),  # a figure, or a limit
        ("gates: {faithfulness: {min: 0.8}}\nbaseline: [a]\n", "g:2:1", "not known"),
    ],
)
def test_what_is_not_meant_is_refused_where_it_stands(text, place, said):
    with pytest.raises(ReadinessError) as refused:
        parse_gate(text, "g")
    assert str(refused.value).startswith(place)
    assert said in str(refused.value)


def test_a_baseline_is_said_to_be_left_out(make):
    path = make("gate.yaml", "gates: {faithfulness: {min: 0.8}}\nbaseline: main\n")
    (said,) = left_out(path)
    assert 'gate.yaml: baseline "main" is left out' in said
    assert left_out(make("plain.yaml", 'thresholds: {faithfulness: ">= 0.8"}\n')) == ()


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("gates:\n  faithfulness: {min: 0.85}\n", True),
        ("limits:\n  latency_p95_ms: '<= 3000'\n", True),
        ("# Postmortem\n\nrequirements: at most 3 alerts, p95 <= 3000\n", False),
        ("metrics:\n  faithfulness: 0.85\n", False),
        ("gates: [\n >= 1", False),
    ],
)
def test_it_is_known_by_its_content(make, text, looks):
    assert looks_like_gate(make("x.yaml", text)) is looks
