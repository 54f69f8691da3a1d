"""LangSmith's files: what one contains, and its runs as the API has them, from whatever export.

Known: the API's answers (`{"runs": […], "cursors"}`, since 2026 `{"items": […], "next_cursor"}`), runs as JSON lines, a
list or one run with its `child_runs`; runs of 2023, without trace_id and dotted_order; tables of runs from pandas (CSV, with
`inputs` as Python writes it or a column a field, `inputs.question`) and from bulk exports (Parquet, `inputs` as JSON text);
lists of feedback and of projects, which are read beside the runs that they are about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Warn
from readiness_tui.sources.kit.folder import ByContent, beside
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.peek import FileKind, Peek
from readiness_tui.sources.kit.recordio import Entry, Item, records

INPUTS, FEEDBACK = "inputs.", "feedback."
_DEEPEST = 100  # levels of child runs inside a run
_LIST = "runs"  # around the runs in the API's answer
_STRUCTURED = frozenset(
    {"inputs", "outputs", "extra", "events", "feedback_stats", "tags", "child_run_ids", "parent_run_ids", "serialized"}
    | {"metadata", "prompt_token_details", "completion_token_details", "child_runs", "usage_metadata"}
)
_SPREAD = ("inputs", "outputs", "extra", "feedback_stats", "metadata")  # what pandas spreads over columns
_EMPTY = frozenset({"", "nan", "none", "null", "nat", "<na>"})


class FileOf(StrEnum):
    """The kinds of records a file may contain."""

    RUNS = "runs"
    ROWS = "experiment rows"
    TABLE = "an experiment's table"
    FEEDBACK = "feedback"
    PROJECTS = "projects"


_RUN = frozenset({"run_type", "start_time"})
_RUN_TOO = frozenset(
    {
        "dotted_order",
        "trace_id",
        "parent_run_id",
        "parent_run_ids",
        "execution_order",
        "child_runs",
        "serialized",
        "session_id",
    }
)
_ROW = frozenset({"run", "example", "evaluation_results"})
_EXAMPLE = frozenset({"dataset_id", "inputs", "runs"})  # of Client.get_experiment_results
_TABLE = frozenset({"example_id", "execution_time", "id"})
_FEEDBACK = frozenset({"id", "run_id", "key", "score"})
_PROJECT = frozenset({"id", "tenant_id", "name", "start_time", "reference_dataset_id"})


def holds(look: Peek) -> FileOf | None:
    """The kind of records, judged by the file's beginning; None if it is not LangSmith's."""
    first = look.keys | (frozenset().union(*look.records[:20]) if look.records else frozenset())
    if first >= _EXAMPLE and look.kind in (FileKind.LINES, FileKind.ARRAY):
        return FileOf.ROWS
    for keys in (look.below(_LIST), first):
        if keys >= _RUN and keys & {"id", "run_id"} and keys & _RUN_TOO:
            return FileOf.RUNS
    if first >= _ROW:
        return FileOf.ROWS
    if first >= _TABLE and any(key.startswith((INPUTS, FEEDBACK)) for key in first):
        return FileOf.TABLE
    if first >= _FEEDBACK and first & {"feedback_source", "comment", "value"}:
        return FileOf.FEEDBACK
    return FileOf.PROJECTS if first >= _PROJECT else None


_KINDS = ByContent(holds)


def neighbours(path: Path, *kinds: FileOf) -> list[Path]:
    """The files beside this one with records of these kinds. Raises ReadinessError if the folder cannot be listed."""
    return [file for file in beside(path) if _KINDS.of(file) in kinds]


def runs(path: Path) -> Iterator[Item]:
    """The runs of a file as the API has them, one entry each, then a warning if the API says that there are more."""
    more = False
    for item in records(path, _LIST):
        if not isinstance(item, Entry):
            yield item
        elif item.header:
            more = bool(payload.inner(item.value, "cursors").get("next"))
        else:
            row = as_api(item.value, table=item.table)
            yield item if row == item.value else Entry(item.line, payload.as_raw(row), row)
    if more:
        yield Warn(
            f"{path.name} is one page of several (its cursors name a next one), so traces may lack steps, and others may"
            " be missing. Save the other pages as well."
        )


def as_api(row: Mapping[str, Any], *, table: bool = False) -> dict[str, Any]:
    """A run as the API of 2023 to 2025 has it."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if table and isinstance(value, str) and value.strip().lower() in _EMPTY:
            continue
        top, dot, _ = name.partition(".")
        if dot and top in _SPREAD and top not in row:
            _put(found, name.split("."), structure(value) if table else value)
        elif name in _STRUCTURED:
            found[name] = structure(value)
        else:
            found[name] = value
    if "id" not in found and found.get("run_id") is not None:  # JSON lines of LangSmith's command line tool
        found["id"] = found["run_id"]
    if isinstance(found.get("run_type"), str):
        found["run_type"] = found["run_type"].lower()
    if "session_id" not in found and found.get("project_id") is not None:
        found["session_id"] = found["project_id"]
    metadata = found.get("metadata") if isinstance(found.get("metadata"), dict) else {}
    if found.get("thread_id") is not None:
        metadata = {"thread_id": found["thread_id"], **(metadata or {})}
    if metadata:
        extra = found.get("extra") if isinstance(found.get("extra"), dict) else {}
        found["extra"] = {**(extra or {}), "metadata": {**metadata, **payload.inner(extra, "metadata")}}
    return found


def _put(node: dict[str, Any], steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        inner = node.get(step)
        if not isinstance(inner, dict):
            inner = node[step] = {}
        node = inner
    node[steps[-1]] = value


def parent_of(run: Mapping[str, Any]) -> str | None:
    """The run that it is a step of. Raises RecordError."""
    if found := fields.text(run, "parent_run_id"):
        return found
    above = payload.parsed(run.get("parent_run_ids"))
    if isinstance(above, list) and above and "parent_run_id" not in run:
        return payload.version({"": above[-1]}, "")
    path = _path(run)
    return path[-2] if len(path) > 1 and "parent_run_id" not in run else None


def trace_id(run: Mapping[str, Any], parents: Mapping[str, str] = {}) -> str:
    """The trace that a run belongs to. `parents`: see `parents_in`. Raises RecordError."""
    if found := fields.text(run, "trace_id"):
        return found
    if path := _path(run):
        return path[0]
    found = parent_of(run) or fields.text(run, "id")
    if not found or (found not in parents and parent_of(run) and not parents):
        raise RecordError("neither trace_id nor id: the step belongs to no trace")
    seen = set()
    while found in parents and found not in seen:
        seen.add(found)
        found = parents[found]
    return found


def parents_in(path: Path) -> dict[str, str]:
    """Of each run of the file that is not the first of its trace, its trace or else the run that it is a step of."""
    found = {}
    for item in runs(path):
        if not isinstance(item, Entry):
            continue
        try:
            ident, above = fields.text(item.value, "id"), fields.text(item.value, "trace_id") or parent_of(item.value)
        except RecordError:
            continue  # rejected when it is read
        if ident and above and above != ident:
            found[ident] = above
    return found


def _path(run: Mapping[str, Any]) -> list[str]:
    """The ids from the trace's first run down to this one, as the dotted order has them."""
    order = run.get("dotted_order")
    parts = order.split(".") if isinstance(order, str) and order else []
    return [part.partition("Z")[2] for part in parts] if all("Z" in part for part in parts) else []


def with_child_runs(run: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The run, and the runs nested in it (`read_run(load_child_runs=True)`). Raises RecordError."""
    if depth > _DEEPEST:
        raise RecordError(f"child runs nested deeper than {_DEEPEST} levels")
    yield run
    children = run.get("child_runs")
    for child in children if isinstance(children, list) else ():
        if isinstance(child, dict):
            above = {} if child.get("parent_run_id") else {"parent_run_id": run.get("id")}
            yield from with_child_runs(as_api({**child, **above}), depth + 1)
