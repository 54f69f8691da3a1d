"""Langfuse's exports: what a file contains, its rows in any of the formats, and the other files beside it.

Known formats: the API's `{data, meta}` with a cursor or a page, the rows alone as a list or JSON lines, and exports of
the user interface as JSON, JSON lines and CSV with JSON in its cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.base import Warn
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.folder import beside
from readiness_tui.sources.kit.peek import Peek, peek
from readiness_tui.sources.kit.recordio import Entry, Item, records

_DATA = "data"


class MorePages(Warn):
    """The file says that it is one page of several."""


class Holds(StrEnum):
    """The kinds of rows a file may contain."""

    OBSERVATIONS = "observations"
    TRACES = "traces"
    SCORES = "scores"
    ITEMS = "experiment items"
    EXPERIMENTS = "experiments"


# By kind: the keys that every row has, and further keys of which it has at least one.
_SIGNATURES: tuple[tuple[Holds, frozenset[str], frozenset[str]], ...] = (
    (Holds.ITEMS, frozenset({"experimentId", "experimentItemId", "traceId"}), frozenset()),
    (Holds.SCORES, frozenset({"name", "dataType", "value", "source"}), frozenset()),
    (
        Holds.OBSERVATIONS,
        frozenset({"traceId", "startTime", "type"}),
        frozenset({"projectId", "parentObservationId", "latencyMs"}),
    ),
    (Holds.TRACES, frozenset({"sessionId", "userId", "release"}), frozenset({"bookmarked", "htmlPath"})),
    (Holds.EXPERIMENTS, frozenset({"itemCount", "datasetId", "startTime", "name"}), frozenset()),
)


def holds(look: Peek) -> Holds | None:
    """The kind of rows, judged by the file's beginning; None if it is not Langfuse's."""
    for keys in (look.below(_DATA), look.keys):
        for kind, every, some in _SIGNATURES:
            if keys >= every and (not some or keys & some):
                return kind
    return None


def shape(look: Peek) -> str:
    return "with data and meta, as the API returns them" if look.below(_DATA) else str(look.kind)


@lru_cache(maxsize=2048)
def _kind_of_file(path: Path, size: int, modified: int) -> Holds | None:
    try:
        return holds(peek(head(path)))
    except ReadinessError:
        return None


def neighbours(path: Path) -> dict[Path, Holds]:
    """The other Langfuse files in the folder. Raises ReadinessError if it cannot be listed."""
    found = {}
    for file in beside(path):
        try:
            state = file.stat()
        except OSError:
            continue
        kind = _kind_of_file(file, state.st_size, state.st_mtime_ns)
        if kind is not None:
            found[file] = kind
    return found


def rows(path: Path) -> Iterator[Item]:
    """The rows of a file, one entry each; then a warning if the file is one page of several."""
    more = False
    for item in records(path, _DATA):
        if not isinstance(item, Entry):
            yield item
            continue
        page = item.value.get(_DATA)
        if item.header or isinstance(page, list):
            more = more or _more(item.value)
            for row in page if isinstance(page, list) else ():
                if isinstance(row, dict):
                    yield Entry(item.line, payload.as_raw(row), row)
        elif item.table:
            value = {name: _cell(text) for name, text in item.value.items()}
            yield Entry(item.line, payload.as_raw(value), value, table=True)
        else:
            yield item
    if more:
        yield MorePages(
            f"{path.name} is one page of several (its meta says so). Save the other pages beside it or in it, and import"
            " the folder."
        )


def _more(body: Mapping[str, Any]) -> bool:
    meta = payload.inner(body, "meta")
    page, pages = payload.count(meta.get("page")), payload.count(meta.get("totalPages"))
    return bool(meta.get("cursor")) or (page is not None and pages is not None and page < pages)


def _cell(text: Any) -> Any:
    """The value of a cell: an object, list or quoted text (a time) parsed as JSON; any other text as it is."""
    if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return payload.parsed(text)
