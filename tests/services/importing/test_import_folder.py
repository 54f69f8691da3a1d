"""A folder of a tool's exports is imported as it lies there: what belongs together is joined, nothing is there twice."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.imports import import_path
from readiness_tui.store import runs, traces

DATA = Path(__file__).parents[2] / "data"
OBSERVATIONS, SCORES = "api_v2_observations.baseline.json", "api_v3_scores.json"

SYSTEM = "Support bot"


def unpack(tool: str, folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for file in (DATA / tool).glob("*.gz"):
        if not names or file.name.removesuffix(".gz") in names:
            (folder / file.name.removesuffix(".gz")).write_bytes(gzip.decompress(file.read_bytes()))
    return folder


def brought(results) -> dict[str, tuple[int, int, int]]:
    return {Path(r.path).name: (r.runs, r.cases, r.traces) for r in results if not r.refused}


@pytest.mark.slow
def test_langfuse(sample_desk: Desk, tmp_path: Path) -> None:
    folder = unpack("langfuse", tmp_path / "langfuse")
    results = import_path(sample_desk, folder)
    assert brought(results) == {
        "api_experiment_items.json": (2, 24, 0),
        OBSERVATIONS: (0, 0, 12),
        "api_v2_observations.candidate.json": (0, 0, 12),
    }
    skipped = {Path(r.path).name: r.format for r in results if r.refused}
    assert skipped == dict.fromkeys(
        ["api_experiments.json", SCORES, "ui_export_traces.csv", "ui_export_traces.json", "ui_export_traces.jsonl"], ""
    )
    assert not any(result.rejected for result in results)
    assert all(result.again for result in import_path(sample_desk, folder) if not result.refused)


@pytest.mark.slow
def test_scores_that_come_later_are_joined_then(sample_desk: Desk, tmp_path: Path) -> None:
    folder = unpack("langfuse", tmp_path / "langfuse", OBSERVATIONS)
    (first,) = import_path(sample_desk, folder)
    unpack("langfuse", folder, SCORES)
    second = next(result for result in import_path(sample_desk, folder) if not result.refused)
    assert (first.traces, second.traces, second.again) == (12, 12, False)
    with sample_desk.store.read() as conn:
        stored = traces.get(conn, SYSTEM, "efe75841f2938426a8f891797d582b70")
    assert stored.scores == {"faithfulness": 0.35, "correct": 0.0, "user-thumbs": 0.0}


def test_langsmith(sample_desk: Desk, tmp_path: Path) -> None:
    results = import_path(sample_desk, unpack("langsmith", tmp_path / "langsmith"))
    assert brought(results) == {
        "baseline.experiment_rows.jsonl": (1, 10, 0),
        "candidate.experiment_rows.jsonl": (1, 10, 0),
        "runs.jsonl": (0, 0, 8),
    }
    with sample_desk.store.read() as conn:
        names = {info.run.name for info in runs.all(conn, SYSTEM)}
    assert {"new-heat-44", "earnest-smoke-83"} <= names


def test_unrelated_neighbours_are_skipped_and_a_file_that_was_recognised_is_not(
    sample_desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "cases.jsonl").write_text('{"case_id": "a", "output": "x", "status": "pass"}\n')
    (folder / "config.json").write_text('{"retries": 3}')
    (folder / "header.csv").write_text("a,b\n")
    (folder / "notes.txt").write_text("hi\n")
    (folder / "report.xml").write_text("<testsuite><testcase>")
    results = {Path(result.path).name: result for result in import_path(sample_desk, folder)}
    assert results["cases.jsonl"].cases == 1
    told = {name: result.format for name, result in results.items() if result.refused}
    assert told == {"config.json": "", "header.csv": "", "notes.txt": "", "report.xml": "recognised"}
