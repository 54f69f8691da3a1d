"""A table as one JSON object, {"columns": […], "index": […], "data": [[…], …]}: `to_json(orient="split")` of pandas.

Other tools write such a table without the index; what it is then, its columns tell, if they are one tool's.
"""

from __future__ import annotations

from typing import Any

import msgspec

from readiness_tui.sources.kit.jsonio import as_null
from readiness_tui.sources.kit.peek import FileKind, peek

_KEYS = frozenset({"columns", "data"})
INDEX = "index"


def is_split(head: bytes) -> bool:
    """Whether the file is such a table, with its index or without."""
    look = peek(head)
    lists = all(look.outline.get(name, "") is None for name in _KEYS)
    return look.kind is FileKind.OBJECT and lists and _KEYS <= look.keys <= _KEYS | {INDEX}


def has_index(head: bytes) -> bool:
    """Whether it has the index that pandas alone writes."""
    return INDEX in peek(head).keys


def split_rows(data: bytes, most: int | None = None) -> tuple[list[dict[str, Any]], int] | None:
    """Its rows (the first `most` of a table cut short), and in how many places NaN or Infinity stood; None where they are not plain rows."""
    try:
        data, lost = as_null(data)
        table = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    columns, rows = table.get("columns"), table.get("data")
    plain = isinstance(columns, list) and all(isinstance(name, str) for name in columns) and isinstance(rows, list)
    if not plain or not rows or len(set(columns)) != len(columns):
        return None
    if most is not None:
        rows = rows[: min(most, len(rows) - 1)]  # the last may be half a row
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        return None
    return [dict(zip(columns, row, strict=True)) for row in rows], lost
