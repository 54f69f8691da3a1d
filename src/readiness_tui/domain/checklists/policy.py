"""The numbers in the rules, in one value: changing one changes the digest that every output prints."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from readiness_tui.domain.checklists.model import Severity


@dataclass(frozen=True, slots=True)
class Policy:
    """Floors in per cent (inclusive: 60 meets a floor of 60), spans in days. The defaults are scoring.md's.

    Each `_floor` is at most its `_go`: below the floor is NO-GO, below `_go` a condition.
    """

    section_floor: int = 60
    section_go: int = 80
    assessed_floor: int = 90
    assessed_go: int = 100
    go_days: int = 90  # how long a GO holds
    condition_days: int = 21  # a condition without any other date
    eval_case_days: int = 90  # how long a sev1 or sev2 closed without an eval case stays a condition
    waiver_days: int = 90  # the longest waiver
    blocker_gap_days: int = 7
    major_gap_days: int = 21
    minor_gap_days: int = 60

    def gap_days(self, severity: Severity) -> int:
        """Days from a gap's creation to its due date."""
        return (self.blocker_gap_days, self.major_gap_days, self.minor_gap_days)[severity.rank]

    def last_waiver_day(self, given: date) -> date:
        """The latest day, inclusive, on which a waiver given on `given` may end."""
        return given + timedelta(days=self.waiver_days)

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of all numbers."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


DEFAULT_POLICY = Policy()
