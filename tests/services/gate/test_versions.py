"""A new version of a gate: what it changed, why, and what it makes of the runs that are stored already."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review import history
from readiness_tui.services.review.reviews import new_review

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path):
    desk = open_desk(tmp_path / "r.db", "ana", create=True, clock=lambda: START)
    new_review(desk, system="bot", release="1")
    run = tmp_path / "run.jsonl"
    passed = ("success", "success", "success", "failure")
    run.write_text(
        '{"run": {"id": "r1", "pipeline_version": "v1", "started_at": "2026-11-21T00:00:00Z"}}\n'
        + "".join(f'{{"case_id": "c{n}", "output": "x", "status": "{word}"}}\n' for n, word in enumerate(passed)),
        encoding="utf-8",
    )
    import_path(desk, run, role="candidate")
    yield desk
    desk.close()


def take(desk: Desk, folder: Path, least: float, reason: str = "") -> versions.Taken:
    path = folder / "gate.yaml"
    path.write_text(f"name: bot\nmetrics:\n  - metric: task_success_rate\n    threshold: '>= {least}'\n", "utf-8")
    return versions.read_gate(desk, path, reason)


def test_a_new_threshold_is_held_against_the_stored_runs_at_once(desk: Desk, tmp_path: Path) -> None:
    first = take(desk, tmp_path, 0.8)
    assert (first.said, first.asks_reason) == ((), False)
    assert load(desk).gate.rows[0].result is Result.FAIL
    versions.lock(desk)
    second = take(desk, tmp_path, 0.7)
    assert second.asks_reason
    assert second.said == (
        "bot v2 replaces bot v1:",
        "task_success_rate: ≥ 0.80 → ≥ 0.70",
        "On the stored runs: task_success_rate fail → pass.",
        "But for the lock, the gate goes from NO-GO to GO WITH CONDITIONS.",
        "The lock is of the version before, so every result reads changed since lock, until the gate is locked again"
        " and a later run is held against it.",
    )
    view = load(desk)
    assert view.gate.rows[0].result is Result.CHANGED
    assert view.gate.changed[0].startswith("the gate: ")
    assert "lock again, and measure task success rate on what is locked" in {flip.text for flip in view.judgement.flips}


def test_the_reason_is_kept_and_may_come_later(desk: Desk, tmp_path: Path) -> None:
    take(desk, tmp_path, 0.8)
    with pytest.raises(ReadinessError, match="took no other gate's place"):
        versions.give_reason(desk, "because")
    assert not take(desk, tmp_path, 0.7, reason="agreed with support on 20 Nov").asks_reason
    revision = load(desk).gate.revision
    assert revision is not None
    assert (revision.before, revision.by, revision.at, revision.reason, revision.lines) == (
        "bot v1", "ana", START, "agreed with support on 20 Nov", ("task_success_rate: ≥ 0.80 → ≥ 0.70",),
    )  # fmt: skip
    take(desk, tmp_path, 0.7, reason="agreed with support and sales")
    assert load(desk).gate.revision.reason == "agreed with support and sales"  # type: ignore[union-attr]
    with pytest.raises(ReadinessError, match="Type a sentence"):
        versions.give_reason(desk, "  ")
    versions.give_reason(desk, "a typo")
    assert load(desk).gate.revision.reason == "a typo"  # type: ignore[union-attr]
    # Back to the first version, which is a change like any other; and that taken back again.
    take(desk, tmp_path, 0.8)
    back = load(desk).gate.revision
    assert back is not None
    assert (back.before, back.reason, back.lines) == ("bot v2", "", ("task_success_rate: ≥ 0.70 → ≥ 0.80",))
    history.undo(desk, history.log(desk)[0].id)
    assert load(desk).gate.revision.reason == "a typo"  # type: ignore[union-attr]


def test_a_candidate_is_of_one_pipeline_version(desk: Desk, tmp_path: Path) -> None:
    for run, version in (("r2", "v1"), ("r3", "v2")):
        path = tmp_path / f"{run}.jsonl"
        path.write_text(
            f'{{"run": {{"id": "{run}", "pipeline_version": "{version}"}}}}\n'
            '{"case_id": "c1", "output": "x", "status": "success"}\n',
            encoding="utf-8",
        )
        import_path(desk, path)
    versions.choose(desk, ["r1", "r2"], role="candidate")
    assert load(desk).review.candidate == ("r1", "r2")
    for role in ("candidate", "baseline"):
        with pytest.raises(
            ReadinessError, match=rf"different pipeline versions \(v1, v2\), so they are not one {role}"
        ):
            versions.choose(desk, ["r1", "r3"], role=role)
    with pytest.raises(ReadinessError, match="No run r4 was imported"):
        versions.choose(desk, ["r4"], role="candidate")
    with pytest.raises(ReadinessError, match="neither candidate nor baseline"):
        versions.choose(desk, ["r1"], role="winner")
    assert (load(desk).review.candidate, load(desk).review.baseline) == (("r1", "r2"), ())
