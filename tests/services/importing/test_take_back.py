"""Taking an import back: its rows, tallies and proofs go, what it had replaced comes back, the history stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind, LookUp
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.current import system_of
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imported import all_imports
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.reread import reread
from readiness_tui.services.importing.take_back import take_back
from readiness_tui.services.review import assess, carry, history, reviews, scorecard
from readiness_tui.services.review.supersede import supersede
from readiness_tui.store import traces
from readiness_tui.store.measured.recorded import StoredTraces


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path / "readiness.db", "ana", create=True)
    reviews.new_review(opened, system="bot", release="1")
    yield opened
    opened.close()


def log(folder: Path, name: str, numbers: range, answer: str) -> Path:
    path = folder / name
    rows = [
        {"trace_id": f"t{n}", "model": "birch-2026-01-01", "prompt_version": "p7", "question": f"Where is {n}?",
         "answer": answer, "latency_ms": 9, "status": "success", "started_at": f"2026-11-2{n % 3}T10:00:00Z"}
        for n in numbers
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def stored(desk: Desk) -> tuple[object, ...]:
    """All that can be read of the recorded requests, listed and counted, and the proofs they give."""
    with desk.store.read() as conn:
        listed = sorted(
            ((one.id, one.answer) for one in traces.iter_between(conn, system_of(desk))),
        )
        recorded = StoredTraces(conn, system_of(desk))
        counted = sorted((one.n, str(one.day), one.copies, one.ids, str(one.first)) for one in recorded.counted())
    view = load(desk)
    proofs = {item: (p.k, p.n, p.points, p.digest) for item, p in view.proposals.items()}
    return listed, counted, proofs, view.judgement.verdict


def test_what_it_brought_goes_and_what_it_replaced_is_there_again(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, log(tmp_path, "first.jsonl", range(40), "Sent."))
    before = stored(desk)
    import_path(desk, log(tmp_path, "second.jsonl", range(20, 60), "Lost."))
    third = log(tmp_path, "third.jsonl", range(30, 35), "Found.")
    import_path(desk, third)
    both = stored(desk)
    assert both != before

    done = take_back(desk, 3)
    assert (done.info.traces, [info.id for info in all_imports(desk)]) == (5, [2, 1])
    take_back(desk, 2)
    assert stored(desk) == before
    assert history.log(desk)[0].what.startswith("import 2 taken back")
    assert "What was imported is taken back whole" in history.why_not(desk, history.log(desk)[-2].id)
    with desk.store.read() as conn:
        left = {
            table: conn.execute(f"SELECT count(*) FROM {table} WHERE {column} <> 1").fetchone()[0]
            for table, column in (("import", "id"), ("trace", "import_id"), ("trace_raw", "import_id"),
                                  ("trace_id", "import_id"), ("trace_tally", "import_id"), ("trace_measure", "of_import"),
                                  ("trace_content", "import_id"), ("trace_superseded", "import_id"), ("trace_stale", "import_id"))
        }  # fmt: skip
    assert set(left.values()) == {0}
    assert desk.store.integrity() == []
    # The same files again: as it was with both.
    import_path(desk, tmp_path / "second.jsonl")
    import_path(desk, third)
    assert stored(desk)[:3] == both[:3]


def test_an_import_in_the_middle_goes_and_the_later_one_still_replaces_the_first(desk: Desk, tmp_path: Path) -> None:
    for name, answer in (("a", "A."), ("b", "B."), ("c", "C.")):
        import_path(desk, log(tmp_path, f"{name}.jsonl", range(10), answer))
    take_back(desk, 2)
    assert {answer for _, answer in stored(desk)[0]} == {"C."}
    take_back(desk, 3)
    assert {answer for _, answer in stored(desk)[0]} == {"A."}


def test_evidence_that_named_it_is_a_claim_from_then_on_and_a_frozen_scorecard_stays(
    desk: Desk, tmp_path: Path
) -> None:
    path = log(tmp_path, "log.jsonl", range(40), "Sent.")
    import_path(desk, path)
    item = load(desk).items[2].id
    assess.attach(desk, [item], EvidenceKind.TRACE, "t7")
    scorecard.freeze(desk)
    kept = scorecard.text(desk)
    history.next_review(desk, "2")
    assess.attach(desk, [item], EvidenceKind.TRACE, "t8")
    done = take_back(desk, 1)
    assert (done.evidence, done.frozen) == ((f"{item} trace t8",), ("1",))
    assert "supersede it" in done.summary
    assert load(desk).dossier(item).evidence[0].lookup is LookUp.ABSENT
    desk.review_id = 1
    assert scorecard.text(desk) == kept


@pytest.mark.parametrize("onward", ["superseded", "confirmed"])
def test_evidence_goes_on_into_another_review_as_what_it_is_now(onward: str, desk: Desk, tmp_path: Path) -> None:
    """It was found when the review was frozen; what it names was taken back since."""
    import_path(desk, log(tmp_path, "gone.jsonl", range(10), "Sent."))
    import_path(desk, log(tmp_path, "here.jsonl", range(20, 30), "Sent."))
    item = load(desk).items[2].id
    for ref in ("t7", "t27"):
        assess.attach(desk, [item], EvidenceKind.TRACE, ref)
    assess.score(desk, [item], 2)
    scorecard.freeze(desk)
    take_back(desk, 1)
    if onward == "superseded":
        supersede(desk, "a wrong file was in it")
    else:
        history.next_review(desk, "2", "")
        carry.confirm(desk, [item])
    found = {piece.ref: piece.lookup for piece in load(desk).dossier(item).evidence}
    assert found == {"t7": LookUp.ABSENT, "t27": LookUp.FOUND}
    desk.review_id = 1
    assert {piece.lookup for piece in load(desk).dossier(item).evidence} == {LookUp.FOUND}


def test_a_number_that_is_none_and_one_that_was_read_again_are_refused(desk: Desk, tmp_path: Path) -> None:
    import_path(desk, log(tmp_path, "log.jsonl", range(5), "Sent."))
    with pytest.raises(ReadinessError, match="There is no import 7"):
        take_back(desk, 7)
    reread(desk, 1)
    with pytest.raises(ReadinessError, match="read again as import 2"):
        take_back(desk, 1)
    take_back(desk, 2)
    assert [info.id for info in all_imports(desk)] == [1]
    assert len(stored(desk)[0]) == 5
    assert desk.store.integrity() == []
