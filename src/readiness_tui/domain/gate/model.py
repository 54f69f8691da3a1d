"""What a team declares before a run: the gate, its lock, and the history of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.runs.holding import LockedSet


class CasePolicy(StrEnum):
    """The effect of a case that only candidate or baseline has: none, a condition, or NO-GO."""

    ALLOW = "allow"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Gate:
    """`digest`: SHA-256 of the canonical rules and must-pass cases. `version` counts stored versions of one name."""

    name: str
    rules: tuple[Rule, ...]
    must_pass: tuple[str, ...] = ()
    version: int = 1
    digest: str = ""
    dataset_digest: str | None = None  # both only if the gate file declares them
    judge_digest: str | None = None
    new_cases: CasePolicy = CasePolicy.ALLOW  # cases that the baseline lacks
    removed_cases: CasePolicy = CasePolicy.WARN  # cases that only the baseline has


@dataclass(frozen=True, slots=True)
class Lock:
    """Who declared the thresholds final, and when (UTC); digests of what they were declared for.

    `sets`: all golden sets that were known then, with their cases, where a file says so.
    """

    by: str
    at: datetime
    gate_digest: str
    dataset_digest: str | None = None
    judge_digest: str | None = None
    sets: tuple[LockedSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """A gate replaced `before` ("support-bot v1"): by whom, when, why, and the changes rule by rule."""

    before: str
    by: str
    at: datetime
    reason: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """What git says about the lock file, as a sentence; `late`: the lock came too late, which is a condition."""

    text: str
    late: bool = False
