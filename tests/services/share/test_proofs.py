"""What proofs say in a copy: what they said when the bundle was made, whatever is imported there."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.domain.text.plain import plain
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review import assess
from readiness_tui.services.share import giving, merging, taking
from tests.conftest import NOW


@pytest.fixture
def copy(sample_desk: Desk, tmp_path: Path):
    giving.write(tmp_path / "b.json", giving.bundle(sample_desk, "chloe"))
    (tmp_path / "apart").mkdir()
    desk = taking.take(
        tmp_path / "apart" / "readiness.db", taking.bundle_in(tmp_path / "b.json"), "chloe", clock=lambda: NOW
    )
    yield desk
    desk.close()


def test_they_are_those_of_the_first_file_with_their_day(sample_desk: Desk, copy: Desk) -> None:
    here, there = load(sample_desk).proposals, load(copy).proposals
    assert here.keys() == there.keys()
    assert any(one.points is not None for one in here.values())
    for item, one in here.items():
        other = there[item]
        assert (other.points, other.assurance, other.k, other.n, other.low, other.digest) == (
            one.points, one.assurance, one.k, one.n, one.low, one.digest,
        ), item  # fmt: skip
        assert other.examples == one.examples[:20]
        assert "as of the bundle, 2" in other.text + other.missing


def test_accepting_one_is_a_vote_that_comes_back(sample_desk: Desk, copy: Desk, tmp_path: Path) -> None:
    item = next(item for item, one in load(copy).proposals.items() if one.points == 2)
    assess.accept(copy, [item])
    assert load(copy).judgement.standings[item].points == 2  # proven there, as here
    giving.write(tmp_path / "a.json", taking.answer(copy).answer)
    answer = merging.answer_in(tmp_path / "a.json")
    shown = merging.look(sample_desk, answer)
    merging.take_in(sample_desk, answer, shown, "a.json")
    assert ("chloe", 2) in {(vote.reviewer, vote.points) for vote in load(sample_desk).dossier(item).votes}


def test_what_is_imported_into_a_copy_does_not_change_them(copy: Desk, tmp_path: Path) -> None:
    before = plain(load(copy).proposals)
    (tmp_path / "log.jsonl").write_text('{"trace_id": "n1", "model": "m", "latency_ms": 1, "status": "ok"}\n')
    import_path(copy, tmp_path / "log.jsonl")
    assert plain(load(copy).proposals) == before
    assert load(copy).measured.trace_count == 1


def test_a_bundle_stays_small(sample_desk: Desk, tmp_path: Path) -> None:
    giving.write(tmp_path / "b.json", giving.bundle(sample_desk, "chloe"))
    giving.write(tmp_path / "b.json.gz", giving.bundle(sample_desk, "chloe"))
    assert (tmp_path / "b.json").stat().st_size < 400_000
    assert (tmp_path / "b.json.gz").stat().st_size < 100_000
