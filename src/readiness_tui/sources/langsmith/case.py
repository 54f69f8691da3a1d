"""LangSmith's experiments: what their runs share, and the cases from experiment rows or from the exported table.

Facts about the format (SDK 0.15): `evaluate()` yields rows `{run, example, evaluation_results}`; `to_pandas()` makes
columns `inputs.* outputs.* reference.* feedback.* error execution_time example_id id` of them, with `execution_time`
in seconds. A crashed evaluator gives a null score, marked only in the rows. A category is a text in the same column.
CSV writes lists and dicts as Python does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Run, Score, Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Counted, DeclaredCount
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.langsmith.feedback import in_statistics, one_each
from readiness_tui.sources.langsmith.file import FEEDBACK, INPUTS, trace_id, with_child_runs
from readiness_tui.sources.langsmith.run import metadata_of, trace
from readiness_tui.sources.tracing.traced_case import case_of, duration_ms, measured, score

TOOL = "LangSmith"
OUTPUTS, REFERENCE = "outputs.", "reference."


@dataclass(slots=True)
class ExperimentSurvey:
    """What the runs of one experiment say about it."""

    name: str | None = None
    rows: int = 0
    errors: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    dataset: str | None = None
    repetitions: int | None = None
    examples: set[str] = field(default_factory=set)
    prompts: dict[str, None] = field(default_factory=dict)
    models: dict[str, None] = field(default_factory=dict)
    versions: dict[str, None] = field(default_factory=dict)
    indexes: dict[str, None] = field(default_factory=dict)
    sdk: str | None = None

    def root(self, run: Mapping[str, Any], dataset: Any = None) -> None:
        """Count one run of the experiment. Unreadable values are reported when its case is read."""
        self.rows += 1
        self.errors += bool(run.get("error"))
        self.examples.add(str(run.get("reference_example_id")))
        metadata = metadata_of(run)
        self.name = self.name or payload.version(run, "session_name")
        self.repetitions = self.repetitions or payload.count(metadata.get("num_repetitions"))
        self.dataset = self.dataset or (dataset if isinstance(dataset, str) else None)
        self.sdk = self.sdk or payload.version(inner(inner(run, "extra"), "runtime"), "sdk_version")
        for names, found in (
            (("prompt_version", "lc_hub_commit_hash"), self.prompts),
            (("ls_model_name", "model", "models"), self.models),
            (("app_version", "pipeline_version", "revision_id"), self.versions),
            (("index_version",), self.indexes),
        ):
            if value := payload.version(metadata, *names):
                found[value] = None
        try:
            started, ended = fields.moment(run, "start_time"), fields.moment(run, "end_time")
        except RecordError:
            return
        if started is not None:
            self.started = min(self.started or started, started)
        if ended is not None:
            self.ended = max(self.ended or ended, ended)

    def step(self, run: Mapping[str, Any]) -> None:
        """Note the model of a step below the experiment's runs."""
        if model := payload.version(metadata_of(run), "ls_model_name"):
            self.models[model] = None

    def run(self, ident: str, name: str, where: str) -> Run:
        several = [
            f"{where}: its runs name several {what} ({', '.join(found)}); none is taken."
            for what, found in (
                ("prompt versions", self.prompts),
                ("models", self.models),
                ("pipeline versions", self.versions),
                ("index versions", self.indexes),
            )
            if len(found) > 1
        ]
        failed = self.rows > 0 and self.errors == self.rows
        return Run(
            id=ident,
            name=self.name or name,
            tool=TOOL,
            tool_version=self.sdk,
            pipeline_version=_single_value(self.versions),
            prompt_version=_single_value(self.prompts),
            model=_single_value(self.models),
            index_version=_single_value(self.indexes),
            dataset_name=self.dataset,
            started_at=self.started,
            finished_at=self.ended,
            completeness=Completeness.ERRORED if failed else Completeness.COMPLETE,
            warnings=tuple(several),
            extra={"examples": len(self.examples)},
        )

    def declared(self, ident: str, where: str) -> Iterator[DeclaredCount]:
        """How many results its runs say that there are: each example as often as it was repeated."""
        if self.repetitions:
            expected = len(self.examples) * self.repetitions
            yield DeclaredCount(ident, Counted.CASES, expected, f"{where}: num_repetitions {self.repetitions}")


def _single_value(found: Iterable[str]) -> str | None:
    values = list(found)
    return values[0] if len(values) == 1 else None


def rows_of(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The experiment rows of a record: itself, or one for each run of an example (`Client.get_experiment_results`)."""
    if not isinstance(value.get("runs"), list):
        return [value]
    example = {name: part for name, part in value.items() if name != "runs"}
    found: list[Mapping[str, Any]] = []
    for run in value["runs"]:
        given = in_statistics(run, fields.Notes()) if isinstance(run, dict) else []
        results = [{"key": one.name, "score": one.value, "value": one.label} for one in given]
        found.append({"run": run, "example": example, "evaluation_results": {"results": results}})
    return found


def row_parts(row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The run and the example of an experiment row. Raises RecordError."""
    run, example = row.get("run"), row.get("example")
    if not isinstance(run, dict) or not isinstance(example, dict):
        raise RecordError("run or example is no object; an experiment row has both")
    return run, example


def row_case(row: Mapping[str, Any], notes: fields.Notes) -> Case:
    """The case of an experiment row. Raises RecordError."""
    run, example = row_parts(row)
    steps = list(with_child_runs(run))
    found = trace(trace_id(run), steps, [judged for step in steps for judged in in_statistics(step, notes)], notes)
    about = inner(example, "metadata")
    listed = row.get("evaluation_results")
    listed = listed.get("results") if isinstance(listed, dict) else listed
    given: list[tuple[str, Score]] = []
    for result in listed if isinstance(listed, list) else ():
        name = result.get("key") if isinstance(result, dict) else None
        if not isinstance(name, str):
            notes.add("a feedback without a key was left out")
            continue
        value = result.get("score") if result.get("score") is not None else result.get("value")
        given.append((name, score(value, failed=inner(result, "extra").get("error") is True)))
    return example_case(
        found, run, notes, example_id=fields.text(example, "id") or fields.text(run, "reference_example_id"),
        metadata=about, inputs=example.get("inputs"), reference=example.get("outputs"), scores=one_each(given, notes),
    )  # fmt: skip


def example_case(
    found: Trace,
    run: Mapping[str, Any],
    notes: fields.Notes,
    *,
    example_id: str | None,
    scores: dict[str, Score],
    metadata: Mapping[str, Any] = {},
    inputs: Any = None,
    reference: Any = None,
) -> Case:
    """The case of a run over an example. Raises RecordError."""
    named = payload.case_id(metadata)
    ident = named or example_id
    if not ident:
        raise RecordError("the example has no id: the case cannot be told from others")
    extra = {
        "example_id": example_id,
        "trace_id": found.id,
        "metadata": payload.masked(metadata),
        "reference": reference,
    }
    return case_of(
        found,
        run.get("outputs"),
        notes,
        ident=ident,
        id_from="metadata" if named else "explicit",
        question=payload.question(inputs if inputs is not None else run.get("inputs")),
        scores=scores,
        tags=payload.tags(run.get("tags"), metadata),
        extra={name: value for name, value in extra.items() if value},
    )


def table_case(row: Mapping[str, Any], columns: Iterable[str], notes: fields.Notes, *, table: bool) -> Case:
    """The case of a row of `to_pandas()`. `columns`: all columns of the file, since empty cells are left out of rows."""
    cells = {name: structure(value) if table else value for name, value in row.items()}
    parts = {
        prefix: {name.removeprefix(prefix): value for name, value in cells.items() if name.startswith(prefix)}
        for prefix in (INPUTS, OUTPUTS, REFERENCE)
    }
    ident = fields.text(cells, "example_id")
    if not ident:
        raise RecordError("no example_id: the case cannot be told from others")
    scores: dict[str, Score] = {}
    for column in (name for name in columns if name.startswith(FEEDBACK)):
        value = cells.get(column)
        if table and fields.not_finite(value):
            notes.add(f"{column} is NaN or infinite; taken as missing")
            value = None
        elif table and isinstance(value, str):
            value = {"True": True, "False": False}.get(value, value)
            value = number if (number := fields.cell_score("score", value)) is not None else value
        scores[column.removeprefix(FEEDBACK)] = score(value)
    error = fields.prose(cells, "error") or None
    latency = duration_ms(cells, "execution_time", unit_ms=1000)
    outputs = {name: value for name, value in parts[OUTPUTS].items() if value is not None}
    reference = {name: value for name, value in parts[REFERENCE].items() if value is not None}
    extra = {"trace_id": fields.text(cells, "id"), "reference": reference}
    return Case(
        id=ident,
        question=payload.question(parts[INPUTS]) if parts[INPUTS] else "",
        output=payload.answer(outputs) if outputs else None,
        status=CaseStatus.ERROR if error else CaseStatus.UNKNOWN,
        error=error,
        scores=scores,
        latency_ms=measured(latency),
        chunks=payload.chunks(outputs, notes),
        tool_calls=payload.tool_calls(outputs, notes),
        extra={name: value for name, value in extra.items() if value},
    )
