"""What a team wrote before a run: the gate, its lock, and what became of either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from readiness_tui.domain.metrics.rule import Rule


class CasePolicy(StrEnum):
    """What a case that only one of candidate and baseline has does to the release: nothing, a condition, NO-GO."""

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
    dataset_digest: str | None = None  # as the gate file declares them, where it does
    judge_digest: str | None = None
    new_cases: CasePolicy = CasePolicy.ALLOW  # cases that the baseline lacks
    removed_cases: CasePolicy = CasePolicy.WARN  # cases that only the baseline has


@dataclass(frozen=True, slots=True)
class Lock:
    """Who declared the thresholds final, and when (UTC); digests of what they were declared for."""

    by: str
    at: datetime
    gate_digest: str
    dataset_digest: str | None = None
    judge_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A gate took the place of `before` ("support-bot v1"): by whom, when, why, and rule by rule what it changed."""

    before: str
    by: str
    at: datetime
    reason: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """What git says of the lock's file, as a sentence; `late`: it speaks against the lock, which is a condition."""

    text: str
    late: bool = False
