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
from readiness_tui.domain.metrics.ingredients import Absent
from readiness_tui.domain.metrics.meets import bound_meets, deciding
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.metrics.summary import Observed, first_few, left_out_text
from readiness_tui.domain.metrics.words import bound_text, value_text
from readiness_tui.domain.text.format import NOTHING, threshold_text

CARRIED = Fraction(95, 100)  # the share of cases that must have a metric
#: The share of requests that may leave a time or a cost, unless the rule says otherwise.
MAX_LEFT_OUT = {Absent.CACHED: Fraction(1, 2), Absent.COLD: Fraction(1, 10)}


def asks_for_proof(rule: Rule) -> bool:
    """Whether the bound decides, too."""
    return rule.confidence is Confidence.REQUIRED or rule.tolerate is not None


def estimate_that_decides(rule: Rule, seen: Observed) -> Estimate:
    """What was observed with the bounds that the rule is held to: those that hold whatever the scores' shape, and over the
    sources that cases share, where it asks for proof."""
    if not asks_for_proof(rule):
        return seen.estimate
    return deciding(seen.estimate, seen.implied.estimate if seen.implied else None)


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


def left_out(rule: Rule, seen: Observed, noun: str = "case", where: str = "") -> tuple[str, ...]:
    """Why what was left out of a time or a cost is too much to pass by the rest; empty if it is not."""
    left = tuple((why, count) for why, count in seen.left_out if why in MAX_LEFT_OUT)
    if rule.max_left_out is not None:
        limit = exact(rule.max_left_out)
        over = left if sum(count for _, count in left) > limit * seen.requests else ()
    else:
        over = tuple((why, count) for why, count in left if count > MAX_LEFT_OUT[why] * seen.requests)[:1]
        limit = MAX_LEFT_OUT[over[0][0]] if over else Fraction(0)
    if not over:
        return ()
    return (f"{where}{left_out_text(over, seen.requests, noun)}, and at most {float(limit * 100):g} % may be",)


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
