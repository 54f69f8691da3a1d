"""What the Ragas files hold, counted straight from them."""

from __future__ import annotations

import ast
import csv
import json
import math
from pathlib import Path
from typing import Any


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _figures(n: int, **scores: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"runs": 1, "cases": n}
    for name, values in scores.items():
        known = [float(value) for value in values if value not in (None, "") and not math.isnan(float(value))]
        found |= {f"n {name}": len(known), f"mean {name}": sum(known) / len(known)}
    return found


def pandas_index(path: Path) -> dict[str, Any]:
    rows = _table(path)
    return _figures(len(rows), **{name: [row[name] for row in rows] for name in ("faithfulness", "answer_relevancy")})


def nan_rows(path: Path) -> dict[str, Any]:
    rows = _lines(path)
    return {**_figures(len(rows), faithfulness=[row["faithfulness"] for row in rows]), "rejects": 0}


def dict_of_lists(path: Path) -> dict[str, Any]:
    columns = json.loads(path.read_text())
    return _figures(len(columns["user_input"]), faithfulness=columns["faithfulness"])


def to_json_by_index(path: Path) -> dict[str, Any]:
    columns = json.loads(path.read_text())
    return _figures(len(columns["user_input"]), faithfulness=list(columns["faithfulness"].values()))


def before_0_2(path: Path) -> dict[str, Any]:
    rows = _table(path)
    return {
        **_figures(len(rows), **{name: [row[name] for row in rows] for name in ("faithfulness", "answer_relevancy")}),
        "chunks": sum(len(ast.literal_eval(row["contexts"])) for row in rows),
        "answers": [row["answer"] for row in rows],
    }


def evaluation_result(path: Path) -> dict[str, Any]:
    result = json.loads(path.read_text())
    names = ("faithfulness", "answer_relevancy")
    return _figures(
        len(result["dataset"]["samples"]), **{name: [row[name] for row in result["scores"]] for name in names}
    )


def conversation(path: Path) -> dict[str, Any]:
    rows = _lines(path)
    talk = [message for row in rows for message in row["user_input"]]
    return {
        **_figures(len(rows), tool_call_accuracy=[row["tool_call_accuracy"] for row in rows]),
        "calls": sum(len(message.get("tool_calls", [])) for message in talk),
        "answers": [row["user_input"][-1]["content"] for row in rows],
    }


def rows_with_means(path: Path) -> dict[str, Any]:
    rows = json.loads(path.read_text())["samples"]
    return _figures(len(rows), **{name: [row[name] for row in rows] for name in ("faithfulness", "answer_relevancy")})


def experiment(path: Path) -> dict[str, Any]:
    rows = _table(path)
    passed = [row["score"] == "pass" for row in rows]
    return {**_figures(len(rows), score=passed), "pass": sum(passed), "fail": len(rows) - sum(passed)}
