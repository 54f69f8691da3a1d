"""Small runs, and the row of one rule on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.evaluate import evaluate_gate
from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.runs.model import Case, Run, Score

AS_OF = date(2026, 11, 23)


def scored(name: str, values: Sequence[float | None], id_: str = "rag-v4", prefix: str = "c") -> RunData:
    """A run with a case for each value of one metric; None: the case is there and lacks the score."""
    cases = tuple(
        Case(f"{prefix}{i}", scores={} if value is None else {name: Score(value)}) for i, value in enumerate(values)
    )
    return RunData(Run(id_, id_, "own"), cases)


def row_of(rule: Rule, candidate: RunData, baseline: RunData | None = None) -> GateRow:
    gate = Gate("g", (rule,), digest="g1")
    (made,) = evaluate_gate(gate, None, [candidate], [baseline] if baseline else [], as_of=AS_OF).rows
    return made
