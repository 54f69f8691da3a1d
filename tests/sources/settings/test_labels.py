"""A file of labels: what is in it comes back, and what is not certain is refused with line and reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.lines import LabelLine, batch_content
from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.runs.model import Drawn, HumanLabel, HumanVerdict
from readiness_tui.sources.settings.labels import read_labels

GOOD = {"run": "r", "case": "c", "reviewer": "ana", "verdict": "fail"}


def write(path: Path, *lines: dict[str, Any] | str) -> Path:
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def test_every_field_is_read(tmp_path: Path) -> None:
    full = GOOD | {
        "variant": "v",
        "note": "wrong\nlaw",
        "at": "2026-11-23T12:00:00Z",
        "blind": True,
        "answer": "a1" * 32,
    }
    file = read_labels(write(tmp_path / "l.jsonl", GOOD, "", full))
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert file.refused == ()
    assert list(file.labels) == [
        LabelLine(1, "r", "c", "", HumanLabel(HumanVerdict.FAIL, "ana")),
        LabelLine(3, "r", "c", "v", HumanLabel(HumanVerdict.FAIL, "ana", at, "wrong\nlaw", True, "a1" * 32)),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verdict": "great"}, "one of: pass, fail, unsure"),
        ({"verdict": None}, "no verdict"),
        ({"reviewer": ""}, "no reviewer"),
        ({"reviewer": "  "}, "reviewer is blank"),
        ({"reviewer": "\u200b\u2060"}, "reviewer names nobody"),
        ({"reviewer": "?"}, "reviewer names nobody"),
        ({"reviewer": "\x1b[31mana"}, "control characters"),
        ({"case": "c\u202e"}, "control characters"),
        ({"run": 7}, "a text is needed"),
        ({"note": "x" * 10_001}, "longer than 10,000"),
        ({"note": "\ud800"}, ""),
        ({"blind": "yes"}, "true or false"),
        ({"blnd": True}, "no field of a label"),
        ({"answer": "abc"}, "no SHA-256"),
        ({"at": "yesterday"}, "at"),
        ({"drawn": "lots"}, "one of: lot, all, other"),
        ({"value": 1.2}, "between 0 and 1"),
        ({"value": True}, "between 0 and 1"),
        ({"batch": 0}, "no field of a batch"),
        ({"batch": 1, "case": None}, "no field of a batch"),
    ],
)
def test_a_wrong_line_is_refused_and_the_others_stay(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    other = GOOD | {"case": "d"}
    file = read_labels(write(tmp_path / "l.jsonl", GOOD | change, other, "not json", other))
    assert [line.line for line in file.labels] == [2]
    assert [reject.line for reject in file.refused] == [1, 3, 4]
    assert reason in file.refused[0].reason
    assert "on line 2 already" in file.refused[2].reason


def test_an_empty_file_is_no_file_of_labels(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="is empty"):
        read_labels(write(tmp_path / "l.jsonl"))
    with pytest.raises(ReadinessError):
        read_labels(tmp_path / "none.jsonl")


def test_a_space_beside_a_name_makes_nobody_else(tmp_path: Path) -> None:
    file = read_labels(write(tmp_path / "l.jsonl", GOOD, GOOD | {"reviewer": " ana "}))
    assert [line.label.reviewer for line in file.labels] == ["ana"]
    assert "ana labels this case on line 1 already" in file.refused[0].reason


BATCH = {
    "batch": 1,
    "size": 50,
    "run": "r",
    "metric": "Answer Faithfulness",
    "lock": "d",
    "by": "ana",
    "at": "2026-11-23T11:00:00Z",
}


def test_labels_of_a_metric_and_their_batches(tmp_path: Path) -> None:
    drawn = GOOD | {"metric": "groundedness", "drawn": "lot", "value": 0.75}
    whole = GOOD | {"metric": "task_success"}  # what a label without a metric speaks for
    file = read_labels(write(tmp_path / "l.jsonl", BATCH, drawn, whole))
    assert file.refused == ()
    at = datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert file.batches == ((1, Batch("d", "r", "faithfulness", 1, 50, "ana", at)),)
    assert [(line.label.metric, line.label.drawn, line.label.value) for line in file.labels] == [
        ("faithfulness", Drawn.LOT, 0.75),
        ("", Drawn.OTHER, None),
    ]
    assert batch_content(file.batches[0][1]) == BATCH | {"metric": "faithfulness", "at": at.isoformat()}
    assert file.labels[0].content == drawn | {"metric": "faithfulness"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": 0}, "a number from 1 on"),
        ({"size": "50"}, "a number from 1 on"),
        ({"batch": True}, "a number from 1 on"),
        ({"at": None}, "the time at which its size was decided"),
        ({"lock": ""}, "no lock"),
        ({"sise": 3}, "no field of a batch"),
        ({}, "on line 1 already"),
    ],
)
def test_a_batch_that_is_not_certain_is_refused(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    file = read_labels(write(tmp_path / "l.jsonl", BATCH, BATCH | change))
    assert len(file.batches) == 1
    assert reason in file.refused[0].reason
