"""Figures of Langfuse's shapes, counted straight from the raw files."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def data(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text())["data"]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def camel(row: dict[str, Any]) -> dict[str, Any]:
    named = ((name.split("_"), value) for name, value in row.items())
    return {first + "".join(word.title() for word in rest): value for (first, *rest), value in named}


def ms(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() * 1000


def of(observations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Traces, tokens, cost and time: of the observations without a generation below them, that is of every call once."""
    rows = list(observations)
    above = {row["parentObservationId"] for row in rows if row["type"] == "GENERATION"}
    calls = [row for row in rows if row["type"] == "GENERATION" and row["id"] not in above]
    usage = [row.get("usageDetails") or {} for row in calls]
    into = [one["total"] - one["output"] if "total" in one else one.get("input") for one in usage]
    roots = [row for row in rows if not row["parentObservationId"]]
    costs = [row.get("totalCost") or row.get("calculatedTotalCost") for row in calls]
    return {
        "traces": len({row["traceId"] for row in rows}),
        "rejects": 0,
        "success": sum(row["level"] != "ERROR" for row in roots),
        "errors": sum(row["level"] == "ERROR" for row in roots),
        "tokens in": float(sum(n for n in into if n)) if any(into) else None,
        "tokens out": float(sum(one.get("output", 0) for one in usage)) if any(into) else None,
        "cost": sum(cost for cost in costs if cost) if any(costs) else None,
        "latency ms": sum(ms(row["startTime"], row["endTime"]) for row in roots),
    }


def tools(observations: list[dict[str, Any]], *names: str) -> dict[str, Any]:
    called = [row for row in observations if row["name"] in names]
    return {"tools": [row["name"] for row in called], "calls": len(called), "calls unknown": 0}


def span_tools(path: Path) -> dict[str, Any]:
    rows = data(path)
    asked = [
        call["function"]
        for row in rows
        if isinstance(row["output"], dict)
        for call in row["output"].get("tool_calls", ())
    ]
    documents = [part for row in rows if isinstance(row["output"], list) for part in row["output"]]
    return {
        **of(rows),
        **tools(rows, *(call["name"] for call in asked)),
        "arguments": [call["arguments"] for call in asked],
        "chunks": len(documents),
        "cost n": 0,
    }


def trace_download(path: Path) -> dict[str, Any]:
    whole = json.loads(path.read_text())
    return {
        **of(whole["observations"]),
        **tools(whole["observations"], "track_parcel"),
        "questions": [json.loads(whole["trace"]["input"])],
        "answers": [json.loads(whole["trace"]["output"])],
        "mean helpful": fmean(score["value"] for score in whole["trace"]["scores"]),
    }


def trace_download_ms(path: Path) -> dict[str, Any]:
    whole = json.loads(path.read_text())
    assert whole["trace"]["latency"] == of(whole["observations"])["latency ms"]
    return {**of(whole["observations"]), "calls unknown": 0, "calls": 0, "chunks": 1, "mean grounded": 0.8}


def trace_download_langgraph(path: Path) -> dict[str, Any]:
    rows = json.loads(path.read_text())["observations"]
    asked = [json.loads(row["output"])["additional_kwargs"]["tool_calls"] for row in rows if "tool_calls" in row["output"]
             and row["type"] == "GENERATION"]  # fmt: skip
    wanted = [call["function"] for calls in asked for call in calls]
    return {
        **of(rows),
        **tools(rows, *(call["name"] for call in wanted)),
        "arguments": [call["arguments"] for call in wanted],
        "chunks unknown": 1,  # should_continue and tools say nothing of a retrieval
    }


def blob_observations(path: Path) -> dict[str, Any]:
    rows = [camel(row) for row in lines(path)]
    return {**of(rows), **tools(rows, "track_parcel"), "cost n": 1}


def _with_scores(observations: list[dict[str, Any]], scores: list[dict[str, Any]]) -> dict[str, Any]:
    of_trace: dict[str, list[float]] = {}
    for score in scores:
        if score["name"] == "grounded":
            of_trace.setdefault(score["traceId"], []).append(score["value"])
    helpful = [score["value"] for score in scores if score["name"] == "helpful"]
    return {
        **of(observations),
        "n helpful": len(helpful),
        "mean helpful": fmean(helpful),
        "n grounded": len(of_trace),
        "mean grounded": fmean(fmean(values) for values in of_trace.values()),
        "n tone": None,  # a category, whatever number stands with it
    }


def blob_folders(path: Path) -> dict[str, Any]:
    found = {file.parent.name: [camel(row) for row in lines(file)] for file in path.rglob("*.jsonl")}
    return _with_scores(found["observations"], found["scores"])


def blob_gzip(path: Path) -> dict[str, Any]:
    found = {
        file.name.split(".")[0]: [camel(json.loads(line)) for line in gzip.decompress(file.read_bytes()).splitlines()]
        for file in path.glob("*.gz")
    }
    return _with_scores(found["observations"], found["scores"])


def blob_v2_milliseconds(path: Path) -> dict[str, Any]:
    rows = [camel(row) for row in table(path)]
    for row in rows:
        row["usageDetails"], row["totalCost"] = json.loads(row["usageDetails"]), float(row["totalCost"])
    roots = [row for row in rows if not row["parentObservationId"]]
    assert [float(row["latency"]) for row in roots] == [ms(row["startTime"], row["endTime"]) for row in roots]
    return of(rows)


def ui_traces(path: Path) -> dict[str, Any]:
    rows = table(path)
    scores = [json.loads(row["grounded"]) for row in rows if row["grounded"]]
    return {
        "traces": len(rows),
        "success": 0,
        "errors": 0,
        "calls unknown": len(rows),
        "tokens in": float(sum(int(row["inputTokens"]) for row in rows)),
        "cost": sum(float(row["totalCost"]) for row in rows if row["totalCost"]),
        "cost n": sum(bool(row["totalCost"]) for row in rows),
        "latency ms": sum(float(row["latency"]) for row in rows) * 1000,
        "n grounded": len(scores),
        "mean grounded": fmean(fmean(values) for values in scores),
    }


def ui_observations(path: Path) -> dict[str, Any]:
    rows = json.loads(path.read_text())
    return {**of(rows), "mean grounded": fmean(v for row in rows for v in row["grounded"] or ()), "calls unknown": 0}


def api_page(path: Path) -> dict[str, Any]:
    return of(data(path))


def api_units(path: Path) -> dict[str, Any]:
    counted = [row["usage"] for row in data(path) if row["usage"]["unit"] == "TOKENS"]
    costs = [row["calculatedTotalCost"] for row in data(path) if row["calculatedTotalCost"]]
    return {
        "traces": 3,
        "tokens in": float(sum(one["input"] for one in counted)),
        "tokens out": float(sum(one["output"] for one in counted)),
        "cost": sum(costs),
        "cost n": len(costs),
    }


def cached_input(path: Path) -> dict[str, Any]:
    return {**of(data(path)), "cost n": 0}


def nested_generations(path: Path) -> dict[str, Any]:
    rows = data(path)
    return {
        **of(rows),
        **tools(rows, "getWeather"),
        "arguments": [row["input"].replace(" ", "") for row in rows if row["type"] == "TOOL"],
    }


def plain_spans(path: Path) -> dict[str, Any]:
    return {**of(lines(path)), "calls unknown": 1, "chunks unknown": 1, "cost n": 0}


def sdk_dump(path: Path) -> dict[str, Any]:
    rows = lines(path)
    return {
        "traces": len(rows),
        "questions": [row["input"]["question"] for row in rows],
        "cost": sum(row["total_cost"] for row in rows if row["total_cost"]),
        "cost n": sum(row["total_cost"] > 0 for row in rows),
        "latency ms": sum(row["latency"] for row in rows) * 1000,
        "success": 0,
        "calls unknown": len(rows),
    }


def experiment_short(path: Path) -> dict[str, Any]:
    items = data(path / "items.json")
    return {
        "runs": 1,
        "partial": int(data(path / "experiments.json")[0]["itemCount"] > len(items)),
        "cases": len(items),
        "mean correct": fmean(score["value"] for item in items for score in item["scores"]),
        "latency ms": sum(ms(item["startTime"], item["endTime"]) for item in items),
        "calls unknown": len(items),
    }
