"""MLflow without a server: its tracking database or file store, saved answers of its server and client, its tables.

The database (tables alembic_version, runs, latest_metrics), the folder `mlruns`, the answers of `runs/search` and
`traces/search`, traces as `Trace.to_json()` (JSON lines), the frames of `search_runs()`, `search_traces()` and
`genai.evaluate` as CSV or JSON, a table of `log_table` or `mlflow.evaluate` (JSON), and what `readiness pull mlflow`
fetched. Traces become cases of the runs they belong to. Neither mlflow nor mlflow-skinny is needed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import CaseRecord, Progress, ReadAlongError, Recognised, Record, RunStart, Warn
from readiness_tui.sources.kit.fileio import digest, head
from readiness_tui.sources.kit.foreign_db import MAGIC, ForeignDb, at_rest, open_foreign
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.peek import Peek, peek
from readiness_tui.sources.mlflow import artifacts, file_store, frames, results
from readiness_tui.sources.mlflow.answers import HEADS, PULLED, SavedAnswers
from readiness_tui.sources.mlflow.parts import Aside, ExportParts, RunItem, TraceItem, all_records
from readiness_tui.sources.mlflow.run import TOOL
from readiness_tui.sources.mlflow.store import TABLES, deleted_traces, is_mlflow, stored_runs, stored_traces
from readiness_tui.sources.own import data_table

_ARTIFACTS = re.compile(r"[0-9a-f]{32}")
_STEP = 500


class MLflow:
    name = "mlflow"
    title = (
        "MLflow's database (mlflow.db) or file store (mlruns), answers of its server, traces as JSON lines, frames of"
        " search_runs, search_traces and genai.evaluate, tables"
    )
    brings = (
        "runs with their last figures and parameters",
        "traces with steps, tokens, cost and assessments, as cases of their runs",
    )
    lacks = (
        "a figure's n, if no trace is assessed",
        "a digest of the data that others could check",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        if head.startswith(MAGIC):
            return self._database(path, head)
        if (owner := file_store.owner(path)) is not None:
            return Recognised(self.name, f"a file of {owner.name} in MLflow's file store", 100)
        look = peek(head)
        if artifacts.is_artifact(look, head):
            return Recognised(self.name, "the spans of a trace, as MLflow's artifact", 100)
        if PULLED in look.keys:
            return Recognised(self.name, "runs and traces pulled from a tracking server", 100)
        if look.keys >= {"info", "data"} and _is_trace(look):
            return Recognised(self.name, f"traces with info and data.spans ({look.kind})", 100)
        if look.below("runs") >= {"info", "data"}:
            return Recognised(self.name, "the server's answer to runs/search", 100)
        below = look.below("traces")
        if "trace_info" in below or (below & HEADS and below & _METADATA):
            return Recognised(self.name, "the server's answer to traces/search", 100)
        if results.is_result(look):
            return Recognised(self.name, "an evaluation's result with columns <scorer>/value", 100)
        if results.is_evaluated(look):
            return Recognised(self.name, "rows of mlflow.evaluate's result (<name>/v1/score)", 100)
        if frames.are_runs(look):
            return Recognised(self.name, "runs with columns metrics.*, params.* and tags.*", 100)
        if frames.are_listed(look):
            return Recognised(self.name, "the app's list of runs (Run ID, Source Type, Status)", 100)
        if frames.are_traces(look) or (look.keys & HEADS and look.keys >= {"trace_location", "request_time"}):
            return Recognised(self.name, "traces as search_traces() gives them", 100)
        if data_table.is_table(look):
            listed = look.records[0]["columns"] if look.records else None
            evaluated = isinstance(listed, list) and data_table.is_evaluated(map(str, listed))
            sure = 90 if evaluated or _run_id(path) else 70
            return Recognised(self.name, "a table of columns and data, as log_table writes it", sure)
        return None

    def _database(self, path: Path, head: bytes) -> Recognised | None:
        why = f"a SQLite file with the tables {', '.join(TABLES[:3])}"
        try:
            with open_foreign(path, fields.Notes()) as db:
                return Recognised(self.name, why, 100) if is_mlflow(db) else None
        except ReadinessError:  # damaged: reading it will report that
            return Recognised(self.name, f"{why}, damaged", 50) if b"latest_metrics" in head else None

    def claims(self, folder: Path) -> Recognised | None:
        return file_store.recognised(self.name, folder)

    def along(self, path: Path) -> tuple[Path, ...]:
        """The files of a store; beside a database, the spans that it keeps as artifacts."""
        if os.path.isdir(path):
            return file_store.FileStore(path, fields.Notes()).files()
        return artifacts.beside(path) if head(path, len(MAGIC)) == MAGIC else ()

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        if os.path.isdir(path):
            yield from _store(path, file_store.FileStore(path, notes), notes)
            yield from notes.warnings(path.name)
            return
        start = head(path)
        if start.startswith(MAGIC):
            at_rest(path)
            with open_foreign(path, notes) as db:
                if not is_mlflow(db):
                    raise ReadinessError(f"{path}: the SQLite file has not MLflow's tables ({', '.join(TABLES)}).")
                db.check()
                yield from all_records(path, _Database(path, db, notes), notes)
        elif (owner := file_store.owner(path)) is not None:
            raise ReadAlongError(
                f"{path} is part of {owner} in MLflow's file store: import that folder, or all of mlruns."
            )
        elif artifacts.is_artifact(look := peek(start), start):
            if (database := artifacts.database_of(path)) is not None:
                raise ReadAlongError(f"{path} belongs to a trace in {database}: import that one.")
            yield from all_records(path, artifacts.SpansAlone(path, notes), notes)
        elif data_table.is_table(look):
            yield RunStart(_table_run(path))
            yield from data_table.cases(path, _table_run(path).id, notes)
        elif results.is_result(look):
            yield from results.read_results(path, notes)
        elif results.is_evaluated(look):
            yield from results.read_evaluated(path, notes)
        else:
            yield from all_records(path, _parts(path, look, notes), notes)
        yield from notes.warnings(path.name)


_METADATA = frozenset({"trace_metadata", "request_metadata", "trace_location"})


def _parts(path: Path, look: Peek, notes: fields.Notes) -> ExportParts:
    if frames.are_runs(look):
        return frames.RunRows(path)
    if frames.are_listed(look):
        return frames.ListedRuns(path, notes)
    return frames.TraceRows(path, notes) if frames.are_traces(look) else SavedAnswers(path)


def _store(path: Path, store: file_store.FileStore, notes: fields.Notes) -> Iterator[Record]:
    """The runs and traces of a file store; a run without traces has the rows of the tables that it logged as cases."""
    runs: set[str] = set()
    traced: set[str] = set()
    for record in all_records(path, store, notes):
        if isinstance(record, RunStart):
            runs.add(record.run.id)
        elif isinstance(record, CaseRecord):
            traced.add(record.run_id)
        yield record
    usable, left = [], 0
    for run_id, file in store.artifacts():
        table = file.suffix == ".json" and run_id in runs and data_table.is_table(peek(head(file)))
        if table and run_id not in traced and data_table.names_cases(data_table.columns_of(file)):
            usable.append((run_id, file))
        else:
            left += 1
    several = {run_id for run_id, _ in usable if sum(one == run_id for one, _ in usable) > 1}
    for run_id, file in usable:
        yield from data_table.cases(file, run_id, notes, variant=file.stem if run_id in several else "")
    if left:
        yield Warn(
            f"{path.name}: {plural(left, 'artifact')} of its runs not read. What holds results is imported by itself."
        )


def _is_trace(look: Peek) -> bool:
    first = look.records[0] if look.records else {}
    if first:
        return bool(HEADS & inner(first, "info").keys())
    return any(path.removeprefix("[].").removeprefix("info.") in HEADS for path in look.outline)


class _Database:
    tool_version: str | None = None  # the schema's revision is not the program's version

    def __init__(self, path: Path, db: ForeignDb, notes: fields.Notes) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._db = db
        self._notes = notes
        self._count = db.count("trace_info")

    def runs(self) -> Iterator[RunItem | Aside]:
        yield from stored_runs(self._db)
        if gone := deleted_traces(self._db):
            yield Warn(f"{plural(gone, 'trace')} of deleted experiments left out.")

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        notes = self._notes if spans else fields.Notes()
        for trace in stored_traces(self._db, notes, spans=spans):
            if spans and trace.number % _STEP == 0:
                yield Progress(self._size * trace.number // max(self._count, trace.number), self._size)
            steps = trace.spans
            if spans and steps is None and (file := artifacts.of(self._path, trace.info["tags"])) is not None:
                steps = artifacts.spans_in(file, notes)
            yield trace.number, trace.info, trace.runs, steps


# A table


def _run_id(path: Path) -> str | None:
    """The run whose artifacts folder contains the file: <run id>/artifacts/…/table.json."""
    parts = path.resolve().parts
    for before, folder in pairwise(parts):
        if folder == "artifacts" and _ARTIFACTS.fullmatch(before):
            return before
    return None


def _table_run(path: Path) -> Run:
    run_id = _run_id(path)
    return Run(
        id=f"{run_id}/{path.stem}" if run_id else f"mlflow-{digest(path)[:12]}",
        name=f"{path.stem} {run_id[:8]}" if run_id else path.stem,
        tool=TOOL,
        warnings=(f"{path.name}: the table describes no run: its version, start and dataset are unknown.",),
        extra={"run_id": run_id} if run_id else {},
    )


SOURCE = MLflow()
