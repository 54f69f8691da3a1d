"""Langfuse's exports: what a file contains, its rows in any of the formats, and the other files beside it.

Known formats: the API's `{data, meta}` with a cursor or a page, the rows alone as a list or JSON lines, exports of the
user interface as JSON, JSON lines and CSV with JSON in its cells, a downloaded trace (`{trace, observations}`), blob
storage exports (a folder a table: `observations/`, `observations_v2/`, `traces/`, `scores/`), and what the Python SDK's
models dump.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from readiness_tui.sources.kit import payload, unwrap
from readiness_tui.sources.kit.base import Warn
from readiness_tui.sources.kit.folder import ByContent, beside
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.peek import FileKind, Peek
from readiness_tui.sources.kit.recordio import Entry, Item, Line, records
from readiness_tui.sources.langfuse.names import as_api, one_name

_DATA = "data"
_TABLES = ("observations", "observations_v2", "traces", "scores")  # folders of a blob storage export


@dataclass(frozen=True, slots=True)
class MorePages(Warn):
    """The file says that it is one page of several, with `declared` rows in all of them (0: it does not say)."""

    declared: int = 0


class Holds(StrEnum):
    """The kinds of rows a file may contain."""

    OBSERVATIONS = "observations"
    TRACES = "traces"
    SCORES = "scores"
    ITEMS = "experiment items"
    EXPERIMENTS = "experiments"
    SESSIONS = "sessions"


# By kind: the keys that every row has, and further keys of which it has at least one.
_SIGNATURES: tuple[tuple[Holds, frozenset[str], frozenset[str]], ...] = (
    (Holds.ITEMS, frozenset({"experimentId", "experimentItemId", "traceId"}), frozenset()),
    (Holds.SCORES, frozenset({"name", "dataType", "value", "source"}), frozenset()),
    (
        Holds.SCORES,
        frozenset({"name", "dataType", "source"}),
        frozenset({"stringValue", "subject", "configId", "authorUserId"}),
    ),
    (  # servers before August 2024: scores were numbers without a type
        Holds.SCORES,
        frozenset({"traceId", "name", "value", "timestamp", "comment"}),
        frozenset({"observationId", "source"}),
    ),
    (
        Holds.OBSERVATIONS,
        frozenset({"traceId", "startTime", "type"}),
        frozenset({"parentObservationId", "latencyMs", "usageDetails", "statusMessage", "bookmarked"}),
    ),
    (Holds.TRACES, frozenset({"sessionId", "userId", "release"}), frozenset({"bookmarked", "htmlPath"})),
    (Holds.TRACES, frozenset({"sessionId", "userId", "release", "timestamp", "tags", "public"}), frozenset()),
    (Holds.EXPERIMENTS, frozenset({"itemCount", "datasetId", "startTime", "name"}), frozenset()),
    (Holds.SESSIONS, frozenset({"id", "countTraces", "userIds"}), frozenset()),
)
_SESSION = frozenset({"id", "createdAt", "projectId", "environment"})  # of the API's list of sessions, and nothing else
# The first exports of the table of generations had no type.
_GENERATION = frozenset({"traceId", "startTime", "model"})
_GENERATION_TOO = frozenset({"traceName", "timeToFirstToken", "completionTokens", "usageDetails"})
_CORE = frozenset({"traceId", "startTime", "type", "projectId", "endTime"})  # observations with no field group but core


def holds(look: Peek) -> Holds | None:
    """The kind of rows, judged by the file's beginning; None if it is not Langfuse's."""
    if _is_download(look):
        return Holds.TRACES
    for raw in (look.below(_DATA), _keys(look)):
        keys = one_name(raw)
        for kind, every, some in _SIGNATURES:
            if keys >= every and (not some or keys & some):
                return kind
        if raw >= _CORE or (raw >= _GENERATION and raw & _GENERATION_TOO):
            return Holds.OBSERVATIONS
        if keys and keys <= _SESSION | {"_deprecation", "traces"} and keys >= _SESSION and "traces" not in keys:
            return Holds.SESSIONS
    return None


def _keys(look: Peek) -> frozenset[str]:
    """The keys of its first records: exporters leave out what is null."""
    if look.kind in (FileKind.LINES, FileKind.ARRAY) and look.records:
        return look.keys.union(*(record.keys() for record in look.records))
    return look.keys


def _is_download(look: Peek) -> bool:
    """Whether it is a trace as the user interface downloads it."""
    named = {path.removeprefix("trace.") for path in look.outline if path.startswith("trace.")}
    return look.keys >= {"trace", "observations"} and {"id", "timestamp", "projectId"} <= one_name(named)


def shape(look: Peek) -> str:
    if _is_download(look):
        return "a trace as the user interface downloads it"
    return "with data and meta, as the API returns them" if look.below(_DATA) else str(look.kind)


_KINDS = ByContent(holds)


def neighbours(path: Path) -> dict[Path, Holds]:
    """The other Langfuse files in the folder, and in the folders of the other tables of a blob storage export.

    Raises ReadinessError if it cannot be listed.
    """
    path = unwrap.outside(path)
    files = list(beside(path))
    if path.parent.name in _TABLES:
        others = (path.parent.parent / name for name in _TABLES if name != path.parent.name)
        files += [file for folder in others if folder.is_dir() for file in beside(folder / "\0")]
    return {file: kind for file in files if (kind := _KINDS.of(file)) is not None}


def called(file: Path, beside: Path) -> str:
    """The name of a file for who reads another one: with its folder where that is another (blob storage names all alike)."""
    return file.name if file.parent == unwrap.outside(beside).parent else f"{file.parent.name}/{file.name}"


def rows(path: Path) -> Iterator[Item]:
    """The rows of a file under the API's names, one entry each; then a warning if the file is one page of several."""
    more = False
    declared = found = 0
    for item in records(unwrap.inside(path), _DATA):
        if not isinstance(item, Entry):
            yield item
            continue
        page = item.value.get(_DATA)
        if item.header or isinstance(page, list):
            more = more or _more(item.value)
            declared = max(declared, _declared(item.value))
            for row in page if isinstance(page, list) else ():
                if isinstance(row, dict):
                    found += 1
                    yield _entry(Line(item.line, found), row)
        elif item.table:
            value = as_api({name: _cell(text) for name, text in item.value.items()})
            yield Entry(item.line, payload.as_raw(value), value, table=True)
        elif isinstance(item.value.get("trace"), dict) and isinstance(item.value.get("observations"), list):
            yield _entry(item.line, {**item.value["trace"], "observations": item.value["observations"]})
        else:
            found += 1
            row = as_api(item.value)
            yield item if row == item.value else Entry(item.line, payload.as_raw(row), row)
    if more or declared > found:
        count = f"it counts {declared:,}, and {found:,} are in it" if declared > found else "its meta says so"
        yield MorePages(
            f"{path.name} is one page of several ({count}). Save the other pages beside it or in it, and import the folder.",
            declared,
        )


def _entry(line: int, row: Mapping[str, Any]) -> Entry:
    value = as_api(row)
    return Entry(line, payload.as_raw(value), value)


def _more(body: Mapping[str, Any]) -> bool:
    meta = payload.inner(body, "meta")
    page = payload.count(meta.get("page"))
    pages = payload.count(meta.get("totalPages", meta.get("total_pages")))
    return bool(meta.get("cursor")) or (page is not None and pages is not None and page < pages)


def _declared(body: Mapping[str, Any]) -> int:
    meta = payload.inner(body, "meta")
    return payload.count(meta.get("totalItems", meta.get("total_items"))) or 0


def _cell(text: Any) -> Any:
    """The value of a cell: an object, list or quoted text (a time) parsed; any other text as it is."""
    if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return structure(text)
