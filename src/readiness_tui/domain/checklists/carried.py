"""What the review before said of an item, and what a confirmation of it votes (scoring.md, "From one review to the next").

Last time counts for nothing until somebody confirms it. A whole section may be confirmed at once, but for the items of
which `looked_at_alone` says why a person has to look at each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from readiness_tui.domain.checklists.assessment import Consensus, Dossier, Evidence, Override, Vote
from readiness_tui.domain.checklists.evidence import evidence_text
from readiness_tui.domain.checklists.model import Item, Severity
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.text.format import full_day

OLD_EVIDENCE_DAYS = 90
_POINTS = ("missing", "partial", "met")


@dataclass(frozen=True, slots=True)
class LastTime:
    """One item as the review before left it.

    `points`: what it counted, None where nobody had decided it or it did not apply. `votes`: those that may be seen.
    `proof`: the digest of its proof then, empty where it had none; None where nobody kept it (that review is not frozen).
    """

    item: Item  # as it was worded then
    review_id: int
    release: str
    points: int | None
    not_applicable: str = ""  # the reason, where it did not apply
    votes: tuple[Vote, ...] = ()
    consensus: Consensus | None = None
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    ticks: tuple[str, ...] = ()
    override: Override | None = None
    proof: str | None = None

    @property
    def word(self) -> str:
        """ "2 met", "n/a", "undecided"."""
        if self.points is not None:
            return f"{self.points} {_POINTS[self.points]}"
        return "n/a" if self.not_applicable else "undecided"

    def own(self, reviewer: str) -> Vote | None:
        """The vote of this reviewer then."""
        return next(
            (vote for vote in self.votes if vote.decided and name_key(vote.reviewer) == name_key(reviewer)), None
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that is not confirmed together with its section, and why."""

    item_id: str
    reasons: tuple[str, ...]


def confirming_vote(last: LastTime, reviewer: str, at: datetime, *, together: bool = False) -> Vote | None:
    """What a confirmation by `reviewer` votes: what they agreed to, else voted then, else where the item stood.

    None where there is nothing to confirm: nobody had decided it.
    """
    own = last.own(reviewer)
    if own is not None and last.consensus is None:
        points, na_reason = own.points, own.na_reason if own.na else ""
    else:
        points, na_reason = last.points, last.not_applicable
    if points is None and not na_reason:
        return None
    return Vote(
        last.item.id,
        reviewer,
        None if na_reason else points,
        na=bool(na_reason),
        na_reason=na_reason,
        at=at,
        carried_from=last.review_id,
        together=together,
    )


def looked_at_alone(last: LastTime, now: Dossier, incidents: Iterable[str], as_of: date) -> tuple[str, ...]:
    """Why the item is not confirmed together with others; empty where it may be.

    `incidents`: names of those that touched it.
    """
    return tuple(_reasons(last, now, tuple(incidents), as_of))


def _reasons(last: LastTime, now: Dossier, incidents: tuple[str, ...], as_of: date) -> Iterator[str]:
    if now.item.severity is Severity.BLOCKER:
        yield "it is a blocker"
    if now.item != last.item:
        yield "it is worded or weighed otherwise than last time"
    for piece in last.evidence:
        if (day := evidence_day(piece)) is not None and (as_of - day).days > OLD_EVIDENCE_DAYS:
            yield f"its evidence of {full_day(day)} is {(as_of - day).days} days old: {evidence_text(piece)}"
        elif day is None:
            yield f"nobody knows from when its evidence is: {evidence_text(piece)}"
    yield from _proof(last, now)
    if incidents:
        yield f"touched by {', '.join(incidents)}"
    given = {(vote.points, vote.na) for vote in last.votes if vote.decided}
    if len(given) > 1 and last.consensus is None:
        yield "votes differed last time and nobody recorded a consensus"


def _proof(last: LastTime, now: Dossier) -> Iterator[str]:
    digest = now.proposal.digest if now.proposal is not None else ""
    if last.proof is None:
        if digest:
            yield "what its proof said then was not kept: the last review is not frozen"
    elif digest != last.proof:
        if not last.proof:
            yield "a proof speaks of it now, and did not last time"
        elif not digest:
            yield "its proof of last time says nothing now"
        else:
            yield "its proof rests on other data than last time"


def evidence_day(piece: Evidence) -> date | None:
    """From when a piece of evidence is: its own date, else the day it was attached."""
    return piece.dated or (piece.at.date() if piece.at is not None else None)


def carried_text(votes: Iterable[Vote]) -> str:
    """ "carried, confirmed together by ana": which of these votes stand as confirmations of last time's; empty for none.

    Names in their order, those who confirmed the item by itself first.
    """
    carried = [vote for vote in votes if vote.carried_from is not None]
    parts = []
    for words, together in (("confirmed", False), ("confirmed together", True)):
        if names := sorted({vote.reviewer for vote in carried if vote.together is together}):
            parts.append(f"{words} by {', '.join(names)}")
    return f"carried, {'; '.join(parts)}" if parts else ""
