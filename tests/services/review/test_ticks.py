"""EVA-14's seven evaluation types are ticked off: stored, audited, undone, printed; they score nothing by themselves."""

from __future__ import annotations

import pytest

from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history, reviews, scorecard
from readiness_tui.store import assessments, audit

ITEM = "EVA-14"


@pytest.fixture
def desk(sample_desk: Desk) -> Desk:
    reviews.set_depth(sample_desk, Depth.FULL)
    return sample_desk


def evidence(desk: Desk) -> tuple[str, ...]:
    sections = scorecard.current_card(desk).sections
    return next(item.evidence for section in sections for item in section.items if item.id == ITEM)


def test_ticks_stand_in_the_items_order_and_on_its_line_of_the_scorecard(desk: Desk) -> None:
    before = load(desk)
    assert evidence(desk) == ()
    assess.tick(desk, ITEM, "retrieval quality", on=True)
    assess.tick(desk, ITEM, "unit tests for deterministic logic", on=True)
    after = load(desk)
    assert after.dossier(ITEM).ticks == ("unit tests for deterministic logic", "retrieval quality")
    assert evidence(desk) == ("ticked 2 of 7: unit tests for deterministic logic, retrieval quality",)
    assert "ticked 2 of 7: unit tests for deterministic logic, retrieval quality" in scorecard.render(
        scorecard.current_card(desk), "md"
    )
    # No vote, no evidence: what the item counts is for people to say.
    assert after.judgement.standings == before.judgement.standings
    assess.tick(desk, ITEM, "retrieval quality", on=False)
    assert load(desk).dossier(ITEM).ticks == ("unit tests for deterministic logic",)


@pytest.mark.slow
def test_a_tick_is_in_the_history_of_its_item_and_undone_there(desk: Desk) -> None:
    assess.tick(desk, ITEM, "prompt regression", on=True)
    with desk.store.read() as conn:
        (change,) = audit.log(conn, item=ITEM)
    assert (change.who, change.what, change.undoable) == ("ana", "EVA-14: prompt regression ticked", True)
    history.undo(desk, change.id)
    assert load(desk).dossier(ITEM).ticks == ()
    assess.tick(desk, ITEM, "prompt regression", on=True)
    assess.tick(desk, ITEM, "prompt regression", on=False)
    history.undo(desk, history.log(desk, limit=1)[0].id)
    assert load(desk).dossier(ITEM).ticks == ("prompt regression",)


def test_what_the_item_does_not_list_is_refused_and_what_it_lists_no_longer_counts_for_nothing(desk: Desk) -> None:
    with pytest.raises(
        ReadinessError, match=r"EVA-14 has no “chaos” to tick\. It has: unit tests for .*when applicable"
    ):
        assess.tick(desk, ITEM, "chaos", on=True)
    with pytest.raises(ReadinessError, match=r"REL-03 has no “chaos” to tick\. It has: nothing to tick"):
        assess.tick(desk, "REL-03", "chaos", on=True)
    review = load(desk).review
    with desk.store.write("ana", "a tick of an earlier version", now=desk.now()) as tx:
        assessments.put_tick(tx, review.id, ITEM, "adversarial", "ana")
    assert load(desk).dossier(ITEM).ticks == ()
