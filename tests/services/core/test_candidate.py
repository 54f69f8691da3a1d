"""Which runs, and which lock, a gate is held to where nobody names them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review import reviews
from tests.conftest import NOW


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """ana's review with a gate and two runs, of which the later one is called old."""
    made = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=lambda: NOW)
    reviews.new_review(made, system="bot", release="1")
    gate = tmp_path / "gate.yaml"
    gate.write_text("name: bot\nmetrics:\n  - {metric: task_success_rate, threshold: '>= 0.5'}\n", encoding="utf-8")
    import_path(made, gate)
    for run, day in (("new", 20), ("old", 22)):
        path = tmp_path / f"{run}.jsonl"
        path.write_text(
            f'{{"run": {{"id": "{run}", "pipeline_version": "{run}", "started_at": "2026-11-{day}T00:00:00Z"}}}}\n'
            '{"case_id": "c1", "output": "x", "status": "success"}\n',
            encoding="utf-8",
        )
        import_path(made, path)
    yield made
    made.close()


def candidates(desk: Desk) -> list[str]:
    return [data.run.id for data in load(desk).measured.candidate]


def test_the_latest_run_that_is_not_the_baseline_stands_for_the_candidate(desk: Desk) -> None:
    assert (candidates(desk), load(desk).measured.ambiguous) == (["old"], ("new", "old"))
    versions.choose(desk, ["old"], role="baseline")
    assert (candidates(desk), load(desk).measured.ambiguous) == (["new"], ())
    versions.choose(desk, ["new"], role="candidate")
    versions.choose(desk, ["new"], role="baseline")  # whoever names both is taken at their word
    assert candidates(desk) == ["new"]


def test_of_several_locks_of_one_gate_the_first_counts(desk: Desk) -> None:
    for days in range(3):
        desk.clock = lambda days=days: NOW + timedelta(days=days)
        versions.lock(desk)
    lock = load(desk).gate.lock
    assert lock is not None
    assert lock.at == NOW
