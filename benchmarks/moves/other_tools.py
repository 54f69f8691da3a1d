"""A release as promptfoo 0.123, Ragas 0.4 and a JUnit runner write it."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

from benchmarks.moves.material import Release

_RAW = "Answer the customer: {{question}}"


def promptfoo(made: Release, *, prompt: int = 0, label: str = "v2") -> dict[str, Any]:
    """`promptfoo eval -o results.json` (results of version 3)."""
    rows = [_row(number, case, prompt, label) for number, case in enumerate(made.cases)]
    counts = {"successes": 0, "failures": 0, "errors": 0}
    for row in rows:
        counts["successes" if row["success"] else "failures"] += 1
    started = made.header["started_at"]
    return {
        "evalId": f"eval-{label}-{started}",
        "results": {
            "version": 3,
            "timestamp": started,
            "prompts": [{"id": f"prompt-{prompt}", "raw": _RAW, "label": label, "provider": made.header["model"]}],
            "results": rows,
            "stats": counts,
        },
        "config": {"description": f"support bot {label}", "providers": [made.header["model"]], "tests": "tests.yaml"},
        "shareableUrl": None,
        "metadata": {"promptfooVersion": "0.123.1", "evaluationCreatedAt": started},
        "runtimeOptions": {"repeat": 1, "cache": True},
    }


def _row(number: int, case: dict[str, Any], prompt: int, label: str) -> dict[str, Any]:
    passed = case["status"] == "pass"
    score = case["scores"].get("faithfulness", 0.0)
    graded = {
        "pass": passed,
        "score": score,
        "reason": "graded",
        "assertion": {"type": "llm-rubric", "value": "Is every statement supported?", "metric": "faithfulness"},
    }
    return {
        "cost": case["cost"],
        "failureReason": 0 if passed else 1,
        "gradingResult": {"pass": passed, "score": score, "reason": "graded", "namedScores": {"faithfulness": score},
                          "componentResults": [graded]},
        "id": f"row-{prompt}-{number}",
        "latencyMs": case["latency_ms"],
        "namedScores": {"faithfulness": score},
        "prompt": {"raw": _RAW, "label": label},
        "promptId": f"prompt-{prompt}",
        "promptIdx": prompt,
        "provider": {"id": "model-2025-01-15", "label": "model-2025-01-15"},
        "response": {
            "output": case["output"],
            "cost": case["cost"],
            "tokenUsage": {"prompt": case["tokens_in"], "completion": case["tokens_out"],
                           "total": case["tokens_in"] + case["tokens_out"]},
            "metadata": {"retrieved": case["retrieved_chunks"]},
        },
        "score": score,
        "success": passed,
        "testCase": {"description": case["question"], "vars": {"question": case["question"]},
                     "metadata": {"case_id": case["case_id"]}},
        "testIdx": number,
        "vars": {"question": case["question"]},
    }  # fmt: skip


def ragas(made: Release) -> list[dict[str, Any]]:
    """`evaluate(…).to_pandas()` as JSON lines: no ids, no times, no cost."""
    return [
        {
            "user_input": case["question"],
            "retrieved_contexts": [chunk["id"] for chunk in case["retrieved_chunks"]],
            "response": case["output"],
            "reference": case["output"],
            "faithfulness": case["scores"]["faithfulness"],
            "answer_relevancy": 0.9,
        }
        for case in made.cases
    ]


def junit(made: Release, classname: str = "") -> str:
    """A test suite, a test a case; `classname` stands before its name in the case's id."""
    of_class = f' classname="{classname}"' if classname else ""
    bodies = {
        "pass": "",
        "fail": '<failure message="wrong answer"/>',
        "skipped": "<skipped/>",
        "error": '<error message="timeout"/>',
    }
    tests = "".join(
        f'<testcase name={quoteattr(case["case_id"])}{of_class} time="{case["latency_ms"] / 1000}">'
        f"{bodies[case['status']]}</testcase>"
        for case in made.cases
    )
    statuses = [case["status"] for case in made.cases]
    return (
        f'<testsuite name="golden" tests="{len(statuses)}" failures="{statuses.count("fail")}"'
        f' skipped="{statuses.count("skipped")}" errors="0" timestamp="{made.header["started_at"]}">{tests}</testsuite>'
    )
