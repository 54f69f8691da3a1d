"""How long a waiver may last is the policy's to say, and is held to when it is given."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, item_values

ITEM = "REL-03"


@pytest.mark.parametrize("days", [0, 1, 90])
def test_up_to_the_last_day_of_the_policy_it_is_taken(sample_desk: Desk, days: int) -> None:
    today = load(sample_desk).as_of
    assess.waive(sample_desk, ITEM, "accepted", "chloe", today + timedelta(days=days))
    waiver = load(sample_desk).dossier(ITEM).waiver
    assert waiver is not None
    assert (waiver.given, waiver.expires) == (today, today + timedelta(days=days))
    assert load(sample_desk).judgement.standings[ITEM].waived


@pytest.mark.parametrize("days", [-1, 91])
def test_beyond_it_is_refused_with_the_days_there_are(sample_desk: Desk, days: int) -> None:
    today = load(sample_desk).as_of
    with pytest.raises(ReadinessError) as refused:
        assess.waive(sample_desk, ITEM, "accepted", "chloe", today + timedelta(days=days))
    last = today + timedelta(days=90)
    assert str(refused.value) == f"A waiver ends between today and 90 days ahead: {today} to {last}."
    assert load(sample_desk).dossier(ITEM).waiver is None


def test_the_policy_alone_says_how_many(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    today = load(sample_desk).as_of
    monkeypatch.setattr(item_values, "DEFAULT_POLICY", replace(DEFAULT_POLICY, waiver_days=30))
    with pytest.raises(ReadinessError, match="between today and 30 days ahead"):
        assess.waive(sample_desk, ITEM, "accepted", "chloe", today + timedelta(days=31))
    assess.waive(sample_desk, ITEM, "accepted", "chloe", today + timedelta(days=30))
