"""Rows of no tool, counted from the raw files."""

import csv
import json
from datetime import datetime


def _lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def _table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def plain_app_log(path):
    rows = _lines(path)
    return {
        "runs": 0,
        "cases": 0,
        "traces": len({row["request_id"] for row in rows}),
        "success": sum(row["status"] == "ok" for row in rows),
        "errors": sum(row["status"] == "error" for row in rows),
        "tokens in": float(sum(row["input_tokens"] for row in rows)),
        "cost": sum(row["cost_usd"] for row in rows),
        "latency ms": None,  # 1.2 of what?
        "questions": [row["question"] for row in rows],
    }


def log_camel_case(path):
    rows = [row for row in _lines(path) if "requestId" in row]
    return {
        "cases": 0,
        "traces": len(rows),
        "success": sum(row["statusCode"] == 200 for row in rows),
        "tokens in": float(sum(row["promptTokens"] for row in rows)),
        "latency ms": float(sum(row["latencyMs"] for row in rows)),
        "n temperature": None,  # a setting is no score
        "n max_tokens": None,
        "rejects": 0,
    }


def log_without_id(path):
    rows = _lines(path)
    return {"cases": 0, "traces": len(rows), "latency ms": float(sum(row["latency_ms"] for row in rows))}


def log_steps(path):
    rows = _lines(path)
    first, last = rows[0], rows[3]
    took = datetime.fromisoformat(last["timestamp"]) - datetime.fromisoformat(first["timestamp"])
    return {
        "traces": len({row["request_id"] for row in rows}),
        "tokens in": float(sum(row.get("input_tokens", 0) for row in rows)),
        "tokens out": float(sum(row.get("output_tokens", 0) for row in rows)),
        "cost": sum(row.get("cost_usd", 0) for row in rows),
        "tools": [row["tool_name"] for row in rows if "tool_name" in row],
        "arguments": [row["tool_args"] for row in rows if "tool_args" in row],
        "call errors": sum(row["status"] == "error" for row in rows if "tool_name" in row),
        "success": 2,  # the failed tool was made good by the step after it
        "errors": 0,
        "latency ms": took.total_seconds() * 1000 + last["duration_ms"] + rows[4]["duration_ms"],
        "answers": [last["answer"], rows[4]["answer"]],
    }


def agent_spans(path):
    rows = _lines(path)
    root = rows[0]
    models = [row for row in rows if row["spanKind"] == "llm"]
    tool = next(row for row in rows if row["spanKind"] == "tool")
    took = datetime.fromisoformat(root["endTime"]) - datetime.fromisoformat(root["startTime"])
    return {
        "traces": 1,
        "tokens in": float(sum(row["usage"]["inputTokens"] for row in models)),
        "tokens out": float(root["usage"]["outputTokens"]),
        "latency ms": took.total_seconds() * 1000,
        "questions": [root["input"]],
        "answers": [root["output"]],
        "tools": [tool["toolName"]],
        "arguments": [json.dumps(tool["toolArgs"], separators=(",", ":"))],
        "call errors": 1,
        "success": 1,
    }


def pass_words(path):
    rows = _table(path)
    return {
        "cases": len(rows),
        "pass": sum(row["ok"].startswith("Pass") for row in rows),
        "fail": sum(row["ok"].startswith("Fail") for row in rows),
        "rejects": 0,
    }


def verdict_words(path):
    words = [row["verdict"].lower() for row in _table(path)]
    return {
        "cases": len(words),
        "pass": words.count("passed"),
        "fail": words.count("failed"),
        "unknown": words.count("n/a"),
        "rejects": 0,
    }


def units_in_cells(path):
    rows = _table(path)
    shares = [float(row["faithfulness"].rstrip("%")) / 100 for row in rows]
    return {
        "cases": len(rows),
        "pass": sum("passed" in row["result"] for row in rows),
        "fail": sum("failed" in row["result"] for row in rows),
        "error": sum("error" in row["result"] for row in rows),
        "latency ms": sum(float(row["took"].split()[0]) for row in rows) * 1000,
        "cost": sum(float(row["price"].lstrip("$")) for row in rows),
        "mean faithfulness": sum(shares) / len(shares),
    }


def times_beside(path):
    rows = _lines(path)
    took = [datetime.fromisoformat(row["finished_at"]) - datetime.fromisoformat(row["started_at"]) for row in rows]
    return {"traces": len(rows), "cases": 0, "latency ms": sum(one.total_seconds() for one in took) * 1000}


def utterances(path):
    rows = _table(path)
    return {"golden": len(rows), "cases": 0, "traces": 0, "questions": [row["utterance"] for row in rows], "rejects": 0}
