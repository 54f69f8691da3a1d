"""The golden sets of a system, what its review says of them, and which of them its gate was locked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from readiness_tui.domain.checklists.declared import GOLDEN_SET, VARIANT
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.metrics import RunData, held
from readiness_tui.domain.runs.holding import LockedSet, Shelf, current, gained, locked_set
from readiness_tui.domain.runs.model import EvalSet
from readiness_tui.store import evalsets, gates, runs
from readiness_tui.store.runs import RunInfo
from readiness_tui.store.sqlite import Connection


def shelf_of(conn: Connection, review: Review) -> Shelf:
    """The system's sets as the review's runs are held to them."""
    gate = gates.get(conn, review.gate_id) if review.gate_id else None
    return with_lock(conn, review, gate, lock_of(conn, review.system, gate))


def with_lock(conn: Connection, review: Review, gate: Gate | None, lock: Lock | None) -> Shelf:
    """The same, for a gate and its lock."""
    sets = tuple(evalsets.all(conn, review.system))
    main = (lock.dataset_digest if lock else None) or (gate.dataset_digest if gate else None)
    known = [one for one in sets if one.digest == main]
    if lock is not None:
        known += known_at(conn, review.system, lock, sets)
    locked: dict[str, LockedSet] = {}
    for one in known:
        locked.setdefault(one.digest, locked_set(one))
    return Shelf.of(
        sets,
        chosen=review.declared.get(GOLDEN_SET, ""),
        variant=review.declared.get(VARIANT, ""),
        locked=tuple(locked.values()),
        main=main or "",
    )


def known_at(conn: Connection, system: str, lock: Lock, sets: Sequence[EvalSet]) -> tuple[EvalSet, ...]:
    """The sets that were there when a gate was locked, without the versions that others had replaced by then."""
    there = evalsets.published_by(conn, system, lock.at)
    return current([one for one in sets if one.digest in there])


def lock_of(conn: Connection, system: str, gate: Gate | None) -> Lock | None:
    """The lock that counts: the first of the gate's present content, else the latest of an earlier version of it.

    The first, because locking again registers later runs only; of a golden set or a judge that has changed since, the
    first that names the set and the judge as they were last locked. An earlier version's lock shows as "changed since lock".
    """
    if gate is None:
        return None
    versions = {other.digest for _, other in gates.all(conn, system) if other.name == gate.name}
    locks = [lock for lock in gates.locks(conn, system) if lock.gate_digest in versions]
    now = [lock for lock in locks if lock.gate_digest == gate.digest]
    if len({lock.dataset_digest for lock in now}) > 1:
        sets = {one.digest: one for one in evalsets.all(conn, system)}
        now = [lock for lock in now if _still(sets, lock.dataset_digest, now[-1].dataset_digest)]
    return _of_judge(now) if now else next(reversed(locks), None)


def _of_judge(locks: Sequence[Lock]) -> Lock:
    """The first of some locks, bound to the judge that was named last: who names another one locks anew, who names one
    that had not been named adds it, and a lock that names none takes nothing back."""
    judge = next((lock.judge_digest for lock in reversed(locks) if lock.judge_digest), None)
    others = [n for n, lock in enumerate(locks) if lock.judge_digest not in (None, judge)]
    return replace(locks[others[-1] + 1 if others else 0], judge_digest=judge)


def _still(sets: Mapping[str, EvalSet], before: str | None, after: str | None) -> bool:
    """Whether a set that was locked again is the one that was locked before, perhaps with further cases."""
    if before is None or after is None or before == after:
        return True
    return before in sets and after in sets and gained(sets[after], locked_set(sets[before])) is not None


def run_data(conn: Connection, info: RunInfo, shelf: Shelf, *, baseline: bool = False) -> RunData:
    """A run as the golden set that holds it has it."""
    return held(info.run, tuple(runs.cases(conn, info.key)), shelf, baseline=baseline)
