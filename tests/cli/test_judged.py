"""The move of the judge that passes bad answers, through the real command: what CI printed before it was checked, and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.labels.lot import lot_order
from readiness_tui.domain.labels.queue import answer_digest
from readiness_tui.domain.runs.model import Case
from readiness_tui.sources.settings.gate import read_gate
from tests.cli.conftest import Cli, Result

GATE = "name: bot\nmetrics:\n  - {{metric: faithfulness, cut: 0.7, threshold: '>= 0.75'{more}}}\n"
KEYS = [f"c{i:03}" for i in range(200)]


def good(key: str) -> bool:
    """Seven of ten answers are."""
    return int(key[1:]) % 10 < 7


def passed(key: str) -> bool:
    """The judge passes all of them, and about half of the bad ones."""
    return good(key) or int(key[1:]) % 20 in (7, 8, 9)


def answer(key: str) -> str:
    return f"answer {key}"


def write(place: Path, *lines: dict[str, Any], name: str) -> str:
    (place / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return name


@pytest.fixture
def check(place: Path, cli: Cli) -> Any:
    write(
        place,
        {"run": {"id": "rag-v4", "pipeline_version": "v4", "started_at": "2026-11-24T10:00:00Z"}},
        *(
            {"case_id": key, "question": f"{key}?", "output": answer(key), "scores": {"faithfulness": 0.9 if passed(key) else 0.1}}
            for key in KEYS
        ),
        name="run.jsonl",
    )  # fmt: skip

    def run(more: str = "", *, labels: int = 0, size: int = 50, choose: Any = None, **fields: Any) -> Result:
        (place / "gate.yaml").write_text(GATE.format(more=more), encoding="utf-8")
        digest = read_gate(place / "gate.yaml").digest
        (place / "gate.lock").write_text(
            f"gate: bot\nby: ana\nat: 2026-11-24T09:00:00+00:00\ngate_digest: {digest}\n", encoding="utf-8"
        )
        drawn = choose or list(lot_order(digest, KEYS))[:labels]
        batch = {"batch": 1, "size": size, "run": "rag-v4", "metric": "faithfulness", "lock": digest, "by": "ana"}
        given = {"run": "rag-v4", "reviewer": "ana", "blind": True, "metric": "faithfulness", "drawn": "lot"}
        lines = [
            {
                **given,
                "case": key,
                "verdict": "pass" if good(key) else "fail",
                "at": "2026-11-24T12:00:00Z",
                "answer": answer_digest([Case(key, output=answer(key))]),
                **fields,
            }
            for key in drawn
        ]
        write(place, {**batch, "at": "2026-11-24T11:00:00Z"}, *lines, name="labels.jsonl")
        said = ("--labels", "labels.jsonl") if labels or choose else ()
        return cli("gate", "check", "--gate", "gate.yaml", "--lock", "gate.lock", "--run", "run.jsonl", *said, "--json")

    return run


def row(told: Result) -> dict[str, Any]:
    found: dict[str, Any] = told.json["gate"]["results"][0]
    return found


def test_before_anybody_checked_the_judge(check: Any) -> None:
    found = row(check())
    assert (found["value"], found["result"]) == (0.85, "PASS")
    assert "holds" not in found["sure"]
    assert "judge not checked against people" in found["sure"]
    assert row(check(", confidence: required"))["result"] == "INCONCLUSIVE"
    assert row(check(", tolerate: 0.6"))["result"] == "INCONCLUSIVE"


def test_fifty_drawn_labels_contradict_it(check: Any, cli: Cli) -> None:
    told = check(labels=50)
    found = row(told)
    assert found["result"] == "INCONCLUSIVE"
    assert "people's labels contradict the judge: corrected by 50 human labels 0." in found["reason"]
    assert found["judge"]["corrected"] < 0.75
    assert found["judge"]["method"].startswith("PPI++")
    text = cli(
        "gate", "check", "--gate", "gate.yaml", "--lock", "gate.lock", "--run", "run.jsonl", "--labels", "labels.jsonl"
    ).out
    assert "recognises good answers" in text.replace("\n        ", " ")
    assert "PPI" not in text
    tolerant = row(check(", tolerate: 0.4", labels=50))  # its bound is met; that the aim is missed stays true
    assert (tolerant["result"], tolerant["judge"]["contradicts"]) == ("INCONCLUSIVE", True)
    assert tolerant["judge"]["bound"] > 0.4


def test_moves_that_make_a_judge_look_better(check: Any) -> None:
    """Only good answers labelled, a batch cut short, labels from before the batch or not blind: nothing is held by them."""
    strict = ", confidence: required"
    easy = [key for key in KEYS if good(key)][:120]
    for told in (
        check(strict, choose=easy, size=120),
        check(strict, labels=49),
        check(strict, labels=120, size=120, verdict="pass", at="2026-11-24T10:30:00Z"),
        check(strict, labels=120, size=120, verdict="pass", blind=False),
        check(strict, labels=120, size=120, verdict="pass", answer="0" * 64),
        check(strict, labels=120, size=120, verdict="pass", drawn="other"),
        check(strict, labels=120, size=120, verdict="pass", metric="relevance"),
    ):
        assert row(told)["result"] == "INCONCLUSIVE"
