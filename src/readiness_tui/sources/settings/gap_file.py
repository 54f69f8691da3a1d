"""Gaps that come back from a tracker: the CSV and JSON lines that `readiness gaps` writes, by each gap's key."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.recordio import bad_row

_LARGEST = 16 * 1024 * 1024  # bytes
#: What the columns of each CSV and the fields of JSON are called, in any case: key, owner, due, state ("": there is none).
_JIRA = ("Gap Key", "Assignee", "Due Date", "Status")
_GITHUB = ("gap_key", "assignees", "", "state")
_FIELDS = ("key", "owner", "due", "state")
#: What a cell got in front so that no spreadsheet runs it (reports/escape.py).
_NEUTRAL = "'"


@dataclass(frozen=True, slots=True)
class GapRow:
    """What a file says of one gap, and where in it. Empty and None say nothing. `state` is the file's own word."""

    where: str
    key: str
    owner: str = ""
    due: date | None = None
    state: str = ""


class _RowError(ValueError):
    """What is wrong in a file, where in it, and what to do."""

    def __init__(self, where: str, why: str, act: str) -> None:
        super().__init__(f"{where}: {why}. {act}.")


def read_gaps(path: Path) -> tuple[GapRow, ...]:
    """The rows in their order. Raises ReadinessError naming the place where one cannot be used for certain, or a key
    stands twice."""
    name = one_line(str(path))
    data = head(path, _LARGEST + 1)
    if len(data) > _LARGEST:
        raise ReadinessError(f"{name} is larger than any list of gaps. Name what `readiness gaps` wrote.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadinessError(f"{name}, line {line}: this is not UTF-8 text. Save the file as UTF-8.") from None
    try:
        found = _once(_json(text) if text.lstrip()[:1] in ("{", "[") else _csv(text))
    except _RowError as error:
        raise ReadinessError(f"{name}, {error}") from None
    if not found:
        raise ReadinessError(f"{name} holds no gap.")
    return found


def _once(rows: Iterable[GapRow]) -> tuple[GapRow, ...]:
    first: dict[str, GapRow] = {}
    for row in rows:
        if row.key in first:
            said = f"the gap {one_line(row.key, 80)} stands in {first[row.key].where} already"
            raise _RowError(row.where, said, "Keep one")
        first[row.key] = row
    return tuple(first.values())


def _csv(text: str) -> Iterator[GapRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    began = 1  # the line on which a row begins: a cell may have several
    columns: list[int | None] = []
    width = 0
    try:
        for cells in reader:
            where, began = f"line {began}", reader.line_num + 1
            if not columns:
                columns, width = _columns(where, cells), len(cells)
            elif any(cell.strip() for cell in cells[width:]):
                raise _RowError(where, f"this row has {len(cells)} cells, and the header {width}", "Export it again")
            elif any(cell.strip() for cell in cells):  # else a line left empty
                said = ("" if n is None or n >= len(cells) else _cell(cells[n]) for n in columns)
                yield _row(where, *said)
    except csv.Error as error:
        raise _RowError(
            f"line {began}", f"the CSV cannot be read: {bad_row(error, began)}", "Export it again"
        ) from None
    if not columns:
        _columns("line 1", [])


def _columns(where: str, header: list[str]) -> list[int | None]:
    """Where key, owner, due and state stand in a row; None for what the file has no column of."""
    there = [" ".join(name.split()).casefold() for name in header]
    names = next((one for one in (_JIRA, _GITHUB) if one[0].casefold() in there), None)
    if names is None:
        raise _RowError(where, f"there is no column “{_JIRA[0]}” or “{_GITHUB[0]}”",
                        "Name a CSV that `readiness gaps --format csv` wrote, with its keys")  # fmt: skip
    for name in names:
        if name and there.count(name.casefold()) > 1:
            raise _RowError(where, f"there are {there.count(name.casefold())} columns “{name}”", "Keep one")
    found = [there.index(name.casefold()) if name.casefold() in there else None for name in names]
    if not any(n is not None for n in found[1:]):
        known = ", ".join(f"“{name}”" for name in names[1:] if name)
        raise _RowError(where, f"there is a column of keys and none of {known}", "Keep at least one of them")
    return found


def _delimiter(text: str) -> str:
    """What stands between the cells of the header: a spreadsheet saves with its own country's, a semicolon or a tab."""
    return max(",;\t", key=text.partition("\n")[0].count)


def _cell(value: str) -> str:
    text = value.strip()
    return text[1:] if text[:1] == _NEUTRAL and text[1:2] in "=+-@＝＋－＠" else text


def _json(text: str) -> Iterator[GapRow]:
    """JSON lines, or what `gaps --json` prints."""
    data, fault = text.encode(), None
    try:
        whole = decode(data)
    except RecordError as error:
        whole, fault = None, error  # lines of JSON, or broken
    listed = whole.get("gaps") if isinstance(whole, dict) else whole
    if isinstance(listed, list):
        for number, value in enumerate(listed, 1):
            yield _object(f"gap {number} of its list", value)
        return
    one = True  # so far it may be one document over several lines
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                value = decode(line.encode())
            except RecordError as error:
                where, why = f"line {number}", error
                if one and fault is not None:
                    why = fault
                    begun = data.count(b"\n", 0, fault.position or 0)
                    where = "the whole" if fault.position is None else f"line {begun + 1}"
                raise _RowError(where, f"this is no JSON ({one_line(str(why))})", "Export it again") from None
            one = False
            yield _object(f"line {number}", value)


def _object(where: str, value: Any) -> GapRow:
    if not isinstance(value, Mapping):
        raise _RowError(where, "this is no gap", "Name what `readiness gaps --format jsonl` wrote")
    said: dict[str, str] = {}
    for name, given in value.items():
        field = name.strip().casefold()
        if field not in _FIELDS:
            continue
        if field in said:
            raise _RowError(where, f"the field “{field}” stands there twice", "Keep one")
        if given is not None and not isinstance(given, str):
            raise _RowError(where, f"“{field}” is no text", f'Write it in quotes: "{field}": "…"')
        said[field] = given or ""
    if "key" in said and not said.keys() - {"key"}:
        raise _RowError(where, "this gap says neither owner nor due nor state", "Keep at least one of them")
    return _row(where, *(said.get(field, "") for field in _FIELDS))


def _row(where: str, key: str, owner: str, due: str, state: str) -> GapRow:
    if not key.strip():
        raise _RowError(where, "this row has no key", "Keep the column of keys: only by it a gap is found again")
    day = None
    if due.strip():
        try:
            day = date.fromisoformat(due.strip())
        except ValueError:
            raise _RowError(where, f"“{one_line(due, 40)}” is not a date", "Write it as 2026-12-01") from None
    return GapRow(where, key.strip(), owner.strip(), day, state.strip())
