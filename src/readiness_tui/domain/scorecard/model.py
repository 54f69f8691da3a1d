"""The frozen result of a review: every value that the scorecard prints, and its digest.

Plain values throughout, so that the same scorecard can become markdown, HTML, JSON or a database row. `compose` makes
it; no rule is computed here.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from readiness_tui.domain.checklists.assessment import Assurance, Proposal
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.gate.model import Lock, Revision
from readiness_tui.domain.gate_result.model import CasesRow, GateFinding, GateRow, Result, Tries
from readiness_tui.domain.incidents.model import FailureClass, Sev
from readiness_tui.domain.labels.agreement import Agreement, Between
from readiness_tui.domain.text.plain import later
from readiness_tui.domain.verdict.gap import GapState, gap_count
from readiness_tui.domain.verdict.model import Cause, Condition, Flip, Part, Verdict

SCHEMA = 1
"""Increased when a key is renamed, removed or changes meaning; not for new keys."""


@dataclass(frozen=True, slots=True)
class Dissent:
    """Somebody who disagrees with the verdict, and why."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class VerdictOverride:
    """A named person's override of the computed verdict, which is still printed."""

    verdict: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Previous:
    """The values of the previous scorecard that the first lines compare with."""

    release: str
    as_of: date
    verdict: Verdict
    headline: int | None
    assessed: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """`role`: candidate or baseline."""

    role: str
    id: str
    name: str
    version: str
    started_at: datetime | None
    dataset_digest: str = ""


@dataclass(frozen=True, slots=True)
class GateCard:
    """The gate as evaluated on the candidate; the name is empty if the review has no gate."""

    name: str = ""
    version: int = 0
    digest: str = ""
    lock: Lock | None = None
    rows: tuple[GateRow, ...] = ()
    ran: bool = False
    registered: bool = False
    registration: str = ""
    changed: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    cases: tuple[CasesRow, ...] = ()
    must_pass: int = 0
    must_pass_failed: tuple[str, ...] = ()
    must_pass_missing: tuple[str, ...] = ()
    high_risk: int = 0
    unreviewed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()  # high-risk cases that a person failed, neither settled nor accepted
    tries: Tries | None = None
    warnings: tuple[str, ...] = ()
    findings: tuple[GateFinding, ...] = ()
    runs: tuple[RunLine, ...] = ()
    revision: Revision | None = None
    agreement: tuple[Agreement, ...] = ()  # the judge against people; the whole verdict first
    between: tuple[Between, ...] = ()

    @property
    def required(self) -> tuple[GateRow, ...]:
        return tuple(row for row in self.rows if row.rule.required)

    @property
    def passed(self) -> int:
        """Required metrics that pass."""
        return sum(row.result is Result.PASS for row in self.required)

    @property
    def summary(self) -> str:
        """ "3 of 4 required pass", "not run", "none"."""
        if not self.name:
            return "none"
        if not self.ran:
            return "not run"
        return f"{self.passed} of {len(self.required)} required pass"


@dataclass(frozen=True, slots=True)
class GateCheck:
    """The gate's part of the verdict, for CI. `remarks`: what a reader should know about its input files."""

    as_of: date
    verdict: Verdict
    causes: tuple[Cause, ...]
    gate: GateCard
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item's standing. `evidence` in words; `proof_digest` identifies the data of its probe's answer; `carried` says
    who confirmed what last time said of it, where somebody did."""

    id: str
    title: str
    severity: Severity
    weight: int
    points: int | None
    vote: int | None
    word: str
    assurance: Assurance | None
    waived: bool = False
    evidence: tuple[str, ...] = ()
    note: str = ""
    proof_digest: str = ""
    carried: str = later("")


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One checklist. Percentages are whole and rounded down; None (shown as —) if no weighted item applies."""

    id: str
    title: str
    version: str
    digest: str
    percent: int | None
    assessed: int | None
    decided: int
    total: int
    proven: int
    blockers_open: int  # at 0 or undecided, not waived
    blockers_partial: int  # at 1, not waived
    blockers_waived: int
    items: tuple[ItemLine, ...]
    previous: int | None = None  # the percentage in the scorecard before
    not_voted: int = later(0)  # items that were decided then and on which nobody has voted now

    @property
    def blockers(self) -> str:
        """ "1 open · 1 partial", "none"."""
        counts = ((self.blockers_open, "open"), (self.blockers_partial, "partial"), (self.blockers_waived, "waived"))
        return " · ".join(f"{n} {word}" for n, word in counts if n) or "none"


@dataclass(frozen=True, slots=True)
class GapLine:
    """A current gap, or a stored one still live. `age` in days since it was first seen."""

    key: str
    title: str
    severity: Severity
    owner: str
    due: date | None
    state: GapState
    created: date
    age: int
    reviews: int = 1
    due_changes: tuple[str, ...] = ()
    evidence: str = ""
    points: int | None = None
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """A waiver or "not applicable", with the section's score as printed and as it would be without it."""

    kind: str  # "waiver", "expired waiver", "not applicable"
    item_id: str
    title: str
    reason: str
    approver: str
    expires: date | None
    percent: int | None
    without: int | None


@dataclass(frozen=True, slots=True)
class IncidentLine:
    name: str
    title: str
    severity: Sev
    status: str
    open: bool
    failure_class: FailureClass | None
    item_id: str
    eval_cases: tuple[str, ...]
    no_eval_reason: str


@dataclass(frozen=True, slots=True)
class ProofLine:
    """A probe's answer, and the item's standing relative to it."""

    item_id: str
    title: str
    proposal: Proposal
    standing: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    item_id: str
    title: str
    votes: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class ItemOverride:
    item_id: str
    by: str
    reason: str


class ChangeCause(StrEnum):
    EVIDENCE = "evidence"
    JUDGEMENT = "judgement"
    CHECKLIST = "checklist version"
    GATE = "gate version"
    NOT_VOTED = "not voted yet"


@dataclass(frozen=True, slots=True)
class Change:
    cause: ChangeCause
    text: str


@dataclass(frozen=True, slots=True)
class Method:
    """How the result was obtained. `inputs`: name and SHA-256 of each imported file, by name. `history`: the last entry of
    the history that a frozen verdict rests on, "ENTRY:HASH", and the hash is over all entries before it."""

    app_version: str
    policy_digest: str
    inputs: tuple[tuple[str, str], ...] = ()
    history: str = later("")


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The whole document as values. `digest` is the `scorecard_digest` of everything else."""

    schema: int
    review: int
    system: str
    release: str
    held_on: date
    as_of: date
    depth: str
    owner: str
    facilitator: str
    reviewers: tuple[str, ...]
    verdict: Verdict
    valid_until: date | None
    reason: str
    parts: dict[Part, Verdict]
    causes: tuple[Cause, ...]
    conditions: tuple[Condition, ...]
    headline: int | None
    weakest: str
    mean: int | None
    assessed: int | None
    undecided: int
    gate: GateCard
    sections: tuple[SectionLine, ...]
    gaps: tuple[GapLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    incidents: tuple[IncidentLine, ...]
    proofs: tuple[ProofLine, ...]
    agreed: int  # items on which everybody who voted agrees …
    voted: int  # … of those with two votes or more
    disagreements: tuple[Disagreement, ...]
    overrides: tuple[ItemOverride, ...]
    dissents: tuple[Dissent, ...]
    verdict_override: VerdictOverride | None
    flips: tuple[Flip, ...]
    flips_to: Verdict | None
    after_flips: int
    method: Method
    previous: Previous | None = None
    changes: tuple[Change, ...] = ()
    digest: str = ""
    met_by_authors: int = later(0)  # items that only authors voted on, where others took part
    blind: bool = later(False)  # votes are not revealed yet: all items count as undecided

    @property
    def top_gaps(self) -> tuple[GapLine, ...]:
        """The three gaps to fix first, without accepted risks."""
        return self.gaps_to_close[:3]

    @property
    def gaps_to_close(self) -> tuple[GapLine, ...]:
        return tuple(gap for gap in self.gaps if gap.state.to_close)

    @property
    def gap_count(self) -> str:
        """ "9 · 1 accepted risk", "none"."""
        return gap_count(gap.state for gap in self.gaps)

    @property
    def blockers(self) -> str:
        """Over all sections: "2 open · 1 partial · 1 waived", "none"."""
        return (
            dataclasses.replace(
                self.sections[0],
                blockers_open=sum(s.blockers_open for s in self.sections),
                blockers_partial=sum(s.blockers_partial for s in self.sections),
                blockers_waived=sum(s.blockers_waived for s in self.sections),
            ).blockers
            if self.sections
            else "none"
        )
