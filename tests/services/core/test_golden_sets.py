"""Several golden sets in one system: each holds its own runs, everywhere; which lock counts when a set has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services import runs
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing import imports
from readiness_tui.services.labels import queue
from readiness_tui.services.review import reviews

Record = dict[str, Any]


def lines(path: Path, *records: Record) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def questions(path: Path, *ids: str, word: str = "page") -> Path:
    return lines(path, *({"id": i, "question": f"Which {word} is {i}?", "must_include": [i]} for i in ids))


def run_of(path: Path, ids: Sequence[str], *, word: str = "page", **case: Any) -> Path:
    head = {"run": {"id": path.stem, "prompt_version": "v9", "started_at": "2026-11-23T12:00:00Z"}}
    return lines(
        path, head, *({"case_id": i, "question": f"Which {word} is {i}?", "status": "pass", **case} for i in ids)
    )


@pytest.fixture
def desk(sample_desk: Desk) -> Desk:
    """ana at the sample, where nothing is pinned to the past; every save is a minute later."""
    ticks = iter(range(10_000))
    start: datetime = sample_desk.now()
    sample_desk.clock = lambda: start + timedelta(minutes=next(ticks))
    return sample_desk


def warnings(view: ReviewView) -> str:
    return " ".join(view.gate.warnings)


@pytest.mark.slow
def test_the_sample_is_held_to_its_set_beside_another_that_came_later(desk: Desk, tmp_path: Path) -> None:
    before = load(desk)
    imports.import_path(desk, questions(tmp_path / "attacks.jsonl", "a1", "a2", word="secret"))
    after = load(desk)
    assert after.gate.rows == before.gate.rows
    assert after.gate.high_risk == before.gate.high_risk
    assert after.measured.eval_set == before.measured.eval_set
    imports.import_path(desk, run_of(tmp_path / "red.jsonl", ["a1", "a2"], word="secret"))
    assert runs.detail(desk, "red").data.golden == load(desk).measured.shelf.sets[0]
    assert runs.detail(desk, "rag-v4-2026-11-23").data.golden == before.measured.eval_set


@pytest.mark.slow
def test_of_several_sets_that_fit_the_reviews_setting_names_one(desk: Desk, tmp_path: Path) -> None:
    for name, ids in (("left", ["p1", "p2", "p3"]), ("right", ["p2", "p3", "p4"])):
        imports.import_path(desk, questions(tmp_path / f"{name}.jsonl", *ids))
    imports.import_path(desk, run_of(tmp_path / "new.jsonl", ["p1", "p2", "p3", "p4"]), role="candidate")
    (finding,) = [one for one in load(desk).gate.findings if one.name == "golden-set"]
    assert "run 'new' shares cases with right, left" in finding.text
    assert any(cause.key == "gate/golden-set" for cause in load(desk).judgement.causes)
    reviews.declare(desk, "golden_set", "left")
    view = load(desk)
    assert not [one for one in view.gate.findings if one.name == "golden-set"]
    assert [case.id for case in view.measured.candidate[0].cases] == ["p1", "p2", "p3"]
    assert "1 case that the golden set 'left' does not know is left out: p4" in warnings(view)
    assert [case.id for case in runs.detail(desk, "new").data.every] == ["p1", "p2", "p3", "p4"]


def test_of_several_variants_the_reviews_setting_names_one(desk: Desk, tmp_path: Path) -> None:
    ids = [f"n{i}" for i in range(40)]
    head: Record = {"run": {"id": "ab", "prompt_version": "v9", "started_at": "2026-11-23T12:00:00Z"}}
    made = [
        {"case_id": i, "status": "pass", "variant": variant, "scores": {"faithfulness": value}}
        for variant, value in (("a", 0.5), ("b", 1.0))
        for i in ids
    ]
    imports.import_path(desk, lines(tmp_path / "ab.jsonl", head, *made), role="candidate")
    assert any(one.name == "variant" and one.blocks for one in load(desk).gate.findings)
    reviews.declare(desk, "variant", "a")
    view = load(desk)
    assert not [one for one in view.gate.findings if one.name == "variant"]
    faithful = next(row for row in view.gate.rows if row.rule.metric == "faithfulness")
    assert faithful.estimate is not None
    assert (faithful.estimate.value, faithful.estimate.n) == (0.5, 40)


@pytest.mark.slow
def test_a_label_finds_its_case_by_the_id_of_the_set_that_holds_the_run(desk: Desk, tmp_path: Path) -> None:
    imports.import_path(desk, questions(tmp_path / "pages.jsonl", "p1", "p2"))
    imports.import_path(desk, questions(tmp_path / "attacks.jsonl", "a1", word="secret"))
    records = [{"case_id": f"row-{i}", "question": f"Which page is p{i}?", "output": "x"} for i in (1, 2)]
    head: Record = {"run": {"id": "rows", "prompt_version": "v9", "started_at": "2026-11-23T12:00:00Z"}}
    imports.import_path(desk, lines(tmp_path / "rows.jsonl", head, *records), role="candidate")
    queue.label(desk, "rows", "p2", HumanVerdict.PASS)
    cases = {case.id: case for case in runs.detail(desk, "rows").data.cases}
    assert (cases["p1"].human, cases["p2"].human is not None) == (None, True)
    assert runs.case_view(desk, "p2", load(desk).measured).gold is not None


@pytest.mark.slow
def test_a_lock_again_counts_from_then_where_the_set_has_changed(desk: Desk, tmp_path: Path) -> None:
    """And only there: of a set that gained cases, the first lock still counts."""
    golden = Path(__file__).parents[3] / "sample_data" / "golden_set.jsonl"
    first = load(desk).gate.lock
    assert first is not None
    versions.lock(desk)
    assert load(desk).gate.lock == first
    records = [json.loads(line) for line in golden.read_text(encoding="utf-8").splitlines()]
    new = {"id": "incident-7", "question": "Was the refund booked twice?", "must_include": ["no"]}
    imports.import_path(desk, lines(tmp_path / "golden_set.jsonl", *records, new))
    assert "dataset" not in " ".join(load(desk).gate.changed)
    assert "1 case is new in the golden set since the lock: incident-7" in warnings(load(desk))
    versions.lock(desk)
    assert load(desk).gate.lock == first
    (tmp_path / "eased").mkdir()
    imports.import_path(desk, lines(tmp_path / "eased" / "golden_set.jsonl", *records[:40]))
    assert "the dataset of run" in " ".join(load(desk).gate.changed)
    versions.lock(desk)
    view = load(desk)
    assert view.gate.lock is not None
    assert view.gate.lock.at > first.at
    assert not view.gate.changed
