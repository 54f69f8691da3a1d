"""Gaps that come back from a tracker: the CSV and JSON lines that `readiness gaps` writes, by each gap's key."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.fileio import head

_LARGEST = 16 * 1024 * 1024  # bytes
#: The columns of each CSV: key, owner, due, state.
_JIRA = ("Gap Key", "Assignee", "Due Date", "Status")
_GITHUB = ("gap_key", "assignees", "", "state")
#: What a cell got in front so that no spreadsheet runs it (reports/escape.py).
_NEUTRAL = "'"


@dataclass(frozen=True, slots=True)
class GapRow:
    """What a file says of one gap. Empty and None say nothing. `state` is the file's own word."""

    line: int
    key: str
    owner: str = ""
    due: date | None = None
    state: str = ""


def read_gaps(path: Path) -> tuple[GapRow, ...]:
    """The rows in their order. Raises ReadinessError naming the line where one cannot be used, or a key stands twice."""
    data = head(path, _LARGEST + 1)
    if len(data) > _LARGEST:
        raise ReadinessError(
            f"{one_line(str(path))} is larger than any list of gaps. Name what `readiness gaps` wrote."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadinessError(f"{one_line(str(path))}:{line}: this is not UTF-8 text. Save the file as UTF-8.") from None
    found = list(_json(path, text) if text.lstrip()[:1] in ("{", "[") else _csv(path, text))
    seen: dict[str, int] = {}
    for row in found:
        if (first := seen.setdefault(row.key, row.line)) != row.line:
            raise _refused(
                path, row.line, f"the gap {one_line(row.key, 80)} stands in line {first} already", "Keep one"
            )
    if not found:
        raise ReadinessError(f"{one_line(str(path))} holds no gap.")
    return tuple(found)


def _csv(path: Path, text: str) -> Iterator[GapRow]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        names = next((one for one in (_JIRA, _GITHUB) if one[0] in header), None)
        if names is None:
            raise _refused(path, 1, f"there is no column “{_JIRA[0]}” or “{_GITHUB[0]}”",
                           "Name a CSV that `readiness gaps --format csv` wrote, with its keys")  # fmt: skip
        reader.fieldnames = header
        for row in reader:
            if any(isinstance(value, str) and value.strip() for value in row.values()):  # else a line left empty
                yield _row(path, reader.line_num, *(_cell(row.get(name)) if name else "" for name in names))
    except csv.Error as error:
        raise _refused(
            path, reader.line_num, f"the CSV cannot be read ({one_line(str(error))})", "Export it again"
        ) from None


def _delimiter(text: str) -> str:
    """What stands between the cells of the header: a spreadsheet saves with its own country's, a semicolon or a tab."""
    return max(",;\t", key=text.partition("\n")[0].count)


def _cell(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return text[1:] if text[:1] == _NEUTRAL and text[1:2] in "=+-@＝＋－＠" else text


def _json(path: Path, text: str) -> Iterator[GapRow]:
    """JSON lines, or what `gaps --json` prints."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict) and isinstance(whole.get("gaps"), list):
        rows: list[tuple[int, Any]] = [(1, row) for row in whole["gaps"]]
    else:
        rows = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    rows.append((number, json.loads(line)))
                except (ValueError, RecursionError):
                    raise _refused(path, number, "this line is no JSON", "Export it again") from None
    for number, row in rows:
        if not isinstance(row, Mapping):
            raise _refused(path, number, "this is no gap", "Name what `readiness gaps --format jsonl` wrote")
        key, owner, due, state = (row.get(name) for name in ("key", "owner", "due", "state"))
        yield _row(path, number, *(one if isinstance(one, str) else "" for one in (key, owner, due, state)))


def _row(path: Path, line: int, key: str, owner: str, due: str, state: str) -> GapRow:
    if not key:
        raise _refused(path, line, "this row has no key", "Keep the column of keys: only by it a gap is found again")
    day = None
    if due:
        try:
            day = date.fromisoformat(due)
        except ValueError:
            raise _refused(path, line, f"“{one_line(due, 40)}” is not a date", "Write it as 2026-12-01") from None
    return GapRow(line, key, owner.strip(), day, state.strip())


def _refused(path: Path, line: int, why: str, act: str) -> ReadinessError:
    return ReadinessError(f"{one_line(str(path))}:{line}: {why}. {act}.")
