"""Figures of LangSmith's shapes, counted straight from the raw files."""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def ms(run: dict[str, Any]) -> float:
    end = datetime.fromisoformat(run["end_time"])
    return (end - datetime.fromisoformat(run["start_time"])).total_seconds() * 1000


def of(runs: list[dict[str, Any]], **usage: Any) -> dict[str, Any]:
    """Traces, tokens, cost and time; tokens and cost of the model calls alone."""
    roots = [run for run in runs if not run.get("parent_run_id") and not run.get("parent_run_ids")]
    calls = [run for run in runs if run["run_type"].lower() == "llm"]
    costs = [float(run["total_cost"]) for run in calls if run.get("total_cost")]
    return {
        "traces": len(roots),
        "rejects": 0,
        "success": sum(run.get("status") in ("success", None) for run in roots),
        "tokens in": sum(float(run["prompt_tokens"]) for run in calls if "prompt_tokens" in run),
        "tokens out": sum(float(run["completion_tokens"]) for run in calls if "completion_tokens" in run),
        "cost": sum(costs) if costs else None,
        "latency ms": sum(ms(run) for run in roots if run["end_time"]),
        **usage,
    }


def cost_zero(path: Path) -> dict[str, Any]:
    return {**of(lines(path)), "cost n": 0, "calls": 0}


def rest_runs_query(path: Path) -> dict[str, Any]:
    return {**of(json.loads(path.read_text())["runs"]), "cost n": 0}


def runs_query_v2(path: Path) -> dict[str, Any]:
    return {**of(json.loads(path.read_text())["items"]), "calls unknown": 0}


def nested(run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield run
    for child in run["child_runs"]:
        yield from nested(child)


def _of_2023(runs: list[dict[str, Any]]) -> dict[str, Any]:
    usage = [run["outputs"]["llm_output"]["token_usage"] for run in runs if run["run_type"] == "llm"]
    tools = [run for run in runs if run["run_type"] == "tool"]
    return of(
        runs,
        **{"tokens in": float(sum(one["prompt_tokens"] for one in usage))},
        **{"tokens out": float(sum(one["completion_tokens"] for one in usage))},
        tools=[run["name"] for run in tools],
        arguments=[json.dumps(ast.literal_eval(run["inputs"]["input"]), separators=(",", ":")) for run in tools],
        results=[json.dumps(run["outputs"]["output"]) for run in tools],
        questions=[run["inputs"]["input"] for run in runs if not run["parent_run_id"]],
    )


def runs_2023_nested(path: Path) -> dict[str, Any]:
    return _of_2023(list(nested(json.loads(path.read_text()))))


def runs_2023_flat(path: Path) -> dict[str, Any]:
    return _of_2023(lines(path))


def read_run_nested(path: Path) -> dict[str, Any]:
    return of(list(nested(json.loads(path.read_text()))))


def pandas_runs(path: Path) -> dict[str, Any]:
    rows = table(path)
    stats = [ast.literal_eval(row["feedback_stats"]) for row in rows if row["feedback_stats"]]
    questions = [ast.literal_eval(row["inputs"])["question"] for row in rows if not row["parent_run_id"]]
    return {**of([dict(row, parent_run_ids="") for row in rows]), "mean helpful": fmean(s["helpful"]["avg"] for s in stats),
            "questions": questions, "calls unknown": 0}  # fmt: skip


def bulk_rows(path: Path) -> dict[str, Any]:
    rows = lines(path)
    found = [json.loads(row["outputs"])["documents"] for row in rows if row["run_type"] == "retriever"]
    asked = [json.loads(row["inputs"])["question"] for row in rows if row["is_root"]]
    return {**of(rows), "chunks": sum(map(len, found)), "questions": asked}


def partial_price(path: Path) -> dict[str, Any]:
    runs = lines(path)
    unpriced = [run for run in runs if run["run_type"] == "llm" and run["total_cost"] is None]
    return {**of(runs), "cost": None if unpriced else 0.0, "cost n": 1 - len(unpriced)}


def cached_usage(path: Path) -> dict[str, Any]:
    included, beside = (run for run in lines(path) if run["run_type"] == "llm")
    first, second = included["extra"]["metadata"]["usage_metadata"], beside["outputs"]["usage"]
    assert first["total_tokens"] == first["input_tokens"] + first["output_tokens"]
    return {
        "traces": 2,
        "tokens in": float(first["input_tokens"] + second["input_tokens"] + second["cache_read_input_tokens"]),
        "tokens out": float(first["output_tokens"] + second["output_tokens"]),
    }


def statuses(path: Path) -> dict[str, Any]:
    words = [run["status"] for run in lines(path)]
    return {"traces": len(words), "success": words.count("success"), "errors": words.count("error"), "failure": 0}


def experiment_beside(path: Path) -> dict[str, Any]:
    runs, (project,) = lines(path / "runs.jsonl"), json.loads((path / "sessions.json").read_text())
    correct = [one["score"] for one in json.loads((path / "feedback.json").read_text()) if one["key"] == "correct"]
    # Each run is a trace and a case, and has the score in both.
    return {"runs": 1, "cases": len(runs), "traces": len(runs), "partial": int(project["run_count"] > len(runs)),
            "n correct": 2 * len(correct), "mean correct": fmean(correct), "n tone": 0, "mean liked": 1.0}  # fmt: skip


def to_pandas_index(path: Path) -> dict[str, Any]:
    rows = table(path)
    scores = [float(row["feedback.correct"]) for row in rows if row["feedback.correct"]]
    return {
        "runs": 1,
        "cases": len(rows),
        "n correct": len(scores),
        "mean correct": fmean(scores),
        "latency ms": sum(float(row["execution_time"]) for row in rows) * 1000,
    }


def experiment_results(path: Path) -> dict[str, Any]:
    runs = [run for example in json.loads(path.read_text())["examples_with_runs"] for run in example["runs"]]
    return {
        "runs": len({run["session_id"] for run in runs}),
        "cases": len(runs),
        "mean correct": fmean(run["feedback_stats"]["correct"]["avg"] for run in runs),
        "tokens in": float(sum(run["prompt_tokens"] for run in runs)),
        "cost": sum(float(run["total_cost"]) for run in runs),
        "latency ms": sum(ms(run) for run in runs),
        "calls unknown": len(runs),
    }
