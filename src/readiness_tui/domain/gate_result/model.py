"""The result of evaluating a gate on a candidate: one row per rule, and the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
class JudgeCheck:
    """What people's labels say of a judged row, in the metric's unit (`labels.correction.Correction`, in brief).

    `labels` counted, `drawn` of them by the lot. `good`, `bad`: how many answers that people passed, or failed, the judge
    recognises, of how many. `agreed`: on how many cases two people say the same, of those that both labelled.
    """

    judge: float
    labels: int = 0
    drawn: int = 0
    corrected: float | None = None
    people: float | None = None
    bound: float | None = None
    confidence: float = 0.95
    good: tuple[int, int] = (0, 0)
    bad: tuple[int, int] = (0, 0)
    agreed: tuple[int, int] = (0, 0)
    contradicts: bool = False
    method: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One rule evaluated on the candidate. `reason` says why in words; `sure` how decisive the result is."""

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
    remarks: tuple[str, ...] = ()  # what the figure rests on and assumes; they never change the verdict
    judge: JudgeCheck | None = None  # of a judged metric, where people's labels could be asked
    act: str = ""  # what would help, where the result alone does not say it


@dataclass(frozen=True, slots=True)
class GateFinding:
    """What the gate is held for beside its rows: a condition, or NO-GO if it `blocks`. `name` makes its key, `gate/<name>`;
    `text` is a sentence without its final stop that names an act somebody can do. What nobody can mend is a remark.
    `expires`: the last day on which it is no more than a condition."""

    name: str
    text: str
    blocks: bool = False
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """One version, dataset and start day (UTC) held against a lock; `result` over all of its runs."""

    version: str
    day: date
    result: Result
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tries:
    """Everything that was tried against the lock, in order of start; `number`: the candidate's place in it, from 1."""

    all: tuple[Try, ...]
    number: int


@dataclass(frozen=True, slots=True)
class CasesRow:
    """Cases that only candidate or baseline has, and the gate's policy for them. `kind`: new or removed.

    `ids` is None if they cannot be known: there is no baseline with cases to compare with.
    """

    kind: str
    policy: CasePolicy
    ids: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """The whole gate evaluated on the candidate; no rows if it was not run."""

    gate: Gate | None
    lock: Lock | None
    rows: tuple[GateRow, ...] = ()
    ran: bool = False
    registered: bool = False  # every candidate run's start is known and not before the lock
    registration: str = ""  # why not, in words
    changed: tuple[str, ...] = ()  # what differs from the lock, with both digests
    unverified: tuple[str, ...] = ()  # digests not known on both sides
    cases: tuple[CasesRow, ...] = ()  # only rows with something to report
    must_pass_failed: tuple[str, ...] = ()
    must_pass_missing: tuple[str, ...] = ()
    high_risk: tuple[str, ...] = ()  # keys of the high-risk cases of the candidate
    unreviewed: tuple[str, ...] = ()  # those without a human label
    warnings: tuple[str, ...] = ()  # remarks on the whole
    findings: tuple[GateFinding, ...] = ()
    tries: Tries | None = None  # None: not known, as from files alone
    failed: tuple[str, ...] = ()  # high-risk cases that a person failed, neither settled nor accepted
    disputed: tuple[str, ...] = ()  # rules that the tool's own figure would decide otherwise than its cases
    revision: Revision | None = None  # if this gate replaced another
    witness: Witness | None = None  # if the lock comes only from a file
    agreement: tuple[Agreement, ...] = ()  # the judge against people; the whole verdict first
    between: tuple[Between, ...] = ()  # people against each other
