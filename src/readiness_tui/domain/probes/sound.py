"""Which runs can show anything: one that errored, is empty or partial, or lies in the future proves nothing (scoring.md,
"Presence is not proof")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.probes.base import safe, utc
from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Run

Pair = tuple[Run, tuple[Case, ...]]


@dataclass(frozen=True, slots=True)
class Sound:
    """The runs that can show something, and why the others cannot, as lines."""

    runs: tuple[Pair, ...]
    left_out: tuple[str, ...]

    @property
    def nothing(self) -> str:
        """Why there is no run to look at; "" if there is one."""
        return "" if self.runs else "; ".join(self.left_out)


def sound(pairs: Iterable[Pair], as_of: date) -> Sound:
    kept: list[Pair] = []
    lines: list[str] = []
    for run, cases in pairs:
        why = unsound(run, cases, as_of)
        if why:
            lines.append(f"run {safe(run.id)} proves nothing: {why}")
        else:
            kept.append((run, cases))
    return Sound(tuple(kept), tuple(lines))


def unsound(run: Run, cases: tuple[Case, ...] | None, as_of: date) -> str:
    """Why a run proves nothing; "" if it may. `cases` None: not at hand, so that only what its head says is known."""
    if run.completeness is Completeness.ERRORED:
        return "it ended in an error"
    if run.completeness is Completeness.PARTIAL:
        lost = (
            f", {len(cases or ()):,} of {run.declared_cases:,} cases"
            if run.declared_cases and cases is not None
            else ""
        )
        return f"it is partial{lost}"
    if run.started_at is not None and utc(run.started_at).date() > as_of:
        return f"it is dated {utc(run.started_at).date()}, after {as_of}"
    if cases is None:
        return ""
    if not cases:
        figures = any(aggregate.value is not None for aggregate in run.aggregates.values())
        return "" if figures else "it is empty"
    failed = sum(case.status is CaseStatus.ERROR for case in cases)
    if 2 * failed > len(cases):
        return f"{failed:,} of its {len(cases):,} cases ended in a system error"
    told = [case for case in cases if case.output is not None and case.status is not CaseStatus.ERROR]
    if told and not any((case.output or "").strip() for case in told):
        return "all of its answers are empty"
    if not any(_says_something(case) for case in cases):
        return "none of its cases has a result"
    return ""


def _says_something(case: Case) -> bool:
    measured = (case.output, case.latency_ms.value, case.cost.value, case.tokens_out, case.tool_calls, case.chunks)
    return (
        case.status is not CaseStatus.UNKNOWN
        or bool(case.scores)
        or case.human is not None
        or any(part is not None for part in measured)
    )


def distinct_questions(cases: Iterable[Case]) -> int | None:
    """How many different questions the cases ask; None where some do not say theirs."""
    asked = [" ".join(case.question.split()).casefold() for case in cases]
    return len(set(asked)) if asked and all(asked) else None
