"""LangSmith: runs (`POST /runs/query`, `Client.list_runs`, bulk exports), experiment rows (`evaluate`), and their table
(`to_pandas`). Feedback and projects are read beside the runs that they are about.

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
from readiness_tui.sources.kit.grouping import LOST, GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.langsmith.case import (
    TOOL,
    ExperimentSurvey,
    example_case,
    row_case,
    row_parts,
    rows_of,
    table_case,
)
from readiness_tui.sources.langsmith.feedback import FeedbackBeside, one_each
from readiness_tui.sources.langsmith.file import (
    FileOf,
    holds,
    neighbours,
    parents_in,
    runs,
    trace_id,
    with_child_runs,
)
from readiness_tui.sources.langsmith.project import declared_of
from readiness_tui.sources.langsmith.run import metadata_of, span, trace, without_secrets
from readiness_tui.sources.tracing.traced_case import ExampleRepeats, score

_STEP = 500  # traces between two progress records


_WHY = {
    FileOf.RUNS: "runs with run_type, start_time and the trace they belong to",
    FileOf.ROWS: "experiment rows of run, example and evaluation_results",
    FileOf.TABLE: "columns inputs.*, feedback.* and example_id",
    FileOf.FEEDBACK: "feedback with run_id, key and score",
    FileOf.PROJECTS: "projects with reference_dataset_id",
}


class LangSmith:
    name = "langsmith"
    title = "LangSmith runs (API, SDK, pandas, bulk export) and experiments (evaluate() rows, to_pandas())"
    brings = (
        "traces with their steps, feedback, tokens and cost",
        "experiments with their cases and feedback scores",
    )
    lacks = (
        "who gave the feedback, unless the list of feedback stands beside the runs",
        "chunks and tool calls of an experiment's table",
        "a digest of the examples",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        kind = holds(look)
        return None if kind is None else Recognised(self.name, f"{_WHY[kind]} ({look.kind})", 100)

    def along(self, path: Path) -> tuple[Path, ...]:
        if holds(peek(head(path))) is not FileOf.RUNS:
            return ()
        return tuple(neighbours(path, FileOf.FEEDBACK, FileOf.PROJECTS))

    def read(self, path: Path) -> Iterator[Record]:
        look = peek(head(path))
        notes = fields.Notes()
        match holds(look):
            case FileOf.ROWS:
                yield from _rows(path, notes)
            case FileOf.RUNS:
                yield from _runs(path, notes)
            case FileOf.TABLE:
                yield from _table(path, look, notes)
            case FileOf.FEEDBACK | FileOf.PROJECTS as kind:
                _refuse_alone(path, kind)
            case None:
                raise ReadinessError(
                    f"{path}: neither LangSmith's runs (run_type, start_time, trace_id) nor experiment rows (run, example,"
                    " evaluation_results) nor their table (inputs.*, feedback.*, example_id). Export one of them."
                )
        yield from notes.warnings(path.name)


def _refuse_alone(path: Path, kind: FileOf) -> None:
    """Raises ReadAlongError if the runs are beside it, else ReadinessError."""
    homes = neighbours(path, FileOf.RUNS)
    if homes:
        raise ReadAlongError(f"{path}: it is read together with the runs it is about: import {homes[0].name}.")
    raise ReadinessError(
        f"{path} holds LangSmith's {kind}, and no runs are beside it. Save the runs (POST /runs/query, or"
        " Client.list_runs) into the same folder, and import the folder."
    )


# Runs


def _runs(path: Path, notes: fields.Notes) -> Iterator[Record]:
    surveys: dict[str, ExperimentSurvey] = {}
    total = size(path)
    parents = parents_in(path) if any(not run.get("trace_id") for run in peek(head(path)).records) else {}
    beside = FeedbackBeside()
    beside.read(neighbours(path, FileOf.FEEDBACK), notes)
    with Groups(total) as groups:
        for item in runs(path):
            if not isinstance(item, Entry):
                yield item
                continue
            ident = ""
            try:
                ident = trace_id(item.value, parents)
                for run in with_child_runs(item.value):
                    nested = isinstance(run.get("child_runs"), list)
                    text = payload.as_raw({**run, "child_runs": None}) if nested or run is not item.value else item.raw
                    groups.add(ident, GroupedRecord("run", item.line, text))
                    if (session := _session(run)) is not None:
                        survey = surveys.setdefault(session, ExperimentSurvey())
                        survey.root(run) if _is_example(run) else survey.step(run)
            except RecordError as error:
                if ident:
                    groups.add(ident, GroupedRecord(LOST, item.line, ""))
                yield reject(item.line, str(error), item.raw)
        surveys = {session: survey for session, survey in surveys.items() if survey.rows}
        for session, survey in surveys.items():
            yield RunStart(survey.run(session, path.stem if len(surveys) == 1 else f"{path.stem} {session}", path.name))
            yield from survey.declared(session, path.name)
        yield from declared_of(neighbours(path, FileOf.PROJECTS), surveys)
        repeats = {session: ExampleRepeats() for session in surveys}
        for done, (ident, pieces) in enumerate(groups):
            if done % _STEP == 0:
                yield Progress(total, total)
            yield from _trace(ident, pieces, repeats, beside, notes)
        yield from groups.refused()


def _trace(
    ident: str,
    pieces: list[GroupedRecord],
    repeats: dict[str, ExampleRepeats],
    beside: FeedbackBeside,
    notes: fields.Notes,
) -> Iterator[Record]:
    steps: list[dict[str, Any]] = []
    lost: set[str] = set()
    for piece in pieces:
        run: Any = None
        try:
            if piece.kind == LOST:
                lost.add(f"line {piece.line}")
                continue
            run = decode(piece.text.encode("utf-8", "surrogatepass"))
            span(run, fields.Notes())
            steps.append(run)
        except RecordError as error:
            named = run.get("id") if isinstance(run, dict) else None
            lost.add(named if isinstance(named, str) and named else f"line {piece.line}")
            yield reject(piece.line, str(error), piece.text)
    if not steps:
        return
    judged = {at: beside.of(run, notes) for at, run in enumerate(steps)}
    found = trace(ident, steps, [one for listed in judged.values() for one in listed], notes, lost)
    raw = payload.as_raw([without_secrets(run) for run in steps])
    yield TraceRecord(found, raw)
    for at, run in enumerate(steps):
        session = _session(run)
        if session in repeats and _is_example(run):
            given = [(one.name, score(one.value if one.value is not None else one.label)) for one in judged[at]]
            try:
                case = example_case(
                    found, run, notes, example_id=fields.text(run, "reference_example_id"), metadata=metadata_of(run),
                    scores=one_each(given, notes),
                )  # fmt: skip
                yield CaseRecord(session, repeats[session].with_repeat(case), raw)
            except RecordError as error:
                yield reject(pieces[0].line, str(error), raw)


def _is_example(run: Mapping[str, Any]) -> bool:
    """Whether it is an experiment's run over one of its examples."""
    return not run.get("parent_run_id") and not run.get("parent_run_ids") and bool(run.get("reference_example_id"))


def _session(run: Mapping[str, Any]) -> str | None:
    return payload.version(run, "session_id", "session_name")


# Experiment rows


def _rows(path: Path, notes: fields.Notes) -> Iterator[Record]:
    surveys: dict[str, ExperimentSurvey] = {}
    alone = f"langsmith-{digest(path)[:12]}"
    for item in records(path):
        for row in rows_of(item.value) if isinstance(item, Entry) else ():
            try:
                run, example = row_parts(row)
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
        yield from survey.declared(ident, path.name)
    repeats = {ident: ExampleRepeats() for ident in surveys}
    for item in records(path):
        if not isinstance(item, Entry):
            yield item
            continue
        for row in rows_of(item.value):
            try:
                run, _ = row_parts(row)
                ident = _session(run) or alone
                case = row_case(row, notes)
                if ident not in repeats:
                    raise RecordError("the file changed while it was read")
                raw = payload.as_raw({**row, "run": without_secrets(run)})
                yield CaseRecord(ident, repeats[ident].with_repeat(case), raw)
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
    rows = [
        (file, [payload.inner(r, "run") for r in found.records]) for file, found in looks if holds(found) is FileOf.ROWS
    ]
    if look.kind is FileKind.TABLE:  # JSON lines say more than CSV: numbers, lists and what is missing
        rows += [
            (file, list(found.records))
            for file, found in looks
            if found.kind is FileKind.LINES and holds(found) is FileOf.TABLE
        ]
    for file, records_there in rows:
        if own and own <= {record["id"] for record in records_there if isinstance(record.get("id"), str)}:
            raise ReadAlongError(f"{path} is the table of the runs in {file.name}, which says more: import that one.")


SOURCE = LangSmith()
