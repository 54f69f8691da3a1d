"""LangSmith's feedback: what a run says of it in its statistics, and single entries from a list beside the runs.

Facts about the format (SDK 0.15): `feedback_stats` has n, avg and the counts of each value by key, without who gave it; an
entry of `list_feedback` has run_id, key, score (a number, true or false), value (a category), comment and its source:
`api` and `app` are people and applications, `model` and `auto_eval` are evaluators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Score, ScoreState
from readiness_tui.sources.kit import fields, payload, unwrap
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.recordio import Entry, records
from readiness_tui.sources.tracing.span_tree import GivenScore
from readiness_tui.sources.tracing.traced_case import score

_EVALUATORS = frozenset({"model", "auto_eval", "evaluator"})


@dataclass(slots=True)
class FeedbackBeside:
    """The feedback in the files beside the runs, by the run that it is about."""

    by_run: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def read(self, files: Iterable[Path], notes: fields.Notes) -> None:
        for file in files:
            try:
                entries = [item.value for item in records(unwrap.inside(file)) if isinstance(item, Entry)]
            except ReadinessError as error:
                notes.add(f"{file.name} stands beside it and could not be read along: {error}")
                continue
            for entry in entries:
                run = payload.version(entry, "run_id", "trace_id")
                if run is None:
                    notes.add("a feedback beside it names no run")
                else:
                    self.by_run.setdefault(run, []).append(entry)

    def of(self, run: Mapping[str, Any], notes: fields.Notes) -> list[GivenScore]:
        """The judgements of a run: single entries where there are any of a key, else its statistics."""
        found = []
        for entry in self.by_run.get(payload.version(run, "id") or "", ()):
            try:
                found.append(_given(entry))
            except RecordError as error:
                notes.add(f"a feedback was left out: {error}")
        known = {one.name for one in found}
        known = {one.name for one in found}
        return [*found, *(one for one in in_statistics(run, notes) if one.name not in known)]


def _given(entry: Mapping[str, Any]) -> GivenScore:
    """Raises RecordError."""
    name = fields.text(entry, "key")
    if not name:
        raise RecordError("a feedback without a key")
    said = score(structure(entry.get("score")) if entry.get("score") is not None else entry.get("value"))
    value = said.value
    if value is None and said.label is not None and entry.get("score") is not None:
        value = payload.amount(entry.get("score"))
    source = structure(entry.get("feedback_source"))
    kind = payload.version(source, "type") if isinstance(source, dict) else None
    return GivenScore(
        name,
        value,
        label=said.label if value is None else None,
        explanation=fields.text(entry, "comment") or None,
        human=kind not in _EVALUATORS,
        of=payload.version(entry, "id"),
    )


def in_statistics(run: Mapping[str, Any], notes: fields.Notes) -> list[GivenScore]:
    """The judgements in a run's `feedback_stats`: an average, or the most frequent category.

    The file does not say who gave them: in an experiment they count as its evaluators', elsewhere as user feedback.
    """
    found = []
    human, ident = run.get("reference_example_id") is None, payload.version(run, "id")
    for name, stats in inner(run, "feedback_stats").items():
        if not isinstance(stats, dict):
            continue
        average, values = _number(stats.get("avg")), inner(stats, "values")
        if average is not None:
            found.append(GivenScore(name, value=average, human=human, of=ident))
        elif counts := {label: n for label, n in values.items() if payload.is_number(n)}:
            most = max(counts.values())
            labels = [label for label, n in counts.items() if n == most]
            if len(labels) > 1:
                notes.add(f"categories of {name} were given equally often to one run; none is taken")
                continue
            found.append(GivenScore(name, label=labels[0], human=human, of=ident))
    return found


def _number(value: Any) -> float | None:
    """A number, also as the text of a table's cell."""
    try:
        return fields.number({"": value}, "") if isinstance(value, str) or payload.is_number(value) else None
    except RecordError:
        return None


def one_each(given: Iterable[tuple[str, Score]], notes: fields.Notes) -> dict[str, Score]:
    """By name, where a name may come several times: numbers are averaged, categories that differ are none."""
    several: dict[str, list[Score]] = {}
    for name, one in given:
        several.setdefault(name, []).append(one)
    return {name: found[0] if len(found) == 1 else _together(name, found, notes) for name, found in several.items()}


def _together(name: str, found: list[Score], notes: fields.Notes) -> Score:
    values = [one.value for one in found if one.value is not None]
    labels = {one.label for one in found if one.label is not None and one.value is None}
    if values:
        if len(set(values)) > 1:
            notes.add(f"several values of the feedback {name} for one run differ; their mean is taken")
        return Score(sum(values) / len(values))
    if len(labels) == 1:
        return Score(None, label=labels.pop())
    if labels:
        notes.add(f"several categories of the feedback {name} for one run differ; none is taken")
    failed = any(one.state is ScoreState.JUDGE_ERROR for one in found)
    return Score(None, ScoreState.JUDGE_ERROR if failed else ScoreState.MISSING)
