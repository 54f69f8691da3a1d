"""`readiness traces`: the list of the screen, for people and scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness_tui.cli import root


def run(sample_db: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = root.run(["--db", str(sample_db), "traces", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_filtered_sorted_list_and_its_next_page(sample_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(sample_db, capsys, "error", "--limit", "2")
    assert code == 0
    header, *rows = out.splitlines()
    assert header.split() == ["started", "(UTC)", "trace", "outcome", "latency", "cost", "error", "or", "question"]
    assert [line.split()[2] for line in rows] == ["trace-1303", "trace-1181"]
    assert {line.index("trace-1") for line in rows} == {header.index("trace")}
    assert err == "2 of 25 traces, newest first. Go on with --after trace-1181\n"
    _, out, _ = run(sample_db, capsys, "error", "--limit", "2", "--after", "trace-1181")
    assert out.splitlines()[1].split()[2] == "trace-1173"


def test_json_for_scripts(sample_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(
        sample_db, capsys, "latency>3000", "status:success", "--sort", "slowest", "--json", "--limit", "500"
    )
    found = json.loads(out)
    took = [trace["latency_ms"] for trace in found["traces"]]
    assert (code, err, found["schema"], found["total"], len(took)) == (0, "", 1, 54, 54)
    assert took == sorted(took, reverse=True)
    assert min(took) > 3000


def test_what_cannot_be_listed_is_said(sample_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(sample_db, capsys, "modle:x")
    assert (code, out) == (2, "")
    assert "Did you mean model:?" in err
    code, _, err = run(sample_db, capsys, "--after", "nope")
    assert code == 2
    assert "does not have a trace nope" in err
    code, out, err = run(sample_db, capsys, "nothing like this")
    assert (code, out, err) == (0, "", "No trace meets this.\n")
