"""LangSmith: runs as JSON lines (`Client.list_runs`), experiment rows (`evaluate`), and their table (`to_pandas`).

Runs become traces; runs that name examples belong to an experiment and become its cases too. Rows and tables become one
run per experiment with its cases. A table is not imported if its evaluation's rows are beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Completeness, Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import (
    CaseRecord,
    Progress,
    ReadAlongError,
    Recognised,
    Record,
    RunStart,
    TraceRecord,
)
from readiness_tui.sources.kit.fileio import digest, head
from readiness_tui.sources.kit.folder import beside, size
from readiness_tui.sources.kit.grouping import GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.langsmith.case import (
    FEEDBACK,
    INPUTS,
    TOOL,
    ExperimentSurvey,
    example_case,
    row_case,
    row_parts,
    table_case,
)
from readiness_tui.sources.langsmith.run import (
    judgements,
    metadata_of,
    span,
    trace_id,
    with_child_runs,
    without_secrets,
)
from readiness_tui.sources.tracing.span_tree import RawSpan, trace_from_spans
from readiness_tui.sources.tracing.traced_case import ExampleRepeats, score

RUN = frozenset({"dotted_order", "run_type", "trace_id"})
ROW = frozenset({"run", "example", "evaluation_results"})
TABLE = frozenset({"example_id", "execution_time", "id"})
_STEP = 500  # traces between two progress records


class LangSmith:
    name = "langsmith"
    title = "LangSmith runs and experiments (JSON lines of runs or evaluate() rows, to_pandas() as JSON lines or CSV)"
    brings = (
        "traces with their steps, feedback, tokens and cost",
        "experiments with their cases and feedback scores",
    )
    lacks = (
        "who gave the feedback",
        "chunks and tool calls of an experiment's table",
        "a digest of the examples",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.keys >= RUN:
            return Recognised(self.name, f"runs with dotted_order, run_type and trace_id ({look.kind})", 100)
        if look.keys >= ROW:
            return Recognised(self.name, f"experiment rows of run, example and evaluation_results ({look.kind})", 100)
        if _is_table(look):
            return Recognised(self.name, f"columns inputs.*, feedback.* and example_id ({look.kind})", 100)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        look = peek(head(path))
        notes = fields.Notes()
        if look.keys >= ROW:
            yield from _rows(path, notes)
        elif look.keys >= RUN:
            yield from _runs(path, notes)
        elif _is_table(look):
            yield from _table(path, look, notes)
        else:
            raise ReadinessError(
                f"{path}: neither LangSmith's runs (dotted_order, run_type, trace_id) nor experiment rows (run, example,"
                " evaluation_results) nor their table (inputs.*, feedback.*, example_id). Export one of them."
            )
        yield from notes.warnings(path.name)


def _is_table(look: Peek) -> bool:
    keys = set().union(*look.records[:20], look.keys) if look.records else look.keys
    return keys >= TABLE and any(key.startswith((INPUTS, FEEDBACK)) for key in keys)


# Runs


def _runs(path: Path, notes: fields.Notes) -> Iterator[Record]:
    surveys: dict[str, ExperimentSurvey] = {}
    total = size(path)
    with Groups(total) as groups:
        for item in records(path, "runs"):
            if not isinstance(item, Entry):
                yield item
                continue
            if item.header:
                continue
            try:
                ident = trace_id(item.value)
                for run in with_child_runs(item.value):
                    nested = isinstance(run.get("child_runs"), list)
                    text = payload.as_raw({**run, "child_runs": None}) if nested or run is not item.value else item.raw
                    groups.add(ident, GroupedRecord("run", item.line, text))
                    if (session := _session(run)) is not None:
                        survey = surveys.setdefault(session, ExperimentSurvey())
                        survey.root(run) if _is_example(run) else survey.step(run)
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        surveys = {session: survey for session, survey in surveys.items() if survey.rows}
        for session, survey in surveys.items():
            yield RunStart(survey.run(session, path.stem if len(surveys) == 1 else f"{path.stem} {session}", path.name))
        repeats = {session: ExampleRepeats() for session in surveys}
        for done, (ident, pieces) in enumerate(groups):
            if done % _STEP == 0:
                yield Progress(total, total)
            yield from _trace(ident, pieces, repeats, notes)


def _trace(
    ident: str, pieces: list[GroupedRecord], repeats: dict[str, ExampleRepeats], notes: fields.Notes
) -> Iterator[Record]:
    runs: list[dict[str, Any]] = []
    spans: list[RawSpan] = []
    for piece in pieces:
        try:
            run = decode(piece.text.encode("utf-8", "surrogatepass"))
            spans.append(span(run, notes))
            runs.append(run)
        except RecordError as error:
            yield reject(piece.line, str(error), piece.text)
    if not runs:
        return
    found = trace_from_spans(ident, spans, [judgement for run in runs for judgement in judgements(run)])
    raw = payload.as_raw([without_secrets(run) for run in runs])
    yield TraceRecord(found, raw)
    for run in runs:
        session = _session(run)
        if session in repeats and _is_example(run):
            scores = {j.name: score(j.value if j.value is not None else j.label) for j in judgements(run)}
            try:
                case = example_case(
                    found, run, notes, example_id=fields.text(run, "reference_example_id"), metadata=metadata_of(run),
                    scores=scores,
                )  # fmt: skip
                yield CaseRecord(session, repeats[session].with_repeat(case), raw)
            except RecordError as error:
                yield reject(pieces[0].line, str(error), raw)


def _is_example(run: Mapping[str, Any]) -> bool:
    """Whether it is an experiment's run over one of its examples."""
    return run.get("parent_run_id") is None and run.get("reference_example_id") is not None


def _session(run: Mapping[str, Any]) -> str | None:
    found = run.get("session_id") or run.get("session_name")
    return found if isinstance(found, str) else None


# Experiment rows


def _rows(path: Path, notes: fields.Notes) -> Iterator[Record]:
    surveys: dict[str, ExperimentSurvey] = {}
    alone = f"langsmith-{digest(path)[:12]}"
    for item in records(path):
        if isinstance(item, Entry):
            try:
                run, example = row_parts(item.value)
            except RecordError:
                continue  # rejected below, with its line
            survey = surveys.setdefault(_session(run) or alone, ExperimentSurvey())
            survey.root(run, example.get("dataset_id"))
            for step in with_child_runs(run):
                survey.step(step)
    if not surveys:
        raise ReadinessError(f"{path}: it holds no experiment row with a run and an example. Export it again.")
    for ident, survey in surveys.items():
        yield RunStart(survey.run(ident, path.stem, path.name))
    repeats = {ident: ExampleRepeats() for ident in surveys}
    for item in records(path):
        if not isinstance(item, Entry):
            yield item
            continue
        try:
            run, _ = row_parts(item.value)
            ident = _session(run) or alone
            case = row_case(item.value, notes)
            if ident not in repeats:
                raise RecordError("the file changed while it was read")
            yield CaseRecord(
                ident, repeats[ident].with_repeat(case), payload.as_raw({**item.value, "run": without_secrets(run)})
            )
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)


# The table


def _table(path: Path, look: Peek, notes: fields.Notes) -> Iterator[Record]:
    _refuse_if_rows_beside(path, look)
    run = Run(
        id=f"langsmith-{digest(path)[:12]}",
        name=path.stem,
        tool=TOOL,
        completeness=Completeness.COMPLETE,
        warnings=(
            f"{path.name}: the table names no experiment, version, start or dataset. The rows of evaluate() as JSON"
            " lines bring them.",
        ),
    )
    yield RunStart(run)
    columns = list(dict.fromkeys(key for record in look.records for key in record))
    repeats = ExampleRepeats()
    for item in records(path):
        if not isinstance(item, Entry):
            yield item
            continue
        try:
            case = table_case(item.value, columns, notes, table=item.table)
            yield CaseRecord(run.id, repeats.with_repeat(case), item.raw)
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)


def _refuse_if_rows_beside(path: Path, look: Peek) -> None:
    """Raises ReadAlongError if a file beside this one has the same runs in more detail."""
    own = {record["id"] for record in look.records if isinstance(record.get("id"), str)}
    looks = [(file, peek(head(file))) for file in beside(path)]
    rows = [(file, [payload.inner(r, "run") for r in found.records]) for file, found in looks if found.keys >= ROW]
    if look.kind is FileKind.TABLE:  # JSON lines say more than CSV: numbers, lists and what is missing
        rows += [
            (file, list(found.records)) for file, found in looks if found.kind is FileKind.LINES and _is_table(found)
        ]
    for file, records_there in rows:
        if own and own <= {record["id"] for record in records_there if isinstance(record.get("id"), str)}:
            raise ReadAlongError(f"{path} is the table of the runs in {file.name}, which says more: import that one.")


SOURCE = LangSmith()
