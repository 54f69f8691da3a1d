"""Helicone's requests, counted from the raw files."""

import csv
import json


def _requests(rows):
    ok = [row for row in rows if 200 <= int(row["response_status"]) < 400]
    cached = [row for row in rows if row["cache_reference_id"].strip("0-")]
    priced = [row for row in rows if float(row["cost"] or 0) > 0 or row in cached]
    scores = [_opened(row["scores"]) for row in rows]
    return {
        "traces": len(rows),
        "success": len(ok),
        "errors": len(rows) - len(ok),
        "cached": len(cached),
        "cost": sum(float(row["cost"]) for row in priced),
        "cost n": len(priced),
        "tokens in": float(sum(int(row["prompt_tokens"] or 0) for row in rows)),
        "latency ms": float(sum(int(row["delay_ms"]) for row in rows)),
        "mean politeness": float(next(one["politeness"]["value"] for one in scores if one)),
        "n politeness": sum(bool(one) for one in scores),
    }


def _opened(cell):
    return json.loads(cell) if isinstance(cell, str) else cell


def query_clickhouse(path):
    rows = json.loads(path.read_text())["data"]
    said = [row["response_body"].get("choices") for row in rows]
    return {
        **_requests(rows),
        "questions": [row["request_body"]["messages"][-1]["content"] for row in rows],
        "answers": [one[0]["message"]["content"] if one else None for one in said],
        "calls unknown": sum(one is None for one in said),
    }


def export_lines(path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {**_requests(rows), "calls unknown": len(rows), "questions": [None] * len(rows)}


def export_csv(path):
    with path.open(newline="") as file:
        return _requests(list(csv.DictReader(file)))


def app_download(path):
    about = [row["heliconeMetadata"] for row in json.loads(path.read_text())]
    ok = [one for one in about if one["status"]["code"] == 200]
    return {
        "traces": len(about),
        "success": len(ok),
        "errors": len(about) - len(ok),
        "latency ms": float(sum(one["latency"] for one in about)),
        "tokens in": float(sum(one["promptTokens"] for one in about)),
        "cost": sum(one["cost"] for one in ok),
        "cost n": len(ok),
    }
