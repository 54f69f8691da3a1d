"""The properties that scoring.md promises, on small reviews of every shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Assurance, Dossier, Vote
from readiness_tui.domain.checklists.model import ProbeKind
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Facts, Judgement
from tests.domain.build import (
    AS_OF,
    YESTERDAY,
    change_dossier,
    make_evidence,
    make_waiver,
)
from tests.domain.strategies import reviews_of


def never_lower(before: Judgement, after: Judgement) -> None:
    for old, new in zip(before.sections, after.sections, strict=True):
        assert (old.score is None) == (new.score is None)
        assert old.score is None or new.score is None or new.score >= old.score
    assert before.headline is None or after.headline is None or after.headline >= before.headline
    assert before.assessed is None or after.assessed is None or after.assessed >= before.assessed
    assert after.verdict.rank <= before.verdict.rank


def one_below_2(facts: Facts) -> st.SearchStrategy[str]:
    """An item that can be raised, where there is one."""
    low = [item_id for item_id, one in judge(facts, AS_OF).standings.items() if one.counts < 2]
    return st.sampled_from(low or sorted(facts.dossiers))


def raised_vote(data: st.DataObject, dossier: Dossier) -> Dossier | None:
    """One vote raised, or the first one cast; None where that would change what is applicable."""
    if any(vote.na for vote in dossier.votes):
        return None
    cast = [vote for vote in dossier.votes if vote.points is not None]
    if not cast:
        first = Vote(dossier.item.id, "ana", data.draw(st.integers(0, 2)))
        return replace(dossier, votes=(first, *(vote for vote in dossier.votes if vote.reviewer != "ana")))
    one = data.draw(st.sampled_from(cast))
    up = replace(one, points=data.draw(st.integers(one.points or 0, 2)))
    return replace(dossier, votes=tuple(up if vote is one else vote for vote in dossier.votes))


def raised_assurance(data: st.DataObject, dossier: Dossier) -> Dossier:
    """Evidence attached, or the probe's assurance one step up."""
    if dossier.proposal is not None and data.draw(st.booleans()):
        ladder = [None, Assurance.CLAIMED, Assurance.EVIDENCED, Assurance.PROVEN]
        at = ladder.index(dossier.proposal.assurance)
        if dossier.proposal.kind is not ProbeKind.SUPPORT:  # a support probe gives a figure or none
            return replace(dossier, proposal=replace(dossier.proposal, assurance=ladder[min(at + 1, 3)]))
    return replace(dossier, evidence=(*dossier.evidence, make_evidence(id=2, item_id=dossier.item.id)))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data(), reviews_of())
def test_raising_one_items_points_or_assurance_never_lowers_anything(data: st.DataObject, facts: Facts):
    dossier = facts.dossiers[data.draw(one_below_2(facts))]
    how: Callable[[st.DataObject, Dossier], Dossier | None] = data.draw(
        st.sampled_from([raised_vote, raised_assurance])
    )
    raised = how(data, dossier)
    if raised is not None:
        after = replace(facts, dossiers={**facts.dossiers, dossier.item.id: raised})
        never_lower(judge(facts, AS_OF), judge(after, AS_OF))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data(), reviews_of())
def test_a_waiver_leaves_every_sum_equal_and_never_worsens_the_verdict(data: st.DataObject, facts: Facts):
    item_id = data.draw(one_below_2(facts))
    waiver = make_waiver(data.draw(st.sampled_from([YESTERDAY, AS_OF, AS_OF + timedelta(days=90)])))
    before = judge(change_dossier(facts, item_id, waiver=None), AS_OF)
    after = judge(change_dossier(facts, item_id, waiver=waiver), AS_OF)
    assert [section.score for section in before.sections] == [section.score for section in after.sections]
    assert (before.headline, before.mean, before.assessed) == (after.headline, after.mean, after.assessed)
    assert after.verdict.rank <= before.verdict.rank


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.data(), reviews_of())
def test_the_order_of_saves_does_not_matter(data: st.DataObject, facts: Facts):
    def shuffled(known: dict[str, Any] | None) -> dict[str, Any]:
        return dict(data.draw(st.permutations(list((known or {}).items()))))

    mixed = replace(
        facts,
        dossiers={
            item_id: replace(
                dossier,
                votes=tuple(data.draw(st.permutations(dossier.votes))),
                evidence=tuple(data.draw(st.permutations(dossier.evidence))),
            )
            for item_id, dossier in shuffled(facts.dossiers).items()
        },
        gaps=shuffled(facts.gaps),
        conditions=shuffled(facts.conditions),
    )
    assert judge(mixed, AS_OF) == judge(facts, AS_OF)
