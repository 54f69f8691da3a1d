"""Rows of the data frames that MLflow's client gives, in whatever file somebody saved them.

`search_runs()` (columns run_id, experiment_id, status, start_time, metrics.*, params.*, tags.*; the same rows are
`mlflow experiments csv`). `search_traces()` (2.x: request_id, trace, timestamp_ms, status, execution_time_ms, request,
response, request_metadata, spans, tags; 3.x: trace_id, trace as JSON text, state, request_time and execution_duration
in ms, request, response, trace_metadata, tags, spans, assessments). In a CSV the structures are Python literals, as
`str()` of them. The run list of the app has a button for another CSV, without prefixes (CsvUtils.ts): Start Time, Duration,
Run ID, Name, Source Type, Source Name, User, Status, then parameters, metrics and tags. Written by MLflow 2.22.5 and 3.17.2 with pandas' to_csv and to_json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.peek import FileKind, Peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.mlflow.answers import HEADS, trace_in
from readiness_tui.sources.mlflow.parts import Aside, RunItem, TraceItem

ROWS = (FileKind.TABLE, FileKind.LINES, FileKind.ARRAY, FileKind.OBJECT)
_SEARCH = frozenset({"run_id", "experiment_id", "status", "start_time"})
_LISTED = ("Run ID", "Name", "Source Type", "Source Name", "User", "Status")
_COLUMN = re.compile(r"(metrics|params|tags)\.(.+)", re.DOTALL)
_STATES = frozenset({"status", "state"})
_DURATIONS = frozenset({"execution_time_ms", "execution_duration", "execution_duration_ms"})
_STRUCTURES = ("request_metadata", "trace_metadata", "tags", "assessments", "trace_location", "spans", "expectations")
_TIMES = ("timestamp_ms", "request_time", "start_time", "end_time")
_WHOLE = re.compile(r"(\d{9,20})\.0+|\d\.\d+e\+?\d\d", re.IGNORECASE)


def are_rows(look: Peek, *names: str) -> bool:
    """Whether these are rows, the first with a text or number under one of `names`: not an object of whole columns."""
    step = "[]." if look.kind is FileKind.ARRAY else ""
    return look.kind in ROWS and any(
        look.outline.get(step + name) is not None or (look.kind is FileKind.TABLE and name in look.keys)
        for name in names
    )


def are_runs(look: Peek) -> bool:
    """Whether the rows are runs as `search_runs()` gives them."""
    told = "artifact_uri" in look.keys or any(_COLUMN.fullmatch(key) for key in look.keys)
    return look.keys >= _SEARCH and told and are_rows(look, "run_id")


def are_listed(look: Peek) -> bool:
    """Whether the rows are runs as the app's run list saves them."""
    return look.kind is FileKind.TABLE and look.keys >= set(_LISTED)


def are_traces(look: Peek) -> bool:
    """Whether the rows are traces as `search_traces()` gives them."""
    keys = look.keys
    told = keys & _STATES and keys & _DURATIONS and keys & {"spans", "trace", "request_metadata", "trace_metadata"}
    return bool(told) and are_rows(look, *HEADS)


class RunRows:
    """`search_runs()`. An empty cell is a figure that was not logged, or NaN: pandas writes both the same."""

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
                    info[column] = time_of(cell) if column in _TIMES else cell
                elif cell is not None:
                    value = _figure(cell) if found[1] == "metrics" else cell
                    data[found[1]].append({"key": found[2], "value": value})
            yield item.line, {"info": info, "data": data}, None

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        return iter(())


class ListedRuns:
    """The app's run list, which does not say what is a parameter and what a metric."""

    tool_version: str | None = None

    def __init__(self, path: Path, notes: fields.Notes) -> None:
        self._path = path
        self._notes = notes

    def runs(self) -> Iterator[RunItem | Aside]:
        for item in records(self._path):
            if not isinstance(item, Entry):
                yield item
                continue
            rest = {name: cell for name, cell in item.value.items() if name not in (*_LISTED, "Start Time", "Duration")}
            figures = {
                name: value for name, cell in rest.items() if (value := fields.cell_score("value", cell)) is not None
            }
            info = {
                name: item.value.get(column)
                for name, column in (("run_id", "Run ID"), ("run_name", "Name"), ("status", "Status"))
            }
            started = item.value.get("Start Time")
            if started is not None:
                info["start_time"] = started
                self._notes.add("Start Time is the clock of whoever saved the list; taken as UTC")
            if figures:
                self._notes.add("the list does not say which columns are metrics: every number is taken as a figure")
            data = {
                "metrics": [{"key": name, "value": value} for name, value in figures.items()],
                "params": {name: cell for name, cell in rest.items() if name not in figures},
            }
            yield item.line, {"info": info, "data": data}, None

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        return iter(())


class TraceRows:
    """`search_traces()`."""

    tool_version: str | None = None

    def __init__(self, path: Path, notes: fields.Notes) -> None:
        self._path = path
        self._notes = notes

    def runs(self) -> Iterator[RunItem | Aside]:
        return iter(())

    def traces(self, *, spans: bool) -> Iterator[TraceItem | Aside]:
        notes = self._notes if spans else fields.Notes()
        for item in records(self._path):
            if not isinstance(item, Entry):
                if spans:
                    yield item
                continue
            head, steps = trace_row(item.value, notes)
            if HEADS & head.keys():
                yield item.line, head, (), steps
            elif spans:
                yield reject(item.line, "neither trace_id nor request_id", item.raw)


def trace_row(row: Mapping[str, Any], notes: fields.Notes) -> tuple[dict[str, Any], list[Any] | None]:
    """The head and spans of a trace in a row; an empty head where it has none."""
    whole = payload.parsed(row.get("trace"))
    found = trace_in(whole) if isinstance(whole, dict) else None
    if found is not None:
        return dict(found[0]), found[1]
    head = {name: logged_structure(cell, name, notes) if name in _STRUCTURES else cell for name, cell in row.items()}
    steps = head.pop("spans", None)
    for name in _TIMES:
        if name in head:
            head[name] = time_of(head[name])
    state = head.get("state") or head.get("status")
    if isinstance(state, str):  # "TraceStatus.OK", as str() of an enum
        head["state"] = state.rpartition(".")[2]
    for name, preview in (("request", "request_preview"), ("response", "response_preview")):
        if head.get(name) is not None and not head.get(preview):
            head[preview] = structure(head[name])
    if not isinstance(steps, list):
        steps = None
    elif not all(isinstance(step, dict) for step in steps):
        notes.add("the spans of a trace were written as texts that hold nothing of them")
        steps = None
    return {name: cell for name, cell in head.items() if cell is not None}, steps


def logged_structure(cell: Any, name: str, notes: fields.Notes) -> Any:
    """The object or list in a cell, which a CSV has as JSON or as a Python literal; None if it is neither."""
    found = structure(cell)
    if found is None or isinstance(found, (dict, list)):
        return found
    notes.add(f"{name} is neither JSON nor a Python literal, and was taken as not logged")
    return None


def time_of(cell: Any) -> Any:
    """A time, without what pandas makes of whole numbers in a column with gaps ("1795979941685.0")."""
    if isinstance(cell, float) or (isinstance(cell, str) and _WHOLE.fullmatch(cell.strip())):
        try:
            return int(float(cell))
        except (ValueError, OverflowError):
            return cell
    return cell


def _figure(cell: Any) -> float | None:
    try:
        return fields.number({"": cell}, "")
    except RecordError:
        return None
