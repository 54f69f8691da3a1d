"""What becomes of what a reviewer said apart, beside what the review holds by now: nothing is written over unasked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from readiness_tui.domain.checklists.assessment import Vote
from readiness_tui.domain.share.bundle import EvidencePiece, ItemAnswer, same_vote
from readiness_tui.domain.text.masking import mask
from readiness_tui.domain.verdict.rival import Weighed, weigh


class AnswerPart(StrEnum):
    VOTE = "vote"
    NOTE = "note"
    EVIDENCE = "evidence"


class MergeOutcome(StrEnum):
    SAME = "as here"
    TAKEN = "taken in"
    WAITING = "kept beside already"  # an earlier answer brought the same, and nobody has settled the two yet
    SETTLED = "settled already"  # an earlier answer brought the same, and somebody has settled the two
    BESIDE = "kept beside"  # both texts stand until somebody settles them
    CONFLICT = "conflict"  # what is here stands, unless it is asked to be written over
    OUT = "left out"  # what cannot be taken in at all


@dataclass(frozen=True, slots=True)
class MergedPart:
    """One thing that was said of an item: `here` what the review has, `there` what the answer says, both in words.
    `piece`: the evidence, where it is some."""

    item_id: str
    part: AnswerPart
    outcome: MergeOutcome
    here: str
    there: str
    why: str = ""
    piece: EvidencePiece | None = None


CHANGED_MEANWHILE = "changed here since the bundle was made"
REWORDED = "the item is worded or weighed otherwise here than in the bundle"


def merged_vote(said: ItemAnswer, here: Vote | None, *, reworded: bool, overwrite: bool) -> MergedPart:
    """What becomes of a vote. It may replace what the bundle had, and what an earlier answer of the same copy brought."""
    outcome, why = MergeOutcome.TAKEN, ""
    if same_vote(here, said.vote):
        outcome = MergeOutcome.SAME
    elif not (same_vote(here, said.before) or _earlier(here, said.steps)):
        outcome, why = MergeOutcome.CONFLICT, CHANGED_MEANWHILE
    elif reworded and said.vote is not None:
        outcome, why = MergeOutcome.CONFLICT, REWORDED
    if outcome is MergeOutcome.CONFLICT and overwrite:
        outcome = MergeOutcome.TAKEN
    return MergedPart(said.item_id, AnswerPart.VOTE, outcome, vote_words(here), vote_words(said.vote), why)


def _earlier(here: Vote | None, steps: Collection[Vote]) -> bool:
    """Whether it is a vote that they gave in their copy: the same, at the same moment."""
    return here is not None and any(same_vote(here, one) and here.at == one.at for one in steps)


def merged_note(said: ItemAnswer, here: str, *, own: bool, overwrite: bool) -> MergedPart:
    """What becomes of a note. `own`: votes are blind, and it is the reviewer's own; else it is the review's one note, of
    which two versions can stand beside each other."""
    new = said.note or ""
    weighed = weigh(mask(here), new, None if overwrite else note_seen(said, mask(here)))
    outcome = {Weighed.SAME: MergeOutcome.SAME, Weighed.WRITE: MergeOutcome.TAKEN, Weighed.BESIDE: MergeOutcome.BESIDE}[
        weighed
    ]
    if outcome is MergeOutcome.BESIDE and own:
        outcome = MergeOutcome.CONFLICT
    why = CHANGED_MEANWHILE if outcome in (MergeOutcome.BESIDE, MergeOutcome.CONFLICT) else ""
    return MergedPart(said.item_id, AnswerPart.NOTE, outcome, here, new, why)


def note_seen(said: ItemAnswer, here: str) -> str:
    """The note that the reviewer had before them: what the bundle had, or what an earlier answer of the same copy brought."""
    return here if here in said.note_steps else said.note_before


def vote_words(vote: Vote | None) -> str:
    """ "2", "n/a: no tools are called", "no vote"."""
    if vote is None or not vote.decided:
        return "no vote"
    return f"n/a: {vote.na_reason}" if vote.na else str(vote.points)
