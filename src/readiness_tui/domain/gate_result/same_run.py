"""Whether candidate and baseline are one and the same run: then nothing was compared (gate.md, "Which run")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.metrics import RunData, case_key
from readiness_tui.domain.metrics.rule import From
from readiness_tui.domain.runs.model import Case, Run
from readiness_tui.domain.text.sanitise import one_line

_TWICE = "the same run twice"
_FEWEST_FIGURES = 3  # of runs without cases
_FEWEST = 5  # different texts or latencies: fewer may agree by chance


def held_apart(rows: Iterable[GateRow], runs: Sequence[RunData], base: Sequence[RunData]) -> tuple[GateRow, ...]:
    """The rows, MISSING where candidate and baseline are the same.

    Runs of one content say nothing of a new version at all; runs of one version are no comparison, but figures.
    """
    copied = next(((ours, theirs) for ours in runs for theirs in base if same_content(ours, theirs)), None)
    alike = next(((ours, theirs) for ours in runs for theirs in base if same_version(ours.run, theirs.run)), None)
    return tuple(_held(row, copied, alike) for row in rows)


def _held(row: GateRow, copied: tuple[RunData, RunData] | None, alike: tuple[RunData, RunData] | None) -> GateRow:
    if row.rule.source is not From.RUN or row.result is Result.CHANGED:
        return row
    if copied is not None:
        names = " and ".join(dict.fromkeys(repr(one_line(data.run.id, 60)) for data in copied))
        why = f"{_TWICE}: candidate and baseline give the same answers (run {names}); run the new version"
    elif alike is not None and row.rule.threshold is None:
        version = one_line(alike[0].run.version, 60)
        why = f"{_TWICE}: candidate and baseline are both version {version}; name the run of the version before"
    else:
        return row
    return replace(row, result=Result.MISSING, reason=why, sure="", baseline=None, change=None)


def same_version(one: Run, other: Run) -> bool:
    """Whether both name one version, and nothing that they record differs."""
    if one.index_version and other.index_version and one.index_version != other.index_version:
        return False
    if one.pipeline_version or other.pipeline_version:
        return one.pipeline_version == other.pipeline_version
    both = (one.prompt_version, one.model)
    return all(both) and both == (other.prompt_version, other.model)


def same_content(one: RunData, other: RunData) -> bool:
    """Whether these are the answers of one evaluation, whatever their files say of it: every case is answered and scored
    alike, as fast, and at the same cost. Cases that tell neither a text nor a time may well agree."""
    ours, theirs = _answers(one.cases), _answers(other.cases)
    if ours != theirs:
        return False
    if not ours:
        figures = [aggregate.value for aggregate in one.run.aggregates.values() if aggregate.value is not None]
        return one.run.aggregates == other.run.aggregates and len(figures) >= _FEWEST_FIGURES
    if one.run.id == other.run.id:
        return True
    timed = {case.latency_ms for case in ours.values() if case.latency_ms.usable is not None}
    told = {case.output for case in ours.values() if case.output is not None}
    return max(len(timed), len(told)) >= _FEWEST


def _answers(cases: Iterable[Case]) -> dict[tuple[str, int], Case]:
    """What a case measured, without what a person or the golden set adds to it."""
    return {
        (case_key(case), case.repeat): Case(
            case.id,
            output=case.output,
            status=case.status,
            scores=case.scores,
            latency_ms=case.latency_ms,
            cost=case.cost,
            tokens_in=case.tokens_in,
            tokens_out=case.tokens_out,
        )
        for case in cases
    }
