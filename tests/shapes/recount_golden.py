"""What the golden sets hold, counted straight from them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _set(questions: list[str]) -> dict[str, Any]:
    return {"golden": len(questions), "questions": questions, "cases": 0, "runs": 0, "rejects": 0}


def question_answer(path: Path) -> dict[str, Any]:
    return _set([row["question"] for row in _lines(path)])


def input_target(path: Path) -> dict[str, Any]:
    return _set([row["input"] for row in _lines(path)])


inspect_dataset = input_target


def deepeval(path: Path) -> dict[str, Any]:
    return _set([row["input"] for row in json.loads(path.read_text())])


deepeval_camel = deepeval


def openai_ideal(path: Path) -> dict[str, Any]:
    return _set([row["input"][-1]["content"] for row in _lines(path)])


def promptfoo_expected(path: Path) -> dict[str, Any]:
    with path.open(newline="") as file:
        return _set([row["question"] for row in csv.DictReader(file)])


def promptfoo_tests(path: Path) -> dict[str, Any]:
    return _set([row["vars"]["question"] for row in json.loads(path.read_text())])


def langsmith_examples(path: Path) -> dict[str, Any]:
    return _set([row["inputs"]["question"] for row in _lines(path)])


def langfuse_items(path: Path) -> dict[str, Any]:
    items = json.loads(path.read_text())["data"]
    return _set([item["input"]["question"] for item in items if item["status"] == "ACTIVE"])


def squad(path: Path) -> dict[str, Any]:
    return _set([row["question"] for row in _lines(path)])


def ragas_testset(path: Path) -> dict[str, Any]:
    with path.open(newline="") as file:
        return _set([row["user_input"] for row in csv.DictReader(file)])


def mlflow_expectations(path: Path) -> dict[str, Any]:
    return _set([row["inputs"]["question"] for row in _lines(path)])


def phoenix_examples(path: Path) -> dict[str, Any]:
    return _set([one["input"]["question"] for one in json.loads(path.read_text())["data"]["examples"]])


triviaqa = question_answer
