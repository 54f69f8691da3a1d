"""`compare`: the review's candidate against its baseline, and two files without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli

RUNS = Path(__file__).parents[2] / "sample_data" / "runs"
HOSTILE = "see [/x] | `y` <b> @ana #1 \x1b]52;c;aGk=\x07"


def cases(path: Path, version: str, *rows: dict[str, Any]) -> Path:
    header = {"run_id": f"run-{version}", "pipeline_version": version}
    path.write_text("\n".join(json.dumps(header | row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_review_and_its_files_give_the_same_answer(cli: Cli, sample_db: Path, tmp_path: Path) -> None:
    document = tmp_path / "compare.md"
    stored = cli("--db", str(sample_db), "compare", "-o", str(document))
    files = cli("compare", str(RUNS / "baseline.cases.jsonl"), str(RUNS / "candidate.cases.jsonl"),
                "--eval-set", str(RUNS.parent / "golden_set.jsonl"))  # fmt: skip
    answer = "Task success rate: 5 better, 2 worse of 72 shared cases: could be luck"
    for found in (stored, files):
        assert found.code == 0
        assert answer in found.out
        assert max(map(len, found.out.splitlines())) <= 80
    assert answer in document.read_text(encoding="utf-8")
    assert "| billing | 11 | 0.909 | 0.818 | −0.091 | 0 | 1 | ◐ could be luck |" in document.read_text(encoding="utf-8")


def test_json_names_every_case_and_slice_and_what_is_not_compared(cli: Cli, tmp_path: Path) -> None:
    old = cases(tmp_path / "old.jsonl", "v3", {"case_id": "a", "status": "pass", "style": 0.5, "tags": ["x"]},
                {"case_id": "gone", "status": "pass"})  # fmt: skip
    new = cases(tmp_path / "new.jsonl", "v4", {"case_id": "a", "status": "fail", "faithfulness": 0.5, "tags": ["x"]},
                {"case_id": "fresh", "status": "pass"})  # fmt: skip
    found = json.loads(cli("compare", str(old), str(new), "--json").out)
    assert (found["schema"], found["new"], found["removed"], found["shared"]) == (1, ["fresh"], ["gone"], 1)
    task = found["metrics"][0]
    assert (task["metric"], task["worse"], task["p"], task["result"]) == (
        "task_success_rate",
        ["a"],
        1.0,
        "could be luck",
    )
    assert [(part["tag"], part["p_holm"], part["result"]) for part in task["slices"]] == [("x", None, "too few")]
    assert {lone["metric"] for lone in found["not_compared"]} == {"faithfulness", "style"}


def test_no_shared_case_is_a_sentence_in_every_form(cli: Cli, tmp_path: Path) -> None:
    old = cases(tmp_path / "old.jsonl", "v3", {"case_id": "a", "status": "pass"})
    new = cases(tmp_path / "new.jsonl", "v4", {"case_id": "b", "status": "pass"})
    document = tmp_path / "compare.md"
    found = cli("compare", str(old), str(new), "-o", str(document))
    assert found.code == 0
    assert "share no case" in found.out
    assert "NEW  1 case in the candidate alone: b" in found.out
    assert "share no case" in document.read_text(encoding="utf-8")
    assert json.loads(cli("compare", str(old), str(new), "--json").out)["metrics"] == []


def test_what_a_file_says_stays_text_in_the_terminal_and_in_the_document(cli: Cli, tmp_path: Path) -> None:
    sides = [
        cases(tmp_path / f"{version}.jsonl", version,
              {"case_id": HOSTILE, "question": HOSTILE, "status": status, "tags": [HOSTILE], HOSTILE: value})
        for version, status, value in (("v3", "pass", 0.9), ("v4", "fail", 0.1))
    ]  # fmt: skip
    document = tmp_path / "compare.md"
    found = cli("compare", *map(str, sides), "-o", str(document))
    text = document.read_text(encoding="utf-8")
    assert found.code == 0
    for shown in (found.out, text):
        assert "\x1b" not in shown
        assert "\x07" not in shown
    assert "<b>" not in text
    assert "`@`ana" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{old}"], "Name two files, the baseline first"),
        (["{old}", "{old}"], "is the candidate and its own baseline"),
        (["{old}", "{gate}"], "gate.yaml: "),
        (["--eval-set", "{old}"], "--eval-set goes with two files"),
        (["{old}", "{new}", "--metric", "mrr"], "mrr is not compared: neither side carries it"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    cli: Cli, tmp_path: Path, arguments: list[str], said: str
) -> None:
    names = {
        "old": cases(tmp_path / "old.jsonl", "v3", {"case_id": "a", "status": "pass"}),
        "new": cases(tmp_path / "new.jsonl", "v4", {"case_id": "a", "status": "pass"}),
        "gate": tmp_path / "gate.yaml",
    }
    names["gate"].write_text("name: g\nmetrics:\n  - {metric: faithfulness, threshold: '>= 0.5'}\n", encoding="utf-8")
    found = cli("compare", *(argument.format(**names) for argument in arguments))
    assert found.code == 2
    assert said in " ".join(found.err.split())
