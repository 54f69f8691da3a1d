"""Tests told apart: the same variables with other assertions, and pipelines that were given fewer tests."""

from __future__ import annotations

import json

from readiness_tui.domain.runs.model import Completeness


def _row(test: int, provider: int, question: str, **about):
    return {
        "promptIdx": provider,
        "testIdx": test,
        "provider": {"id": f"m{provider}"},
        "prompt": {"raw": "q", "label": "q"},
        "testCase": {"vars": {"q": question}, **about},
        "response": {"output": "a"},
        "success": True,
        "failureReason": 0,
        "score": 1,
        "gradingResult": {"pass": True, "score": 1, "componentResults": []},
    }


def _lines(*rows):
    return "\n".join(map(json.dumps, rows))


def test_the_same_variables_with_another_description_or_assertion_are_another_test(make, read):
    found = read(
        make(
            "a.jsonl",
            _lines(
                _row(0, 0, "same", description="polite"),
                _row(1, 0, "same", description="short"),
                _row(2, 0, "same", **{"assert": [{"type": "contains", "value": "x"}]}),
                _row(3, 0, "same", description="polite"),
            ),
        )
    )
    assert len({case.id for case in found.cases}) == 3
    assert [case.repeat for case in found.cases] == [0, 0, 0, 1]


def test_a_pipeline_that_lacks_tests_of_its_neighbour_is_partial(make, read):
    rows = [_row(n, 0, f"q{n}") for n in range(5)] + [_row(n, 1, f"q{n}") for n in (0, 3)]
    found = read(make("a.jsonl", _lines(*rows)))
    assert [run.completeness for run in found.runs] == [Completeness.COMPLETE, Completeness.PARTIAL]
    whole = read(make("b.jsonl", _lines(*(_row(n, p, f"q{n}") for n in range(3) for p in range(2)))))
    assert {run.completeness for run in whole.runs} == {Completeness.COMPLETE}
