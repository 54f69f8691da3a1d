"""What W&B's files hold, counted from the raw files in a few lines that share nothing with our readers."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _known(text: str) -> float | None:
    return float(text) if text != "NaN" else None


def app_chart(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    last: dict[str, dict[str, float | None]] = {}
    for column in rows[0]:
        if " - " in column and not column.endswith(("__MIN", "__MAX")):
            run, metric = column.rsplit(" - ", 1)
            last[run] = {metric: _known([row[column] for row in rows if row[column]][-1])}
    return {"runs": 2, "cases": 0, "aggregates": last}


def app_runs(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    names = ("top_k", "faithfulness", "latency_p95_ms")
    return {
        "runs": len(rows),
        "errored": sum(row["State"] == "crashed" for row in rows),
        "aggregates": {row["Name"]: {name: _known(row[name]) for name in names} for row in rows},
    }


def api_frame(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    found = {row["name"]: eval(row["summary"], {"nan": None}) for row in rows}
    return {
        "runs": len(rows),
        "rejects": 0,
        "aggregates": {name: {"faithfulness": summary["faithfulness"]} for name, summary in found.items()},
    }


def history_csv(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    last = {name: float([row[name] for row in rows if row[name]][-1]) for name in ("faithfulness", "loss")}
    return {"runs": 1, "cases": 0, "aggregates": {"history": last}}


def history_lines(path: Path) -> dict[str, Any]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    last = {name: [row[name] for row in rows if row[name] == row[name]][-1] for name in ("faithfulness", "loss")}
    return {"runs": 1, "cases": 0, "aggregates": {"history": last}}


def older_run(path: Path) -> dict[str, Any]:
    (folder,) = path.iterdir()
    summary = json.loads((folder / "files" / "wandb-summary.json").read_text())
    figures = {name: value if value == value else None for name, value in summary.items() if not name.startswith("_")}
    return {"runs": 1, "aggregates": {folder.name.rsplit("-", 1)[1]: figures}}


def artifact_table(path: Path) -> dict[str, Any]:
    table = json.loads(path.read_text())
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    scores = [row["faithfulness"] for row in rows if row["faithfulness"] is not None]
    return {
        "runs": 1,
        "cases": len(rows),
        "rejects": 0,
        "questions": [row["question"] for row in rows],
        "answers": [row["answer"] for row in rows],
        "n faithfulness": len(scores),
        "mean faithfulness": sum(scores) / len(scores),
    }
