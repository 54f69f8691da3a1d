"""Measurements that are kept in the file: a process that finds one reads no request and no case."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.plain import plain, stored
from readiness_tui.services.core import kept, program, tamper
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.measured import Footing, Measured, later
from readiness_tui.store import runs
from readiness_tui.store.kept import marks, results
from readiness_tui.store.sqlite import Connection

_WAITING = "measurements to keep"


@dataclass(frozen=True, slots=True)
class KeptMeasured:
    """A measurement without what it rests on, and without what the runs' table says again."""

    gate: GateOutcome
    proposals: dict[str, Proposal]
    candidate_runs: tuple[Run, ...]
    baseline_runs: tuple[Run, ...]
    has_eval_set: bool
    trace_count: int
    notes: str
    ambiguous: tuple[str, ...]


def find(conn: Connection, review: Review, as_of: date, mark: str, footing: Callable[[], Footing]) -> Measured | None:
    """The measurement that was kept under the mark of what is imported; `footing` reads what it rests on."""
    full = _mark(mark)
    key = kept.own_key()
    text = None if full is None or key is None else results.get(conn, key, _place(review.id, as_of), full)
    if text is None:
        return None
    try:
        found = stored(json.loads(text), KeptMeasured, "measurement")
    except ReadinessError:  # it is only kept: what cannot be read is measured anew
        return None
    return Measured(
        gate=found.gate,
        proposals=found.proposals,
        runs=tuple(runs.all(conn, review.system)),
        candidate_runs=found.candidate_runs,
        baseline_runs=found.baseline_runs,
        has_eval_set=found.has_eval_set,
        trace_count=found.trace_count,
        notes=found.notes,
        ambiguous=found.ambiguous,
        footing=later(footing),
        at_hand=False,
    )


def await_keeping(desk: Desk, review: Review, as_of: date, mark: str, made: Measured) -> None:
    """Keep this measurement at the next `keep`: it may have been made inside a transaction that is not yet committed."""
    desk.cache[_WAITING] = (mark, (review.id, as_of, mark, made))


def forget(desk: Desk) -> None:
    """Drop what was measured inside a transaction that was rolled back."""
    desk.cache.pop("measure", None)
    desk.cache.pop(_WAITING, None)


def keep(desk: Desk) -> None:
    """Keep what was measured since the last time, if the file lets us at once; nobody has to care if not."""
    waiting = desk.cache.pop(_WAITING, None)
    if waiting is None or not program.unchanged() or tamper.look(desk):
        return
    review_id, as_of, mark, made = waiting[1]
    text, full, key = _text(made), _mark(mark), kept.own_key(make=True)
    if text is None or full is None or key is None:
        return

    def put(conn: Connection) -> None:
        results.put(conn, key, {_place(review_id, as_of): text}, full)

    desk.store.keep(put)


def _text(made: Measured) -> str | None:
    """As JSON; None where it would come back as anything else (a figure that is not finite, a time without a zone)."""
    kept = KeptMeasured(
        made.gate,
        made.proposals,
        made.candidate_runs,
        made.baseline_runs,
        made.has_eval_set,
        made.trace_count,
        made.notes,
        made.ambiguous,
    )
    text = json.dumps(plain(kept), separators=(",", ":"))
    try:
        back = stored(json.loads(text), KeptMeasured, "measurement")
    except ReadinessError:
        return None
    return text if repr(back) == repr(kept) else None  # as text, where 1 is not 1.0


def _place(review_id: int, as_of: date) -> str:
    return f"measured/{review_id}/{as_of}"


def _mark(mark: str) -> str | None:
    version = program.digest()
    return None if version is None else marks.joined(version, mark)
