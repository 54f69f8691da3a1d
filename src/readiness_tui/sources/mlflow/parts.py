"""What any export of MLflow contains, whatever its form: runs, and traces that become cases of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Progress, Record, Reject, RunStart, TraceRecord, Warn
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.recordio import reject
from readiness_tui.sources.mlflow.run import TraceSurvey, declared_means, read_run, run_of_traces
from readiness_tui.sources.mlflow.trace import read_case, read_trace, without_secrets
from readiness_tui.sources.mlflow.trace_info import read_info
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.sources.tracing.traced_case import ExampleRepeats

RunItem = tuple[int, Mapping[str, Any], str | None]  # line, run as the server returns it, experiment
TraceItem = tuple[int, Mapping[str, Any], tuple[str, ...], list[Any] | None]  # line, head, linked runs, spans
Aside = Reject | Warn | Progress


class ExportParts(Protocol):
    """Runs, and traces, which can be read repeatedly: what is said beside them comes with `spans` alone."""

    tool_version: str | None

    def runs(self) -> Iterator[RunItem | Aside]: ...

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]: ...


def all_records(path: Path, parts: ExportParts, notes: fields.Notes) -> Iterator[Record]:
    """The records of an export. The first pass collects what the traces say about the runs, the second yields them."""
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
        yield from declared_means(run.id, inner(value, "data").get("metrics"), f"{path.name}, run {run.name}")
    if deleted:
        yield Warn(f"{path.name}: {deleted} deleted {'run was' if deleted == 1 else 'runs were'} left out.")
    if not into:
        for run_id in sorted(survey.evaluated):
            run = run_of_traces(run_id, path.name, survey)
            into[run_id] = run.id
            yield RunStart(run)
    yield from _traces(parts, into, notes)


def _traces(parts: ExportParts, into: Mapping[str, str], notes: fields.Notes) -> Iterator[Record]:
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
