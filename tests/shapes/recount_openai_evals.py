"""What the OpenAI Evals files hold, counted straight from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def _events(path: Path, kind: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if row.get("type") == kind]


def invalid_choice(path: Path) -> dict[str, Any]:
    graded = [event["data"] for event in _events(path, "metrics")]
    valid = [data["score"] for data in graded if data["choice"] != "__invalid__"]
    return {
        "cases": len(graded),
        "n score": len(valid),
        "mean score": sum(valid) / len(valid),
        "judge errors score": len(graded) - len(valid),
    }


def no_report_raw_samples(path: Path) -> dict[str, Any]:
    matches = _events(path, "match")
    return {
        "partial": int("final_report" not in path.read_text()),
        "cases": len({event["sample_id"] for event in _events(path, "raw_sample")}),
        "pass": sum(event["data"]["correct"] for event in matches),
        "error": len(_events(path, "error")),
        "n match": len(matches),
        "questions": [event["data"]["input"][-1]["content"] for event in _events(path, "raw_sample")],
    }


def output_items(path: Path) -> dict[str, Any]:
    page = json.loads(path.read_text())
    items = page["data"]
    scores = [result["score"] for item in items for result in item["results"]]
    usages = [item["sample"]["usage"] for item in items if item["sample"]["usage"]]
    return {
        "partial": int(page["has_more"]),
        "cases": len(items),
        "pass": sum(item["status"] == "pass" for item in items),
        "fail": sum(item["status"] == "fail" for item in items),
        "error": sum(item["sample"]["error"] is not None for item in items),
        "n String check": len(scores),
        "mean String check": sum(scores) / len(scores),
        "tokens in": float(sum(usage["prompt_tokens"] for usage in usages)),
        "tokens out": float(sum(usage["completion_tokens"] for usage in usages)),
    }
