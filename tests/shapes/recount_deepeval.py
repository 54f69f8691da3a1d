"""What the DeepEval files hold, counted straight from them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def _scores(cases: list[dict[str, Any]], key: str, name: str) -> list[float]:
    found = [part["score"] for case in cases for part in case[key] if part.get("name", part.get("metric")) == name]
    return [score for score in found if score is not None and not math.isnan(score)]


def evaluation_result(path: Path) -> dict[str, Any]:
    cases = _read(path)["test_results"]
    scores = _scores(cases, "metrics_data", "Answer Relevancy")
    return {
        "cases": len(cases),
        "pass": sum(case["success"] for case in cases),
        "fail": sum(not case["success"] for case in cases),
        "n Answer Relevancy": len(scores),
        "mean Answer Relevancy": sum(scores) / len(scores),
        "chunks": sum(len(case["retrieval_context"]) for case in cases),
    }


def two_same_metric(path: Path) -> dict[str, Any]:
    cases = _read(path)["testCases"]
    scores = _scores(cases, "metricsData", "Correctness [GEval]")
    return {
        "cases": len(cases),
        "fail": sum(not case["success"] for case in cases),
        "n Correctness [GEval]": 1,
        "mean Correctness [GEval]": sum(scores) / len(scores),
        "passed Correctness [GEval]": 0,  # one of the two did not pass
    }


def metrics_metadata_0_20(path: Path) -> dict[str, Any]:
    run = _read(path)
    scores = _scores(run["testCases"], "metricsMetadata", "Factual Consistency")
    assert math.isclose(sum(scores) / len(scores), run["metricScores"][0]["score"])
    return {
        "cases": len(run["testCases"]),
        "distinct": len({case["input"] for case in run["testCases"]}),
        "pass": sum(case["success"] for case in run["testCases"]),
        "n Factual Consistency": len(scores),
        "mean Factual Consistency": sum(scores) / len(scores),
    }


def latest_test_run(path: Path) -> dict[str, Any]:
    run = _read(path)["testRunData"]
    cases = run["testCases"]
    scores = _scores(cases, "metricsData", "Faithfulness")
    turns = [turn for case in run["conversationalTestCases"] for turn in case["turns"]]
    return {
        "partial": 0,
        "cases": len(cases) + len(run["conversationalTestCases"]),
        "pass": run["testPassed"],
        "unknown": len(cases) - len(scores),
        "fail": run["testFailed"] - (len(cases) - len(scores)),
        "n Faithfulness": len(scores),
        "mean Faithfulness": sum(scores) / len(scores),
        "judge errors Faithfulness": len(cases) - len(scores),
        "calls": sum(len(turn.get("toolsCalled", [])) for turn in turns),
    }


def test_results_lines(path: Path) -> dict[str, Any]:
    cases = [json.loads(line) for line in path.read_text().splitlines()]
    scores = _scores(cases, "metrics_data", "Answer Relevancy")
    return {
        "cases": len(cases),
        "pass": sum(case["success"] for case in cases),
        "unknown": sum(case["metrics_data"][0]["error"] is not None for case in cases),
        "answers": [case["actual_output"] for case in cases],
        "n Answer Relevancy": len(scores),
    }


test_results_lines.__test__ = False  # type: ignore[attr-defined]
