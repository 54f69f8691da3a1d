"""Votes, not-applicables and waivers through their services: who may, until when, and what stands afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, reviews
from tests.conftest import NOW

TODAY = NOW.date()


def blocker(desk: Desk) -> str:
    """A blocker that may be not applicable."""
    return next(item.id for item in load(desk).items if item.severity is Severity.BLOCKER and item.na_allowed)


@pytest.mark.parametrize("days", [0, 1, 90])
def test_a_waiver_may_end_on_any_day_from_today_to_the_ninetieth(desk: Desk, days: int) -> None:
    item = blocker(desk)
    assess.waive(desk, item, "the vendor mends it", "chloe", TODAY + timedelta(days=days))
    waiver = load(desk).dossier(item).waiver
    assert waiver is not None
    assert (waiver.given, waiver.expires) == (TODAY, TODAY + timedelta(days=days))
    assert load(desk).judgement.standings[item].waived


@pytest.mark.parametrize("days", [-1, 91])
def test_a_waiver_on_any_other_day_is_refused(desk: Desk, days: int) -> None:
    item = blocker(desk)
    with pytest.raises(ReadinessError, match="2026-11-24 to 2027-02-22"):
        assess.waive(desk, item, "the vendor mends it", "chloe", TODAY + timedelta(days=days))
    assert load(desk).dossier(item).waiver is None


def test_of_two_reviewers_only_the_other_one_confirms_a_not_applicable(desk: Desk) -> None:
    item = blocker(desk)
    with pytest.raises(ReadinessError, match="is not marked not applicable"):
        assess.confirm_na(desk, item, "ben")
    assess.not_applicable(desk, item, "there is no such part")
    assert load(desk).judgement.standings[item].na_awaiting
    with pytest.raises(ReadinessError, match="Somebody else has to confirm"):
        assess.confirm_na(desk, item, " ANA ")
    assess.confirm_na(desk, item, "ben")
    standing = load(desk).judgement.standings[item]
    assert (standing.applicable, standing.na_awaiting) == (False, False)


def test_a_lone_reviewers_not_applicable_is_enough(empty_desk: Desk) -> None:
    reviews.new_review(empty_desk, system="bot", release="1", reviewers=("ana",))
    item = blocker(empty_desk)
    assess.not_applicable(empty_desk, item, "there is no such part")
    assess.confirm_na(empty_desk, item, "ana")
    assert load(empty_desk).dossier(item).na_confirmed_by == "ana"
    standing = load(empty_desk).judgement.standings[item]
    assert (standing.applicable, standing.na_awaiting) == (False, False)


def test_what_was_shown_needs_a_second_person_and_a_drill_its_day(desk: Desk) -> None:
    item = blocker(desk)
    for nobody in ("", "  ", "ana", " Ana "):
        with pytest.raises(ReadinessError, match="a second named person who saw it"):
            assess.attach(desk, [item], EvidenceKind.SHOWN, "the log", witness=nobody)
    with pytest.raises(ReadinessError, match="A drill counts with its date"):
        assess.attach(desk, [item], EvidenceKind.DRILL, "the runbook")
    with pytest.raises(ReadinessError, match="What is the evidence"):
        assess.attach(desk, [item], EvidenceKind.URL, " ")
    assert load(desk).dossier(item).evidence == ()
    assess.attach(desk, [item], EvidenceKind.SHOWN, " the log ", witness="ben")
    assess.attach(desk, [item], EvidenceKind.DRILL, "the runbook", dated=TODAY)
    assert [(piece.ref, piece.by, piece.witness, piece.dated) for piece in load(desk).dossier(item).evidence] == [
        ("the log", "ana", "ben", None), ("the runbook", "ana", "", TODAY),
    ]  # fmt: skip


def test_a_proof_that_proposes_nothing_is_not_accepted(sample_desk: Desk) -> None:
    silent = [item for item, proposal in load(sample_desk).proposals.items() if proposal.points is None]
    assert silent
    with pytest.raises(ReadinessError, match="No proof proposes points here"):
        assess.accept(sample_desk, silent)
