"""What was frozen stays what it was, whatever comes in afterwards."""

from __future__ import annotations

from readiness_tui.domain.incidents.model import Sev
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import scorecard


def test_a_later_incident_does_not_move_a_frozen_verdict(sample_desk: Desk) -> None:
    frozen = scorecard.freeze(sample_desk)
    before = scorecard.text(sample_desk)
    edit.create(sample_desk, "All answers are empty", Sev.SEV1)
    assert scorecard.current_card(sample_desk) == frozen
    assert scorecard.text(sample_desk) == before
    view = load(sample_desk)
    assert view.frozen is not None
    assert view.frozen.verdict is frozen.verdict
    # The next review meets it: the incident is in what the rules find now.
    assert any("INC-3" in cause.text for cause in view.judgement.causes)
