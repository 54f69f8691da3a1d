"""Langfuse's experiments: a run from the experiment's row and items, a case from an item and its trace.

Facts about the format (SDK 5): items carry a copy of the experiment's metadata, which can be older than the experiment's
own; `itemCount` counts the items in the requested time range; the default fields leave out input, output and scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from readiness_tui.domain.runs.model import Aggregate, Case, Completeness, Outcome, Run, Score, ScoreState, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.langfuse.row import ERROR, judgement
from readiness_tui.sources.tracing.span_tree import GivenScore
from readiness_tui.sources.tracing.traced_case import case_of, elapsed_ms

TOOL = "Langfuse"
_PROMPT = ("prompt_version", "promptVersion")
_MODEL = ("model", "model_name", "models")
_PIPELINE = ("pipeline_version", "app_version", "version")
_INDEX = ("index_version", "indexVersion")


@dataclass(slots=True)
class Experiment:
    """One experiment of a file: its items with their lines, and its own row if another file has it."""

    id: str
    items: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    row: dict[str, Any] | None = None
    scores: list[dict[str, Any]] = field(default_factory=list)  # for the experiment as a whole
    cut: bool = False  # the file says that more pages follow

    def run(self, where: str, traces: Mapping[str, Trace]) -> Run:
        """The run, with a warning for each part that could not be read; its items are read separately."""
        own = inner(self.row, "metadata")
        copy = next((found for _, item in self.items if (found := inner(item, "experimentMetadata"))), {})
        warnings = []
        for name in sorted(own.keys() & copy.keys()):
            if own[name] != copy[name]:
                warnings.append(
                    f"{where}: experiment {quoted(self.id)} says {name} {quoted(fields.as_json(own[name]))}, and its"
                    f" items say {quoted(fields.as_json(copy[name]))}; the experiment's own word counts."
                )
        metadata = {**copy, **own}
        traced = [trace for _, item in self.items if (trace := traces.get(str(item.get("traceId")))) is not None]
        models = dict.fromkeys(trace.model for trace in traced if trace.model)
        indexes = dict.fromkeys(trace.index_version for trace in traced if trace.index_version)
        model = payload.version(metadata, *_MODEL)
        if model is None and len(models) > 1:
            warnings.append(f"{where}: its requests name several models ({', '.join(models)}); none is taken.")
        row = self.row or {}
        expected, listed = payload.count(row.get("itemCount")), row.get("scores")
        short = len(self.items) < expected if expected is not None else self.cut
        if expected is not None and short:
            warnings.append(
                f"{where}: experiment {quoted(self.id)} has {expected} items, and {len(self.items)} are there."
            )
        errors = sum(item.get("level") == ERROR for _, item in self.items)
        starts = [time for _, item in self.items if (time := _moment(item, "startTime")) is not None]
        ends = [time for _, item in self.items if (time := _moment(item, "endTime")) is not None]
        parts = ((row, "name"), *((item, "experimentName") for _, item in self.items))
        names = (payload.version(part, key) for part, key in parts)
        dataset = (row.get("datasetId"), *(item.get("experimentDatasetId") for _, item in self.items))
        return Run(
            id=self.id,
            name=next((name for name in names if name), self.id),
            tool=TOOL,
            pipeline_version=payload.version(metadata, *_PIPELINE),
            prompt_version=payload.version(metadata, *_PROMPT),
            model=model or (next(iter(models)) if len(models) == 1 else None),
            index_version=payload.version(metadata, *_INDEX) or (next(iter(indexes)) if len(indexes) == 1 else None),
            dataset_name=next((name for name in dataset if isinstance(name, str)), None),
            started_at=_moment(row, "startTime") or min(starts, default=None),
            finished_at=_moment(row, "endTime") or max(ends, default=None),
            completeness=Completeness.ERRORED
            if self.items and errors == len(self.items)
            else Completeness.PARTIAL
            if short
            else Completeness.COMPLETE,
            aggregates=_aggregates([*(listed if isinstance(listed, list) else ()), *self.scores]),
            warnings=tuple(warnings),
            extra={"metadata": payload.masked(metadata)} if metadata else {},
        )


def _moment(row: Mapping[str, Any], name: str) -> datetime | None:
    """A time; None if it cannot be read, in which case the item is rejected later, as a case."""
    try:
        return fields.moment(row, name)
    except RecordError:
        return None


def _aggregates(scores: Sequence[Any]) -> dict[str, Aggregate]:
    """Scores for the experiment as a whole: figures without an n."""
    found = {}
    for row in scores:
        try:
            said = judgement(row) if isinstance(row, dict) else None
        except RecordError:
            continue
        if said is not None and said.value is not None:
            found[said.name] = Aggregate(said.value)
    return found


def case(
    item: Mapping[str, Any], trace: Trace | None, scores: Sequence[Mapping[str, Any]], notes: fields.Notes
) -> Case:
    """The case of an experiment item. `scores`: its trace's, in addition to the item's own. Raises RecordError."""
    ident = fields.text(item, "experimentItemId")
    if not ident:
        raise RecordError("no experimentItemId: the case cannot be told from others")
    about = payload.parsed(item.get("experimentItemMetadata"))
    metadata = about if isinstance(about, dict) else {}
    named = payload.case_id(metadata)
    source, output = payload.parsed(item.get("input")), payload.parsed(item.get("output"))
    started, ended = fields.moment(item, "startTime", notes), fields.moment(item, "endTime", notes)
    failed = item.get("level") == ERROR
    found = trace or Trace(str(item.get("traceId")), latency_ms=elapsed_ms(started, ended))
    if failed and found.outcome is not Outcome.ERROR:
        found = replace(found, outcome=Outcome.ERROR)
    listed = item.get("scores")
    both = [*(score for score in listed if isinstance(score, dict)), *scores] if isinstance(listed, list) else scores
    unique = {str(score.get("id", at)): score for at, score in enumerate(both)}
    extra = {
        "trace_id": fields.text(item, "traceId"),
        "reference": payload.parsed(item.get("expectedOutput")),
        "metadata": payload.masked(metadata),
    }
    return case_of(
        found,
        output,
        notes,
        ident=named or ident,
        id_from="metadata" if named else "explicit",
        question=payload.question(source) or found.question or "",
        scores=_scores([judgement(score) for score in unique.values()]),
        tags=payload.tags(found.extra.get("tags"), metadata),
        extra={name: value for name, value in extra.items() if value},
    )


def _scores(judged: Sequence[GivenScore]) -> dict[str, Score]:
    """By name: several numbers are averaged; if there are several categories, the last counts."""
    found: dict[str, list[GivenScore]] = {}
    for one in judged:
        found.setdefault(one.name, []).append(one)
    scores = {}
    for name, several in found.items():
        values = [one.value for one in several if one.value is not None]
        label = next((one.label for one in reversed(several) if one.label is not None), None)
        if values:
            scores[name] = Score(sum(values) / len(values), label=label)
        else:
            scores[name] = Score(None, label=label) if label is not None else Score(None, ScoreState.MISSING)
    return scores
