"""What MLflow's files hold, counted from the raw files in a few lines that share nothing with our readers."""

from __future__ import annotations

import ast
import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import yaml


def _rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**9)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _runs(store: Path) -> list[Path]:
    """Folders of runs that are neither deleted nor in a deleted experiment."""
    found = [file.parent for file in store.glob("mlruns/*/*/meta.yaml") if not file.parts[-3].startswith(".")]
    return [run for run in found if "lifecycle_stage: deleted" not in (run / "meta.yaml").read_text()]


def _kind(span: dict[str, Any]) -> str:
    return str(json.loads(span["attributes"].get("mlflow.spanType", '"UNKNOWN"')))


def _usage(span: dict[str, Any], name: str) -> int:
    return int(json.loads(span["attributes"].get("mlflow.chat.tokenUsage", "{}")).get(name, 0))


def _of_spans(traces: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Figures of traces by their spans."""
    spans = [span for trace in traces for span in trace]
    tools = [span for span in spans if _kind(span) == "TOOL"]
    kinds = [{_kind(span) for span in trace} for trace in traces]
    return {
        "traces": len(traces),
        "calls": len(tools),
        "calls unknown": sum("UNKNOWN" in found and "TOOL" not in found for found in kinds),
        "tokens in": float(sum(_usage(span, "input_tokens") for span in spans)),
        "tokens out": float(sum(_usage(span, "output_tokens") for span in spans)),
    }


def file_store(path: Path) -> dict[str, Any]:
    (trace,) = path.glob("mlruns/*/traces/*")
    info = yaml.safe_load((trace / "trace_info.yaml").read_text())
    usage = json.loads((trace / "request_metadata" / "mlflow.trace.tokenUsage").read_text())
    (run,) = _runs(path)
    (figure,) = (run / "metrics").iterdir()
    return {
        "runs": 1,
        "traces": 1,
        "rejects": 0,
        "success": int(info["state"] == "OK"),
        "latency ms": float(info["execution_duration"].rstrip("s")) * 1000,
        "tokens in": float(usage["input_tokens"]),
        "tokens out": float(usage["output_tokens"]),
        "calls unknown": 1,  # none of the spans that it counts is there
        "aggregates": {"r1": {figure.name: float(figure.read_text().split()[1])}},
    }


def _store(path: Path) -> dict[str, Any]:
    runs = _runs(path)
    figures: dict[str, Any] = {}
    for run in runs:
        name = yaml.safe_load((run / "meta.yaml").read_text())["run_name"]
        files = [file for file in (run / "metrics").rglob("*") if file.is_file()]
        last = {f: float(f.read_text().splitlines()[-1].split()[1]) for f in files}
        figures[name] = {
            f.relative_to(run / "metrics").parts[0]: v if abs(v) < 1e300 else None for f, v in last.items()
        }
    infos = [yaml.safe_load(file.read_text()) for file in path.glob("mlruns/*/traces/*/trace_info.yaml")]
    states = [info.get("state") or info.get("status") for info in infos]
    active = {run.name for run in runs}
    linked = [file.read_text() for file in path.glob("mlruns/*/traces/*/request_metadata/mlflow.sourceRun")]
    return {
        "runs": len(runs),
        "aggregates": figures,
        "traces": len(infos),
        "success": states.count("OK"),
        "errors": states.count("ERROR"),
        "cases": sum(run in active for run in linked),
        "rejects": 0,
    }


def file_store_3(path: Path) -> dict[str, Any]:
    traces = [json.loads(file.read_text())["spans"] for file in path.glob("mlruns/*/traces/*/artifacts/traces.json")]
    said = [yaml.safe_load(file.read_text()) for file in path.glob("mlruns/*/traces/*/assessments/*.yaml")]
    judged = [one["feedback"]["value"] for one in said if one["assessment_name"] == "faithfulness"]
    return {
        **_store(path),
        "n faithfulness": len(judged),
        "mean faithfulness": float(judged[0]),
        "calls unknown": _of_spans(traces)["calls unknown"],
    }


def file_store_2(path: Path) -> dict[str, Any]:
    traces = [json.loads(file.read_text())["spans"] for file in path.glob("mlruns/*/traces/*/artifacts/traces.json")]
    open_ones = sum("IN_PROGRESS" in file.read_text() for file in path.glob("mlruns/*/traces/*/trace_info.yaml"))
    unknown = _of_spans(traces)["calls unknown"] + 2 * open_ones  # one that had not ended is a trace and a case
    return {**_store(path), "calls unknown": unknown}


def genai_store(path: Path) -> dict[str, Any]:
    said = [yaml.safe_load(file.read_text()) for file in path.glob("mlruns/*/traces/*/assessments/*.yaml")]
    graded = [one["feedback"] for one in said if one["assessment_name"] == "grounded"]
    spans = list(path.glob("mlruns/*/traces/*/artifacts/traces.json"))
    return {
        **_store(path),
        "judge errors grounded": sum("error" in one for one in graded),
        "distinct": len({file.read_text() for file in path.glob("mlruns/*/traces/*/tags/case_id")}),
        "calls": 0,
        # The model's answer shows that it asked for no tool; where the agent shows no model call, nothing does.
        "calls unknown": 2 * sum("CHAT_MODEL" not in file.read_text() for file in spans),  # the request and its case
    }


def _result(rows: list[dict[str, Any]], true: Any) -> dict[str, Any]:
    return {
        "runs": 1,
        "cases": len(rows),
        "traces": len(rows),
        "errors": sum(row["state"] == "ERROR" for row in rows),
        "error": sum(row["state"] == "ERROR" for row in rows),
        "judge errors grounded": sum(bool(row["grounded/error_message"]) for row in rows),
        "passed correct": 0,  # true need not be good
        "n expected_response": None,  # ground truth is no score
        "n tone": 2 * len(rows),  # of the traces and of the cases
        "mean correct": sum(row["correct/value"] == true for row in rows) / len(rows),
    }


def genai_result_csv(path: Path) -> dict[str, Any]:
    return _result(_rows(path), "True")


def genai_result_lines(path: Path) -> dict[str, Any]:
    return _result(_lines(path), True)


def _frame(rows: list[dict[str, Any]], spans: list[Any], state: str) -> dict[str, Any]:
    return {
        **_of_spans(spans),
        "success": sum(row[state] == "OK" for row in rows),
        "errors": sum(row[state] == "ERROR" for row in rows),
        "rejects": 0,
    }


def search_traces_2_csv(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return _frame(rows, [ast.literal_eval(row["spans"]) for row in rows], "status")


def search_traces_2_lines(path: Path) -> dict[str, Any]:
    rows = _lines(path)
    return _frame(rows, [row["spans"] for row in rows], "status")


def search_traces_3_csv(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return _frame(rows, [json.loads(row["trace"])["data"]["spans"] for row in rows], "state")


def search_traces_3_columns(path: Path) -> dict[str, Any]:
    columns = json.loads(path.read_text())
    rows = [{"state": state} for state in columns["state"].values()]
    return _frame(rows, [json.loads(trace)["data"]["spans"] for trace in columns["trace"].values()], "state")


def traces_cli(path: Path) -> dict[str, Any]:
    infos = [trace["info"] for trace in json.loads(path.read_text())["traces"]]
    costs = [json.loads(info["trace_metadata"]["mlflow.trace.cost"])["total_cost"] for info in infos]
    usage = [json.loads(info["trace_metadata"]["mlflow.trace.tokenUsage"]) for info in infos]
    return {
        "traces": len(infos),
        "cost": float(sum(costs)),
        "cost n": sum(cost > 0 for cost in costs),
        "tokens in": float(sum(one["input_tokens"] for one in usage)),
        "latency ms": sum(float(info["execution_duration"][:-1]) * 1000 for info in infos),
        "success": sum(info["state"] == "OK" for info in infos),
        "errors": sum(info["state"] == "ERROR" for info in infos),
        "calls unknown": len(infos),
    }


def trace_download(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text())
    root = found["data"]["spans"][0]
    return {
        "traces": 1,
        "questions": [json.loads(found["data"]["request"])["question"]],
        "answers": [json.loads(found["data"]["response"])],
        "latency ms": (root["end_time"] - root["start_time"]) / 1e6,
        "calls unknown": 1,  # a step of type UNKNOWN may be a tool
        "chunks unknown": 1,
        "tokens in": None,
    }


def search_runs_csv(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    figures = {}
    for row in rows:
        found = {name: float(cell) for name, cell in row.items() if name.startswith("metrics.") and cell}
        names = {name: name.removeprefix("metrics.").removesuffix("/mean") for name in found}
        figures[row["tags.mlflow.runName"]] = {names[n]: v if v < 1e300 else None for n, v in found.items()}
    return {"runs": len(rows), "aggregates": figures, "rejects": 0}


def search_runs_json(path: Path) -> dict[str, Any]:
    rows = json.loads(path.read_text())
    figures = {}
    for row in rows:
        found = {name: value for name, value in row.items() if name.startswith("metrics.") and value is not None}
        names = {name: name.removeprefix("metrics.").removesuffix("/mean") for name in found}
        figures[row["tags.mlflow.runName"]] = {names[name]: value for name, value in found.items()}
    return {"runs": len(rows), "aggregates": figures, "rejects": 0}


def app_runs(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {
        "runs": len(rows),
        "errored": sum(row["Status"] == "FAILED" for row in rows),
        "aggregates": {
            row["Name"]: {name: float(row[name]) for name in ("top_k", "faithfulness") if row[name]} for row in rows
        },
    }


def evaluate_csv(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    toxicity = [float(row["toxicity/v1/score"]) for row in rows if row["toxicity/v1/score"]]
    return {
        "cases": len(rows),
        "latency ms": sum(float(row["latency"]) for row in rows) * 1000,
        "n toxicity": len(toxicity),
        "mean toxicity": sum(toxicity) / len(toxicity),
        "mean answer_similarity": sum(float(row["answer_similarity/v1/score"]) for row in rows) / len(rows),
        "questions": [row["inputs"] for row in rows],
        "answers": [row["outputs"] for row in rows],
    }


def evaluate_table(path: Path) -> dict[str, Any]:
    table = json.loads(path.read_text())
    at = {name: n for n, name in enumerate(table["columns"])}
    scores = [row[at["toxicity/v1/score"]] for row in table["data"]]
    known = [score for score in scores if score == score]
    return {
        "cases": len(scores),
        "n toxicity": len(known),
        "mean toxicity": sum(known) / len(known),
        "latency ms": sum(row[at["latency"]] for row in table["data"]) * 1000,
        "questions": [row[at["inputs"]]["question"] for row in table["data"]],
    }


def database_2(path: Path) -> dict[str, Any]:
    conn = sqlite3.connect(f"file:{path / 'mlflow.db'}?mode=ro", uri=True)
    runs = conn.execute("SELECT run_uuid, name FROM runs WHERE lifecycle_stage = 'active'").fetchall()
    figures: dict[str, dict[str, float | None]] = {name: {} for _, name in runs}
    for ident, name in runs:
        last = "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ?"
        for key, value, nan in conn.execute(last, (ident,)):
            figures[name][key.removesuffix("/mean")] = value if not nan and abs(value) < 1e300 else None
    linked = conn.execute("SELECT value FROM trace_request_metadata WHERE key = 'mlflow.sourceRun'").fetchall()
    states = [state for (state,) in conn.execute("SELECT status FROM trace_info")]
    conn.close()
    spans = [json.loads(file.read_text())["spans"] for file in path.glob("mlruns/*/traces/*/artifacts/traces.json")]
    active = {ident for ident, _ in runs}
    cases = sum(run in active for (run,) in linked)
    of_spans = _of_spans(spans)
    return {
        "runs": len(runs),
        "aggregates": figures,
        "traces": len(states),
        "success": states.count("OK"),
        "errors": states.count("ERROR"),
        "cases": cases,
        "calls": of_spans["calls"] + cases,  # each of the requests that are cases called one tool
        "calls unknown": of_spans["calls unknown"],
    }
