"""A setting that no probe could read is refused when it is typed."""

from __future__ import annotations

import pytest

from readiness_tui.domain.checklists.declared import SETTINGS, problem
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import reviews


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("step_cap", "a dozen", "The declared step_cap “a dozen” is not a whole number of steps; write it like “12”"),
        ("sampling_rate", "110%", "a share above 0, at most 1"),
        ("user_cap", "plenty", "tokens or US dollars a day"),
        ("slo", "100% / 28 days", "below 100 %"),
    ],
)
def test_refused_with_what_to_type_and_nothing_changes(sample_desk: Desk, name: str, typed: str, said: str) -> None:
    before = load(sample_desk).review.declared
    with pytest.raises(ReadinessError, match="Correct it, or leave it empty") as refusal:
        reviews.declare(sample_desk, name, typed)
    assert said in str(refusal.value)
    assert load(sample_desk).review.declared == before


@pytest.mark.slow
def test_what_is_usable_is_kept_as_typed_and_empty_withdraws(sample_desk: Desk) -> None:
    reviews.declare(sample_desk, "alert_cost", " $ 12.50 ")
    assert load(sample_desk).review.declared["alert_cost"] == "$ 12.50"
    reviews.declare(sample_desk, "alert_cost", " ")
    assert "alert_cost" not in load(sample_desk).review.declared


def test_every_setting_that_can_be_declared_has_a_reader() -> None:
    assert reviews.DECLARABLE.keys() == SETTINGS.keys()
    assert all(problem(name, "\x00") for name in SETTINGS if not name.endswith("_tools"))
