"""A frozen verdict holds until a day, in the app as in CI; from the day after, the first line says that it holds no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, conditions, reviews, scorecard
from readiness_tui.tui.screens.overview.look import verdict_of
from tests.conftest import NOW


@pytest.fixture
def frozen(empty_desk: Desk) -> Desk:
    """A review that was frozen on the day of the tests with conditions."""
    reviews.new_review(empty_desk, system="bot", release="1", reviewers=("ana",), checklists=["observability"])
    items = [item.id for item in load(empty_desk).items]
    assess.attach(empty_desk, items, EvidenceKind.SHOWN, "the log", witness="ben")
    assess.score(empty_desk, items, 2)
    assess.score(empty_desk, items[-1:], 1)
    assert load(empty_desk).judgement.verdict is Verdict.CONDITIONS
    scorecard.freeze(empty_desk)
    return empty_desk


def test_until_its_last_day_it_says_so_and_then_that_it_lapsed(frozen: Desk) -> None:
    until = load(frozen).holds_until
    assert until is not None
    for days in range((until - NOW.date()).days + 3):
        day = NOW + timedelta(days=days)
        frozen.clock = lambda day=day: day  # type: ignore[misc]
        over = day.date() > until
        view, (card, _) = load(frozen), conditions.in_effect(frozen, scorecard.current_card(frozen))
        shown = verdict_of(view)
        assert view.lapsed is over
        assert shown.verdict == card.verdict == (Verdict.NO_GO if over else Verdict.CONDITIONS)
        assert shown.words == (
            f"NO-GO: GO WITH CONDITIONS, frozen, lapsed after {until}"
            if over
            else f"GO WITH CONDITIONS until {until}, frozen"
        )
        assert ("Hold the next review" in shown.said) is over


def test_what_is_closed_since_moves_the_day(frozen: Desk) -> None:
    before = load(frozen).holds_until
    assert before is not None
    card = scorecard.current_card(frozen)
    for one in card.conditions:
        if one.due == before:
            conditions.close(frozen, one.key, ["https://example.org/done"])
    after = load(frozen).holds_until
    assert after is not None
    assert after > before


def test_of_an_earlier_day_nothing_is_said_to_have_lapsed(frozen: Desk) -> None:
    until = load(frozen).holds_until
    assert until is not None
    frozen.clock = lambda: NOW + timedelta(days=400)
    assert load(frozen).lapsed
    assert not load(frozen, as_of=NOW.date()).lapsed


def test_a_frozen_no_go_lapses_never(empty_desk: Desk) -> None:
    reviews.new_review(empty_desk, system="bot", release="1", reviewers=("ana",))
    scorecard.freeze(empty_desk)
    empty_desk.clock = lambda: NOW + timedelta(days=400)
    view = load(empty_desk)
    assert (view.holds_until, view.lapsed) == (None, False)
    assert verdict_of(view).words == "NO-GO, frozen"
