"""The points one item gets, from all that people and probes said about it (scoring.md: "Item", "Probe",
"Several reviewers")."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.checklists.assessment import (
    Assurance,
    Dossier,
    Evidence,
    EvidenceKind,
    Proposal,
    Standing,
    Vote,
)
from readiness_tui.domain.checklists.model import ProbeKind, Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.text.joiners import JOINERS


def item_standing(dossier: Dossier, *, review: Review, as_of: date, viewer: str = "") -> Standing:
    """The item's standing at `as_of`, as `viewer` may see it ("" = the shared screen and every document).

    Each reviewer has at most one vote; the order does not matter. "Not applicable" without a reason, or on an item
    that does not allow it, counts as undecided.
    """
    return _from_votes(dossier, seen(dossier.votes, review, viewer), review, as_of)


def seen(votes: Sequence[Vote], review: Review, viewer: str) -> tuple[Vote, ...]:
    """The votes that `viewer` may see: before the reveal of blind voting only their own, on a shared screen none."""
    if not review.secret:
        return tuple(votes)
    own = name_key(viewer)
    return tuple(vote for vote in votes if name_key(vote.reviewer) == own)


def counts_as_evidence(evidence: Evidence, as_of: date) -> bool:
    """Whether it raises a claim to `evidenced`: `shown` needs a second named person, a drill must have taken place,
    and the rest must be more than a word. What nobody could look up yet counts, under a condition of its own."""
    if not evidence.ref.strip():
        return False
    if evidence.kind is EvidenceKind.SHOWN:
        return bool(evidence.witness.strip()) and name_key(evidence.witness) != name_key(evidence.by)
    if evidence.kind is EvidenceKind.DRILL:
        return evidence.dated is not None and evidence.dated <= as_of
    return not evidence.lookup.claim


def awaits_look_up(evidence: Evidence) -> bool:
    """Whether `readiness evidence verify` would tell more about it. People stand for what was shown, and for drills."""
    return evidence.kind not in (EvidenceKind.SHOWN, EvidenceKind.DRILL) and evidence.lookup.pending


def unchecked(dossier: Dossier, as_of: date) -> tuple[Evidence, ...]:
    """The pieces that carry the item and were not looked up; none where another piece carries it on its own."""
    counting = [piece for piece in dossier.evidence if counts_as_evidence(piece, as_of)]
    waiting = tuple(piece for piece in counting if awaits_look_up(piece))
    return waiting if len(waiting) == len(counting) else ()


def assurance(points: int, evidence: Sequence[Evidence], proposal: Proposal | None, as_of: date) -> Assurance:
    """The assurance of a vote of `points`. A refuting probe never raises it."""
    agrees = proposal is not None and proposal.kind in (ProbeKind.SHARE, ProbeKind.FACT) and proposal.points == points
    shown = proposal.assurance if proposal is not None else None
    if agrees and shown is Assurance.PROVEN and points >= 1:
        return Assurance.PROVEN
    supported = proposal is not None and proposal.kind is ProbeKind.SUPPORT and shown is Assurance.EVIDENCED
    if supported or (agrees and shown in (Assurance.EVIDENCED, Assurance.PROVEN)):
        return Assurance.EVIDENCED
    if any(counts_as_evidence(piece, as_of) for piece in evidence):
        return Assurance.EVIDENCED
    return Assurance.CLAIMED


@dataclass(frozen=True, slots=True)
class _Effective:
    """A vote after the claimed and conflict rules."""

    points: int
    given: int
    assurance: Assurance
    conflict: bool
    overridden: bool


def _effective_vote(dossier: Dossier, given: int, as_of: date) -> _Effective:
    proposal, override = dossier.proposal, dossier.override
    sure = assurance(given, dossier.evidence, proposal, as_of)
    points = min(given, 1) if sure is Assurance.CLAIMED else given
    if proposal is None or proposal.points is None or proposal.points >= given:
        return _Effective(points, given, sure, conflict=False, overridden=False)
    if override is not None and override.digest == proposal.digest:
        return _Effective(points, given, sure, conflict=False, overridden=True)
    return _Effective(min(points, proposal.points), given, sure, conflict=True, overridden=False)


def _from_votes(dossier: Dossier, votes: Sequence[Vote], review: Review, as_of: date) -> Standing:
    """The standing from these votes, and from the recorded consensus once votes are in the open."""
    item = dossier.item
    away = [vote for vote in votes if vote.na and item.na_allowed and vote.na_reason.strip()]
    given = [vote.points for vote in votes if not vote.na and vote.points is not None]
    spread = max(given) - min(given) if given else 0
    agreed = len(set(given)) + bool(away) <= 1

    voted = given
    behind = {name_key(vote.reviewer) for vote in away}
    consensus = None if review.secret else dossier.consensus
    if consensus is not None and consensus.na and item.na_allowed and consensus.reason.strip():
        voted, behind = [], behind | {name_key(consensus.by)}
    elif consensus is not None and not consensus.na and consensus.points is not None:
        voted, behind = [consensus.points], set()

    if voted or not behind:
        return _from_lowest_vote(dossier, voted, as_of, spread=spread, agreed=agreed)
    # "Not applicable" is confirmed once two different people stand behind it, whichever of them confirmed.
    confirmed = len({*behind, name_key(dossier.na_confirmed_by)} - {""}) >= 2
    if item.severity is Severity.BLOCKER and not confirmed and not reviewed_alone(review.reviewers):
        return _from_lowest_vote(dossier, (), as_of, spread=spread, agreed=agreed, na_awaiting=True)
    return _not_applicable(dossier, spread, agreed)


def _not_applicable(dossier: Dossier, spread: int, agreed: bool) -> Standing:
    return Standing(
        item=dossier.item,
        checklist_id=dossier.checklist_id,
        points=None,
        vote=None,
        assurance=None,
        applicable=False,
        spread=spread,
        agreed=agreed,
    )


def _from_lowest_vote(
    dossier: Dossier,
    voted: Sequence[int],
    as_of: date,
    *,
    spread: int = 0,
    agreed: bool = True,
    na_awaiting: bool = False,
) -> Standing:
    """The lowest effective vote, with that vote's assurance; undecided if nobody voted points."""
    lowest = min(
        (_effective_vote(dossier, given, as_of) for given in voted),
        key=lambda vote: (vote.points, vote.given),
        default=None,
    )
    waiver = dossier.waiver
    return Standing(
        item=dossier.item,
        checklist_id=dossier.checklist_id,
        points=lowest.points if lowest else None,
        vote=lowest.given if lowest else None,
        assurance=lowest.assurance if lowest else None,
        na_awaiting=na_awaiting,
        conflict=lowest is not None and lowest.conflict,
        overridden=lowest is not None and lowest.overridden,
        waived=waiver is not None and waiver.live(as_of) and (lowest is None or lowest.points < 2),
        spread=spread,
        agreed=agreed,
    )


def reviewed_alone(reviewers: Iterable[str]) -> bool:
    """Whether there is nobody to confirm: with one reviewer, theirs is enough."""
    return len({name_key(name) for name in reviewers} - {""}) <= 1


def met_by_authors(standings: Mapping[str, Standing], dossiers: Mapping[str, Dossier], review: Review) -> int:
    """How many items are met by the votes of authors alone, where others took part in the review; 0 where nobody else
    did, and before the reveal."""
    authors = {name_key(name) for name in review.authors}
    voted = {item: {name_key(vote.reviewer) for vote in one.votes if vote.decided} for item, one in dossiers.items()}
    others = {name_key(name) for name in review.reviewers}.union(*voted.values()) - authors
    if review.secret or not authors or not others:
        return 0
    met = (item for item, standing in standings.items() if standing.points == 2 and voted.get(item))
    agreed = {item for item, one in dossiers.items() if one.consensus and name_key(one.consensus.by) not in authors}
    return sum(1 for item in met if voted[item] <= authors and item not in agreed)


def name_key(name: str) -> str:
    """The form in which names are compared: spacing and case do not matter, nor how a keyboard writes an accent or a
    joiner between two letters."""
    if not name.isascii():
        name = unicodedata.normalize("NFC", "".join(one for one in name if one not in JOINERS))
    return " ".join(name.split()).casefold()
