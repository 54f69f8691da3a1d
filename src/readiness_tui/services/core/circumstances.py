"""What a review's file knows beside the runs that its gate is held against: imports, declarations, and earlier tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result import tries
from readiness_tui.domain.gate_result.circumstances import Circumstances
from readiness_tui.domain.gate_result.model import GateFinding
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.metrics.summary import first_few
from readiness_tui.domain.runs.holding import Shelf
from readiness_tui.domain.runs.model import UNKNOWN_VERSION
from readiness_tui.domain.text.format import plural
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.golden_sets import run_data
from readiness_tui.store import declared, imports, reviews, runs
from readiness_tui.store.mended import retraction
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
        findings=(*((again,) if again else ()), *_gone(conn, review, held)),
    )


def _gone(conn: Connection, review: Review, held: Held) -> Iterator[GateFinding]:
    """What the figures would be others with, and is not here: runs by name, tries, requests."""
    here = {info.run.id for info in runs.all(conn, review.system)}
    for role, named in (("candidate", review.candidate), ("baseline", review.baseline)):
        if gone := [run_id for run_id in named if run_id not in here]:
            there = "is a run that is" if len(gone) == 1 else "are runs that are"
            yield GateFinding(
                f"{role}-gone",
                f"named {role} {there} not here: {first_few(gone)}; import what is meant, or name the {role} anew",
            )
    if held.lock is not None and held.candidate and (n := retraction.runs_since(conn, review.system, held.lock.at)):
        yield GateFinding(
            "tries-gone",
            f"{plural(n, 'run')} imported since the lock {'was' if n == 1 else 'were'} taken back, so how"
            f" {'it' if n == 1 else 'they'} did against it is not known: import {'it' if n == 1 else 'them'} again, or lock"
            " the gate again before the next run",
        )
    days = [rule.window_days for rule in held.gate.rules if rule.source is From.TRACES] if held.gate else []
    if days:
        known = [n for n in days if n is not None]
        since = held.as_of - timedelta(days=max(known)) if len(known) == len(days) else None
        if n := imports.too_large(conn, review.system, since):
            yield GateFinding(
                "requests-too-large",
                f"{plural(n, 'request')} too large to be read {'is' if n == 1 else 'are'} in no figure of the gate"
                " (`readiness imports` names each): have the tool record less of a request, or cut it into several, and"
                " import them in place of these",
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
