"""A refusal says what the file looks most like, and what would fit."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"prompts": ["p"], "providers": ["openai:m"], "tests": []}, "promptfoo eval -o results.json"),
        ({"resourceMetrics": []}, "OTLP metrics: export traces"),
        ([{"user_input": "q", "response": "a", "retrieved_contexts": ["c"]}], "a Ragas dataset without scores"),
        ({"nbformat": 4, "cells": []}, "a notebook"),
        (b"<!DOCTYPE html><html><body>42 passed</body></html>", "a web page"),
        (b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml", "an Excel workbook"),
        (b"- vars: {q: a}\n  assert:\n    - type: equals\n      value: x\n", "promptfoo's tests in YAML"),
        (b"tests:\n  - assert: []\n    vars:\n      q: one, two\n", "promptfoo's tests in YAML"),
        (b'{"a":', "JSON that ends in the middle"),
        (b'[{"a": "b', "JSON that ends in the middle"),
        (b'<notes a="1,2,3"><b/>\n', "XML or HTML of no known format"),
        (b"\x80\x04\x95\x00", "a Python pickle"),
        (b"SQLite format 3\x00" + b"\0" * 99 + b"CREATE TABLE evals_to_prompts (a)", "promptfoo's own database"),
    ],
)
def test_a_refusal_names_what_it_looks_like_and_what_to_do(make, content, said):
    text = content if isinstance(content, bytes) else json.dumps(content)
    with pytest.raises(ReadinessError) as refused:
        registry.recognise(make("file", text))
    assert f"It looks like {said}" in str(refused.value) or said in str(refused.value)


@pytest.mark.parametrize("content", ["words\n", '{"hello": "you"}', "", "a,b\n1,x\n"])
def test_what_is_near_nothing_is_not_guessed(make, content):
    with pytest.raises(ReadinessError) as refused:
        registry.recognise(make("file", content))
    assert "It looks like" not in str(refused.value)
