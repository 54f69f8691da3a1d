"""The reviews of one system after each other: what the next one takes over, and what it asks anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import target
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history
from readiness_tui.services.review import reviews as open_reviews
from readiness_tui.store import reviews as stored


def test_the_last_candidate_is_the_next_baseline(desk: Desk) -> None:
    with desk.store.write("ana", "runs chosen", now=desk.now()) as tx:
        stored.put(tx, replace(load(desk).review, baseline=("oldest",), candidate=("older-1", "older-2")))
    history.next_review(desk, " 2 ", date(2026, 12, 1))
    now = load(desk).review
    assert (now.release, now.held_on.isoformat()) == ("2", "2026-12-01")
    assert (now.baseline, now.candidate) == (("older-1", "older-2"), ())
    history.next_review(desk, "3")
    assert (load(desk).review.baseline, load(desk).review.held_on) == ((), desk.now().date())


def test_people_and_settings_go_on_and_votes_do_not(desk: Desk) -> None:
    item = load(desk).items[0].id
    open_reviews.declare(desk, "step_cap", "12")
    assess.score(desk, [item], 1)
    before = load(desk).review
    history.next_review(desk, "2")
    view = load(desk)
    assert view.dossier(item).votes == ()
    assert (view.review.reviewers, view.review.declared) == (before.reviewers, {"step_cap": "12"})
    assert load(target.moved(desk, before.id)).dossier(item).votes[0].points == 1


def test_what_was_revealed_stays_so_and_the_next_review_is_blind_again(desk: Desk) -> None:
    open_reviews.set_blind(desk, True)
    open_reviews.reveal(desk)
    assert load(desk).review.revealed
    for hide in (True, False):
        with pytest.raises(ReadinessError, match="cannot be hidden again"):
            open_reviews.set_blind(desk, hide)
    with pytest.raises(ReadinessError, match="revealed already"):
        open_reviews.reveal(desk)
    assert load(desk).review.revealed
    history.next_review(desk, "2")
    assert (load(desk).review.blind, load(desk).review.revealed) == (True, False)
