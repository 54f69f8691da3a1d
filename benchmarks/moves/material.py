"""An honest release of a small team: 72 golden cases, a gate, a run, and the labels of one reviewer. Moves change it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

LOCKED = datetime(2025, 3, 10, 9, 0, tzinfo=UTC)
STARTED = "2025-03-12T10:00:00Z"
AS_OF = date(2025, 3, 14)
JUDGE = "e1" * 32
CASES, RISKY = 72, 6

_SCORES = (0.93, 0.88, 0.97, 0.91, 0.95, 0.9)
_TOPICS = (
    "refund",
    "invoice",
    "key",
    "limit",
    "export",
    "login",
    "webhook",
    "seat",
    "backup",
    "region",
    "plan",
    "alert",
)


def gate(*rules: str, more: str = "") -> str:
    """A gate of these rules, each as YAML, for scores of the team's judge."""
    return f"name: support-bot\njudge_digest: {JUDGE}\nmetrics:\n" + "".join(f"  - {rule}\n" for rule in rules) + more


COURSE = (
    '{metric: faithfulness, threshold: ">= 0.85"}',
    '{metric: retrieval_hit_rate, threshold: ">= 0.80"}',
    '{metric: latency_p95_ms, threshold: "<= 3500"}',
    '{metric: cost_per_success, threshold: "<= 0.08"}',
)
GATE = gate(*COURSE, '{metric: task_success_rate, threshold: ">= 0.80"}')


@dataclass(slots=True)
class Release:
    """Golden cases, the run's header and cases, labels: plain records, to be changed before they are written."""

    golden: list[dict[str, Any]]
    header: dict[str, Any]
    cases: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    gate: str = GATE

    def lines(self) -> list[dict[str, Any]]:
        """The run's file in our record format."""
        return [{"run": self.header}, *self.cases]

    def claim(self) -> None:
        """The run states the digest of the golden set, as it is now."""
        self.header["dataset_digest"] = golden_digest(self.golden)

    def other(self, version: str = "v1", started: str = "2025-03-09T10:00:00Z") -> Release:
        """The same for another version of the system, with answers of its own."""
        made = deepcopy(self)
        made.header |= {"id": f"run-{version}", "prompt_version": version, "started_at": started}
        for case in made.cases:
            case["output"] += f" ({version})"
        made.labels = labels_for(made)
        return made


def release(n: int = CASES, *, risky: int = RISKY, rules: str = GATE) -> Release:
    """A healthy release of `n` cases: nothing in it is to be held against it."""
    golden = [_golden(number, number < risky) for number in range(n)]
    header = {
        "id": "run-v2",
        "name": "v2",
        "prompt_version": "v2",
        "model": "model-2025-01-15",
        "index_version": "kb-7",
        "judge_digest": JUDGE,
        "started_at": STARTED,
    }
    made = Release(golden, header, [_case(number, gold) for number, gold in enumerate(golden)], [], rules)
    made.labels = labels_for(made)
    return made


def _golden(number: int, risky: bool) -> dict[str, Any]:
    topic = _TOPICS[number % len(_TOPICS)]
    return {
        "id": f"case-{number + 1:02}",
        "question": f"How does the {topic} work for customer {number + 1}?",
        "expected_source": f"{topic}-guide-{number + 1}",
        "must_include": [f"{topic} {number + 1}"],
        "tags": [topic, *(["high_risk"] if risky else [])],
    }


def _case(number: int, gold: dict[str, Any]) -> dict[str, Any]:
    """Every twelfth case fails, but no high-risk one; every fifteenth finds another document."""
    fails, misses = number % 12 == 11, number % 15 == 14
    source = "another-guide" if misses else gold["expected_source"]
    return {
        "case_id": gold["id"],
        "question": gold["question"],
        "output": f"Answer to {gold['id']}: {gold['must_include'][0]}.",
        "status": "fail" if fails else "pass",
        "scores": {"faithfulness": 0.6 if fails else _SCORES[number % len(_SCORES)]},
        "retrieved_chunks": [{"id": f"{source}#1", "source": source}, {"id": "faq#2", "source": "faq"}],
        "latency_ms": 900 + 37 * (number % 40),
        "cost": round(0.01 + 0.0003 * (number % 7), 4),
        "tokens_in": 800 + number,
        "tokens_out": 90,
    }


def labels_for(made: Release, ids: Iterable[str] | None = None, reviewer: str = "ben") -> list[dict[str, Any]]:
    """Labels of the answers to the high-risk cases, or to `ids`, by one person: passes."""
    wanted = {gold["id"] for gold in made.golden if "high_risk" in gold["tags"]} if ids is None else set(ids)
    outputs: dict[tuple[str, str], list[str]] = {}  # by case and variant, of all repeats
    for case in made.cases:
        if case["case_id"] in wanted:
            outputs.setdefault((case["case_id"], case.get("variant", "")), []).append(case["output"])
    return [
        {
            "run": made.header["id"],
            "case": ident,
            **({"variant": variant} if variant else {}),
            "reviewer": reviewer,
            "verdict": "pass",
            "at": "2025-03-13T09:00:00Z",
            "blind": True,
            "answer": answer_digest(*said),
        }
        for (ident, variant), said in outputs.items()
    ]


def answer_digest(*outputs: str) -> str:
    """What a label states as its answer: SHA-256 of the outputs of all repeats, as JSON."""
    return hashlib.sha256(json.dumps(outputs, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def golden_digest(golden: Iterable[dict[str, Any]]) -> str:
    """SHA-256 of the golden cases in order of their ids, as compact JSON with sorted keys."""
    ordered = sorted(golden, key=lambda gold: gold["id"])
    text = json.dumps(ordered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def failing(made: Release, count: int, *, score: float = 0.2, first: int = RISKY) -> list[dict[str, Any]]:
    """Make `count` of the cases fail, from the `first` on; those cases."""
    found = made.cases[first : first + count]
    for case in found:
        case["status"] = "fail"
        case["scores"] = {"faithfulness": score}
    return found


def lock_text(gate_path: Path, golden: Iterable[dict[str, Any]] | None) -> str:
    """The gate.lock that ana wrote on the day of the lock, of this gate and golden set (None: of no set)."""
    from readiness_tui.domain.gate.model import Lock
    from readiness_tui.sources.settings import lock
    from readiness_tui.sources.settings.gate import read_gate

    found = read_gate(gate_path)
    dataset = None if golden is None else golden_digest(golden)
    return lock.lock_text(found, Lock("ana", LOCKED, found.digest, dataset, JUDGE))
