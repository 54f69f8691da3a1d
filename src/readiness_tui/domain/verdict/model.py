"""The values that make up a judgement; `judge.judge` computes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from readiness_tui.domain.checklists.assessment import Dossier, Standing
from readiness_tui.domain.checklists.model import Checklist, Severity
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY, Policy
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.verdict.gap import FoundGap, Gap, StoredCondition


class Verdict(StrEnum):
    GO = "GO"
    CONDITIONS = "GO WITH CONDITIONS"
    NO_GO = "NO-GO"

    @property
    def rank(self) -> int:
        """0 GO, 1 conditions, 2 NO-GO: the worst is the highest."""
        return {Verdict.GO: 0, Verdict.CONDITIONS: 1, Verdict.NO_GO: 2}[self]


class Part(StrEnum):
    GATE = "gate"
    CHECKLISTS = "checklists"
    INCIDENTS = "incidents"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why a part is not GO. `key` is stable and identifies the condition's row.

    `text` says what is wrong with what, `act` what to do about it where the text does not say so itself; `gap_key`: the gap, if any, whose owner and due date the condition takes; `lifts`: the gaps whose closing would lift
    a section or assessed condition.
    """

    key: str
    part: Part
    verdict: Verdict
    text: str
    severity: Severity
    gap_key: str = ""
    item_id: str = ""
    expires: date | None = None  # a live waiver's expiry
    lifts: tuple[str, ...] = ()
    act: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A cause of GO WITH CONDITIONS with its owner and due date. `problem`: why it blocks ("no owner", "overdue")."""

    key: str
    text: str
    owner: str
    due: date | None
    problem: str = ""
    severity: Severity = Severity.MAJOR
    lifts: tuple[str, ...] = ()
    act: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One checklist's sums. `score` is None (shown as —) if no weighted item applies."""

    checklist: Checklist
    standings: tuple[Standing, ...]
    score: Fraction | None
    assessed: Fraction | None
    decided: int
    total: int
    proven: int

    @property
    def percent(self) -> int | None:
        """Rounded down: 79.9 never shows as 80."""
        return None if self.score is None else int(self.score * 100)


@dataclass(frozen=True, slots=True)
class Flip:
    """One of the fewest changes that reach the next better verdict."""

    key: str
    text: str
    severity: Severity
    cause: str = ""  # the text of what it lifts
    item_id: str = ""
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a judgement reads: the whole input of `judge`, and nothing else."""

    review: Review
    checklists: tuple[Checklist, ...]
    dossiers: dict[str, Dossier]  # by item id; an item without one is undecided
    gate: GateOutcome
    incidents: tuple[Incident, ...] = ()  # in scope: same system, open or closed since the previous review
    gaps: dict[str, Gap] | None = None  # stored rows by key
    conditions: dict[str, StoredCondition] | None = None
    viewer: str = ""  # who is looking; "" = shared outputs (matters only for blind votes before the reveal)
    policy: Policy = DEFAULT_POLICY


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and its reasons, at `as_of`."""

    as_of: date
    verdict: Verdict
    valid_until: date | None
    parts: dict[Part, Verdict]
    causes: tuple[Cause, ...]
    conditions: tuple[Condition, ...]
    sections: tuple[Section, ...]
    headline: Fraction | None
    mean: Fraction | None
    assessed: Fraction | None
    standings: dict[str, Standing]
    found_gaps: tuple[FoundGap, ...]
    undecided: int
    flips: tuple[Flip, ...]
    flips_to: Verdict | None
    after_flips: int  # conditions that would remain after the flips

    @property
    def headline_percent(self) -> int | None:
        return None if self.headline is None else int(self.headline * 100)
