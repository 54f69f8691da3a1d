"""Evaluates a threshold on one observed figure: a row of the gate (gate.md, "Results")."""

from __future__ import annotations

from readiness_tui.domain.gate_result.decide import (
    alone,
    asks_for_proof,
    estimate_that_decides,
    left_out,
    result_of,
    too_few,
    unproven,
    worst_case,
)
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.intervals import BETTING
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics import NotComputable, Observed
from readiness_tui.domain.metrics.assumptions import assumptions, scores_that_would_tell
from readiness_tui.domain.metrics.meets import bound_meets, how_sure, meets, needed, why_approximate
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.metrics.words import rule_text, value_text
from readiness_tui.domain.text.format import threshold_text

FIGURES_ONLY = "figures only: no case stands behind them"
_BRING = "run the cases that are missing"
_ASIDE = "run it again without the cache or after a warm-up, or state `max_left_out` before the next lock"
_THING = {"case": "answer", "trace": "request"}  # in which a fault may not have shown


def missing_row(rule: Rule, why: NotComputable) -> GateRow:
    return GateRow(rule, Result.MISSING, None, why.reason, used=why.used, total=why.total)


def sparse_row(rule: Rule, seen: Observed, noun: str) -> GateRow | None:
    """MISSING if fewer than 95 % of the cases carry the metric, or if cases are required and there are none."""
    if seen.aggregate and rule.cases_required:
        why = f"{FIGURES_ONLY}, and the gate requires them"
    else:
        why = too_few(noun, seen.used or 0, seen.total or 0, seen.coverage, seen.missing_ids)
    return GateRow(rule, Result.MISSING, shown(rule, seen), why, used=seen.used, total=seen.total) if why else None


def shown(rule: Rule, seen: Observed) -> Estimate | None:
    """None for a regression row: its figure is a change, and the candidate's own would be mistaken for one."""
    return seen.estimate if rule.threshold is not None else None


def threshold_row(rule: Rule, seen: Observed | NotComputable, noun: str) -> GateRow:
    assert rule.threshold is not None
    if isinstance(seen, NotComputable):
        return missing_row(rule, seen)
    sparse = sparse_row(rule, seen, noun)
    if sparse:
        return sparse
    estimate, bar, way, strict = seen.estimate, rule.threshold, rule.direction, asks_for_proof(rule)
    held = estimate_that_decides(rule, seen)
    met = meets(estimate, way, bar)
    by_missing = met and seen.worst is not None and not meets(seen.worst, way, bar)
    few = (*alone(seen.used, noun), *unproven(rule, held))
    gaps = worst_case(rule, seen.worst.value) if by_missing and seen.worst else ()
    aside = left_out(rule, seen, noun)
    doubts = (*few, *gaps, *aside)
    acts = (few and f"run it on more {noun}s", gaps and _BRING, aside and _ASIDE)
    reasons = [*doubts] if met else []
    reasons.append(_figure(rule, estimate, met))
    if met and seen.worst is not None and not by_missing:
        reasons.append(f"worst case {value_text(seen.worst.value, rule)}")
    enough = scores_that_would_tell(rule, seen, bar) if held.method == BETTING else None
    sure = [how_sure(held, way, bar, noun=noun, enough=enough)]
    if rule.tolerate is not None and bound_meets(held, way, rule.tolerate) and not bound_meets(held, way, bar):
        sign = "≥" if way is Direction.HIGHER else "≤"
        sure.insert(0, f"surely {sign} {threshold_text(rule.tolerate, rule.unit)}")
    reasons += filter(None, [why_approximate(held, way, bar)])
    if seen.note and seen.note != sure[-1]:
        reasons.append(seen.note)
    return GateRow(
        rule,
        result_of(met=met, doubts=doubts),
        held,  # the bound that decided stands beside the value
        "; ".join(reasons),
        "; ".join(sure),
        seen.used,
        seen.total,
        by_missing=by_missing,
        remarks=tuple(assumptions(rule, estimate, bar, seen.implied, strict=strict, noun=_THING[noun])),
        act="; ".join(act for act in acts if act) if met else "",
    )


def _figure(rule: Rule, estimate: Estimate, met: bool) -> str:
    assert rule.threshold is not None
    need = needed(estimate, rule.direction, rule.threshold)
    if need is None:
        return f"{value_text(estimate.value, rule)} {'meets' if met else 'misses'} {rule_text(rule)}"
    limit = "needs" if rule.direction is Direction.HIGHER else "at most"
    return f"{estimate.k:,} of {estimate.n:,}, {limit} {need:,}"
