"""What probes are given: incidents and dated drills reach them, and a change of either is measured again."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.assessment import EvidenceKind
from readiness_tui.domain.checklist import Depth
from readiness_tui.domain.incident import Sev
from readiness_tui.services import assess, incidents, reviews
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import load


def test_a_drill_and_an_incident_are_seen_at_once(sample_desk: Desk) -> None:
    reviews.set_depth(sample_desk, Depth.FULL)
    before = load(sample_desk).proposals
    assert before["REL-11"].missing
    assert (before["EVA-09"].k, before["EVA-09"].n) == (1, 1)
    assert before["OBS-06"].text.startswith("0 of 2 incidents")
    assess.attach(sample_desk, ["REL-11"], EvidenceKind.DRILL, "runbook", dated=date(2026, 11, 10))
    incidents.create(sample_desk, "Refund booked twice", Sev.SEV1)
    after = load(sample_desk).proposals
    assert after["REL-11"].points == 2
    assert (after["EVA-09"].k, after["EVA-09"].n) == (1, 2)
