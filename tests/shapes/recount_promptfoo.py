"""Recounts of the promptfoo files: straight from the raw file, by the tool's own fields."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import yaml


def _rows(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_bytes())["results"]["results"]


def _graded(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Passed, failed and errors: an error is what was never graded."""
    graded = [row for row in rows if row.get("gradingResult")]
    return {
        "cases": len(rows),
        "pass": sum(row["success"] for row in rows),
        "fail": sum(not row["success"] for row in graded),
        "error": len(rows) - len(graded),
    }


def _assertions(rows: list[dict[str, Any]], metric: str) -> list[list[float]]:
    """By row the scores of its assertions of a metric."""
    found = []
    for row in rows:
        parts = (row.get("gradingResult") or {}).get("componentResults") or []
        scores = [part["score"] for part in parts if (part.get("assertion") or {}).get("metric") == metric]
        found += [scores] if scores else []
    return found


def _metric(rows: list[dict[str, Any]], metric: str) -> dict[str, Any]:
    found = _assertions(rows, metric)
    return {f"n {metric}": len(found), f"mean {metric}": sum(sum(s) / len(s) for s in found) / len(found)}


def _measured(rows: list[dict[str, Any]]) -> dict[str, Any]:
    answered = [row for row in rows if (row.get("response") or {}).get("output") is not None]
    return {
        "tokens in": float(sum(row["response"]["tokenUsage"]["prompt"] for row in answered)),
        "cost": float(sum(row["cost"] for row in answered)),
        "cost n": len(answered),
    }


def named_sums(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    prompt = json.loads(path.read_bytes())["results"]["prompts"][0]["metrics"]
    own = prompt["namedScores"]["tone"] / prompt["namedScoresCount"]["tone"]  # 40 / 80, by the tool itself
    return {**_graded(rows), "runs": 1, "partial": 0, "n tone": len(rows), "mean tone": own, **_measured(rows)}


def two_providers(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {**_graded(rows), "runs": len({row["provider"]["id"] for row in rows}), **_metric(rows, "tone")}


def no_failure_reason(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {**_graded(rows), "partial": 0, **_metric(rows, "tone"), **_measured(rows)}


exported_later = no_failure_reason


def weighted_means(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    metrics = json.loads(path.read_bytes())["results"]["prompts"][0]["metrics"]
    own = metrics["namedScores"]["tone"] / metrics["namedScoreWeights"]["tone"]
    return {**_graded(rows), "n tone": len(rows), "mean tone": own}


def stripped_grading(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {"cases": len(rows), "pass": sum(row["success"] for row in rows), "n tone": 0}


def assert_set(path: Path) -> dict[str, Any]:
    (row,) = _rows(path)
    (of_set,) = [part for part in row["gradingResult"]["componentResults"] if part["assertion"] is None]
    return {"cases": 1, **_metric([row], "cites"), "n set": 1, "mean set": of_set["score"]}


def short(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    stats = json.loads(path.read_bytes())["results"]["stats"]
    return {"cases": len(rows), "partial": int(sum(v for v in stats.values() if isinstance(v, int)) > len(rows))}


def red_team(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {**_graded(rows), **_metric(rows, "PII")}


def _version_2(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    places = {(row["prompt"].get("label") or row["prompt"]["display"], str(row.get("provider"))) for row in rows}
    answered = [row for row in rows if row["response"].get("output")]
    return {
        "runs": len(places),
        "cases": len(rows),
        "pass": sum(row["success"] for row in rows),
        "fail": sum(not row["success"] for row in answered),
        "error": len(rows) - len(answered),
    }


version_2_of_2023 = _version_2


def version_2(path: Path) -> dict[str, Any]:
    return {**_version_2(path), **_metric(_rows(path), "tone")}


def summary(path: Path) -> dict[str, Any]:
    rows = json.loads(path.read_bytes())["results"]
    return {**_graded(rows), **_measured(rows)}


def share(path: Path) -> dict[str, Any]:
    rows = json.loads(path.read_bytes())["data"]["results"]["results"]
    return {**_graded(rows), **_measured(rows)}


def view_download(path: Path) -> dict[str, Any]:
    table = json.loads(path.read_bytes())
    outputs = [output for row in table["body"] for output in row["outputs"]]
    return {
        "runs": len(table["head"]["prompts"]),
        "cases": len(outputs),
        "pass": sum(output["pass"] for output in outputs),
        "fail": sum(output["failureReason"] == 1 for output in outputs),
        **_metric(outputs, "tone"),
        "answers": [output["response"]["output"] for output in outputs],
    }


def prompt_text(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {**_graded(rows), "runs": len({row["promptId"] for row in rows})}


def two_labels(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {**_graded(rows), "runs": len({row["provider"]["label"] for row in rows})}


def appended(path: Path) -> dict[str, Any]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    firsts = [n for n, row in enumerate(rows) if row["testIdx"] == 0]
    sizes = [end - start for start, end in zip(firsts, [*firsts[1:], len(rows)], strict=True)]
    return {"runs": len(sizes), "cases": len(rows), "partial": sum(size < sizes[0] for size in sizes)}


def joined(path: Path) -> dict[str, Any]:
    rows = path.read_text(encoding="utf-8").count('"testIdx"')
    return {"runs": 1, "cases": rows, "distinct": rows, "rejects": 0}


def yaml_sums(path: Path) -> dict[str, Any]:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["results"]["results"]
    return {**_graded(rows), **_metric(rows, "tone"), **_measured(rows)}


def _cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _marks(cells: list[str]) -> dict[str, Any]:
    """Marked cells; what is marked [FAIL] and has the same text as reason and as answer is an error."""
    fails = [cell for cell in cells if cell.startswith("[FAIL]")]
    twice = sum(len({part.strip() for part in cell.split("\n\n", 1)[-1].removeprefix("[FAIL] ").split("\n---\n")}) == 1
                for cell in fails if "\n---\n" in cell)  # fmt: skip
    return {
        "cases": len(cells),
        "pass": sum(cell.startswith("[PASS]") for cell in cells),
        "fail": len(fails) - twice,
        "error": sum(cell.startswith("[ERROR]") for cell in cells) + twice,
    }


def table_0_120(path: Path) -> dict[str, Any]:
    return {**_marks([row["[openai:m1] Answer {{q}}"] for row in _cells(path)]), "cost": None}


def command_line_csv(path: Path) -> dict[str, Any]:
    rows = _cells(path)
    cells = [cell for row in rows for name, cell in row.items() if name.startswith("[")]
    return {**_marks(cells), "runs": 2, "n tone": 0}


def view_csv(path: Path) -> dict[str, Any]:
    return _marks([cell for row in _cells(path) for name, cell in row.items() if name.startswith("[")])


def csv_of_2023(path: Path) -> dict[str, Any]:
    cells = [row["Answer: {{question}}"] for row in _cells(path)]
    return {**_marks([cell for cell in cells if cell]), "rejects": 0}


def red_team_csv(path: Path) -> dict[str, Any]:
    return {
        **_marks([row["[openai:m1] {{prompt}}"] for row in _cells(path)]),
        "answers": ["I cannot.", "She lives in York."],
    }


def table_0_121(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    words = [row[n] for row in rows for n, name in enumerate(header) if name == "Status" and row[n]]
    return {
        "runs": header.count("Status"),
        "cases": len(words),
        "pass": words.count("PASS"),
        "error": words.count("ERROR"),
        "n tone": 0,
    }
