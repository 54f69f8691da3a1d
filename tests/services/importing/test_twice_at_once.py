"""Two processes that import the same thing at the same moment: it is there once."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing import imports as importing
from readiness_tui.services.incidents import imports as incident_imports
from readiness_tui.services.incidents import merge
from readiness_tui.services.review import gap_import, gaps, printed
from readiness_tui.services.review import reviews as review_service
from readiness_tui.store import gaps as stored_gaps
from readiness_tui.store import imports, incidents, runs, traces
from tests.conftest import NOW

ROOT = Path(__file__).parents[3]
PROMPTFOO = ROOT / "tests" / "data" / "promptfoo" / "baseline.json"


@pytest.fixture
def desk(tmp_path: Path):
    opened = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=lambda: NOW)
    review_service.new_review(opened, system="Support bot", release="2026.11", checklists=["observability"])
    yield opened
    opened.close()


def published(desk: Desk) -> list[imports.ImportInfo]:
    with desk.store.read() as conn:
        return imports.all(conn, "Support bot")


def logged(folder: Path, count: int = 400) -> Path:
    path = folder / "log.jsonl"
    lines = (
        {
            "trace_id": f"t{n}",
            "prompt_version": "v1",
            "model": "m",
            "started_at": "2026-11-20T09:14:00Z",
            "question": "q?",
            "answer": "a",
            "latency_ms": 5,
        }
        for n in range(count)
    )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["traces", "run"])
def test_it_comes_in_twice_and_is_published_once(
    desk: Desk, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process finishes after this one has looked, and before it publishes."""
    path = logged(tmp_path) if kind == "traces" else PROMPTFOO
    other = open_desk(desk.store.path, "ben", clock=lambda: NOW)
    other.store.importing = desk.store.importing  # else it takes this process's own import for a dead one's
    really = imports.add_warnings

    def late(*given: Any) -> None:
        monkeypatch.setattr(imports, "add_warnings", really)
        importing.import_path(other, path)
        really(*given)

    monkeypatch.setattr(imports, "add_warnings", late)
    [mine] = importing.import_path(desk, path, role="baseline" if kind == "run" else None)
    other.close()
    assert mine.again
    assert len(published(desk)) == 1
    with desk.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM import").fetchone() == (1,)  # and nothing is left of the second
        if kind == "traces":
            assert traces.count(conn, "Support bot") == 400 == mine.traces
        else:
            assert len(runs.all(conn, "Support bot", versions=True)) == 1
            assert mine.run_ids == [runs.all(conn, "Support bot", versions=True)[0].run.id]


def test_what_is_known_to_be_there_may_come_in_anew(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that has changed reads the same bytes again: that is no twin."""
    path = logged(tmp_path, 5)
    importing.import_path(desk, path)
    monkeypatch.setattr(importing, "reader_changed", lambda before: True)
    [again] = importing.import_path(desk, path)
    assert not again.again
    assert len(published(desk)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("what", ["traces", "run", "incident"])
def test_four_processes_at_once_store_one(desk: Desk, tmp_path: Path, what: str) -> None:
    if what == "incident":
        path = tmp_path / "postmortem.md"
        path.write_text(
            "# Answers were stale\n\nSeverity: sev2\n\n## Timeline\n\n- 2026-11-20 09:14 pager\n", encoding="utf-8"
        )
        command = ["incident", "import", "--new", str(path)]
    else:
        command = ["import", str(logged(tmp_path) if what == "traces" else PROMPTFOO)]
    script = "import sys; from readiness_tui.cli.root import run; import readiness_tui.services.importing.imports; "
    script += "sys.stdin.readline(); sys.exit(run(sys.argv[1:]))"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, "--db", str(desk.store.path), "--who", f"p{n}", *command],
            cwd=tmp_path, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for n in range(4)
    ]  # fmt: skip
    for one in running:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in running:
        _, err = one.communicate()
        assert one.returncode == 0, err
    with desk.store.read() as conn:
        if what == "incident":
            assert len(incidents.all(conn, "Support bot")) == 1
        else:
            assert len(imports.all(conn, "Support bot")) == 1
    assert desk.store.integrity() == []


def test_an_incident_that_another_process_stored_meanwhile_is_merged_into(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "postmortem.md"
    path.write_text(
        "# Answers were stale\n\nSeverity: sev2\n\n## Timeline\n\n- 2026-11-20 09:14 pager\n", encoding="utf-8"
    )
    other = open_desk(desk.store.path, "ben", clock=lambda: NOW)
    really = merge.system_change

    def late(at: Desk, what: str, why: str = ""):
        if at is desk:
            monkeypatch.setattr(merge, "system_change", really)
            incident_imports.import_file(other, path)
        return really(at, what, why)

    monkeypatch.setattr(merge, "system_change", late)
    mine = incident_imports.import_file(desk, path)
    other.close()
    assert mine.merged is not None
    assert not mine.merged.created
    with desk.store.read() as conn:
        [stored] = incidents.all(conn, "Support bot")
    assert len(stored.timeline) == 1


def test_a_gap_that_somebody_changed_meanwhile_is_not_overwritten(
    sample_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = list(csv.DictReader(io.StringIO(printed.gaps(sample_desk, "csv"))))
    for one in rows:
        one["Assignee"] = "from the file"
    path = tmp_path / "gaps.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    changed = rows[0]["Gap Key"]
    really = gap_import.together

    def late(at: Desk, what: str, why: str = "", *, anyway: bool = False):
        monkeypatch.setattr(gap_import, "together", really)
        gaps.set_owner(sample_desk, changed, "chloe")
        gaps.set_owner(sample_desk, changed, "deniz")
        return really(at, what, why, anyway=anyway)

    monkeypatch.setattr(gap_import, "together", late)
    found = gap_import.bring_back(sample_desk, path)
    assert changed in [one.key for one in found.conflicts]
    assert changed not in [one.key for one in found.changed if one.field == "owner"]
    with sample_desk.store.read() as conn:
        assert stored_gaps.all(conn, "Support bot")[changed].owner == "deniz"
