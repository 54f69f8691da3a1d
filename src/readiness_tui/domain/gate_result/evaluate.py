"""Evaluates the whole gate on the candidate: rows, lock, must-pass and high-risk cases (scoring.md, "Gate")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

from readiness_tui.domain.compare.comparison import comparison_warnings, differ_in
from readiness_tui.domain.gate.model import CasePolicy, Gate, Lock
from readiness_tui.domain.gate_result.cases import findings, meant
from readiness_tui.domain.gate_result.datasets import Datasets, held_against
from readiness_tui.domain.gate_result.disputed import disputed
from readiness_tui.domain.gate_result.judged import by_judge, is_judged, judged_row
from readiness_tui.domain.gate_result.model import CasesRow, GateOutcome, GateRow
from readiness_tui.domain.gate_result.rows import Ground, row, split
from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.labels.queue import judge_agreement, labels_of, reviewer_agreement
from readiness_tui.domain.metrics import (
    RunData,
    absent_cases,
    case_key,
    first_few,
    gold_by_id,
    held,
    said_of,
    tags_of,
    utc,
)
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.runs.holding import LockedSet, Shelf
from readiness_tui.domain.runs.model import (
    HIGH_RISK,
    Case,
    CaseStatus,
    Completeness,
    EvalSet,
    HumanVerdict,
    Run,
    ScoreState,
    Trace,
)
from readiness_tui.domain.text.format import moment, number

__all__ = ["HIGH_RISK", "case_passed", "differ_in", "evaluate_gate", "high_risk_cases", "latest_complete"]

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def evaluate_gate(
    gate: Gate | None,
    lock: Lock | None,
    candidate: Sequence[RunData],
    baseline: Sequence[RunData] = (),
    traces: Sequence[Trace] = (),
    *,
    as_of: date,
    eval_set: EvalSet | None = None,
    dataset_digest: str | None = None,
    judge_digest: str | None = None,
    locked: Sequence[LockedSet] = (),
    batches: Sequence[Batch] = (),
) -> GateOutcome:
    """Evaluate a gate on the candidate's runs, in the order the review names them.

    `eval_set` is the golden set for runs that nothing holds yet. `locked`: the golden sets that were known when the gate
    was locked, with their cases. `dataset_digest` and `judge_digest` are used if a run
    does not say. Without a candidate the gate is not run and has no rows. A metric from traces reads the UTC days
    up to and including `as_of`. `batches`: those in which cases were drawn for people to check the judge. Without a gate
    the high-risk cases are still checked.
    """
    locked = (*locked, *(lock.sets if lock else ()))
    lock = replace(lock, sets=()) if lock else None  # the outcome says who and when, not every case
    runs, base = (tuple(_held(data, eval_set) for data in side) for side in (candidate, baseline))
    every = runs if gate is None else meant(gate, runs)
    high_risk, unreviewed, refused = high_risk_cases(every)
    agreed, between = judge_agreement(runs, gate), reviewer_agreement(runs)
    if gate is None or not runs:
        return GateOutcome(gate, lock, high_risk=high_risk, unreviewed=unreviewed, agreement=agreed, between=between)
    judges = {data.run.id: data.run.judge_digest or judge_digest for data in runs}
    declared = (
        _first(lock.dataset_digest if lock else None, gate.dataset_digest),
        _first(lock.judge_digest if lock else None, gate.judge_digest),
    )
    datasets = held_against(runs, declared[0], locked, dataset_digest)
    changed = _changed(gate, lock, declared[1], datasets, judges)
    ground = Ground(runs, base, traces, as_of, {run_id: tuple(what) for run_id, what in changed.items()})
    parts = [part for rule in gate.rules for part in split(rule)]
    rows = tuple(judged_row(part, row(by_judge(part), ground), runs, lock, batches) for part in parts)
    failed, missing = _must_pass(gate.must_pass, every)
    registered, registration = _registration(lock, runs)
    return GateOutcome(
        gate=gate,
        lock=lock,
        rows=rows,
        ran=True,
        registered=registered,
        registration=registration,
        changed=_changed_words(changed),
        unverified=_unverified(gate, lock, declared, rows, datasets, judges),
        cases=_cases(gate, runs, base),
        must_pass_failed=failed,
        must_pass_missing=missing,
        high_risk=high_risk,
        unreviewed=unreviewed,
        warnings=(*_warnings(runs, base, rows, refused), *datasets.remarks, *said_of((*runs, *base))),
        findings=tuple(findings(gate, runs, base, rows)),
        disputed=disputed(rows, runs),
        agreement=agreed,
        between=between,
    )


# Lock and digests


def _first(*digests: str | None) -> str | None:
    return next((digest for digest in digests if digest), None)


def _held(data: RunData, eval_set: EvalSet | None) -> RunData:
    if eval_set is None or data.golden is not None or data.shelf.sets:
        return data
    return held(data.run, data.cases, Shelf.of((eval_set,)))


def _changed(
    gate: Gate,
    lock: Lock | None,
    judge: str | None,
    datasets: Datasets,
    judges: dict[str, str | None],
) -> dict[str | None, dict[str, str]]:
    """What has changed since the lock, by run (None: the gate itself), with both digests: known on both sides, and they
    differ."""
    changed: dict[str | None, dict[str, str]] = {}
    if lock and lock.gate_digest and gate.digest and lock.gate_digest != gate.digest:
        changed[None] = {"the gate": _digests(lock.gate_digest, gate.digest)}
    for run_id, now in judges.items():
        changed[run_id] = dict([datasets.changed[run_id]]) if run_id in datasets.changed else {}
        if judge and now and judge != now:
            changed[run_id]["the judge"] = _digests(judge, now)
    return changed


def _digests(before: str, now: str) -> str:
    return f"{before[:12]} when locked, {now[:12]} now"


def _changed_words(changed: dict[str | None, dict[str, str]]) -> tuple[str, ...]:
    """ "the dataset of run 'v2': 3fe2a9c1d0b4 when locked, 90aa1c2b7d6e now"."""
    return tuple(
        f"{what.partition(' (')[0]}{'' if run_id is None else f' of run {run_id!r}'}: {digests}"
        for run_id, found in changed.items()
        for what, digests in found.items()
    )


def _unverified(
    gate: Gate,
    lock: Lock | None,
    declared: tuple[str | None, str | None],
    rows: Iterable[GateRow],
    datasets: Datasets,
    judges: dict[str, str | None],
) -> tuple[str, ...]:
    """Digests not known on both sides, for the runs that rows use; the judge only if a metric has one."""
    unknown: dict[str, None] = {}
    if lock and not (lock.gate_digest and gate.digest):
        unknown["gate"] = None
    for made in rows:
        if made.run_id is None:
            continue
        told = declared[0] and datasets.known[made.run_id] and made.run_id not in datasets.unlocked
        if not told and made.run_id not in datasets.outside:
            unknown["dataset"] = None
        if is_judged(made.rule) and not (declared[1] and judges[made.run_id]):
            unknown["judge"] = None
    return tuple(unknown)


def _registration(lock: Lock | None, runs: Sequence[RunData]) -> tuple[bool, str]:
    """Whether every candidate run's start is known and not before the lock, in UTC; if not, why."""
    if lock is None:
        return False, "the gate was never locked"
    for data in runs:
        if data.run.started_at is None:
            return False, f"run {data.run.id!r} does not say when it started"
        if utc(data.run.started_at) < utc(lock.at):
            began, locked = moment(data.run.started_at), moment(lock.at)
            return False, f"run {data.run.id!r} started {began}, before the lock of {locked}"
    return True, ""


# Single cases


def _cases(gate: Gate, runs: Sequence[RunData], base: Sequence[RunData]) -> tuple[CasesRow, ...]:
    """Cases that only one side has, by id and variant over all its runs; unknown ones matter only to `fail`."""
    ours, theirs = ({case_key(case): None for data in side for case in data.cases} for side in (runs, base))
    found = []
    for kind, policy, one, other in (
        ("new", gate.new_cases, ours, theirs),
        ("removed", gate.removed_cases, theirs, ours),
    ):
        ids = tuple(key for key in one if key not in other) if theirs else None
        if ids or (ids is None and policy is CasePolicy.FAIL):
            found.append(CasesRow(kind, policy, ids))
    return tuple(found)


def case_passed(case: Case) -> bool | None:
    """Whether a case passed: by its status, else the tool's own pass flags; None if neither says."""
    if case.status is not CaseStatus.UNKNOWN:
        return case.status is CaseStatus.PASS
    applicable = [score for score in case.scores.values() if score.state is not ScoreState.NOT_APPLICABLE]
    flags = [score.passed for score in applicable if score.state is ScoreState.OK and score.passed is not None]
    if False in flags:
        return False
    unsaid = any(score.state is not ScoreState.OK for score in applicable)
    return True if flags and not unsaid else None


def _must_pass(ids: Sequence[str], runs: Sequence[RunData]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Must-pass cases that fail, and must-pass cases that no candidate run reports as passed.

    Every repeat in every candidate run has to pass; a case that is absent, or has no verdict, is missing.
    """
    verdicts: dict[str, list[bool | None]] = {}
    for data in runs:
        for case in data.every:
            verdicts.setdefault(case.id, []).append(case_passed(case))
    failed = tuple(id_ for id_ in ids if False in verdicts.get(id_, ()))
    missing = tuple(id_ for id_ in ids if id_ not in failed and not _all_passed(verdicts.get(id_, [])))
    return failed, missing


def _all_passed(verdicts: list[bool | None]) -> bool:
    return bool(verdicts) and all(verdicts)


def high_risk_cases(runs: Sequence[RunData]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Keys of all high-risk cases, of the unlabelled ones, and of those that a person judged failed.

    A case is high-risk by its own tag or its golden case's; golden cases that a run should have but lacks count too.
    Each variant of a case has its own answer and needs its own label.
    """
    found: dict[str, list[HumanVerdict]] = {}
    for data in runs:
        gold = gold_by_id(data)
        for case in data.cases:
            if HIGH_RISK in tags_of(case, gold.get(case.id)):
                found.setdefault(case_key(case), []).extend(label.verdict for label in labels_of((case,)))
        for lost in absent_cases(data):
            if HIGH_RISK in lost.tags:
                found.setdefault(lost.id, [])
    unreviewed = tuple(id_ for id_, labels in found.items() if not labels)
    refused = tuple(id_ for id_, labels in found.items() if HumanVerdict.FAIL in labels)
    return tuple(found), unreviewed, refused


# Runs


class StoredRun(Protocol):
    """A run as stored: when it was imported, and the digest of its raw bytes."""

    @property
    def run(self) -> Run: ...
    @property
    def imported_at(self) -> datetime | None: ...
    @property
    def digest(self) -> str: ...


Stored = TypeVar("Stored", bound=StoredRun)


def latest_complete(runs: Iterable[Stored]) -> Stored | None:
    """The latest complete run by start, then import time, then digest. An unknown start counts as earliest."""

    def when(stored: Stored) -> tuple[datetime, datetime, str]:
        started, imported = stored.run.started_at, stored.imported_at
        return utc(started) if started else _EARLIEST, utc(imported) if imported else _EARLIEST, stored.digest

    return max((s for s in runs if s.run.completeness is Completeness.COMPLETE), key=when, default=None)


def _warnings(
    runs: Sequence[RunData], base: Sequence[RunData], rows: Iterable[GateRow], refused: tuple[str, ...]
) -> tuple[str, ...]:
    """What a reader of the rows should know, as sentences."""
    said: dict[str, None] = {}
    for data in (*runs, *base):
        if data.run.completeness is not Completeness.COMPLETE:
            lost = data.run.declared_cases
            of = "cases may be missing" if lost is None else f"{len(data.cases):,} of {lost:,} cases are in its file"
            said[f"Run {data.run.id!r} is {data.run.completeness}: {of}."] = None
        for one in data.run.disputed:
            figures = f"{one.metric} {number(one.declared)}, over its cases {number(one.found)}"
            said[f"Run {data.run.id!r}: {one.where} states {figures}."] = None
        if base and any(case.id_from == "position" for case in data.cases):
            said[f"Run {data.run.id!r} names its cases by position only: compare them with care."] = None
    if runs and base:
        said.update(dict.fromkeys(comparison_warnings(runs[0].run, base[0].run)))
    if refused:
        said[f"A person judged high-risk cases as failed: {first_few(refused)}."] = None
    if any(made.rule.source is From.RUN and made.by_missing for made in rows):
        said["Some results are decided by missing cases: in the worst case they would miss."] = None
    return tuple(said)
