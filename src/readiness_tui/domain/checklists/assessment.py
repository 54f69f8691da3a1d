"""What people and probes said about an item, and the points it therefore gets (scoring.md, "Item", "Probe",
"Several reviewers"). The rule over these values is `standing.item_standing`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from readiness_tui.domain.checklists.model import Item, ProbeKind


class Assurance(StrEnum):
    CLAIMED = "claimed"
    EVIDENCED = "evidenced"
    PROVEN = "proven"

    @property
    def rank(self) -> int:
        return {Assurance.CLAIMED: 0, Assurance.EVIDENCED: 1, Assurance.PROVEN: 2}[self]


class EvidenceKind(StrEnum):
    URL = "url"
    PATH = "path"
    RUN = "run"
    TRACE = "trace"
    INCIDENT = "incident"
    CASE = "case"
    DRILL = "drill"  # dated
    SHOWN = "shown"  # shown in the meeting, witnessed by a second named person


class LookUp(StrEnum):
    """What came of looking a piece of evidence up, when it was attached or by `readiness evidence verify`."""

    FOUND = "found"
    BY_FORM = "an address"  # a URL, by its form: nobody opened it
    VOUCHED = "vouched for"  # what was shown, and drills: people stand for them
    UNCOMMITTED = "not committed"  # in the folder, but not in the repository's last commit
    ELSEWHERE = "not checked here"  # the review's repository was not at hand
    BEFORE = "not looked up"  # attached by a version that looked nothing up
    ABSENT = "absent"
    WORD = "a word"  # no path, no URL, no id of anything that was imported

    @property
    def claim(self) -> bool:
        """Whether it is no more than somebody's word."""
        return self in (LookUp.ABSENT, LookUp.WORD)

    @property
    def pending(self) -> bool:
        """Whether looking it up in the right place would tell more."""
        return self in (LookUp.UNCOMMITTED, LookUp.ELSEWHERE, LookUp.BEFORE)


@dataclass(frozen=True, slots=True)
class Vote:
    """One reviewer's vote on one item: points 0, 1 or 2, or not applicable with a reason. Stored as given.

    `carried_from`: the review of which it confirms what was said then; `together`: with its whole section at once.
    """

    item_id: str
    reviewer: str
    points: int | None
    na: bool = False
    na_reason: str = ""
    at: datetime | None = None
    carried_from: int | None = None
    together: bool = False

    @property
    def decided(self) -> bool:
        return self.na or self.points is not None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence for an assessment; `ref` is the URL, path, run, trace, incident or case id, or what was shown.

    `lookup` says what was found of it at `looked`, `commit` in which commit of the repository. Both change only when
    somebody looks again.
    """

    id: int
    item_id: str
    kind: EvidenceKind
    ref: str
    by: str
    witness: str = ""
    dated: date | None = None
    at: datetime | None = None
    lookup: LookUp = LookUp.BEFORE
    commit: str = ""
    looked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted risk; it never raises a score. `expires` is inclusive, at most 90 days after `given`."""

    item_id: str
    reason: str
    approver: str
    given: date
    expires: date

    def live(self, as_of: date) -> bool:
        return as_of <= self.expires


@dataclass(frozen=True, slots=True)
class Proposal:
    """A probe's answer for an item, from imported data.

    share: k of n applicable records and its one-sided 95 % lower bound `low`. refute: `k` undismissed hits in n.
    `points` is None if the probe proposes none. `digest` changes when the probe's data changes: an override holds
    only for the digest it was given for. `missing` says what is needed if there is no answer. `examples` are ids of
    records against the item, of which there are `against` in all.
    """

    item_id: str
    query: str
    kind: ProbeKind
    points: int | None
    assurance: Assurance | None
    text: str
    k: int | None = None
    n: int | None = None
    low: float | None = None
    required: float | None = None
    window: str = ""
    sampling: str = ""
    examples: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    digest: str = ""
    missing: str = ""
    against: int = 0

    def some(self, shown: int = 5) -> str:
        """The first examples for a sentence, and how many more there are."""
        names, more = ", ".join(self.examples[:shown]), max(self.against, len(self.examples)) - shown
        return f"{names} and {more:,} more" if more > 0 else names


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody keeps a vote against a proposal, with a reason; valid only for that proposal's data."""

    item_id: str
    by: str
    reason: str
    digest: str


@dataclass(frozen=True, slots=True)
class Consensus:
    """The facilitator's recorded agreement after the reveal; points None with na = not applicable."""

    item_id: str
    points: int | None
    na: bool
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known about one item in one review: the input of `item_standing`."""

    item: Item
    checklist_id: str
    votes: tuple[Vote, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    proposal: Proposal | None = None
    override: Override | None = None
    waiver: Waiver | None = None
    na_confirmed_by: str = ""
    consensus: Consensus | None = None
    note: str = ""
    mine: str = ""  # the viewer's own note, while votes are blind
    ticks: tuple[str, ...] = ()  # of the item's sub-points, in its order


@dataclass(frozen=True, slots=True)
class Standing:
    """The points an item gets, and why.

    `points`: effective points, None while undecided. `vote`: the points as given (before the claimed, conflict
    and reviewer rules). `applicable` is False only for a "not applicable" that takes effect: one that is confirmed,
    not on a blocker, or given by the only reviewer.
    """

    item: Item
    checklist_id: str
    points: int | None
    vote: int | None
    assurance: Assurance | None
    applicable: bool = True
    na_awaiting: bool = False  # n/a on a blocker, waiting for a second person: counts as undecided
    conflict: bool = False
    overridden: bool = False
    waived: bool = False  # a live waiver on an item below 2
    spread: int = 0  # highest minus lowest vote, after the reveal
    agreed: bool = True

    @property
    def decided(self) -> bool:
        return self.points is not None or not self.applicable

    @property
    def counts(self) -> int:
        """Points in the section's sum: undecided counts 0."""
        return self.points or 0

    @property
    def in_sum(self) -> bool:
        return self.applicable and self.item.weight > 0

    @property
    def word(self) -> str:
        """The status word beside the glyph."""
        if not self.applicable:
            return "n/a"
        if self.conflict:
            return "conflict"
        if self.points is None:
            return "undecided"
        return ("missing", "partial", "met")[self.points]
