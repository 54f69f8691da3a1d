"""Opik's spans and traces, counted from the raw files."""

import csv
import json


def _lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def _from_spans(spans):
    models = [span for span in spans if span["type"] == "llm"]
    tools = [span for span in spans if span["type"] == "tool"]
    return {
        "traces": len({span["trace_id"] for span in spans}),
        "tokens in": float(sum(span["usage"]["prompt_tokens"] for span in models)),
        "tokens out": float(sum(span["usage"]["completion_tokens"] for span in models)),
        "cost": sum(span["total_estimated_cost"] for span in models),
        "tools": [span["name"] for span in tools],
        "call errors": sum("error_info" in span for span in tools),
        "rejects": 0,
        "cases": 0,
    }


def _from_traces(traces):
    given = [score for trace in traces for score in trace.get("feedback_scores", [])]
    return {
        "traces": len(traces),
        "latency ms": float(sum(trace["duration"] for trace in traces)),
        "errors": sum("error_info" in trace for trace in traces),
        "success": sum("error_info" not in trace for trace in traces),
        **{f"mean {score['name']}": score["value"] for score in given},
    }


def spans(path):
    rows = _lines(path / "opik-spans.jsonl")
    root = next(row for row in rows if row["parent_span_id"] is None)
    return {
        **_from_spans(rows),
        "latency ms": root["duration"],
        "questions": [root["input"]["question"]],
        "answers": [root["output"]["answer"]],
    }


def page(path):
    return _from_spans(json.loads((path / "spans.json").read_text())["content"])


def traces(path):
    rows = json.loads((path / "traces.json").read_text())["content"]
    found = _from_traces(rows)
    return {
        **found,
        "calls unknown": len(rows),
        "tokens in": float(sum(row["usage"]["prompt_tokens"] for row in rows)),
        "cost": sum(row["total_estimated_cost"] for row in rows),
        "cost n": sum(row["total_estimated_cost"] > 0 for row in rows),
    }


def beside(path):
    return {**_from_spans(_lines(path / "spans.jsonl")), **_from_traces(_lines(path / "traces.jsonl"))}


def export(path):
    whole = [json.loads(file.read_text()) for file in path.iterdir()]
    spans = [span for one in whole for span in one["spans"]]
    return {**_from_spans(spans), **_from_traces([one["trace"] for one in whole])}


def export_csv(path):
    with next(path.iterdir()).open(newline="") as file:
        rows = list(csv.DictReader(file))
    ends = {row["trace_id"]: float(row["trace_duration"]) for row in rows}
    costs = [float(row["span_total_estimated_cost"] or 0) for row in rows]
    return {
        "traces": len(ends),
        "latency ms": sum(ends.values()),
        "cost": sum(costs),
        "cost n": len({row["trace_id"] for row, cost in zip(rows, costs, strict=True) if cost}),
        "tools": [row["span_name"] for row in rows if row["span_type"] == "tool"],
        "errors": len({row["trace_id"] for row in rows if row["trace_error_info"]}),
    }
