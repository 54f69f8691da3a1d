"""A file of labels: what is in it comes back, and what is not certain is refused with line and reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.labels.queue import LabelLine
from readiness_tui.domain.runs.model import HumanLabel, HumanVerdict
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
    found, refused = read_labels(write(tmp_path / "l.jsonl", GOOD, "", full))
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert refused == []
    assert found == [
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
        ({"reviewer": "\x1b[31mana"}, "control characters"),
        ({"case": "c\u202e"}, "control characters"),
        ({"run": 7}, "a text is needed"),
        ({"note": "x" * 10_001}, "longer than 10,000"),
        ({"note": "\ud800"}, ""),
        ({"blind": "yes"}, "true or false"),
        ({"blnd": True}, "no field of a label"),
        ({"answer": "abc"}, "no SHA-256"),
        ({"at": "yesterday"}, "at"),
    ],
)
def test_a_wrong_line_is_refused_and_the_others_stay(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    other = GOOD | {"case": "d"}
    found, refused = read_labels(write(tmp_path / "l.jsonl", GOOD | change, other, "not json", other))
    assert [line.line for line in found] == [2]
    assert [reject.line for reject in refused] == [1, 3, 4]
    assert reason in refused[0].reason
    assert "on line 2 already" in refused[2].reason


def test_an_empty_file_is_no_file_of_labels(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="is empty"):
        read_labels(write(tmp_path / "l.jsonl"))
    with pytest.raises(ReadinessError):
        read_labels(tmp_path / "none.jsonl")


def test_a_space_beside_a_name_makes_nobody_else(tmp_path: Path) -> None:
    found, refused = read_labels(write(tmp_path / "l.jsonl", GOOD, GOOD | {"reviewer": " ana "}))
    assert [line.label.reviewer for line in found] == ["ana"]
    assert "ana labels this case on line 1 already" in refused[0].reason
