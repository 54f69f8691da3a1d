"""Saved answers of MLflow's server and client, as JSON: lines, a list, or an object around a list.

The answers of `runs/search` and `traces/search`, `Trace.to_json()` (the download button of the trace view writes the
same), and what `readiness pull mlflow` fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.base import Warn
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.mlflow.parts import Aside, RunItem, TraceItem

PULLED = "mlflow_pull"  # the first line of what `readiness pull mlflow` fetched
HEADS = frozenset({"trace_id", "request_id"})


class SavedAnswers:
    """The records of one JSON file."""

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
            elif (found := trace_in(item.value)) is not None:
                yield item.line, found[0], (), found[1]
            elif spans:
                yield reject(item.line, "neither a run nor a trace of MLflow", item.raw)


def _run_in(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None] | None:
    if isinstance(value.get("run"), dict):
        return value["run"], payload.version(value, "experiment")
    info = inner(value, "info")
    return (value, None) if {"run_id", "run_uuid"} & info.keys() and not HEADS & info.keys() else None


def trace_in(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Any] | None] | None:
    """A trace's head and spans, from either call; None where it is no trace."""
    for name, spans in (("info", inner(value, "data").get("spans")), ("trace_info", value.get("spans"))):
        if HEADS & inner(value, name).keys():
            return value[name], spans if isinstance(spans, list) and spans else None
    return (value, None) if HEADS & value.keys() else None
