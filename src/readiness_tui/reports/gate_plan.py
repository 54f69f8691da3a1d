"""What `gate plan` prints: an object for scripts, an 80-column table without colour for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from readiness_tui.domain.gate_result import plan_words
from readiness_tui.domain.gate_result.chances import Noticed
from readiness_tui.domain.gate_result.plan_model import Plan, PlanRow
from readiness_tui.domain.gate_result.power import Sight
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.metrics.words import metric_label, rule_text
from readiness_tui.domain.text.format import fit
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.reports.check import SCHEMA
from readiness_tui.reports.plain import wrapped as _wrapped


def plan_text(found: Plan, remarks: Sequence[str] = ()) -> str:
    """The plan in 80 columns."""
    return "\n".join(line.rstrip() for line in _plan(found, remarks)) + "\n"


def plan_object(found: Plan, remarks: Sequence[str] = ()) -> dict[str, Any]:
    """`gate plan --json`. Keys are stable; a change of meaning raises `schema`."""
    return {
        "schema": SCHEMA,
        "gate": {"name": found.gate.name, "version": found.gate.version, "digest": found.gate.digest},
        "golden_set": None if found.cases is None else {"name": found.golden, "cases": found.cases},
        "baseline": found.baseline or None,
        "ran": found.ran,
        "must_pass": [*found.gate.must_pass],
        "high_risk": found.high_risk,
        "proofs_together": plain(plan_words.all_together(found)),
        "rules": [_rule(row) for row in found.rows],
        "slices": [{"tag": one.tag, "cases": one.cases, "sees": _sight(one.sight)} for one in found.slices],
        "remarks": [*map(mask, remarks)],
    }


def _plan(found: Plan, remarks: Sequence[str]) -> Iterator[str]:
    yield from _wrapped(plan_words.heading(found), "PLAN  ")
    yield f"  {'metric':<26} {'rule':<13} {'n':>6}  {'passes':<13} holds at 95 %"
    for row in found.rows:
        n, passes, holds = plan_words.cells(row)
        rule = fit(plan_words.rule_cell(row), 13)
        label = fit(one_line(mask(metric_label(row.rule))), 26)
        yield f"  {label} {rule} {n:>6}  {fit(passes, 13)} {holds}"
        for note in plan_words.notes(row):
            yield from _wrapped(note, "      ")
    for remark in (*plan_words.remarks(found), *remarks):
        yield from _wrapped(remark, "  · ")


def _rule(row: PlanRow) -> dict[str, Any]:
    need, count = row.need, row.need.count
    now, ends = row.now, row.ends
    return {
        "metric": row.rule.key,
        "rule": rule_text(row.rule),
        "required": row.rule.required,
        "n": need.n,
        "unit_of_n": row.noun,
        "least_n_for_bound": need.least,
        "passes": _passes(row),
        "holds": None
        if count is None or count.proof is None
        else {"at_most" if count.most else "at_least": count.proof},
        "holds_from_value": plain(need.value),
        "baseline": _estimate(row.before),
        "sees": None if row.sight is None else _sight(row.sight),
        "decisive_n": row.wanted,
        "now": None
        if now is None
        else {
            "result": now.result.value,
            "estimate": _estimate(now.estimate),
            "more": row.more,
            "used": now.used,
            "total": now.total,
        },
        "worst_case": None
        if ends is None
        else {
            "best": plain(ends.best.value),
            "worst": plain(ends.worst.value),
            "decided_by_missing": ends.decide,
        },
        "noticed": _noticed(row.noticed),
        "passes_if_five_points_above": plain(row.passes),
        "notes": [mask(note) for note in plan_words.notes(row)],
    }


def _estimate(found: Estimate | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"value": plain(found.value), "n": found.n, "k": found.k, "low": plain(found.low), "high": plain(found.high)}


def _sight(found: Sight) -> dict[str, Any]:
    return {
        "shared": found.shared,
        "loss": plain(found.loss),
        "flips": found.flips,
        "within_own_bound": found.own,
        "why_none": found.why or None,
        "noticed": _noticed(found.noticed),
    }


def _noticed(found: Sequence[Noticed]) -> list[dict[str, Any]]:
    """Of 100 releases in which the truth is so much worse: the share in which it is noticed."""
    return [{"loss": plain(one.loss), "share": plain(one.share)} for one in found]


def _passes(row: PlanRow) -> dict[str, int] | None:
    count = row.need.count
    passing = None if count is None else plan_words.passing(row)
    return None if count is None or passing is None else {"at_most" if count.most else "at_least": passing}
