"""What the Inspect logs hold, counted straight from them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any


def _samples(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text())["samples"]


def _graded(samples: list[dict[str, Any]]) -> dict[str, Any]:
    grades = [sample["scores"]["match"]["value"] for sample in samples]
    return {
        "cases": len(samples),
        "pass": sum(grade in ("C", True) for grade in grades),
        "fail": sum(grade in ("I", False) for grade in grades),
        "n match": len(grades),
        "mean match": sum(grade in ("C", True) for grade in grades) / len(grades),
    }


def forty_of_200(path: Path) -> dict[str, Any]:
    log = json.loads(path.read_text())
    short = len(log["samples"]) < log["results"]["total_samples"]
    return {"partial": int(short), **_graded(log["samples"])}


def invalidated(path: Path) -> dict[str, Any]:
    return {"partial": 0, **_graded([sample for sample in _samples(path) if not sample.get("invalidation")])}


def version_1(path: Path) -> dict[str, Any]:
    return _graded([{"scores": {"match": sample["score"]}} for sample in _samples(path)])


def reducers(path: Path) -> dict[str, Any]:
    return {"distinct": len({sample["id"] for sample in _samples(path)}), **_graded(_samples(path))}


def booleans_and_objects(path: Path) -> dict[str, Any]:
    samples = _samples(path)
    rag, parts = samples[1]["scores"]["rag"]["value"], samples[1]["scores"]["parts"]["value"]
    return {
        **_graded(samples),
        "mean faithful": rag["faithful"],
        "mean on_topic": float(rag["on_topic"]),
        "mean parts[1]": float(parts[0]),
        "mean parts[2]": float(parts[1]),
    }


def bad_ids(path: Path) -> dict[str, Any]:
    samples = _samples(path)
    good = [sample for sample in samples if type(sample["id"]) in (int, str) and len(str(sample["id"])) < 1000]
    return {"rejects": len(samples) - len(good), "partial": 1, **_graded(good)}


def summaries_only(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        samples = json.loads(archive.read("summaries.json"))
    return {
        **_graded(samples),
        "calls unknown": len(samples),
        "latency ms": 1000.0 * sum(sample["working_time"] for sample in samples),
    }
