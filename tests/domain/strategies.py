"""Reviews of every shape, as hypothesis strategies: small enough to judge by hand, or by brute force."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Assurance, Consensus, Dossier, LookUp, Override, Vote
from readiness_tui.domain.checklists.model import Depth, Item, ProbeKind, Severity
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.incidents.model import Action, Sev
from readiness_tui.domain.verdict.gap import GapState, StoredCondition
from readiness_tui.domain.verdict.model import Facts
from tests.domain.build import (
    AS_OF,
    YESTERDAY,
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
    scored,
)

IDS = ("A-1", "A-2", "A-3", "B-1", "B-2", "B-3")
CHECKLIST = {"A": "alpha", "B": "beta"}
FUTURE = AS_OF + timedelta(days=9)
DAYS = st.sampled_from([YESTERDAY, AS_OF, FUTURE, None])
WAIVERS = st.sampled_from([None, None, make_waiver(), make_waiver(AS_OF), make_waiver(YESTERDAY)])
LOOKED = st.sampled_from([LookUp.BY_FORM, LookUp.BY_FORM, *LookUp])
POINTS = st.sampled_from([None, 0, 1, 2])


@st.composite
def items(draw: st.DrawFn, item_id: str) -> Item:
    severity = draw(st.sampled_from(list(Severity)))
    lightest = 1 if severity is Severity.BLOCKER else 0
    return make_item(
        item_id,
        severity,
        weight=draw(st.sampled_from([severity.weight, severity.weight, lightest, 7, 40])),
        depth=draw(st.sampled_from([Depth.COURSE, Depth.COURSE, Depth.FULL])),
        same_as=draw(st.sampled_from([(), (), tuple(x for x in IDS if x[0] != item_id[0] and x[2] == item_id[2])])),
    )


@st.composite
def plain_dossiers(draw: st.DrawFn, item: Item) -> Dossier:
    """One vote with evidence, more often met than not."""
    points = draw(st.sampled_from([2, 2, 2, 2, 2, 2, 2, 1, 0, None]))
    return scored(item, points, CHECKLIST[item.id[0]], waiver=draw(WAIVERS))


@st.composite
def dossiers(draw: st.DrawFn, item: Item) -> Dossier:
    """Two reviewers who may disagree, a probe, an override, a consensus."""
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
        evidence=(make_evidence(item_id=item.id, lookup=draw(LOOKED)),) if draw(st.booleans()) else (),
        proposal=proposal,
        override=Override(item.id, "ana", "why", "d1") if draw(st.booleans()) else None,
        waiver=draw(WAIVERS),
        na_confirmed_by=draw(st.sampled_from(["", "ana", "chloe"])),
        consensus=draw(st.sampled_from([None, None, None, Consensus(item.id, 1, False, "ana", "why")])),
    )


@st.composite
def reviews_of(draw: st.DrawFn, ids: tuple[str, ...] = IDS, owners: tuple[str, ...] = ("ana", "")) -> Facts:
    """A review over one or two checklists, with stored gaps and conditions in every state.

    A calm one is mostly in order, so that every verdict is met; a quiet one is about one or two items alone, beside a
    heavy checklist that is met.
    """
    calm = draw(st.booleans())
    quiet = calm and draw(st.booleans())
    if quiet:
        chosen = sorted(draw(st.sets(st.sampled_from(ids), min_size=1, max_size=2)))
    else:
        chosen = [item_id for item_id in ids if draw(st.integers(0, 3 if calm else 1))] or [ids[0]]
    known = [draw((plain_dossiers if calm and not quiet else dossiers)(draw(items(item_id)))) for item_id in chosen]
    checklists = [
        make_checklist(*(one.item for one in known if one.checklist_id == name), id=name)
        for name in CHECKLIST.values()
        if any(one.checklist_id == name for one in known)
    ]
    if quiet:
        beside = [make_item(f"{letter}-9", weight=40) for letter in ("A", "B")]
        checklists = [
            make_checklist(*checklist.items, *(one for one in beside if CHECKLIST[one.id[0]] == checklist.id),
                           id=checklist.id)
            for checklist in checklists
        ]  # fmt: skip
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
        StoredCondition(key, draw(st.sampled_from(["dan", "dan", ""])), draw(DAYS), by_hand=draw(st.booleans()))
        for key in named
        if draw(st.integers(0, 3)) == 0
    ]
    gates = [
        make_outcome(),
        make_outcome(registered=False),
        make_outcome(make_row(make_rule(), Result.FAIL)),
        make_outcome(make_row(make_rule(required=False), Result.FAIL)),
    ]
    incidents = [
        None,
        make_incident(7),
        make_incident(7, Sev.SEV1),
        closed_incident(7, Sev.SEV1, actions=(Action(1, "x", due=YESTERDAY),)),
    ]
    gate = gates[0] if quiet else draw(st.sampled_from(gates))
    incident = None if quiet else draw(st.sampled_from(incidents))
    review = make_review(
        owner="ana" if calm else draw(st.sampled_from(owners)),
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
