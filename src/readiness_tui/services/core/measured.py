"""What was measured: what gate and probes say of what was imported, and what they said it of.

The two are apart because the first is small and wanted by every command, while the second, every case of the runs, is
wanted by those alone that show cases. A measurement that was kept in the file has the second read when it is asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.gate_result.circumstances import Circumstances
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.labels.lot import Batch
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.probes import ProbeInput
from readiness_tui.domain.runs.holding import Shelf
from readiness_tui.domain.runs.model import EvalSet, Run
from readiness_tui.store.runs import RunInfo


@dataclass(frozen=True, slots=True)
class Footing:
    """What gate and probes are held against: all that was imported and said, but for the recorded requests."""

    gate: Gate | None
    lock: Lock | None
    runs: tuple[RunInfo, ...]
    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    eval_set: EvalSet | None  # the golden set that holds them; the review's where it has no run yet
    shelf: Shelf  # all golden sets
    drawn: tuple[Batch, ...]
    around: Circumstances
    ambiguous: tuple[str, ...]
    as_of: date
    asked: ProbeInput  # what the probes read; its traces are none


@dataclass(frozen=True, slots=True)
class Measured:
    """What imported data says: the gate's rows and the probes' proposals.

    `candidate_runs` and `baseline_runs` are the review's runs in their order, as the golden sets hold them. `notes` marks
    the incidents and drills that the probes read. What it all rests on (`candidate`, `baseline`, `eval_set`, `shelf`,
    `around`) is read at its first use, which takes a while and needs the open file: in the app, `footing` is called on the
    store's thread first.
    """

    gate: GateOutcome
    proposals: dict[str, Proposal]
    runs: tuple[RunInfo, ...]
    candidate_runs: tuple[Run, ...]
    baseline_runs: tuple[Run, ...]
    has_eval_set: bool
    trace_count: int
    notes: str
    ambiguous: tuple[str, ...] = ()  # pipeline versions among which a person must choose the candidate
    footing: Callable[[], Footing] = field(kw_only=True, repr=False, compare=False)
    at_hand: bool = field(default=True, kw_only=True, repr=False, compare=False)  # the footing was read with it

    @property
    def candidate(self) -> tuple[RunData, ...]:
        return self.footing().candidate

    @property
    def baseline(self) -> tuple[RunData, ...]:
        return self.footing().baseline

    @property
    def eval_set(self) -> EvalSet | None:
        return self.footing().eval_set

    @property
    def shelf(self) -> Shelf:
        return self.footing().shelf

    @property
    def around(self) -> Circumstances:
        return self.footing().around


def known(footing: Footing) -> Callable[[], Footing]:
    """The footing of a measurement that was made just now."""
    return lambda: footing


def later(read: Callable[[], Footing]) -> Callable[[], Footing]:
    """The footing of a kept measurement: read once, when it is asked for, however many threads ask."""
    lock, found = threading.Lock(), list[Footing]()

    def footing() -> Footing:
        with lock:
            if not found:
                found.append(read())
            return found[0]

    return footing
