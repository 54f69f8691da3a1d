"""A plan of a gate as plain values: what each rule needs, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_tui.domain.gate.model import Gate
from readiness_tui.domain.gate_result.chances import Noticed
from readiness_tui.domain.gate_result.decide import asks_for_proof
from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.domain.gate_result.power import Count, Sight
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.registry import MetricDef
from readiness_tui.domain.metrics.rule import From, Rule


@dataclass(frozen=True, slots=True)
class Need:
    """What a rule needs from `n` cases or traces; None: how many there will be is not known.

    `least`: the fewest with which a bound can hold. `count`: for rates and quantiles. `passing`: for a rate, how many have
    to be right for the rule to pass, with the proof it asks for; None: not even all are enough. `value`: for a mean or a
    ratio, the figure whose bound would just hold (for a regression rule: the loss; negative if it must be a gain).
    """

    n: int | None
    least: int | None = None
    count: Count | None = None
    value: float | None = None
    passing: int | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The figure with every missing case at its best and worst; `decide`: the limit lies between the two."""

    best: Estimate
    worst: Estimate
    decide: bool


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One rule of the gate.

    `counted`: its figure is a rate of 0/1 cases. `before`: the baseline's figure. `sight`: the smallest regression a
    comparison with it can detect. `now`: the gate's row for a run. `wanted`: how many cases would decide that figure
    (before a run: the baseline's) if it stayed the same; its own n if they already do. `ends` None: no case is missing.
    `held`: that figure with the bounds that the rule is held to. `noticed`: how often a figure that is truly worse than its threshold is shown to be. `passes`: how often the rule passes
    a system that is truly five points above; None: not known before a run.
    """

    rule: Rule
    metric: MetricDef
    counted: bool
    need: Need
    before: Estimate | None = None
    sight: Sight | None = None
    now: GateRow | None = None
    wanted: int | None = None
    ends: Ends | None = None
    held: Estimate | None = None
    noticed: tuple[Noticed, ...] = ()
    passes: float | None = None

    @property
    def noun(self) -> str:
        return "trace" if self.rule.source is From.TRACES else "case"

    @property
    def more(self) -> int | None:
        """Cases to add until the row is decided; 0 if it already is."""
        n = self.now.estimate.n if self.now and self.now.estimate else None
        return None if self.wanted is None or n is None else self.wanted - n


@dataclass(frozen=True, slots=True)
class PlannedSlice:
    """The golden cases with one tag, and the smallest drop in a pass rate that they can show."""

    tag: str
    cases: int
    sight: Sight


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole gate. `cases`: in the golden set, None if there is none. `baseline`: the run to compare with."""

    gate: Gate
    golden: str
    cases: int | None
    baseline: str
    ran: bool
    rows: tuple[PlanRow, ...]
    slices: tuple[PlannedSlice, ...]
    high_risk: int

    @property
    def proving(self) -> tuple[PlanRow, ...]:
        """The required rows that ask for proof: a threshold with `confidence: required` or `tolerate`."""
        return tuple(
            row
            for row in self.rows
            if row.rule.required and row.rule.threshold is not None and asks_for_proof(row.rule)
        )
