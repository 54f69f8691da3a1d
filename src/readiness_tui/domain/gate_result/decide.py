"""What turns a figure that meets its rule into "not enough to tell", and one that too few cases carry into "missing".

The rules of gate.md, "Results": the point value alone passes or fails a rule; a doubt that stands beside it makes a pass
inconclusive, and never a miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.intervals import TOO_SMALL, exact
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.meets import bound_meets
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.metrics.summary import first_few
from readiness_tui.domain.metrics.words import bound_text, value_text
from readiness_tui.domain.text.format import NOTHING, threshold_text

CARRIED = Fraction(95, 100)  # the share of cases that must have a metric
LEFT_OUT = {
    "cached": Fraction(1, 2),
    "cold": Fraction(1, 10),
}  # the most that may leave, unless the rule says otherwise


def asks_for_proof(rule: Rule) -> bool:
    """Whether the bound decides, too."""
    return rule.confidence is Confidence.REQUIRED or rule.tolerate is not None


def result_of(*, met: bool, doubts: Sequence[str]) -> Result:
    """The result of a figure: its point value decides, and a doubt makes a pass inconclusive."""
    if not met:
        return Result.FAIL
    return Result.INCONCLUSIVE if doubts else Result.PASS


def too_few(noun: str, used: int, total: int, share: Fraction | None, lost: Iterable[str], where: str = "") -> str:
    """Why a figure is missing: fewer than 95 % of the cases to which it applies carry it; "" if enough do."""
    if share is None or share >= CARRIED:
        return ""
    return (
        f"{used:,} of {total:,} {noun}s{where} carry it ({int(share * 100)} %), 95 % are needed; "
        f"missing: {first_few(lost)}"
    )


def alone(used: int | None, noun: str) -> tuple[str, ...]:
    """A single case or trace can fail a rule but never pass it: its result could be luck."""
    return (f"one {noun} alone decides nothing",) if used == 1 else ()


def left_out(rule: Rule, left: Iterable[tuple[str, int]], total: int | None, where: str = "") -> tuple[str, ...]:
    """Too many cases left the figure; `total`: those that stayed. "60 of 100 left out (cached), at most 50 % may be"."""
    left = tuple(left)
    every = (total or 0) + sum(count for _, count in left)
    said = []
    for reason, count in left:
        most = exact(rule.max_left_out) if rule.max_left_out is not None else LEFT_OUT.get(reason)
        if most is not None and count > most * every:
            said.append(f"{count:,} of {every:,} {where}left out ({reason}), at most {int(most * 100)} % may be")
    return tuple(said)


def unproven(rule: Rule, estimate: Estimate) -> tuple[str, ...]:
    """What the rule asks the bound for, and it does not show: the threshold itself, what is tolerated, or both."""
    asked: list[tuple[float, str]] = []
    assert rule.threshold is not None
    if rule.confidence is Confidence.REQUIRED:
        asked.append((rule.threshold, "required"))
    if rule.tolerate is not None:
        asked.append((rule.tolerate, "tolerated"))
    said = []
    for limit, word in asked:
        holds = bound_meets(estimate, rule.direction, limit)
        if holds is None:
            return (f"no bound can be given ({estimate.note or TOO_SMALL}), and one is asked for",)
        if not holds:
            sign = "≥" if rule.direction is Direction.HIGHER else "≤"
            shown = bound_text(estimate, rule)
            limit_shown = threshold_text(limit, rule.unit)
            said.append(f"surely only {shown}, and {sign} {limit_shown} is {word}")
    return tuple(said)


def worst_case(rule: Rule, worst: float) -> tuple[str, ...]:
    """The missing cases decide: at their worst the figure would miss. `rule` gives the unit and the rounding."""
    return (f"decided by missing cases: {value_text(worst, rule).replace(NOTHING, 'without limit')} at their worst",)
