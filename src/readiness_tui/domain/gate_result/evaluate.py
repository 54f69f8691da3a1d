"""Evaluates the whole gate on the candidate: rows, lock, must-pass and high-risk cases (scoring.md, "Gate")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

from readiness_tui.domain.compare.comparison import comparison_warnings, differ_in
from readiness_tui.domain.gate.model import CasePolicy, Gate, Lock
from readiness_tui.domain.gate_result.cases import findings, meant
from readiness_tui.domain.gate_result.circumstances import ALONE, Circumstances
from readiness_tui.domain.gate_result.datasets import Datasets, held_against
from readiness_tui.domain.gate_result.disputed import disputed
from readiness_tui.domain.gate_result.gained import diluted
from readiness_tui.domain.gate_result.high_risk import high_risk
from readiness_tui.domain.gate_result.judged import by_judge, is_judged, judged_row
from readiness_tui.domain.gate_result.model import CasesRow, GateOutcome, GateRow
from readiness_tui.domain.gate_result.registration import registration
from readiness_tui.domain.gate_result.rows import Ground, row, split
from readiness_tui.domain.gate_result.same_run import held_apart
from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.labels.queue import judge_agreement, reviewer_agreement
from readiness_tui.domain.metrics import RunData, Windows, case_key, held, said_of, utc
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.runs.declared import comparable, fact_text, judge_of, short_digest, start_known
from readiness_tui.domain.runs.holding import LockedSet, Shelf
from readiness_tui.domain.runs.model import (
    HIGH_RISK,
    Case,
    CaseStatus,
    Completeness,
    EvalSet,
    Run,
    ScoreState,
)
from readiness_tui.domain.text.format import number
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.traces.listed import NOTHING_RECORDED
from readiness_tui.domain.traces.recorded import Recorded

__all__ = ["HIGH_RISK", "case_passed", "differ_in", "evaluate_gate", "latest_complete", "must_pass"]

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def evaluate_gate(
    gate: Gate | None,
    lock: Lock | None,
    candidate: Sequence[RunData],
    baseline: Sequence[RunData] = (),
    recorded: Recorded = NOTHING_RECORDED,
    *,
    as_of: date,
    ends: date | None = None,
    eval_set: EvalSet | None = None,
    dataset_digest: str | None = None,
    judge_digest: str | None = None,
    locked: Sequence[LockedSet] = (),
    around: Circumstances = ALONE,
    batches: Sequence[Batch] = (),
) -> GateOutcome:
    """Evaluate a gate on the candidate's runs, in the order the review names them.

    `eval_set` is the golden set for runs that nothing holds yet. `locked`: the golden sets that were known when the gate
    was locked, with their cases. `dataset_digest` and `judge_digest` are used if a run
    does not say. `around`: what is known beside these runs. `batches`: those in which cases were drawn for people to check
    the judge. Without a candidate the gate is not run and has no rows. A metric from traces reads the UTC days up to and
    including `ends`, the one in which `as_of` ends where the team is (None: the same). Without a gate the high-risk cases are still checked.
    """
    locked = (*locked, *(lock.sets if lock else ()))
    lock = replace(lock, sets=()) if lock else None  # the outcome says who and when, not every case
    runs, base = (tuple(_held(data, eval_set) for data in side) for side in (candidate, baseline))
    every = runs if gate is None else meant(gate, runs)
    risky = high_risk(every, around.others, around.accepted, as_of)
    agreed, between = judge_agreement(runs, gate), reviewer_agreement(runs)
    if gate is None or not runs:
        return GateOutcome(
            gate,
            lock,
            high_risk=risky.cases,
            unreviewed=risky.unreviewed,
            failed=risky.failed_cases,
            findings=risky.findings,
            agreement=agreed,
            between=between,
        )
    judges = {data.run.id: judge_of(data.run) or judge_digest for data in runs}
    declared = (
        _first(lock.dataset_digest if lock else None, gate.dataset_digest),
        _first(lock.judge_digest if lock else None, gate.judge_digest),
    )
    datasets = held_against(runs, declared[0], locked, dataset_digest)
    changed = _changed(gate, lock, declared[1], datasets, judges)
    ground = Ground(
        runs,
        base,
        Windows(recorded, ends or as_of),
        ends or as_of,
        {run_id: tuple(what) for run_id, what in changed.items()},
    )
    parts = [part for rule in gate.rules for part in split(rule)]
    made = (_remarked(row(by_judge(part), ground), runs) for part in parts)
    judged = (judged_row(part, one, runs, lock, batches) for part, one in zip(parts, made, strict=True))
    rows = held_apart(judged, runs, base)
    failed, missing = must_pass(gate.must_pass, every)
    registered, why_not = registration(lock, runs, around.seen)
    return GateOutcome(
        gate=gate,
        lock=lock,
        rows=rows,
        ran=True,
        registered=registered,
        registration=why_not,
        changed=_changed_words(changed),
        unverified=_unverified(gate, lock, declared, rows, datasets, judges, runs),
        cases=_cases(gate, runs, base),
        must_pass_failed=failed,
        must_pass_missing=missing,
        high_risk=risky.cases,
        unreviewed=risky.unreviewed,
        failed=risky.failed_cases,
        warnings=(
            *_warnings(runs, base, rows),
            *_unbound(lock, declared, rows, runs),
            *datasets.remarks,
            *said_of((*runs, *base)),
        ),
        findings=(
            *risky.findings,
            *around.findings,
            *findings(gate, runs, base, rows),
            *diluted(rows, runs, datasets.new),
        ),
        tries=around.tries,
        disputed=disputed(rows, runs),
        agreement=agreed,
        between=between,
    )


# Lock and digests


def _first(*digests: str | None) -> str | None:
    return next((digest for digest in digests if digest), None)


def _remarked(made: GateRow, runs: Sequence[RunData]) -> GateRow:
    """The row, saying which of several runs its figure is of, and where it is of a run's own cases, which no golden set
    knows."""
    if made.run_id is None:
        return made
    name = repr(one_line(made.run_id, 60))
    if any(data.alone for data in runs if data.run.id == made.run_id):
        said = f"of the own cases of run {name}, which no golden set has"
    elif len(runs) > 1:
        said = f"of run {name}"
    else:
        return made
    return replace(made, remarks=(said, *made.remarks))


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
        if judge and now and comparable(judge, now) and judge != now:
            changed[run_id]["the judge"] = _digests(judge, now)
    return changed


def _digests(before: str, now: str) -> str:
    return f"{short_digest(before)} when locked, {short_digest(now)} now"


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
    runs: Sequence[RunData],
) -> tuple[str, ...]:
    """Digests that a run that rows use does not say, or says in another way than the lock; the judge only if a metric
    has one. A golden set that the lock does not bind counts as well, as locking after its import binds it."""
    unknown: dict[str, None] = {}
    golden = {data.run.id for data in runs if data.golden is not None}
    if lock and not (lock.gate_digest and gate.digest):
        unknown["gate"] = None
    for made in rows:
        if made.run_id is None:
            continue
        ours = datasets.known[made.run_id]
        as_locked = comparable(declared[0], ours) if declared[0] else made.run_id not in golden
        told = ours and made.run_id not in datasets.unlocked and as_locked
        if not told and made.run_id not in datasets.outside:
            unknown["dataset"] = None
        ours, bound = judges[made.run_id], declared[1]
        if is_judged(made.rule) and not (comparable(bound, ours) if bound else ours):
            unknown["judge"] = None
    return tuple(unknown)


def _unbound(
    lock: Lock | None, declared: tuple[str | None, str | None], rows: Iterable[GateRow], runs: Sequence[RunData]
) -> Iterator[str]:
    """A remark for what nobody can tell of: whether the judge, or the data that a run claims, changed since the lock."""
    used = [made for made in rows if made.run_id]
    dataset, judge = declared
    if lock is not None and judge is None and any(is_judged(made.rule) for made in used):
        yield "The lock binds no judge, so whether it changed since is not known: name it when you lock the next gate."
    if lock is not None and dataset is None and used and all(data.golden is None for data in runs):
        yield (
            "The lock binds no golden set and none is at hand, so which data the run claims is unverified: name the set,"
            " and lock the next gate with it."
        )


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


def must_pass(ids: Sequence[str], runs: Sequence[RunData]) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
    """The latest complete run by start, then import time, then digest. A start that is not known, or had not come when
    the run was imported, counts as earliest."""

    def when(stored: Stored) -> tuple[datetime, datetime, str]:
        started, imported = stored.run.started_at, stored.imported_at
        known = started if start_known(started, imported) else None
        return utc(known) if known else _EARLIEST, utc(imported) if imported else _EARLIEST, stored.digest

    return max((s for s in runs if s.run.completeness is Completeness.COMPLETE), key=when, default=None)


def _warnings(runs: Sequence[RunData], base: Sequence[RunData], rows: Iterable[GateRow]) -> tuple[str, ...]:
    """What a reader of the rows should know, as sentences."""
    said: dict[str, None] = {}
    for data in (*runs, *base):
        if data.run.completeness is not Completeness.COMPLETE:
            lost = data.run.declared_cases
            of = "cases may be missing" if lost is None else f"{len(data.cases):,} of {lost:,} cases are in its file"
            said[f"Run {data.run.id!r} is {data.run.completeness}: {of}."] = None
        for fact in data.run.declared:
            said[f"Run {data.run.id!r}: {fact_text(fact)}."] = None
        for one in data.run.disputed:
            figures = f"{one.metric} {number(one.declared)}, over its cases {number(one.found)}"
            said[f"Run {data.run.id!r}: {one.where} states {figures}."] = None
        if base and any(case.id_from == "position" for case in data.cases):
            said[f"Run {data.run.id!r} names its cases by position only: compare them with care."] = None
    if runs and base:
        said.update(dict.fromkeys(comparison_warnings(runs[0].run, base[0].run)))
    if any(made.rule.source is From.RUN and made.by_missing for made in rows):
        said["Some results are decided by missing cases: in the worst case they would miss."] = None
    return tuple(said)
