"""A gate: thresholds declared before a run; and the rows it gives when held against one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from readiness_tui.domain.estimate import Estimate

if TYPE_CHECKING:
    from readiness_tui.domain.agreement import Agreement, Between


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


class From(StrEnum):
    RUN = "run"
    TRACES = "traces"


class Confidence(StrEnum):
    """advise: the point value decides and the bound stands beside it; required: the bound must hold too."""

    ADVISE = "advise"
    REQUIRED = "required"


class CasePolicy(StrEnum):
    """What a case that only one of candidate and baseline has does to the release: nothing, a condition, NO-GO."""

    ALLOW = "allow"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a gate. `metric` is the registry's canonical name (or the gate's own, with `unit`).

    `threshold` is inclusive; None where only `max_regression` is asked. `max_regression` is the margin by which the
    candidate may be worse than the baseline, absolute in the metric's unit or, if `relative`, a fraction of it.
    With `min_effect` (absolute, or a fraction if `min_effect_relative`) a regression smaller than that never fails, and
    a larger one fails only where the bound shows that it exceeds the margin.
    """

    metric: str
    direction: Direction
    threshold: float | None
    unit: str = ""
    source: From = From.RUN
    window_days: int | None = None
    required: bool = True
    tags: tuple[str, ...] = ()
    max_regression: float | None = None
    relative: bool = False
    confidence: Confidence = Confidence.ADVISE
    min_effect: float | None = None
    min_effect_relative: bool = False

    @property
    def key(self) -> str:
        """`<metric>[@slice][#max_regression]`: names the row in gaps and conditions."""
        at = f"@{'+'.join(self.tags)}" if self.tags else ""
        return f"{self.metric}{at}" + ("#max_regression" if self.threshold is None else "")


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


class Result(StrEnum):
    PASS = "PASS"
    INCONCLUSIVE = "INCONCLUSIVE"
    FAIL = "FAIL"
    MISSING = "MISSING"
    CHANGED = "CHANGED SINCE LOCK"


@dataclass(frozen=True, slots=True)
class GateRow:
    """One rule held against the candidate. `reason` says why in words; `sure` how decisive the result is."""

    rule: Rule
    result: Result
    estimate: Estimate | None
    reason: str
    sure: str = ""
    used: int | None = None  # cases or traces that carry the metric
    total: int | None = None  # cases or traces to which it applies
    run_id: str | None = None
    baseline: float | None = None
    change: float | None = None
    by_missing: bool = False  # decided by missing cases: the worst case would miss


@dataclass(frozen=True, slots=True)
class CasesRow:
    """Cases that only one of candidate and baseline has, held to the gate's policy. `kind`: new or removed.

    `ids` is None where they cannot be known: there is no baseline with cases to compare with.
    """

    kind: str
    policy: CasePolicy
    ids: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """The whole gate held against the candidate; `None` rows where it was not run."""

    gate: Gate | None
    lock: Lock | None
    rows: tuple[GateRow, ...] = ()
    ran: bool = False
    registered: bool = False  # the lock is not later than every candidate run's known start
    registration: str = ""  # why not, in words
    changed: tuple[str, ...] = ()  # what differs from the lock, with both digests
    unverified: tuple[str, ...] = ()  # digests not known on both sides
    cases: tuple[CasesRow, ...] = ()  # where there is something to say
    must_pass_failed: tuple[str, ...] = ()
    must_pass_missing: tuple[str, ...] = ()
    high_risk: tuple[str, ...] = ()  # keys of the high-risk cases of the candidate
    unreviewed: tuple[str, ...] = ()  # those without a human label
    warnings: tuple[str, ...] = ()
    revision: Revision | None = None  # where this gate took the place of another
    witness: Witness | None = None  # where the lock comes from a file alone
    agreement: tuple[Agreement, ...] = ()  # the judge against people; the whole verdict first
    between: tuple[Between, ...] = ()  # people against each other
