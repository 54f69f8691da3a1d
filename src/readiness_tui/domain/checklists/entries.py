"""What somebody says of an item in one go: on the command line, or in a file of many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.checklists.assessment import EvidenceKind


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One piece of evidence. `kind` None: recognised."""

    ref: str
    kind: EvidenceKind | None = None
    witness: str = ""
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class WaiverEntry:
    reason: str
    approver: str
    until: date


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """What is said of one item; None and empty leave what there is. `undecided`: the vote is taken back.

    `where`: its place in a file, for messages.
    """

    item: str
    points: int | None = None
    undecided: bool = False
    not_applicable: str = ""
    evidence: tuple[EvidenceEntry, ...] = ()
    note: str | None = None
    owner: str = ""
    due: date | None = None
    waiver: WaiverEntry | None = None
    where: str = ""
