"""A review judged again after a change is judged as if it had never been judged before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Vote
from readiness_tui.domain.verdict.judge import conclude, judge, work_out
from readiness_tui.domain.verdict.model import Facts
from readiness_tui.domain.verdict.preview import preview_vote
from tests.domain.build import AS_OF
from tests.domain.strategies import reviews_of

DAYS = st.sampled_from([AS_OF, AS_OF, AS_OF + timedelta(days=40)])

VIEWERS = st.sampled_from(["", "ana", "ben"])


@st.composite
def changed(draw: st.DrawFn, before: Facts) -> Facts:
    """The same review after anything happened to it: all else is the very same."""
    other = draw(reviews_of())
    dossiers = {**before.dossiers}
    for item_id in draw(st.sets(st.sampled_from(sorted(dossiers)))):
        dossiers[item_id] = draw(
            st.sampled_from(
                [
                    replace(dossiers[item_id]),
                    replace(dossiers[item_id], votes=(Vote(item_id, "ana", draw(st.sampled_from([0, 1, 2]))),)),
                    replace(dossiers[item_id], waiver=None, consensus=None),
                ]
            )
        )
    parts = ("gate", "incidents", "gaps", "conditions")
    swapped = {name: getattr(other, name) for name in draw(st.sets(st.sampled_from(parts)))}
    review = draw(
        st.sampled_from(
            [
                before.review,
                replace(before.review, owner=other.review.owner, reviewers=other.review.reviewers),
                replace(before.review, depth=other.review.depth),
                replace(before.review, blind=True),
            ]
        )
    )
    return replace(before, dossiers=dossiers, review=review, viewer=draw(VIEWERS), **swapped)


@pytest.mark.slow
@given(st.data(), reviews_of(), DAYS, DAYS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_change_is_judged_as_if_for_the_first_time(
    data: st.DataObject, first: Facts, then: object, now: object
) -> None:
    if data.draw(st.booleans()):  # in blind voting everybody sees another review
        first = replace(first, review=replace(first.review, blind=True), viewer=data.draw(VIEWERS))
    after = data.draw(st.one_of(changed(first), reviews_of()))
    kept = work_out(first, then)  # type: ignore[arg-type]
    assert conclude(work_out(after, now, kept)) == judge(after, now)  # type: ignore[arg-type]


@given(reviews_of())
@settings(max_examples=50)
def test_nothing_is_worked_out_anew_where_nothing_happened(facts: Facts) -> None:
    kept = work_out(facts, AS_OF)
    assert work_out(replace(facts), AS_OF, kept) is kept


@pytest.mark.slow
@given(st.data(), reviews_of(), st.sampled_from([None, 0, 1, 2]))
@settings(max_examples=200, deadline=None)
def test_a_preview_says_what_the_vote_would_bring(data: st.DataObject, facts: Facts, points: int | None) -> None:
    item_id = data.draw(st.sampled_from(sorted(facts.dossiers)))
    now = work_out(facts, AS_OF)
    if item_id not in now.standings:
        return
    told = preview_vote(now, "ana", item_id, points)
    dossier = facts.dossiers[item_id]
    votes = tuple(vote for vote in dossier.votes if vote.reviewer != "ana")
    votes = votes if points is None else (*votes, Vote(item_id, "ana", points))
    voted = replace(facts, dossiers={**facts.dossiers, item_id: replace(dossier, votes=votes)})
    before, after = judge(facts, AS_OF), judge(voted, AS_OF)
    at = [section.checklist.id for section in before.sections].index(dossier.checklist_id)
    assert (told.verdict_before, told.verdict_after) == (before.verdict, after.verdict)
    assert (told.percent_before, told.percent_after) == (before.sections[at].percent, after.sections[at].percent)
    assert told.standing == after.standings[item_id]
