"""Which keys of scoring have something to act on, at one item."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.checklists.model import ProbeKind
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import roles

#: What gives or takes back a vote, or says something of one.
VOTES = frozenset({"score", "not_applicable", "accept", "keep", "copy", "unscore"})


def offers(
    view: ReviewView, standing: Standing | None, siblings: Sequence[str], action: str, room: Sequence[str] = ()
) -> bool:
    """Whether `action` would do something now: on a frozen review only what reads, for an observer nothing that votes.
    `room`: whose the vote is where several vote on one screen."""
    if standing is None:
        return False
    dossier = view.dossier(standing.item.id)
    proposal = dossier.proposal
    if action == "examples":
        return proposal is not None and bool(proposal.examples)
    if view.review.frozen_at is not None:
        return False
    if action in VOTES and roles.observes(view.review, view.who) and (not room or action == "keep"):
        return False
    me = name_key(room[0] if room else view.who)
    mine = next((vote for vote in dossier.votes if name_key(vote.reviewer) == me), None)
    refutes = proposal is not None and proposal.kind is ProbeKind.REFUTE
    short = standing.applicable and standing.counts < 2
    attached = [piece for one in view.facts.dossiers.values() for piece in one.evidence if piece.by == view.who]
    last = max(attached, key=lambda piece: piece.id, default=None)
    away = any(vote.na for vote in dossier.votes)
    return {
        "not_applicable": standing.item.na_allowed and not (mine is not None and mine.na),
        "accept": proposal is not None and proposal.points is not None
        and (mine is None or mine.points != proposal.points),
        "keep": standing.conflict,
        "dismiss_hit": refutes and proposal is not None and bool(proposal.examples),
        "restore_hit": refutes,
        "same_evidence": last is not None and (last.kind, last.ref) not in [(p.kind, p.ref) for p in dossier.evidence],
        "detach": bool(dossier.evidence),
        "tick": bool(standing.item.ticks),
        "waive": short or dossier.waiver is not None,
        "owner": short,
        "due": short,
        "defer": short,
        "copy": bool(siblings) and mine is not None,
        "confirm": not view.review.secret
        and (standing.na_awaiting or (away and not dossier.na_confirmed_by)
             or (not standing.agreed and roles.agrees(view.review, view.who))),
        "unscore": mine is not None,
    }.get(action, True)  # fmt: skip
