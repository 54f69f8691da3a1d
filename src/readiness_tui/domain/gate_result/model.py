"""What a gate gives when it is held against a candidate: a row a rule, and the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from readiness_tui.domain.gate.model import CasePolicy, Gate, Lock, Revision, Witness
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.labels.agreement import Agreement, Between
from readiness_tui.domain.metrics.rule import Rule


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
