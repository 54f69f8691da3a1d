"""MLflow without a server: its tracking database, saved answers of its server and client, its tables.

The database (tables alembic_version, runs, latest_metrics), the answers of `runs/search` and `traces/search`, traces as
`Trace.to_json()` (JSON lines), `search_runs()` as CSV, a table of `log_table` (JSON), and what `readiness pull mlflow`
fetched. Traces become cases of the runs they belong to. Neither mlflow nor mlflow-skinny is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Progress, Recognised, Record, Reject, RunStart, TraceRecord, Warn
from readiness_tui.sources.kit.fileio import digest, head
from readiness_tui.sources.kit.foreign_db import MAGIC, ForeignDb, at_rest, open_foreign
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.mlflow.run import TOOL, TraceSurvey, read_run, run_of_traces
from readiness_tui.sources.mlflow.store import TABLES, is_mlflow, stored_runs, stored_traces
from readiness_tui.sources.mlflow.trace import read_case, read_info, read_trace, without_secrets
from readiness_tui.sources.own import data_table
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.sources.tracing.traced_case import ExampleRepeats

PULLED = "mlflow_pull"  # the first line of what `readiness pull mlflow` fetched
_HEADS = frozenset({"trace_id", "request_id"})
_SEARCH = frozenset({"run_id", "experiment_id", "status", "start_time"})
_COLUMN = re.compile(r"(metrics|params|tags)\.(.+)", re.DOTALL)
_ARTIFACTS = re.compile(r"[0-9a-f]{32}")
_STEP = 500

RunItem = tuple[int, Mapping[str, Any], str | None]  # line, run, experiment
TraceItem = tuple[int, Mapping[str, Any], tuple[str, ...], list[Any] | None]  # line, head, linked runs, spans
Aside = Reject | Warn | Progress


class _Parts(Protocol):
    """What a file contains: runs, and traces, which can be read repeatedly."""

    tool_version: str | None

    def runs(self) -> Iterator[RunItem | Aside]: ...

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]: ...


class MLflow:
    name = "mlflow"
    title = "MLflow's database (mlflow.db), answers of its server, traces as JSON lines, search_runs() as CSV, tables"
    brings = (
        "runs with their last figures and parameters",
        "traces with steps and assessments, as cases of their runs",
    )
    lacks = (
        "a figure's n, if no trace is assessed",
        "a digest of the data that others could check",
        "cost",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        if head.startswith(MAGIC):
            return self._database(path, head)
        look = peek(head)
        if PULLED in look.keys:
            return Recognised(self.name, "runs and traces pulled from a tracking server", 100)
        if look.keys >= {"info", "data"} and _is_trace(look):
            return Recognised(self.name, f"traces with info and data.spans ({look.kind})", 100)
        if look.below("runs") >= {"info", "data"}:
            return Recognised(self.name, "the server's answer to runs/search", 100)
        below = look.below("traces")
        if "trace_info" in below or (
            below & _HEADS and below & {"trace_metadata", "request_metadata", "trace_location"}
        ):
            return Recognised(self.name, "the server's answer to traces/search", 100)
        if look.kind is FileKind.TABLE and look.keys >= _SEARCH and any(_COLUMN.fullmatch(key) for key in look.keys):
            return Recognised(self.name, "a table of runs with columns metrics.*, params.* and tags.*", 100)
        if data_table.is_table(look):
            return Recognised(
                self.name, "a table of columns and data, as log_table writes it", 90 if _run_id(path) else 70
            )
        return None

    def _database(self, path: Path, head: bytes) -> Recognised | None:
        why = f"a SQLite file with the tables {', '.join(TABLES[:3])}"
        try:
            with open_foreign(path, fields.Notes()) as db:
                return Recognised(self.name, why, 100) if is_mlflow(db) else None
        except ReadinessError:  # damaged: reading it will report that
            return Recognised(self.name, f"{why}, damaged", 50) if b"latest_metrics" in head else None

    def read(self, path: Path) -> Iterator[Record]:
        start = head(path)
        notes = fields.Notes()
        if start.startswith(MAGIC):
            at_rest(path)
            with open_foreign(path, notes) as db:
                if not is_mlflow(db):
                    raise ReadinessError(f"{path}: the SQLite file has not MLflow's tables ({', '.join(TABLES)}).")
                db.check()
                yield from _all_records(path, _Database(path, db, notes), notes)
        elif data_table.is_table(look := peek(start)):
            yield RunStart(_table_run(path))
            yield from data_table.cases(path, _table_run(path).id, notes)
        elif look.kind is FileKind.TABLE:
            yield from _all_records(path, _Csv(path), notes)
        else:
            yield from _all_records(path, _Json(path), notes)
        yield from notes.warnings(path.name)


def _is_trace(look: Peek) -> bool:
    first = look.records[0] if look.records else {}
    if first:
        return bool(_HEADS & inner(first, "info").keys())
    return any(path.removeprefix("[].").removeprefix("info.") in _HEADS for path in look.outline)


# The first pass collects what the traces say about the runs, the second yields the records


def _all_records(path: Path, parts: _Parts, notes: fields.Notes) -> Iterator[Record]:
    survey = TraceSurvey()
    for item in parts.traces(spans=False):
        if isinstance(item, tuple):
            try:
                survey.add(read_info(item[1], fields.Notes(), item[2]))
            except RecordError:
                continue  # rejected below, with its line
    into: dict[str, str] = {}  # MLflow's run id → ours
    deleted = 0
    for found in parts.runs():
        if not isinstance(found, tuple):
            yield found
            continue
        line, value, experiment = found
        if inner(value, "info").get("lifecycle_stage") == "deleted":
            deleted += 1
            continue
        try:
            run = read_run(value, path.name, survey, experiment=experiment, tool_version=parts.tool_version)
            if run.id in into:
                raise RecordError(f"the run {run.id} stands in the file already")
        except RecordError as error:
            yield reject(line, str(error), payload.as_raw(value))
            continue
        into[run.id] = run.id
        yield RunStart(run)
    if deleted:
        yield Warn(f"{path.name}: {deleted} deleted {'run was' if deleted == 1 else 'runs were'} left out.")
    if not into:
        for run_id in sorted(survey.evaluated):
            run = run_of_traces(run_id, path.name, survey)
            into[run_id] = run.id
            yield RunStart(run)
    yield from _traces(parts, into, notes)


def _traces(parts: _Parts, into: Mapping[str, str], notes: fields.Notes) -> Iterator[Record]:
    reader = Reader(names(), notes)
    repeats = {run_id: ExampleRepeats() for run_id in into}
    for item in parts.traces(spans=True):
        if not isinstance(item, tuple):
            yield item
            continue
        line, value, linked, spans = item
        try:
            info = read_info(value, notes, linked)
            trace, output = read_trace(info, spans, reader)
            raw = payload.as_raw({"info": without_secrets(value), "data": {"spans": spans or []}})
            yield TraceRecord(trace, raw)
            for run_id in info.run_ids:
                if run_id in into:
                    case = read_case(trace, info, output, run_id, notes)
                    yield CaseRecord(into[run_id], repeats[run_id].with_repeat(case), raw)
        except RecordError as error:
            yield reject(line, str(error), payload.as_raw(value))


class _Database:
    tool_version: str | None = None  # the schema's revision is not the program's version

    def __init__(self, path: Path, db: ForeignDb, notes: fields.Notes) -> None:
        self._size = path.stat().st_size
        self._db = db
        self._notes = notes
        self._count = db.count("trace_info")

    def runs(self) -> Iterator[RunItem | Aside]:
        yield from stored_runs(self._db)

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        notes = self._notes if spans else fields.Notes()
        for trace in stored_traces(self._db, notes, spans=spans):
            if spans and trace.number % _STEP == 0:
                yield Progress(self._size * trace.number // max(self._count, trace.number), self._size)
            yield trace.number, trace.info, trace.runs, trace.spans


class _Json:
    """JSON lines, a list, or an object around a list."""

    tool_version: str | None = None

    def __init__(self, path: Path) -> None:
        self._path = path

    def runs(self) -> Iterator[RunItem | Aside]:
        for item in records(self._path, "runs", "traces"):
            if not isinstance(item, Entry):
                continue  # traces() reports it
            if PULLED in item.value:
                self.tool_version = payload.version(inner(item.value, PULLED), "version")
            elif item.header:
                if item.value.get("next_page_token"):
                    yield Warn(f"{self._path.name}: the server had more than this page of its answer.")
            elif (found := _run_in(item.value)) is not None:
                yield item.line, *found

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        for item in records(self._path, "runs", "traces"):
            if not isinstance(item, Entry):
                if spans:
                    yield item
            elif item.header or PULLED in item.value or _run_in(item.value) is not None:
                continue
            elif (found := _trace_in(item.value)) is not None:
                yield item.line, found[0], (), found[1]
            elif spans:
                yield reject(item.line, "neither a run nor a trace of MLflow", item.raw)


def _run_in(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None] | None:
    if isinstance(value.get("run"), dict):
        return value["run"], payload.version(value, "experiment")
    info = inner(value, "info")
    return (value, None) if {"run_id", "run_uuid"} & info.keys() and not _HEADS & info.keys() else None


def _trace_in(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Any] | None] | None:
    """A trace's head and spans, from either call."""
    for name, spans in (("info", inner(value, "data").get("spans")), ("trace_info", value.get("spans"))):
        if _HEADS & inner(value, name).keys():
            return value[name], spans if isinstance(spans, list) and spans else None
    return (value, None) if _HEADS & value.keys() else None


class _Csv:
    """`search_runs()` as CSV. An empty cell is a figure that was not logged, or NaN: pandas writes both the same."""

    tool_version: str | None = None

    def __init__(self, path: Path) -> None:
        self._path = path

    def runs(self) -> Iterator[RunItem | Aside]:
        for item in records(self._path):
            if not isinstance(item, Entry):
                yield item
                continue
            data: dict[str, list[dict[str, Any]]] = {"metrics": [], "params": [], "tags": []}
            info: dict[str, Any] = {}
            for column, cell in item.value.items():
                found = _COLUMN.fullmatch(column)
                if found is None:
                    info[column] = cell
                    continue
                value = _figure(cell) if found[1] == "metrics" else cell
                data[found[1]].append({"key": found[2], "value": value})
            yield item.line, {"info": info, "data": data}, None

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        return iter(())


def _figure(cell: str) -> float | None:
    try:
        return fields.number({"": cell}, "")
    except RecordError:
        return None


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
