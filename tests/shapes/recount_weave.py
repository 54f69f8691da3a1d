"""Weave's calls, counted from the raw files."""

import csv
import json


def _lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def stream_query(path):
    calls = _lines(path)
    models = [call for call in calls if "openai." in call["op_name"]]
    roots = [call for call in calls if call["parent_id"] is None]
    used = [usage for call in models for usage in call["summary"]["usage"].values()]
    paid = [cost for call in models for cost in call["summary"]["weave"]["costs"].values()]
    tools = [call for call in calls if call["attributes"]["weave"].get("kind") == "tool"]
    return {
        "traces": len(roots),
        "success": sum(call["exception"] is None for call in roots),
        "errors": sum(call["exception"] is not None for call in roots),
        "tokens in": float(sum(one["prompt_tokens"] for one in used)),
        "tokens out": float(sum(one["completion_tokens"] for one in used)),
        "cost": sum(one["prompt_tokens_total_cost"] + one["completion_tokens_total_cost"] for one in paid),
        "latency ms": float(sum(call["summary"]["weave"]["latency_ms"] for call in roots)),
        "results": [json.dumps(call["output"]) for call in tools],
        "questions": [call["inputs"]["question"] for call in roots],
        "answers": [call["output"] for call in roots],
        "calls unknown": 1,  # of the failed one: nothing tells that a tool was not called
    }


def export_csv(path):
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    models = [row for row in rows if "openai." in row["op_name"]]
    roots = [row for row in rows if not row["parent_id"]]
    return {
        "traces": len(roots),
        "errors": sum(bool(row["exception"]) for row in roots),
        "tokens in": float(sum(int(row["summary.usage.birch-2.prompt_tokens"]) for row in models)),
        "latency ms": float(sum(int(row["summary.weave.latency_ms"]) for row in roots)),
        "questions": [row["inputs.question"] for row in roots],
        "rejects": 0,
    }


def evaluation(path):
    calls = _lines(path)
    cases = [call for call in calls if "predict_and_score" in call["op_name"]]
    models = [call for call in calls if "Bot.predict" in call["op_name"]]
    right = [call["output"]["scores"]["match"] for call in cases]
    judged = [found["score"] for call in cases if (found := call["output"]["scores"]["judge"])]
    used = [usage for call in models for usage in call["summary"]["usage"].values()]
    return {
        "runs": 1,
        "traces": 0,
        "cases": len(cases),
        "error": sum(call["exception"] is not None for call in models),
        "n match": sum(one is not None for one in right),
        "mean match": sum(one is True for one in right) / 2,
        "mean judge.score": sum(judged) / len(judged),
        "tokens in": float(sum(one["prompt_tokens"] for one in used)),  # none of the judge's
        "latency ms": sum(call["output"]["model_latency"] for call in cases) * 1000,
        "answers": [call["output"]["output"] for call in cases],
    }
