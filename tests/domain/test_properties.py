"""The properties that scoring.md promises, on small reviews of every shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.assessment import Assurance, Consensus, Dossier, Override, Vote
from readiness_tui.domain.checklist import Depth, Item, ProbeKind, Severity
from readiness_tui.domain.gap import GapState, StoredCondition
from readiness_tui.domain.gate import Result
from readiness_tui.domain.incident import Action, Sev
from readiness_tui.domain.judge import judge
from readiness_tui.domain.verdict import Facts, Judgement
from tests.domain.build import (
    AS_OF,
    YESTERDAY,
    change_dossier,
    closed_incident,
    make_checklist,
    make_evidence,
    make_facts,
    make_gap,
    make_incident,
    make_item,
    make_na,
    make_outcome,
    make_proposal,
    make_review,
    make_row,
    make_rule,
    make_waiver,
)

IDS = ("A-1", "A-2", "A-3", "B-1", "B-2", "B-3")
CHECKLIST = {"A": "alpha", "B": "beta"}
DAYS = st.sampled_from([YESTERDAY, AS_OF, AS_OF + timedelta(days=9), None])
POINTS = st.sampled_from([None, 0, 1, 2])


@st.composite
def items(draw: st.DrawFn, item_id: str) -> Item:
    severity = draw(st.sampled_from(list(Severity)))
    lightest = 1 if severity is Severity.BLOCKER else 0
    return make_item(
        item_id,
        severity,
        weight=draw(st.one_of(st.just(severity.weight), st.integers(lightest, 9))),
        depth=draw(st.sampled_from([Depth.COURSE, Depth.COURSE, Depth.FULL])),
        same_as=draw(st.sampled_from([(), (), tuple(x for x in IDS if x[0] != item_id[0] and x[2] == item_id[2])])),
    )


@st.composite
def dossiers(draw: st.DrawFn, item: Item) -> Dossier:
    votes: list[Vote] = []
    for name in ("ana", "ben"):
        word = draw(st.sampled_from(["none", "points", "points", "points", "na"]))
        if word == "points":
            votes.append(Vote(item.id, name, draw(POINTS)))
        elif word == "na" and draw(st.booleans()):
            votes.append(make_na(name, item_id=item.id))
    proposal = draw(
        st.one_of(
            st.none(),
            st.builds(
                make_proposal,
                POINTS,
                st.sampled_from([None, *Assurance]),
                st.sampled_from(list(ProbeKind)),
            ),
        )
    )
    return Dossier(
        item,
        CHECKLIST[item.id[0]],
        votes=tuple(votes),
        evidence=(make_evidence(item_id=item.id),) if draw(st.booleans()) else (),
        proposal=proposal,
        override=Override(item.id, "ana", "why", "d1") if draw(st.booleans()) else None,
        waiver=draw(st.sampled_from([None, None, make_waiver(), make_waiver(AS_OF), make_waiver(YESTERDAY)])),
        na_confirmed_by=draw(st.sampled_from(["", "ana", "chloe"])),
        consensus=draw(st.sampled_from([None, None, None, Consensus(item.id, 1, False, "ana", "why")])),
    )


@st.composite
def reviews_of(draw: st.DrawFn, ids: tuple[str, ...] = IDS, owners: tuple[str, ...] = ("ana", "")) -> Facts:
    """A review over one or two checklists, with stored gaps and conditions in every state."""
    chosen = [item_id for item_id in ids if draw(st.booleans())] or [ids[0]]
    known = [draw(dossiers(draw(items(item_id)))) for item_id in chosen]
    checklists = [
        make_checklist(*(one.item for one in known if one.checklist_id == name), id=name)
        for name in CHECKLIST.values()
        if any(one.checklist_id == name for one in known)
    ]
    keys = [f"item/{one.checklist_id}/{one.item.id}" for one in known]
    gaps = [
        make_gap(
            key, owner=draw(st.sampled_from(["ben", ""])), due=draw(DAYS), state=draw(st.sampled_from(list(GapState)))
        )
        for key in keys
        if draw(st.booleans())
    ]
    named = [*keys, *(f"section/{checklist.id}" for checklist in checklists), "assessed", "gate/lock", "incident/7"]
    conditions = [
        StoredCondition(key, draw(st.sampled_from(["dan", "dan", ""])), draw(DAYS))
        for key in named
        if draw(st.integers(0, 3)) == 0
    ]
    gate = draw(
        st.sampled_from(
            [
                make_outcome(),
                make_outcome(),
                make_outcome(registered=False),
                make_outcome(make_row(make_rule(), Result.FAIL)),
            ]
        )
    )
    incident = draw(
        st.sampled_from(
            [
                None,
                None,
                make_incident(7),
                make_incident(7, Sev.SEV1),
                closed_incident(7, Sev.SEV1, actions=(Action(1, "x", due=YESTERDAY),)),
            ]
        )
    )
    review = make_review(
        owner=draw(st.sampled_from(owners)),
        depth=draw(st.sampled_from(list(Depth))),
        reviewers=draw(st.sampled_from([("ana", "ben"), ("ana", "ben"), ("ana",)])),
    )
    return make_facts(
        *checklists,
        dossiers=known,
        gaps=gaps,
        conditions=conditions,
        gate=gate,
        incidents=(incident,) if incident else (),
        review=review,
    )


def never_lower(before: Judgement, after: Judgement) -> None:
    for old, new in zip(before.sections, after.sections, strict=True):
        assert (old.score is None) == (new.score is None)
        assert old.score is None or new.score is None or new.score >= old.score
    assert before.headline is None or after.headline is None or after.headline >= before.headline
    assert before.assessed is None or after.assessed is None or after.assessed >= before.assessed
    assert after.verdict.rank <= before.verdict.rank


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


@settings(max_examples=300, deadline=None)
@given(st.data(), reviews_of())
def test_raising_one_items_points_or_assurance_never_lowers_anything(data: st.DataObject, facts: Facts):
    dossier = facts.dossiers[data.draw(st.sampled_from(sorted(facts.dossiers)))]
    how: Callable[[st.DataObject, Dossier], Dossier | None] = data.draw(
        st.sampled_from([raised_vote, raised_assurance])
    )
    raised = how(data, dossier)
    if raised is not None:
        after = replace(facts, dossiers={**facts.dossiers, dossier.item.id: raised})
        never_lower(judge(facts, AS_OF), judge(after, AS_OF))


@settings(max_examples=200, deadline=None)
@given(st.data(), reviews_of())
def test_a_waiver_leaves_every_sum_equal_and_never_worsens_the_verdict(data: st.DataObject, facts: Facts):
    item_id = data.draw(st.sampled_from(sorted(facts.dossiers)))
    waiver = make_waiver(data.draw(st.sampled_from([YESTERDAY, AS_OF, AS_OF + timedelta(days=90)])))
    before = judge(change_dossier(facts, item_id, waiver=None), AS_OF)
    after = judge(change_dossier(facts, item_id, waiver=waiver), AS_OF)
    assert [section.score for section in before.sections] == [section.score for section in after.sections]
    assert (before.headline, before.mean, before.assessed) == (after.headline, after.mean, after.assessed)
    assert after.verdict.rank <= before.verdict.rank


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
