"""What the writers share: the case texts, a dice that falls alike everywhere, and canonical JSON."""

from __future__ import annotations

import hashlib
import json
import math
import random
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
T = TypeVar("T")

MODEL = "birch-2-2026-09-15"
JUDGE = "birch-judge-1-2026-06-30"
RUBRIC = "Judge faithfulness from 0 to 1: is every statement of the answer supported by the passages?"
JUDGE_DIGEST = hashlib.sha256(f"{JUDGE}\n{RUBRIC}".encode()).hexdigest()  # gate.yaml names it too
DOLLARS_IN, DOLLARS_OUT = 4.0, 20.0  # for a million tokens


class Dice:
    """Seeded chance. Only `random()` is used: its sequence is the same in every Python version."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def real(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """Both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self._random.random() * len(options))]

    def weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        at = self._random.random() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            at -= weight
            if at < 0:
                return option
        return options[-1]

    def lognormal(self, median: float, sigma: float) -> float:
        normal = math.sqrt(-2 * math.log(1 - self._random.random())) * math.cos(math.tau * self._random.random())
        return median * math.exp(sigma * normal)


def texts(name: str, table: str) -> list[dict[str, Any]]:
    """The entries of one of the TOML files beside this module."""
    found: list[dict[str, Any]] = tomllib.loads((HERE / name).read_text(encoding="utf-8"))[table]
    return found


def cases() -> list[dict[str, Any]]:
    """The golden cases in order, each with its id."""
    return [{"id": f"case-{number:02d}", **case} for number, case in enumerate(texts("cases.toml", "case"), start=1)]


def golden(case: dict[str, Any]) -> dict[str, Any]:
    """A case as golden_set.jsonl has it: without the answers."""
    line = {
        "id": case["id"],
        "question": case["question"],
        "expected_source": case.get("source"),
        "must_include": case["must"],
        "tags": case["tags"],
        "expected_tools": case.get("tools"),
    }
    return {key: value for key, value in line.items() if value is not None}


def cost(tokens_in: int, tokens_out: int) -> float:
    return round((tokens_in * DOLLARS_IN + tokens_out * DOLLARS_OUT) / 1_000_000, 6)


def iso(moment: datetime) -> str:
    """UTC with milliseconds and Z, as the tools write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
