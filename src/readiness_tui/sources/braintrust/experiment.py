"""An experiment of Braintrust as a run: the rows of one trace are one case.

The root row (`span_attributes.type` eval) has input, output, expected, tags; scores stand there or at the scorers' own
spans, and one of the same name twice is averaged, as Braintrust does. The case took as long as its `task`: the root
includes the scorers. What scorers spent is not the case's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from statistics import fmean

from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import Case, Run, Score, ScoreState
from readiness_tui.sources.braintrust.span import ROWS, is_root, scores, type_of, without_scorers
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Record, RunStart
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.recordio import reject
from readiness_tui.sources.tracing.span_rows import Row, SpanGroup
from readiness_tui.sources.tracing.span_tree import trace_from_spans
from readiness_tui.sources.tracing.traced_case import ExampleRepeats, case_of, measured


@dataclass(slots=True)
class _Experiment:
    id: str
    started: datetime | None = None
    models: set[str] = field(default_factory=set)
    prompts: set[str] = field(default_factory=set)
    repeats: ExampleRepeats = field(default_factory=ExampleRepeats)
    opened: bool = False


class ExperimentRows:
    """The experiments of a file: what their rows say of them, and each trace as a case."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, _Experiment] = {}

    def see(self, row: Row) -> None:
        """Learn from a row, before the first case comes. Unreadable values are reported when the row is read."""
        ident = _experiment_id(row)
        if ident is None:
            return
        found = self._found.setdefault(ident, _Experiment(ident))
        metrics, about = inner(row, "metrics"), inner(row, "metadata")
        try:
            started = fields.moment(metrics, "start") or fields.moment(row, "created")
        except RecordError:
            started = None
        if started is not None and (found.started is None or started < found.started):
            found.started = started
        if type_of(row) == "llm" and inner(row, "span_attributes").get("purpose") != "scorer":
            found.models |= {name} if (name := payload.version(about, "model")) else set()
        found.prompts |= {name} if (name := payload.version(about, "prompt_version")) else set()

    def of(self, group: SpanGroup) -> _Experiment | None:
        return next((self._found[name] for row in group.rows if (name := _experiment_id(row)) is not None), None)

    def case(self, experiment: _Experiment, group: SpanGroup, notes: fields.Notes) -> Iterator[Record]:
        if not experiment.opened:
            experiment.opened = True
            yield RunStart(self._run(experiment))
        try:
            case = _case(group, notes)
            yield CaseRecord(experiment.id, experiment.repeats.with_repeat(case), payload.as_raw(group.rows))
        except RecordError as error:
            yield reject(group.lines[0], str(error), payload.as_raw(group.rows[0]))

    def _run(self, found: _Experiment) -> Run:
        return Run(
            id=found.id,
            name=self._path.stem if len(self._found) == 1 else f"{self._path.stem} {found.id}",
            tool="Braintrust",
            model=next(iter(found.models)) if len(found.models) == 1 else None,
            prompt_version=next(iter(found.prompts)) if len(found.prompts) == 1 else None,
            started_at=found.started,
        )


def _experiment_id(row: Row) -> str | None:
    found = row.get("experiment_id")
    return found if isinstance(found, str) and found else None


def _case(group: SpanGroup, notes: fields.Notes) -> Case:
    root = next((row for row in group.rows if is_root(row)), None)
    if root is None:
        raise RecordError("the root row of this trace is not in the file, so its input and scores are not known")
    kept = without_scorers(group)
    trace = trace_from_spans(group.id, [span for _, span in kept], (), notes, lost=ROWS.lost(group))
    tasks = [span for row, span in kept if type_of(row) == "task"]
    metadata = inner(root, "metadata")
    question = payload.question(root.get("input"))
    origin = inner(root, "origin")
    ident = payload.version(root, "dataset_record_id") or payload.case_id(metadata)
    ident = ident or (payload.version(origin, "id") if origin.get("object_type") == "dataset" else None)
    if not ident and not question.strip():
        raise RecordError("neither an input nor the id of a dataset's record")
    extra = {name: root[name] for name in ("expected", "metadata") if root.get(name) not in (None, "", {})}
    case = case_of(
        trace,
        root.get("output"),
        notes,
        ident=ident or question_id(question),
        id_from="explicit" if ident else "input",
        question=question,
        scores=_scores(group.rows, notes),
        tags=payload.tags(root.get("tags"), metadata),
        extra=extra,
    )
    took = tasks[0].duration_ms if len(tasks) == 1 else None
    if took is None:
        notes.add("no single task's time is in the rows, and the root's includes the scorers: latency is unknown")
    return replace(case, latency_ms=measured(took))


def _scores(rows: list[Row], notes: fields.Notes) -> dict[str, Score]:
    values: dict[str, set[float]] = {}
    for one in scores(rows):
        if one.value is not None:
            values.setdefault(one.name, set()).add(one.value)
    found = {name: Score(fmean(sorted(given))) for name, given in values.items()}
    if any(len(given) > 1 for given in values.values()):
        notes.add("a score of one name stands in several rows of a case; averaged, as Braintrust does")
    for row in rows:
        for name, value in inner(row, "scores").items():
            if value is None and name not in found:
                found[name] = Score(None, ScoreState.MISSING)
    return found
