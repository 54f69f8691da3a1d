"""A hit that was called harmless can be counted again."""

from __future__ import annotations

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history


@pytest.mark.slow
def test_a_dismissal_is_taken_back_and_the_hit_refutes_again(sample_desk: Desk) -> None:
    before = load(sample_desk).proposals["REL-03"]
    for hit in before.examples:
        assess.dismiss_hit(sample_desk, "REL-03", hit, "a test key")
    assert load(sample_desk).proposals["REL-03"].points is None
    made = assess.dismissed(sample_desk)
    assert {(one.query, one.hit, one.reason, one.by) for one in made} == {
        (before.query, hit, "a test key", "ana") for hit in before.examples
    }
    for one in made:
        assess.restore_hit(sample_desk, one.query, one.hit)
    assert load(sample_desk).proposals["REL-03"] == before
    assert assess.dismissed(sample_desk) == []
    with pytest.raises(ReadinessError, match=r"is not dismissed any more: somebody took that back meanwhile"):
        assess.restore_hit(sample_desk, made[0].query, made[0].hit)
    history.undo(sample_desk, history.log(sample_desk, limit=1)[0].id)
    assert assess.dismissed(sample_desk) == [made[-1]]
