"""LiteLLM's logs, counted from the raw files."""

import csv
import json
from datetime import datetime


def _lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def _payloads(rows):
    ok = [row for row in rows if row["status"] == "success"]
    return {
        "runs": 0,
        "cases": 0,
        "traces": len(rows),
        "success": len(ok),
        "errors": len(rows) - len(ok),
        "tokens in": float(sum(row["prompt_tokens"] for row in rows)),
        "tokens out": float(sum(row["completion_tokens"] for row in rows)),
        "cost": sum(row["response_cost"] for row in rows),
        "cost n": sum(row["response_cost"] > 0 for row in rows),
        "latency ms": sum(row["endTime"] - row["startTime"] for row in rows) * 1000,
        "cached": sum(row["cache_hit"] is True for row in rows),
        "questions": [row["messages"][-1]["content"] for row in rows],
    }


def standard_logging(path):
    return {**_payloads(_lines(path)), "calls": 0, "n startTime": None}  # no field of a call is a score


def custom_callback(path):
    rows = [line["standard_logging_object"] for line in _lines(path)]
    return {**_payloads(rows), "tools": ["track_parcel"], "arguments": ['{"id": "P9"}'], "results": [None]}


def gcs_bucket(path):
    rows = [json.loads(file.read_text()) for file in path.iterdir()]
    return {**_payloads(rows), "tools": ["track_parcel"], "rejects": 0}


def _spend(rows):
    ok = [row for row in rows if row["status"] == "success"]
    free = [row for row in ok if row["cache_hit"] == "True"]
    priced = [row for row in ok if float(row["spend"]) > 0 or row in free]
    seconds = [datetime.fromisoformat(r["endTime"]) - datetime.fromisoformat(r["startTime"]) for r in rows]
    return {
        "traces": len(rows),
        "success": len(ok),
        "errors": len(rows) - len(ok),
        "cached": len(free),
        "cost": sum(float(row["spend"]) for row in rows),
        "cost n": len(priced),  # a model without a price is not free
        "tokens in": float(sum(int(row["prompt_tokens"]) for row in rows)),
        "latency ms": sum(one.total_seconds() for one in seconds) * 1000,
    }


def spend_logs_csv(path):
    with path.open(newline="") as file:
        return _spend(list(csv.DictReader(file)))


def spend_logs_ui(path):
    rows = json.loads(path.read_text())["data"]
    asked = [row["messages"][-1]["content"] for row in rows]
    answered = [r["response"]["choices"][0]["message"]["content"] if r["response"] else None for r in rows]
    return {**_spend(rows), "questions": asked, "answers": answered}
