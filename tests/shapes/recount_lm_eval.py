"""What the lm-evaluation-harness files hold, counted straight from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def filters(path: Path) -> dict[str, Any]:
    (results,) = [json.loads(file.read_text()) for file in path.glob("results_*.json")]
    rows = [row for file in sorted(path.glob("samples_*.jsonl")) for row in _rows(file)]
    strict = [row["exact_match"] for row in rows if row["filter"] == "strict-match"]
    flexible = [row["exact_match"] for row in rows if row["filter"] == "flexible-extract"]
    acc = [row["acc"] for row in rows if row["filter"] == "none"]
    files = {file.name.split("_2026")[0].removeprefix("samples_"): _rows(file) for file in path.glob("samples_*.jsonl")}
    short = [
        task
        for task, found in files.items()
        if len({row["doc_id"] for row in found}) < results["n-samples"][task]["effective"]
    ]
    return {
        "runs": len(results["results"]),
        "partial": len(short) + sum(set(parts) & set(short) != set() for parts in results["group_subtasks"].values()),
        "cases": len(acc) + len(strict),
        "n exact_match (strict-match)": len(strict),
        "mean exact_match (strict-match)": _mean(strict),
        "n exact_match (flexible-extract)": len(flexible),
        "mean exact_match (flexible-extract)": _mean(flexible),
        "n acc": len(acc),
        "mean acc": _mean(acc),
        "pass": acc.count(1.0),
        "fail": acc.count(0.0),
        "unknown": len(strict),  # two filters judge one answer
    }


def same_doc_id(path: Path) -> dict[str, Any]:
    rows = _rows(path)
    return {
        "cases": len(rows),
        "distinct": len({row["doc_hash"] for row in rows}),
        "n acc": len(rows),
        "mean acc": _mean([row["acc"] for row in rows]),
        "pass": sum(row["acc"] == 1 for row in rows),
    }


def harness_0_3(path: Path) -> dict[str, Any]:
    return {"runs": len(json.loads(path.read_text())["results"]), "cases": 0}


def leaderboard_v1(path: Path) -> dict[str, Any]:
    return {"runs": len(json.loads(path.read_text())["results"]), "cases": 0}


def harness_0_4_2(path: Path) -> dict[str, Any]:
    (samples,) = path.glob("*.jsonl")
    rows = json.loads(samples.read_text())
    figures = json.loads((path / "results.json").read_text())["results"]["gsm8k"]
    half = len(rows) // 2
    found = {"runs": 1, "cases": len({row["doc_id"] for row in rows})}
    for name, part in (("strict-match", rows[:half]), ("flexible-extract", rows[half:])):
        mean = _mean([row["exact_match"] for row in part])
        assert abs(mean - figures[f"exact_match,{name}"]) < 1e-12
        found |= {f"n exact_match ({name})": len(part), f"mean exact_match ({name})": mean}
    return found


def leaderboard_v2(path: Path) -> dict[str, Any]:
    (samples,) = path.glob("samples_*.jsonl")
    rows = _rows(samples)
    return {
        "runs": 1,
        "cases": len(rows),
        "distinct": len(rows),
        "n prompt_level_strict_acc": len(rows),
        "mean prompt_level_strict_acc": _mean([row["prompt_level_strict_acc"] for row in rows]),
        "n inst_level_strict_acc": 0,  # no case has a score of its own
    }


def perplexity(path: Path) -> dict[str, Any]:
    (samples,) = path.glob("samples_*.jsonl")
    rows = _rows(samples)
    return {"runs": 1, "cases": len(rows), "distinct": len(rows), "n word_perplexity": 0, "n bits_per_byte": 0}
