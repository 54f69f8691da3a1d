"""Several gates at once: none becomes the review's by its place in a list, and each is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.explain import explain_path
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.one_gate import rival_gates
from readiness_tui.services.review.reviews import new_review

STRICT = 'name: bot\nthresholds: {task_success_rate: ">= 0.8"}\n'
LOOSE = 'name: bot\nthresholds: {task_success_rate: ">= 0.7"}\n'
SAME_AS_STRICT = "name: bot\nmetrics:\n  - metric: task_success_rate\n    min: 0.8\n"
BROKEN = 'thresholds: {task_success_rate: ">= many"}\n'
RUN = (
    '{"run": {"id": "r1", "pipeline_version": "v1", "started_at": "2026-11-21T00:00:00Z"}}\n'
    '{"case_id": "c1", "output": "x", "status": "success"}\n'
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "r.db", "ana", create=True)
    new_review(desk, system="bot", release="1")
    yield desk
    desk.close()


def folder(tmp_path: Path, **files: str) -> Path:
    made = tmp_path / "brought"
    for name, text in files.items():
        path = made / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.with_suffix(".jsonl" if text == RUN else ".yaml")).write_text(text, encoding="utf-8")
    return made


@pytest.mark.parametrize("other", [LOOSE, BROKEN])
def test_of_two_gates_in_a_folder_neither_is_taken_and_the_rest_is(desk: Desk, tmp_path: Path, other: str) -> None:
    results = import_path(desk, folder(tmp_path, a=STRICT, b=other, run=RUN))
    assert load(desk).gate.gate is None
    refused = [result for result in results if result.refused]
    assert [Path(result.path).name for result in refused] == ["a.yaml", "b.yaml"]
    for result in refused:
        assert result.format == "gate"  # so that an import ends with status 2
        assert "2 gates at once, and a review has one: a.yaml, b.yaml. None was taken." in result.refused
        assert not result.asks_reason
    assert [result.runs for result in results if not result.refused] == [1]


def test_a_locked_gate_stays_where_it_was(desk: Desk, tmp_path: Path) -> None:
    brought = folder(tmp_path, a=STRICT, b=LOOSE)
    import_path(desk, brought / "a.yaml")
    before = load(desk).gate.gate
    with pytest.raises(ReadinessError, match="2 gates at once"):
        import_path(desk, brought)
    assert load(desk).gate.gate == before


def test_gates_that_say_the_same_are_one(desk: Desk, tmp_path: Path) -> None:
    brought = folder(tmp_path, a=STRICT, b=SAME_AS_STRICT, copy__c=STRICT)
    assert not any(result.refused for result in import_path(desk, brought))
    assert load(desk).gate.gate is not None


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    brought = folder(tmp_path, old__gate=STRICT, new__gate=LOOSE)
    said = rival_gates((brought / "old", brought / "new/gate.yaml", tmp_path / "gone"))
    assert set(said) == {brought / "old/gate.yaml", brought / "new/gate.yaml"}
    assert all("old/gate.yaml" in one and "new/gate.yaml" in one for one in said.values())


def test_explaining_says_it_too(tmp_path: Path) -> None:
    found = explain_path(folder(tmp_path, a=STRICT, b=LOOSE))
    assert all("None was taken" in one.refused for one in found)
