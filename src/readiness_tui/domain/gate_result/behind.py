"""What stands behind a row's figure: cases, or the run's own word; all requests, or those that were not left out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.intervals import exact
from readiness_tui.domain.metrics import Observed
from readiness_tui.domain.metrics.ingredients import Absent
from readiness_tui.domain.metrics.rule import Rule
from readiness_tui.domain.metrics.summary import left_out_text

#: The share of requests that may leave a time or a cost, unless the rule says otherwise.
MAX_LEFT_OUT = {Absent.CACHED: Fraction(1, 2), Absent.COLD: Fraction(1, 10)}
FIGURES_ONLY = "figures only: no case stands behind it"


def weighed(rule: Rule, seen: Observed, made: GateRow, noun: str) -> GateRow:
    """The row, missing where it needs cases and has none, and not decided where too much was left out to pass."""
    if seen.aggregate and rule.cases_required:
        reason = f"{FIGURES_ONLY}, and the rule asks for cases; {made.reason}"
        return replace(made, result=Result.MISSING, reason=reason, sure="")
    why = too_much(rule, seen, noun) if made.result is Result.PASS else ""
    return (
        replace(made, result=Result.INCONCLUSIVE, reason=f"{why}; {made.reason}", sure="too much left out")
        if why
        else made
    )


def too_much(rule: Rule, seen: Observed, noun: str = "case") -> str:
    """Why what was left out of a time or a cost is too much to pass by the rest; "" if it is not."""
    left = tuple((why, count) for why, count in seen.left_out if why in MAX_LEFT_OUT)
    if rule.max_left_out is not None:
        over = left if sum(count for _, count in left) > exact(rule.max_left_out) * seen.requests else ()
        limit = exact(rule.max_left_out)
    else:
        over = tuple((why, count) for why, count in left if count > MAX_LEFT_OUT[why] * seen.requests)[:1]
        limit = MAX_LEFT_OUT[over[0][0]] if over else Fraction(0)
    if not over:
        return ""
    return f"{left_out_text(over, seen.requests, noun)}, and at most {float(limit * 100):g} % may be"
