"""What was frozen stays what it was, whatever comes in afterwards."""

from __future__ import annotations

from readiness_tui.domain.incident import Sev
from readiness_tui.services import incidents, scorecards
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import load


def test_a_later_incident_does_not_move_a_frozen_verdict(sample_desk: Desk) -> None:
    frozen = scorecards.freeze(sample_desk)
    before = scorecards.text(sample_desk)
    incidents.create(sample_desk, "All answers are empty", Sev.SEV1)
    assert scorecards.current_card(sample_desk) == frozen
    assert scorecards.text(sample_desk) == before
    view = load(sample_desk)
    assert view.frozen is not None
    assert view.frozen.verdict is frozen.verdict
    # The next review meets it: the incident is in what the rules find now.
    assert any("INC-3" in cause.text for cause in view.judgement.causes)
