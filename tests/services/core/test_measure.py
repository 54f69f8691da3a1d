"""What probes are given: incidents and dated drills reach them, and a change of either is measured again."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from readiness_tui.cli.root import run
from readiness_tui.domain.checklists import codec
from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.services.core import measure
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, reviews
from readiness_tui.store import reviews as stored


def test_a_drill_and_an_incident_are_seen_at_once(sample_desk: Desk) -> None:
    reviews.set_depth(sample_desk, Depth.FULL)
    before = load(sample_desk).proposals
    assert before["REL-11"].missing
    assert (before["EVA-09"].k, before["EVA-09"].n) == (1, 1)
    assert before["OBS-06"].text.startswith("0 of 2 incidents")
    assess.attach(sample_desk, ["REL-11"], EvidenceKind.DRILL, "runbook", dated=date(2026, 11, 10))
    edit.create(sample_desk, "Refund booked twice", Sev.SEV1)
    after = load(sample_desk).proposals
    assert after["REL-11"].points == 2
    assert (after["EVA-09"].k, after["EVA-09"].n) == (1, 2)


@pytest.mark.slow
def test_a_note_asks_only_the_probes_that_read_notes(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept and what is asked anew is together the same as everything asked anew."""
    load(sample_desk)
    whole = Counter[str]()
    evaluate = measure.evaluate_gate
    monkeypatch.setattr(measure, "evaluate_gate", lambda *args, **kw: whole.update(["gate"]) or evaluate(*args, **kw))
    edit.create(sample_desk, "Refund booked twice", Sev.SEV1)
    edit.set_field(sample_desk, 1, "detection", "The latency alert fired.")
    assess.attach(sample_desk, ["OBS-01"], EvidenceKind.DRILL, "runbook", dated=date(2026, 11, 10))
    kept = load(sample_desk)
    assert not whole
    sample_desk.cache.clear()
    assert load(sample_desk).measured == kept.measured  # from the file
    assert not whole
    assert load(sample_desk).measured.candidate == kept.measured.candidate
    sample_desk.cache.clear()
    assert sample_desk.store.keep(lambda conn: conn.execute("DELETE FROM kept") and None)
    anew = load(sample_desk)
    assert whole == {"gate": 1}
    assert kept.measured == anew.measured
    assert kept.judgement == anew.judgement
    # A dismissed hit is read by a probe over the traces: that asks for everything.
    hit = next(iter(anew.proposals["REL-03"].examples))
    assess.dismiss_hit(sample_desk, "REL-03", hit, "a test key")
    load(sample_desk)
    assert whole["gate"] > 1


def test_checklists_are_decoded_once_however_many_items_are_scored(
    sample_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    real = codec.from_plain
    monkeypatch.setattr(codec, "from_plain", lambda plain: decoded.append(plain["id"]) or real(plain))
    stored._checklist.cache_clear()
    items = [item.id for item in load(sample_desk).items[:8]]
    for item in items:
        assess.score(sample_desk, [item], 2)
    view = load(sample_desk)
    assert all(view.dossier(item).votes for item in items)
    assert sorted(decoded) == sorted(checklist.id for checklist in view.facts.checklists)


def test_a_checklist_that_was_changed_in_the_file_is_another(sample_desk: Desk) -> None:
    """By content: neither its digest nor its version says that it is the text that was decoded before."""
    before = load(sample_desk).facts.checklists[0]
    with sample_desk.store.write("ana", "by hand", now=sample_desk.now()) as tx:
        tx.conn.execute("UPDATE checklist_text SET json = replace(json, ?, 'Another title')", (before.items[0].title,))
    after = load(sample_desk).facts.checklists[0]
    assert (after.digest, after.items[0].title) == (before.digest, "Another title")


def test_listing_runs_measures_nothing(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "_measure", lambda *_: pytest.fail("gate and probes were measured"))
    assert run(["--db", str(sample_desk.store.path), "runs"]) == 0
