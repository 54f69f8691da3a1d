"""Langfuse's experiments: a run from the experiment's row and items, a case from an item and its trace.

Facts about the format (SDK 5): items carry a copy of the experiment's metadata, which can be older than the experiment's
own; `itemCount` counts the items in the requested time range; the default fields leave out input, output and scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import fmean
from typing import Any

from readiness_tui.domain.runs.model import Aggregate, Case, Completeness, Outcome, Run, Score, ScoreState, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Counted, DeclaredCount, DeclaredMean
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.langfuse.row import ERROR, text_or_json
from readiness_tui.sources.langfuse.score import judgement, note_several
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
        short = self.cut and payload.count(row.get("itemCount")) is None
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
            aggregates={name: Aggregate(value) for name, value in self.figures().items()},
            warnings=tuple(warnings),
            extra={"metadata": payload.masked(metadata)} if metadata else {},
        )

    def figures(self) -> dict[str, float]:
        """Scores for the experiment as a whole; several of one name are averaged."""
        found: dict[str, list[float]] = {}
        listed = (self.row or {}).get("scores")
        for row in {str(row.get("id", at)): row for at, row in enumerate(self._rows(listed))}.values():
            try:
                said = judgement(row)
            except RecordError:
                continue
            if said.value is not None:
                found.setdefault(said.name, []).append(said.value)
        return {name: fmean(values) for name, values in found.items()}

    def _rows(self, listed: Any) -> Iterator[dict[str, Any]]:
        own = listed if isinstance(listed, list) else ()
        return (row for row in (*own, *self.scores) if isinstance(row, dict))

    def declared(self, where: str) -> Iterator[DeclaredCount | DeclaredMean]:
        """What the experiment's own row and scores state of its items."""
        expected = payload.count((self.row or {}).get("itemCount"))
        if expected is not None:
            yield DeclaredCount(self.id, Counted.CASES, expected, f"{where}: itemCount of {quoted(self.id)}")
        for name, value in self.figures().items():
            yield DeclaredMean(self.id, name, value, f"{where}: the score of {quoted(self.id)} as a whole")


def _moment(row: Mapping[str, Any], name: str) -> datetime | None:
    """A time; None if it cannot be read, in which case the item is rejected later, as a case."""
    try:
        return fields.moment(row, name)
    except RecordError:
        return None


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
    source, output = text_or_json(item.get("input")), text_or_json(item.get("output"))
    started, ended = fields.moment(item, "startTime", notes), fields.moment(item, "endTime", notes)
    failed = item.get("level") == ERROR
    # Of an item alone, what was called and retrieved is not known, and its own time is the request's.
    found = trace or Trace(str(item.get("traceId")), latency_ms=elapsed_ms(started, ended))
    if failed and found.outcome is not Outcome.ERROR:
        found = replace(found, outcome=Outcome.ERROR)
    listed = item.get("scores")
    both = [*(score for score in listed if isinstance(score, dict)), *scores] if isinstance(listed, list) else scores
    unique = {str(score.get("id", at)): score for at, score in enumerate(both)}
    extra = {
        "trace_id": fields.text(item, "traceId"),
        "reference": text_or_json(item.get("expectedOutput")),
        "metadata": payload.masked(metadata),
    }
    return case_of(
        found,
        output,
        notes,
        ident=named or ident,
        id_from="metadata" if named else "explicit",
        question=payload.question(source) or found.question or "",
        scores=_scores([judgement(score) for score in unique.values()], notes),
        tags=payload.tags(found.extra.get("tags"), metadata),
        extra={name: value for name, value in extra.items() if value},
    )


def _scores(judged: Sequence[GivenScore], notes: fields.Notes) -> dict[str, Score]:
    """By name: several numbers are averaged, and it is said; several categories that differ are none."""
    note_several(judged, notes)
    found: dict[str, list[GivenScore]] = {}
    for one in judged:
        found.setdefault(one.name, []).append(one)
    scores = {}
    for name, several in found.items():
        values = [one.value for one in several if one.value is not None]
        labels = {one.label for one in several if one.label is not None}
        label = next(iter(labels)) if len(labels) == 1 else None
        if len(labels) > 1:
            notes.add(f"several categories {name} of one item differ; none is taken")
        if values:
            scores[name] = Score(sum(values) / len(values), label=label)
        else:
            scores[name] = Score(None, label=label) if label is not None else Score(None, ScoreState.MISSING)
    return scores
