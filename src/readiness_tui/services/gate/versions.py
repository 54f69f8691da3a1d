"""The gate: read its file, lock it, choose what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.diff import gate_diff
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.judged import is_judged
from readiness_tui.domain.gate_result.words import RESULT_WORDS
from readiness_tui.domain.metrics import speaking
from readiness_tui.domain.metrics.words import metric_label
from readiness_tui.domain.runs.declared import given_digest, judge_of
from readiness_tui.domain.runs.holding import Shelf, locked_set, named
from readiness_tui.domain.runs.model import EvalSet
from readiness_tui.domain.text.sanitise import one_line, to_json
from readiness_tui.domain.verdict.ruling import rule_gate
from readiness_tui.services.core import golden_sets
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.measure import hold_unlocked
from readiness_tui.services.core.rivals import UNSEEN, Unseen, unmoved
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.core.write import change
from readiness_tui.services.gate import lock_writing
from readiness_tui.sources.settings import gate as gate_file
from readiness_tui.sources.settings import lock as lock_file
from readiness_tui.store import gate_changes, gates, reviews, runs
from readiness_tui.store.sqlite import Connection

MAX_REASON = 500  # characters


@dataclass(frozen=True, slots=True)
class Taken:
    """What reading a gate did. `again`: the review had it already. `said`: what is different now, in sentences.

    `asks_reason`: it took the place of another gate, and nobody has said why.
    """

    gate: Gate
    again: bool
    said: tuple[str, ...] = ()
    asks_reason: bool = False


def read_gate(desk: Desk, path: Path, reason: str = "") -> Taken:
    """Take the gate in the YAML file at `path` as the review's, and hold the stored runs against it at once.

    `reason`: why it takes the place of the one before; given for a gate that is the review's already, it is added.
    """
    gate, left_out = gate_file.read_gate(path), gate_file.left_out(path)
    text = path.read_text(encoding="utf-8")
    reason = one_line(reason.strip(), MAX_REASON)
    with change(desk, f"gate {gate.name} from {path.name}", reason) as (tx, review):
        gate_id = gates.put_gate(tx, review.system, gate, text)
        again, before = review.gate_id == gate_id, review.gate_id or gates.before(tx.conn, gate_id)
        if not again:
            reviews.put(tx, replace(review, gate_id=gate_id))
            if before is not None:
                gate_changes.add(tx, review.id, gate_id, before, reason)
        found = gate_changes.latest(tx.conn, gate_id)
        if again and reason and found is not None:
            gate_changes.set_reason(tx, found.id, reason)
        gate = gates.get(tx.conn, gate_id)
    if again or before is None or found is None:
        return Taken(gate, again, left_out)
    return Taken(gate, again, (*left_out, *_said(desk, found)), asks_reason=not reason)


def give_reason(desk: Desk, reason: str) -> None:
    """Say why the review's gate took the place of the one before.

    Raises ReadinessError where it took no other's place, or without a word.
    """
    if not reason.strip():
        raise ReadinessError("Why does the gate change? Type a sentence: whoever reads the verdict will ask.")
    with change(desk, "reason for the gate's change", reason.strip()) as (tx, review):
        found = gate_changes.latest(tx.conn, review.gate_id) if review.gate_id else None
        if found is None:
            raise ReadinessError("The review's gate took no other gate's place, so there is no change to explain.")
        gate_changes.set_reason(tx, found.id, one_line(reason.strip(), MAX_REASON))


def _said(desk: Desk, found: gate_changes.StoredChange) -> tuple[str, ...]:
    """The new version rule by rule, and what it makes of the stored runs: both gates held against them, unlocked."""
    view = load(desk)
    with desk.store.read() as conn:
        old, now = gates.get(conn, found.replaces), gates.get(conn, found.gate_id)
        was, is_ = hold_unlocked(
            conn, view.review.system, view.measured, (old, now), desk.utc_day(view.review, view.as_of)
        )
    said = [f"{now.name} v{now.version} replaces {old.name} v{old.version}:", *gate_diff(old, now)]
    if is_.ran:
        before = {row.rule.key: RESULT_WORDS[row.result][1] for row in was.rows}
        moved = [
            f"{metric_label(row.rule)} {before.get(row.rule.key, 'no rule')} → {RESULT_WORDS[row.result][1]}"
            for row in is_.rows
            if before.get(row.rule.key) != RESULT_WORDS[row.result][1]
        ]
        verdicts = [rule_gate(outcome)[0] for outcome in (was, is_)]
        said.append(f"On the stored runs: {'; '.join(moved) or 'every result stays as it was'}.")
        if verdicts[0] is not verdicts[1]:
            said.append(f"But for the lock, the gate goes from {verdicts[0]} to {verdicts[1]}.")
    if view.gate.lock is not None and view.gate.lock.gate_digest != now.digest:
        said.append(
            "The lock is of the version before, so every result reads changed since lock, until the gate is locked again"
            " and a later run is held against it."
        )
    return tuple(said)


def lock(desk: Desk, *, folder: Path | None = None, judge: str = "") -> tuple[Lock, Path | None]:
    """Declare the review's gate final from now on, bound to the eval set and judge known now: what the gate declares,
    else the golden set that holds the review's runs (the newest where there is none), and the judge of the baseline's runs
    where they have one and the same. `judge`: its digest, or its name, where neither says it.

    With `folder`, also writes `gate.lock` there, to be committed beside the gate; where that fails nothing is locked.
    """
    written = folder / "gate.lock" if folder is not None else None
    try:
        made = _store_lock(desk, written, judge)
    except BaseException:  # stored by an earlier try of the same save, or not at all
        if folder is not None:
            with suppress(ReadinessError):
                lock_writing.finish(desk, folder)
        raise
    if folder is not None:
        lock_writing.finish(desk, folder)
    return made, written


def _store_lock(desk: Desk, written: Path | None, judge: str) -> Lock:
    with change(desk, "gate locked") as (tx, review):
        if review.gate_id is None:
            raise ReadinessError("There is no gate to lock. Import a gate file first: `readiness import gate.yaml`.")
        gate = gates.get(tx.conn, review.gate_id)
        shelf = golden_sets.with_lock(tx.conn, review, None, None)
        golden = _golden(tx.conn, review, shelf)
        made = Lock(
            by=desk.who,
            at=desk.now(),
            gate_digest=gate.digest,
            dataset_digest=gate.dataset_digest or (golden.digest if golden else None),
            judge_digest=gate.judge_digest or _judge(tx.conn, review) or given_digest(judge),
        )
        gates.add_lock(tx, review.system, made)
        if written is not None:
            lock_writing.settle(tx.conn, desk, written.parent)  # what a killed try left
            _spare_other_system(tx.conn, written, review.system)
            meant = [one for one in shelf.sets if one.digest == made.dataset_digest]
            sets = {one.digest: locked_set(one) for one in (*meant, *shelf.current)}
            lock_writing.prepare(desk, written.parent, gate, replace(made, sets=tuple(sets.values())))
    return made


def _spare_other_system(conn: Connection, path: Path, system: str) -> None:
    """Refuse to write over the lock file of another system of this database."""
    if not path.is_file():
        return
    try:
        there = lock_file.read_lock(path)
    except ReadinessError:
        return  # no lock of ours, nor of anybody
    owner = gates.locked_for(conn, there)
    if owner and owner != system:
        raise ReadinessError(
            f"{one_line(str(path))} is the lock of “{one_line(owner)}”, another system of this database, and would be"
            " replaced. Nothing was locked. Name a folder for this system's own with --folder."
        )


def judge_to_name(view: ReviewView) -> bool:
    """Whether a lock made now would bind no judge although a rule needs one."""
    gate = view.gate.gate
    known = {judge_of(run) for run in view.measured.baseline_runs}
    return (
        gate is not None
        and not gate.judge_digest
        and not (len(known) == 1 and None not in known)
        and any(is_judged(rule) for rule in gate.rules)
    )


def _golden(conn: Connection, review: Review, shelf: Shelf) -> EvalSet | None:
    """The set that the thresholds are declared for: the chosen one, else the one that holds the runs that the review
    names, else the latest."""
    chosen = named(shelf.current, shelf.chosen) if shelf.chosen else None
    meant = {*review.baseline, *review.candidate}
    infos = [info for info in runs.all(conn, review.system) if info.run.id in meant]
    infos.sort(key=lambda info: info.run.id not in review.baseline)
    return chosen or speaking([golden_sets.run_data(conn, info, shelf) for info in infos], shelf)


def _judge(conn: Connection, review: Review) -> str | None:
    found = {judge_of(info.run) for info in runs.all(conn, review.system) if info.run.id in review.baseline}
    return found.pop() if len(found) == 1 else None


def yaml_schema() -> str:
    """The JSON Schema of a gate's YAML, as a file of its own."""
    from readiness_tui.sources.settings.gate_schema import json_schema

    return to_json(json_schema()) + "\n"


def choose(desk: Desk, run_ids: Sequence[str], *, role: str, base: Sequence[str] | Unseen = UNSEEN) -> None:
    """Name the review's candidate or baseline: an ordered set of runs of one pipeline version.

    `base`: those that the writer saw; raises ReadinessError where they are others by now.
    """
    with change(desk, f"{role}: {', '.join(run_ids) or 'nothing'}") as (tx, review):
        stored = review.candidate if role == "candidate" else review.baseline
        saw = base if isinstance(base, Unseen) else tuple(base)
        unmoved(stored, saw, f"Somebody has named another {role} meanwhile. Look at it, then choose again.")
        known = {info.run.id: info.run for info in runs.all(tx.conn, review.system)}
        missing = [run_id for run_id in run_ids if run_id not in known]
        if missing:
            raise ReadinessError(f"No run {', '.join(missing)} was imported. `readiness runs` lists them.")
        versions = sorted({known[run_id].version for run_id in run_ids})
        if len(versions) > 1:
            raise ReadinessError(
                f"These runs are of different pipeline versions ({', '.join(versions)}), so they are not one {role}."
                " Choose runs of one version."
            )
        chosen = tuple(run_ids)
        if role == "candidate":
            reviews.put(tx, replace(review, candidate=chosen))
        elif role == "baseline":
            reviews.put(tx, replace(review, baseline=chosen))
        else:
            raise ReadinessError(f"{role} is neither candidate nor baseline.")
