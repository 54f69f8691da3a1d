"""Which runs stand for the candidate after several imports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review


@pytest.fixture
def desk(tmp_path: Path):
    desk = open_desk(tmp_path / "r.db", "ana", create=True)
    new_review(desk, system="bot", release="1")
    yield desk
    desk.close()


def run_file(folder: Path, ident: str, name: str, version: str) -> Path:
    head = {"run": {"id": ident, "name": name, "pipeline_version": version}}
    case = {"case_id": "c1", "output": "x", "status": "success", "scores": {"faithfulness": 0.9}}
    path = folder / f"{ident}.jsonl"
    path.write_text(json.dumps(head) + "\n" + json.dumps(case) + "\n", encoding="utf-8")
    return path


def candidate(desk: Desk) -> tuple[str, ...]:
    return load(desk).review.candidate


def test_the_same_evaluation_again_takes_the_older_ones_place(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, run_file(tmp_path, "monday", "nightly", "v4"), role="candidate")
    (result,) = import_path(desk, run_file(tmp_path, "tuesday", "nightly", "v4"), role="candidate")
    assert candidate(desk) == ("tuesday",)
    assert any("in place of monday" in warning for warning in result.warnings)


def test_another_evaluation_of_the_same_version_stands_beside(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, run_file(tmp_path, "quality", "quality", "v4"), role="candidate")
    import_path(desk, run_file(tmp_path, "safety", "red team", "v4"), role="candidate")
    assert candidate(desk) == ("quality", "safety")


def test_another_version_replaces_all(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, run_file(tmp_path, "old", "nightly", "v4"), role="candidate")
    import_path(desk, run_file(tmp_path, "new", "nightly", "v5"), role="candidate")
    assert candidate(desk) == ("new",)


def test_runs_of_one_file_that_measure_the_same_are_refused_also_when_the_file_is_known(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "two.csv"
    path.write_text("case_id,run_id,tone\nc,a,1\nc,b,0\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ReadinessError, match=r"2 runs that do not say which version .* measure the same \(tone\)"):
            import_path(desk, path, role="candidate")
        import_path(desk, path)
