"""Evaluates one rule on the candidate: a row of the gate (scoring.md, "Gate")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.compare.comparison import Comparison, compare, first_run_with
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.gate_result.regression import regression_row
from readiness_tui.domain.gate_result.threshold import missing_row, shown, threshold_row
from readiness_tui.domain.metrics import NotComputable, RunData, Windows, absent_cases, observe_traces
from readiness_tui.domain.metrics.meets import meets
from readiness_tui.domain.metrics.rule import From, Rule
from readiness_tui.domain.metrics.words import value_text
from readiness_tui.domain.runs.model import Completeness
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line


@dataclass(frozen=True, slots=True)
class Ground:
    """The data that rules are evaluated on. `changed`: by run id (None: every row), what has changed since the lock."""

    candidate: tuple[RunData, ...]
    baseline: tuple[RunData, ...]
    recorded: Windows
    as_of: date
    changed: dict[str | None, tuple[str, ...]]


def split(rule: Rule) -> tuple[Rule, ...]:
    """A rule with a threshold and a baseline margin gives two rows, each with its own key."""
    if rule.threshold is None or rule.max_regression is None:
        return (rule,)
    plain = replace(rule, max_regression=None, relative=False, min_effect=None, min_effect_relative=False)
    return plain, replace(rule, threshold=None, tolerate=None)


def row(rule: Rule, ground: Ground) -> GateRow:
    """The row of one rule as `split` gives it."""
    if rule.threshold is None and rule.max_regression is None:
        return GateRow(rule, Result.MISSING, None, "the rule declares neither a threshold nor a max_regression")
    made = _from_traces(rule, ground) if rule.source is From.TRACES else _from_runs(rule, ground)
    changed = (*ground.changed.get(None, ()), *_changed(rule, ground, made.run_id))
    if changed:
        return replace(made, result=Result.CHANGED, reason=f"{' and '.join(changed)} changed since the lock", sure="")
    return made


def _changed(rule: Rule, ground: Ground, run_id: str | None) -> tuple[str, ...]:
    """What has changed of the run that a row uses; of the first, where none carries the metric and all have changed."""
    if rule.source is From.TRACES:
        return ()
    if run_id is not None:
        return ground.changed.get(run_id, ())
    every = [ground.changed.get(data.run.id, ()) for data in ground.candidate]
    return every[0] if every and all(every) else ()


def _from_traces(rule: Rule, ground: Ground) -> GateRow:
    if rule.threshold is None:
        return GateRow(rule, Result.MISSING, None, "a regression is measured case by case; traces have no baseline")
    kept, undated = ground.recorded.of(rule.window_days)
    span = "" if rule.window_days is None else f"{plural(rule.window_days, 'day')} to {ground.as_of} (UTC days)"
    if not len(kept):
        where = f" in {span}" if span else ""
        lost = f"; {plural(undated, 'trace')} without a start time" if undated and span else ""
        return GateRow(rule, Result.MISSING, None, f"there are no traces{where}{lost}", used=0, total=0)
    seen = observe_traces(rule.metric, kept, rule.tags, direction=rule.direction, unit=rule.unit)
    made = threshold_row(rule, seen, "trace")
    if undated and span:
        span += f"; {plural(undated, 'trace')} without a start time left out"
    return replace(made, reason=f"{made.reason}; {span}") if span else made


def _from_runs(rule: Rule, ground: Ground) -> GateRow:
    found = first_run_with(rule, ground.candidate)
    if isinstance(found, NotComputable):
        return missing_row(rule, found)
    data, seen = found
    against = compare(rule, found, ground.baseline)
    partial = _partial(data)
    if partial:
        made = GateRow(rule, Result.MISSING, shown(rule, seen), partial, used=seen.used, total=seen.total)
    elif rule.threshold is not None:
        made = threshold_row(rule, seen, "case")
    else:
        made = regression_row(rule, seen, against)
    if isinstance(against, Comparison):
        made = replace(made, baseline=against.baseline, change=against.change.value)
    return replace(made, run_id=data.run.id, remarks=(*made.remarks, *_missed_by(rule, data, ground.candidate)))


def _missed_by(rule: Rule, deciding: RunData, runs: Sequence[RunData]) -> Iterator[str]:
    """Other runs of the candidate that miss the threshold: the first run that carries a metric decides, and no silence
    lies over the rest. A run of its own cases says nothing beside one of the golden set."""
    if rule.threshold is None:
        return
    for data in runs:
        if data.run.id == deciding.run.id or (data.alone and not deciding.alone):
            continue
        found = first_run_with(rule, (data,))
        if isinstance(found, NotComputable) or meets(found[1].estimate, rule.direction, rule.threshold):
            continue
        figure = value_text(found[1].estimate.value, rule)
        yield f"run {one_line(data.run.id, 60)!r} of the candidate misses it ({figure}); the first run that carries it decides"


def _partial(data: RunData) -> str:
    """Why an unfinished run decides nothing; "" if the golden set tells how many cases it lacks."""
    if data.run.completeness is Completeness.COMPLETE or (data.cases and absent_cases(data)):
        return ""
    if data.golden and {gold.id for gold in data.golden.cases} <= {case.id for case in data.cases}:
        return ""
    if data.run.declared_cases is not None:
        return f"the run is {data.run.completeness}: {len(data.cases):,} of {data.run.declared_cases:,} cases"
    return f"the run is {data.run.completeness}, and how many cases it lacks is not known"
