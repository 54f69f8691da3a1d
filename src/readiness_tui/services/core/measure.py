"""Gate and probes over what was imported: costly, so kept until something they read has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from readiness_tui.domain.checklists.assessment import Evidence, EvidenceKind
from readiness_tui.domain.checklists.model import Checklist
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.diff import gate_diff
from readiness_tui.domain.gate.model import Gate, Revision
from readiness_tui.domain.gate_result.evaluate import evaluate_gate, latest_complete
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.metrics import case_key, held, speaking
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.probes import ProbeInput, propose_all, reads_records, special
from readiness_tui.domain.runs.joining import join_golden
from readiness_tui.domain.runs.model import Case, Run
from readiness_tui.domain.traces.listed import NOTHING_RECORDED
from readiness_tui.domain.traces.recorded import Recorded
from readiness_tui.services.core import golden_sets, measured_kept
from readiness_tui.services.core.circumstances import Held, circumstances
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import run_data
from readiness_tui.services.core.measured import Footing, Measured, known
from readiness_tui.services.share import lent
from readiness_tui.store import (
    assessments,
    gate_changes,
    gates,
    incidents,
    label_batches,
    reviews,
    runs,
)
from readiness_tui.store.kept import marks
from readiness_tui.store.measured.recorded import StoredTraces
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.runs import RunInfo
from readiness_tui.store.sqlite import Connection

_ATTEMPTS = 3  # at a measurement that nobody else's change falls into

__all__ = ["Measured", "candidate_of", "hold_unlocked", "measure", "repeats", "run_data"]


def imported_mark(conn: Connection, desk: Desk, review: Review, as_of: date) -> str:
    """Changes whenever something that `measure` reads has changed, incidents and drills aside."""
    ends = desk.utc_day(review, as_of)
    return marks.joined(as_of.isoformat(), ends.isoformat(), marks.rows(conn, marks.MEASURED, review.system, review.id))


def measure(conn: Connection, desk: Desk, review: Review, checklists: tuple[Checklist, ...], as_of: date) -> Measured:
    """Evaluate the gate and every probe of the review's checklists on what is imported now.

    A line in an incident's note asks only the probes anew that read incidents: the gate and the traces are as before.
    """
    for _ in range(_ATTEMPTS):
        seen = _seen(conn, desk, review, as_of)
        made, new = _found_or_made(conn, desk, review, checklists, as_of, *seen)
        if not new:
            desk.cache["measure"] = (seen[0], made)
            return made
        # It was read in several steps: another process may have changed something between the mark and the last of them.
        if _seen(conn, desk, review, as_of) != seen:
            continue
        if reviews.get(conn, review.id) == review:  # else the caller's is another one, and this is kept for nobody
            measured_kept.await_keeping(desk, review, as_of, seen[0], made)
            desk.cache["measure"] = (seen[0], made)
        break
    return made


def _seen(conn: Connection, desk: Desk, review: Review, as_of: date) -> tuple[str, str]:
    """The marks of what is imported, and of incidents and drills."""
    return imported_mark(conn, desk, review, as_of), marks.rows(conn, marks.NOTES, review.system, review.id)


def _found_or_made(
    conn: Connection,
    desk: Desk,
    review: Review,
    checklists: tuple[Checklist, ...],
    as_of: date,
    mark: str,
    notes: str,
) -> tuple[Measured, bool]:
    """The measurement, and whether it was made just now."""
    cached = desk.cache.get("measure")
    if cached is not None and cached[0] == mark:
        assert isinstance(cached[1], Measured)
        found: Measured | None = cached[1]
    else:
        found = measured_kept.find(conn, review, as_of, mark, lambda: _footing_later(desk, review, as_of, mark))
    if found is None:
        return _measure(conn, desk, review, checklists, as_of, notes), True
    if found.notes != notes:
        footing = found.footing() if found.at_hand else footing_of(conn, desk, review, as_of)
        return _with_notes(conn, found, review, checklists, notes, footing), True
    return found, False


def _with_notes(
    conn: Connection,
    made: Measured,
    review: Review,
    checklists: tuple[Checklist, ...],
    notes: str,
    footing: Footing,
) -> Measured:
    """The same measurement with other incidents and drills."""
    items = [item for checklist in checklists for item in checklist.items if reads_records(item)]
    asked = replace(footing.asked, incidents=tuple(incidents.all(conn, review.system)), evidence=_drills(conn, review))
    proposals = made.proposals | propose_all(items, asked) | lent.proposals(conn, review.id)
    return replace(made, notes=notes, proposals=proposals, footing=known(footing), at_hand=True)


def _footing_later(desk: Desk, review: Review, as_of: date, mark: str) -> Footing:
    """What a kept measurement rests on. Raises ReadinessError where that is no longer in the file as it was."""
    with desk.store.read() as conn:
        footing = footing_of(conn, desk, review, as_of)
        if imported_mark(conn, desk, review, as_of) != mark:
            raise ReadinessError(
                "Somebody has just imported or declared something else for this review, so its cases no longer belong to"
                " the figures beside them. Do it once more."
            )
        return footing


def footing_of(conn: Connection, desk: Desk, review: Review, as_of: date) -> Footing:
    """What the gate and the probes of a review are held against, without the recorded requests."""
    infos = tuple(runs.all(conn, review.system))
    gate = gates.get(conn, review.gate_id) if review.gate_id else None
    lock = golden_sets.lock_of(conn, review.system, gate)
    shelf = golden_sets.with_lock(conn, review, gate, lock)
    candidate_infos, ambiguous = _candidate(review, infos, reviews.imported_since(conn, review.id))
    candidate = tuple(run_data(conn, info, shelf) for info in candidate_infos)
    by_id = {info.run.id: info for info in infos}
    named = (by_id[run_id] for run_id in review.baseline if run_id in by_id)
    baseline = tuple(run_data(conn, info, shelf, baseline=True) for info in named)
    eval_set = speaking((*candidate, *baseline), shelf)
    known = circumstances(conn, desk, review, Held(gate, lock, candidate_infos, candidate, baseline, shelf, as_of))
    asked = ProbeInput(
        recorded=NOTHING_RECORDED,
        candidate=tuple((part.run, part.cases) for part in candidate),
        baseline=tuple((part.run, part.cases) for part in baseline),
        eval_set=eval_set,
        gate=gate,
        lock=lock,
        review=review,
        as_of=as_of,
        ends=desk.utc_day(review, as_of),
        dismissed=frozenset(dismissal.hit for dismissal in assessments.dismissals(conn, review.id)),
        runs=tuple(info.run for info in infos),
        special=tuple(
            (part.run, (*part.cases, *part.outside))
            for part in (run_data(conn, info, shelf) for info in infos if special(info.run))
        ),
        held={part.run.id: part for part in (*candidate, *baseline)},
        incidents=tuple(incidents.all(conn, review.system)),
        evidence=_drills(conn, review),
        sampled=tuple(raw_records.sampled(conn, review.system)),
    )
    drawn = label_batches.all(conn, review.system)
    return Footing(
        gate, lock, infos, candidate, baseline, eval_set, shelf, drawn, known, ambiguous, as_of=as_of, asked=asked
    )


def _measure(
    conn: Connection, desk: Desk, review: Review, checklists: tuple[Checklist, ...], as_of: date, notes: str
) -> Measured:
    footing = footing_of(conn, desk, review, as_of)
    recorded = StoredTraces(conn, review.system)
    outcome = evaluate_gate(
        footing.gate,
        footing.lock,
        footing.candidate,
        footing.baseline,
        recorded,
        as_of=as_of,
        ends=footing.asked.ends,
        locked=footing.shelf.locked,
        around=footing.around,
        batches=footing.drawn,
    )
    if footing.gate is not None and review.gate_id is not None:
        outcome = replace(outcome, revision=_revision(conn, review.gate_id, footing.gate))
    by_id = {info.run.id: info for info in footing.runs}

    def cases_of(run: Run) -> tuple[Case, ...] | None:
        part = run_data(conn, by_id[run.id], footing.shelf) if run.id in by_id else None
        return None if part is None else (*part.cases, *part.outside)

    items = tuple(item for checklist in checklists for item in checklist.items)
    return Measured(
        gate=outcome,
        proposals=propose_all(items, replace(footing.asked, recorded=recorded, cases_of=cases_of))
        | lent.proposals(conn, review.id),
        runs=footing.runs,
        candidate_runs=tuple(part.run for part in footing.candidate),
        baseline_runs=tuple(part.run for part in footing.baseline),
        has_eval_set=footing.eval_set is not None,
        trace_count=len(recorded),
        notes=notes,
        ambiguous=footing.ambiguous,
        footing=known(footing),
    )


def _revision(conn: Connection, gate_id: int, gate: Gate) -> Revision | None:
    found = gate_changes.latest(conn, gate_id)
    if found is None:
        return None
    before = gates.get(conn, found.replaces)
    return Revision(f"{before.name} v{before.version}", found.by, found.at, found.reason, gate_diff(before, gate))


def hold_unlocked(
    conn: Connection, system: str, measured: Measured, others: Sequence[Gate], as_of: date
) -> list[GateOutcome]:
    """Gates against the system's stored runs as if they had no lock: what their rules say, whenever they were declared.
    `as_of`: a UTC day, as requests are dated by."""
    from_traces = any(rule.source is From.TRACES for gate in others for rule in gate.rules)
    recorded: Recorded = StoredTraces(conn, system) if from_traces else NOTHING_RECORDED
    runs_, base, sets = measured.candidate, measured.baseline, measured.shelf.locked
    around = replace(measured.around, tries=None, findings=())
    return [
        evaluate_gate(gate, None, runs_, base, recorded, as_of=as_of, locked=sets, around=around) for gate in others
    ]


def _drills(conn: Connection, review: Review) -> dict[str, tuple[Evidence, ...]]:
    """The evidence that probes read, by item: dated drills."""
    found: dict[str, tuple[Evidence, ...]] = {}
    for piece in assessments.evidence(conn, review.id):
        if piece.kind is EvidenceKind.DRILL:
            found[piece.item_id] = (*found.get(piece.item_id, ()), piece)
    return found


def _candidate(
    review: Review, infos: tuple[RunInfo, ...], since: frozenset[int] | None
) -> tuple[tuple[RunInfo, ...], tuple[str, ...]]:
    """The candidate's runs in order; and, where nobody named one and versions differ, the versions to choose from.

    What was imported before the review was opened belongs to the review before, until somebody names it.
    """
    by_id = {info.run.id: info for info in infos}
    if review.candidate:
        return tuple(by_id[run_id] for run_id in review.candidate if run_id in by_id), ()
    left = tuple(
        info for info in infos if info.run.id not in review.baseline and (since is None or info.import_id in since)
    )
    latest = latest_complete(left)
    if latest is None:
        return (), ()
    versions = tuple(sorted({info.run.version for info in left}))
    return (latest,), versions if len(versions) > 1 else ()


def candidate_of(conn: Connection, review: Review) -> tuple[str, ...]:
    """The ids of the runs that stand as the review's candidate now, named or not."""
    found, _ = _candidate(review, tuple(runs.all(conn, review.system)), reviews.imported_since(conn, review.id))
    return tuple(info.run.id for info in found)


def repeats(conn: Connection, review: Review, info: RunInfo, key: str) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """The repeats of the case with this key, as stored and as joined to the golden set, which may give them another id.

    Both are empty where the run has no such case.
    """
    stored = runs.cases(conn, info.key)
    golden = held(info.run, tuple(stored), golden_sets.shelf_of(conn, review)).golden
    joined = join_golden(stored, golden).cases if golden else stored
    found = [pair for pair in zip(stored, joined, strict=True) if case_key(pair[1]) == key]
    return tuple(pair[0] for pair in found), tuple(pair[1] for pair in found)
