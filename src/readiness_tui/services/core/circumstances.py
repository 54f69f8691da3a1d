"""What a review's file knows beside the runs that its gate is held against: imports, declarations, and earlier tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result import tries
from readiness_tui.domain.gate_result.circumstances import Circumstances
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.runs.holding import Shelf
from readiness_tui.domain.runs.model import UNKNOWN_VERSION
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import run_data
from readiness_tui.store import declared, reviews, runs
from readiness_tui.store.runs import RunInfo
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class Held:
    """A gate and all that it is held against."""

    gate: Gate | None
    lock: Lock | None
    infos: tuple[RunInfo, ...]  # of the candidate
    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    shelf: Shelf
    as_of: date


def circumstances(conn: Connection, desk: Desk, review: Review, held: Held) -> Circumstances:
    """Everything that is known of the candidate beside its own runs."""
    attempts = tuple(_attempts(conn, desk, review, held))
    keys = {info.key for info in held.infos}
    again = tries.failed_before(attempts, keys)
    return Circumstances(
        seen={info.run.id: info.imported_at for info in held.infos},
        others=tuple(_others(conn, review, held)),
        accepted=declared.risks(conn, review.system),
        tries=tries.count(attempts, keys),
        findings=(again,) if again else (),
    )


def _attempts(conn: Connection, desk: Desk, review: Review, held: Held) -> Iterator[tries.Attempt]:
    """Every imported run that is a try against the lock, older imports of one id among them. Each is held against
    the gate once, until its labels, the candidate's cases or anything else that it is judged by are others."""
    gate, lock = held.gate, held.lock
    if gate is None or lock is None or not held.candidate:
        return
    shelf = held.shelf
    golden = [data.golden for data in held.candidate if data.golden is not None]
    cases = frozenset(case.id for data in held.candidate for case in data.cases)
    own = tries.case_ids(golden[0]) if golden else cases  # the set, or what the candidate has in want of one
    theirs = {one.digest: tries.case_ids(one) for one in shelf.sets if one in golden or shelf.is_main(one)}
    smallest = min((len(one) for one in (own, *theirs.values())), default=0)
    candidate = {info.key for info in held.infos}
    ids, versions = _baseline(conn, review, held)
    ours = {data.run.version for data in held.candidate} - {UNKNOWN_VERSION}  # a failure of it hides in no baseline
    sides = tuple((data.run, runs.labels(conn, review.system, data.run.id)) for data in held.baseline)
    mark = (gate.digest, shelf.mark, sides, held.as_of, own, theirs)
    for info in runs.all(conn, review.system, versions=True):
        if info.key not in candidate:
            if (info.run.id in ids and info.run.version not in ours) or info.run.version in versions:
                continue
            if not tries.may_count(info.run, info.imported_at, info.n_cases, lock, smallest):
                continue
        now = (mark, info.run, info.key in candidate, runs.labels(conn, review.system, info.run.id))
        kept = desk.cache.get(f"try {info.key}")
        if kept is None or kept[0] != now:
            data = run_data(conn, info, shelf)
            whole = theirs.get(data.golden.digest, own) if data.golden else own
            counts = info.key in candidate or tries.covers(data, own) or tries.covers(data, whole)
            made = tries.attempt(info.key, gate, data, held.baseline, info.imported_at, held.as_of) if counts else None
            kept = desk.cache[f"try {info.key}"] = (now, made)
        if kept[1] is not None and (kept[1].carried or info.key in candidate):
            yield kept[1]


def _baseline(conn: Connection, review: Review, held: Held) -> tuple[set[str], set[str]]:
    """Runs that a review of the system names its baseline, and the version of this review's: neither is a try."""
    named = {run_id for other in reviews.all(conn, system=review.system) for run_id in other.baseline}
    ours = {data.run.version for data in held.candidate}
    return (
        named - {data.run.id for data in held.candidate},
        {data.run.version for data in held.baseline} - ours - {UNKNOWN_VERSION},
    )


def _others(conn: Connection, review: Review, held: Held) -> Iterator[RunData]:
    """Further runs of the candidate's version in which a person failed something."""
    ours = {data.run.id for data in held.candidate}
    ours |= {data.run.id for data in held.baseline if data.run.version == UNKNOWN_VERSION}
    versions = {data.run.version for data in held.candidate}
    for info in runs.all(conn, review.system) if versions else ():
        if info.run.id not in ours and info.run.version in versions and runs.failed_by_people(conn, info):
            yield run_data(conn, info, held.shelf)
