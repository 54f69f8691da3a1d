"""The verdict over given standings: the part of a judgement that a "what if" repeats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.verdict.causes import checklist_causes, gate_causes, incident_causes
from readiness_tui.domain.verdict.conditions import broken_condition_causes, condition
from readiness_tui.domain.verdict.gap import FoundGap
from readiness_tui.domain.verdict.model import Cause, Condition, Facts, Part, Section, Verdict
from readiness_tui.domain.verdict.sections import section

_PARTS = {part: rank for rank, part in enumerate(Part)}


@dataclass(frozen=True, slots=True)
class Ruling:
    """`causes`: the worst first. `conditions`: one for each cause of GO WITH CONDITIONS, whatever the verdict."""

    verdict: Verdict
    parts: dict[Part, Verdict]
    causes: tuple[Cause, ...]
    conditions: tuple[Condition, ...]
    sections: tuple[Section, ...]
    valid_until: date | None


def rule(
    facts: Facts,
    standings: Mapping[str, Standing],
    found: Sequence[FoundGap],
    gap_keys: Mapping[str, str],
    as_of: date,
    lifted: Collection[str] = (),
) -> Ruling:
    """Apply the rules to the facts. `lifted`: keys of causes that a "what if" assumes to be fixed."""
    sections = tuple(section(checklist, facts.review.depth, standings) for checklist in facts.checklists)
    first = _worst_per_key(
        cause
        for cause in (
            *gate_causes(facts.gate),
            *checklist_causes(sections, facts, gap_keys, as_of),
            *incident_causes(facts.incidents, facts.policy, facts.gaps or {}, as_of),
        )
        if cause.key not in lifted
    )

    by_key = {gap.key: gap for gap in found}
    causes, conditions = list(first), []
    for cause in first:
        if cause.verdict is Verdict.CONDITIONS:
            promise = condition(cause, facts, by_key, as_of)
            conditions.append(promise)
            causes += [no_go for no_go in broken_condition_causes(cause, promise, as_of) if no_go.key not in lifted]

    parts = {part: _worst(cause for cause in causes if cause.part is part) for part in Part}
    verdict = max(parts.values(), key=lambda one: one.rank)
    return Ruling(
        verdict=verdict,
        parts=parts,
        causes=tuple(_worst_first(causes)),
        conditions=tuple(conditions),
        sections=sections,
        valid_until=_valid_until(verdict, causes, conditions, as_of, facts.policy.go_days),
    )


def rule_gate(outcome: GateOutcome) -> tuple[Verdict, tuple[Cause, ...]]:
    """Only the gate, without a review: the causes that `rule` would find, worst first.

    Conditions have no owner or date here, since nobody has promised anything; their verdict is GO WITH CONDITIONS.
    """
    causes = _worst_per_key(gate_causes(outcome))
    return _worst(causes), tuple(causes)


def _worst_per_key(causes: Iterable[Cause]) -> list[Cause]:
    """The worst cause for each key: two gate rules on the same metric share a row of the closing list."""
    kept: dict[str, Cause] = {}
    for cause in _worst_first(causes):
        kept.setdefault(cause.key, cause)
    return list(kept.values())


def _worst_first(causes: Iterable[Cause]) -> list[Cause]:
    return sorted(causes, key=lambda cause: (-cause.verdict.rank, cause.severity.rank, _PARTS[cause.part]))


def _worst(causes: Iterable[Cause]) -> Verdict:
    return max((cause.verdict for cause in causes), key=lambda verdict: verdict.rank, default=Verdict.GO)


def _valid_until(
    verdict: Verdict, causes: Sequence[Cause], conditions: Sequence[Condition], as_of: date, go_days: int
) -> date | None:
    """GO is valid for 90 days, GO WITH CONDITIONS until its earliest date (waiver expiries included), NO-GO not at all."""
    if verdict is Verdict.NO_GO:
        return None
    if verdict is Verdict.GO:
        return as_of + timedelta(days=go_days)
    days = [one.due for one in conditions] + [cause.expires for cause in causes]
    return min((day for day in days if day is not None), default=None)
