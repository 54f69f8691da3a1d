"""What a reviewer is given to score apart from the others, and what they hand back.

Neither holds another reviewer's votes: who scores alone is swayed by nobody, blind or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from readiness_tui.domain.checklists.assessment import Evidence, EvidenceKind, Proposal, Vote, Waiver
from readiness_tui.domain.checklists.codec import content_digest
from readiness_tui.domain.checklists.model import Checklist, Depth, Item, Severity
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.text.masking import mask, masked
from readiness_tui.domain.text.plain import declared, digest_of

_YEARS = range(2000, 2200)  # rules add weeks to days, which must stay within the calendar


@dataclass(frozen=True, slots=True)
class Origin:
    """The review that a bundle is of. `key` is the same in every copy of its file, whatever the review is called later."""

    key: str
    number: int
    system: str
    release: str
    held_on: date


@dataclass(frozen=True, slots=True)
class ItemText:
    """A text of an item: its note, or the name of a tick."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A review as one reviewer may see it. `reviewer`: whom it is for, "" for whoever takes it; `by`: who made it.

    `votes`, `own_notes` and, while votes are blind, `notes` are the reviewer's own alone, and only where they made the bundle
    themselves or votes are open. `proposals` are what proofs said on `as_of`.
    """

    origin: Origin
    reviewer: str
    by: str
    as_of: date
    pinned: bool  # the review is judged as of that day, whenever it is looked at
    owner: str
    depth: Depth
    zone: str
    blind: bool
    revealed: bool
    facilitator: str
    reviewers: tuple[str, ...]
    authors: tuple[str, ...]
    observers: tuple[str, ...]
    checklists: tuple[Checklist, ...]
    proposals: tuple[Proposal, ...]
    evidence: tuple[Evidence, ...]
    waivers: tuple[Waiver, ...]
    ticks: tuple[ItemText, ...]
    notes: tuple[ItemText, ...]
    own_notes: tuple[ItemText, ...]
    votes: tuple[Vote, ...]

    def items(self) -> dict[str, Item]:
        """Every item by its id."""
        return {item.id: item for checklist in self.checklists for item in checklist.items}

    def asked(self) -> frozenset[str]:
        """The items that the review asks about: a course review holds deeper ones too, and leaves them aside."""
        return frozenset(item.id for checklist in self.checklists for item in checklist.at(self.depth))


@dataclass(frozen=True, slots=True)
class EvidencePiece:
    """Evidence that a reviewer attached."""

    kind: EvidenceKind
    ref: str
    witness: str = ""
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What a reviewer said of one item. `digest`: of the item as they read it.

    `before`: their vote as the bundle had it, `steps`: what it was since, `vote`: what it is now; None: there was none.
    `note`: None where they left it as it was, which was `note_before`; `note_steps`: what it was since.
    """

    item_id: str
    digest: str
    before: Vote | None = None
    steps: tuple[Vote, ...] = ()
    vote: Vote | None = None
    note_before: str = ""
    note: str | None = None
    note_steps: tuple[str, ...] = ()
    evidence: tuple[EvidencePiece, ...] = ()

    @property
    def voted(self) -> bool:
        """Whether they changed their vote."""
        return not same_vote(self.before, self.vote)


@dataclass(frozen=True, slots=True)
class Answer:
    """What `reviewer` says of the items of a review, as the file claims: nobody vouches for the name."""

    origin: Origin
    reviewer: str
    as_of: date  # of the bundle that it answers
    items: tuple[ItemAnswer, ...]


def same_vote(one: Vote | None, other: Vote | None) -> bool:
    """Whether two votes say the same, whenever they were given. Reasons are compared as bundles hold them."""
    return _meaning(one) == _meaning(other)


def _meaning(vote: Vote | None) -> tuple[int | None, bool, str] | None:
    return None if vote is None or not vote.decided else (vote.points, vote.na, mask(vote.na_reason))


def item_digest(item: Item) -> str:
    """Of all that an item says, as a bundle holds it."""
    return digest_of(declared(masked(item)))


def harmless(bundle: Bundle) -> Bundle:
    """Without credentials. The checklists' digests are of what the bundle holds."""
    hidden = masked(bundle)
    lists = tuple(replace(one, digest=content_digest(one)) for one in hidden.checklists)
    proofs = tuple(replace(one, digest=was.digest) for one, was in zip(hidden.proposals, bundle.proposals, strict=True))
    return replace(hidden, origin=replace(hidden.origin, key=bundle.origin.key), checklists=lists, proposals=proofs)


def bundle_problem(bundle: Bundle) -> str:
    """Why a bundle cannot be what was written; "" where it can. What its types cannot say."""
    return next(_bundle_problems(bundle), "")


def answer_problem(answer: Answer) -> str:
    """The same of an answer."""
    return next(_answer_problems(answer), "")


def _bundle_problems(bundle: Bundle) -> Iterator[str]:
    if not (bundle.origin.key and bundle.origin.system.strip() and bundle.origin.release.strip()):
        yield "it does not say of which review it is"
    if not any(map(name_key, bundle.reviewers)):
        yield "it names nobody who reviews"
    yield from _impossible_times(bundle)
    items = [item for checklist in bundle.checklists for item in checklist.items]
    ids = {item.id for item in items}
    if not items:
        yield "it has no item"
    if len(ids) != len(items):
        yield "it has an item twice"
    for checklist in bundle.checklists:
        if checklist.digest != content_digest(checklist):
            yield f"its checklist {mask(checklist.id)} is not the one whose digest it has"
    if any(item.weight < 0 or (item.weight == 0 and item.severity is Severity.BLOCKER) for item in items):
        yield "an item has a weight that no item has"
    for proposal in bundle.proposals:
        if proposal.points not in (None, 0, 1, 2):
            yield "a proof proposes points that there are not"
    if any(not _possible(vote) for vote in bundle.votes):
        yield "a vote is none that anybody can give"
    texts = (*bundle.ticks, *bundle.notes, *bundle.own_notes)
    named = [
        *(one.item_id for one in bundle.proposals),
        *(one.item_id for one in bundle.evidence),
        *(one.item_id for one in bundle.waivers),
        *(one.item_id for one in texts),
        *(one.item_id for one in bundle.votes),
    ]
    if not ids.issuperset(named):
        yield "it speaks of an item that it does not hold"
    if any(name_key(vote.reviewer) != name_key(bundle.reviewer) for vote in bundle.votes):
        yield "it holds a vote of somebody whom it is not for"


def _answer_problems(answer: Answer) -> Iterator[str]:
    if not answer.origin.key or not name_key(answer.reviewer):
        yield "it does not say of which review it is, or by whom"
    yield from _impossible_times(answer)
    if len({said.item_id for said in answer.items}) != len(answer.items):
        yield "it has an item twice"
    for said in answer.items:
        votes = [vote for vote in (said.before, *said.steps, said.vote) if vote is not None]
        if any(not _possible(vote) or vote.item_id != said.item_id for vote in votes):
            yield "a vote is none that anybody can give"
        if any(name_key(vote.reviewer) != name_key(answer.reviewer) for vote in votes):
            yield "it holds a vote of somebody else than who answers"
        if any(not piece.ref.strip() for piece in said.evidence):
            yield "a piece of evidence says nothing"


def _possible(vote: Vote) -> bool:
    if vote.na:
        return vote.points is None and bool(vote.na_reason.strip())
    return vote.points in (None, 0, 1, 2)


def _impossible_times(value: Any) -> Iterator[str]:
    """Days out of the calendar that reviews are held in, and times without a zone, however deep."""
    if isinstance(value, date) and value.year not in _YEARS:
        yield f"{value.isoformat()} cannot be the date of anything in a review"
    if isinstance(value, datetime) and value.tzinfo is None:
        yield "a time has no time zone"
    if isinstance(value, tuple):
        for entry in value:
            yield from _impossible_times(entry)
    elif hasattr(value, "__slots__") and hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _impossible_times(getattr(value, name))
