"""Streams of records out of a file: JSON lines, a JSON list, an object around a list, or a table.

One bad record is a `Reject` with its line and reason; the others go on. JSON lines and tables are never held in memory.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.text.format import plural
from readiness_tui.sources.kit.base import Progress, Reject, Warn
from readiness_tui.sources.kit.columns import Columns, columns, stated_separator
from readiness_tui.sources.kit.fileio import HEAD, head, unreadable
from readiness_tui.sources.kit.jsonio import (
    MAX_DOCUMENT,
    RecordError,
    as_null,
    broken,
    decode,
    document,
    members,
    shaped,
)
from readiness_tui.sources.kit.peek import BOM, FileKind, peek

MAX_LINE = 16 * 1024 * 1024
BLOCK = 1024 * 1024  # bytes between two progress records
EXCERPT = 120

_BETWEEN = re.compile(rb"[\s,]*")
_JOINT = re.compile(rb"\}\s*\{\s*\"")  # of two objects on one line, or inside a text
_DECODER = json.JSONDecoder()


class Line(int):
    """A line that several records of a list share, with the number of the record in the list."""

    record: int

    def __new__(cls, line: int, record: int) -> Line:
        made = super().__new__(cls, line)
        made.record = record
        return made

    def __str__(self) -> str:
        return f"{int(self)} (record {self.record} of the list)"


@dataclass(slots=True)
class Entry:
    """One record: its line, its text, its value. In a `table` row every value is text and empty cells are left out."""

    line: int
    raw: str
    value: dict[str, Any]
    table: bool = False
    header: bool = False  # what stands around the list of records in an object


@dataclass(slots=True)
class QuickEntry:
    """A line of which the source's own reader made a value at once."""

    line: int
    raw: str
    value: Any


Item = Entry | Reject | Warn | Progress
NumberedLine = tuple[int, bytes]
#: Makes a value of a line, or says nothing of it by None. Raises RecordError.
Quick = Callable[[bytes], Any]


def lines(path: Path, longest: int | None = None) -> Iterator[NumberedLine | Reject | Warn | Progress]:
    """Non-empty lines with their 1-based numbers, streamed; those over `longest` bytes (default MAX_LINE) as rejects,
    progress after each block."""
    longest = MAX_LINE if longest is None else longest
    number, done, carry = 0, 0, b""
    begun, passed = b"", 0  # of a line that is too long: how it begins, and how much of it went by
    try:
        with path.open("rb") as file:
            total = path.stat().st_size
            while block := file.read(BLOCK):
                if not done and block.startswith(BOM):
                    block, done = block[len(BOM) :], len(BOM)
                    yield Warn(f"{path.name} starts with a byte order mark; it was skipped.")
                done += len(block)
                if not passed and not carry and block.endswith(b"\n") and not block.strip():  # counted, not cut apart
                    number += block.count(b"\n")
                    yield Progress(done, total)
                    continue
                parts = (carry + block).split(b"\n")
                carry = parts.pop()
                for part in parts:
                    number += 1
                    if part.endswith(b"\r"):
                        part = part[:-1]
                    if passed:
                        yield _too_long(number, begun, passed + len(part), longest)
                        passed = 0
                    elif len(part) > longest:
                        yield _too_long(number, part, len(part), longest)
                    elif part and not part.isspace():
                        yield number, part
                if passed or len(carry) > longest:
                    begun = begun if passed else carry[: EXCERPT * 4]
                    passed, carry = passed + len(carry), b""
                yield Progress(done, total)
            if passed:
                yield _too_long(number + 1, begun, passed, longest)
            elif carry and not carry.isspace():
                yield number + 1, carry
    except OSError as error:
        raise unreadable(path, error) from error


def records(path: Path, *wrappers: str) -> Iterator[Item]:
    """The records of a file in any of the own shapes: JSON lines, a JSON list, a table, an object.

    An object that holds its records in a list under one of the keys `wrappers` yields first itself without that list
    (line 1), then the records; any other object is one record.
    """
    look = peek(start := head(path))
    if _by_lines(path, look.kind, start):
        yield from _from_lines(path)
    elif look.kind is FileKind.TABLE:
        yield from _from_table(path, look.delimiter)
    elif look.kind is FileKind.ARRAY:
        data, lost = as_null(document(path))
        yield from without_nan(path, lost)
        yield from elements(shaped(path, data, msgspec.json.Decoder(list[msgspec.Raw])), data, data.index(b"[") + 1)
    else:
        yield from _from_object(path, wrappers)


def _goes_on(path: Path, start: bytes) -> bool:
    """Whether an object that is longer than the head is the first of JSON lines, be it too long to be read or not."""
    if len(start) < HEAD or b"\n" in start.strip():
        return False
    last, read = b"", 0
    try:
        with path.open("rb") as file:
            while read < MAX_DOCUMENT and (block := file.read(BLOCK)):
                before, newline, after = block.partition(b"\n")
                if newline:
                    return (last + before).rstrip()[-1:] == b"}" and (after + file.read(BLOCK)).lstrip()[:1] == b"{"
                last, read = block, read + len(block)
    except OSError as error:
        raise unreadable(path, error) from error
    return False


def elements(raws: list[msgspec.Raw], data: bytes, start: int) -> Iterator[Entry | Reject | Progress]:
    """The records of a list in a document, each decoded strictly by itself. `start`: the byte after its `[`."""
    position = start
    reported = 0
    line, counted = 1, 0
    crowded = len(raws) > 1 and data.count(b"\n", start) < len(raws) - 1  # fewer lines than records
    for index, raw in enumerate(raws, 1):
        text = bytes(raw)
        gap = _BETWEEN.match(data, position)
        position = gap.end() if gap else position
        line += data.count(b"\n", counted, position)
        counted = position
        try:
            yield _entry(Line(line, index) if crowded else line, text)
        except RecordError as bad:
            yield reject(line, f"record {index} of the list: {bad}", text)
        position += len(text)
        if position - reported >= BLOCK:
            reported = position
            yield Progress(position, len(data))


def reject(line: int, reason: str, raw: bytes | str) -> Reject:
    """A reject with the beginning of the record, and with its number where others stand on the same line."""
    if isinstance(line, Line):
        reason = f"record {line.record} of the list: {reason}"
        line = int(line)
    text = raw[: EXCERPT * 4].decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return Reject(line, reason, text[:EXCERPT])


def is_lines(path: Path) -> bool:
    """Whether `records` reads the file line by line."""
    start = head(path)
    return _by_lines(path, peek(start).kind, start)


def _by_lines(path: Path, kind: FileKind, start: bytes) -> bool:
    return kind is FileKind.LINES or (kind is FileKind.OBJECT and _goes_on(path, start))


def _from_lines(path: Path) -> Iterator[Item]:
    lost = Lost()
    for item in lines(path):
        if isinstance(item, tuple):
            yield from of_line(*item, lost)
        else:
            yield item
    yield from without_nan(path, lost.places)


@dataclass(slots=True)
class Lost:
    """In how many places of a file NaN or Infinity stood."""

    places: int = 0


def of_line(number: int, raw: bytes, lost: Lost) -> Iterator[Entry | Reject]:
    """The record of a line; the records, where a writer ran several together."""
    try:
        yield _entry(number, raw)
        return
    except RecordError:  # not one object: two of them, or one with NaN, or none that can be read
        pass
    for one in _apart(raw):
        try:
            mended, found = as_null(one)
            yield _entry(number, mended)
            lost.places += found
        except RecordError as bad:
            yield reject(number, str(bad), one)


def of_lines(some: Iterable[NumberedLine], quick: Quick, lost: Lost) -> Iterator[Entry | QuickEntry | Reject]:
    """The records of lines, each of which is shown to `quick` first."""
    for number, raw in some:
        try:
            made = quick(raw)
        except RecordError as bad:
            yield reject(number, str(bad), raw.strip().decode())
            continue
        if made is not None:
            yield QuickEntry(number, raw.strip().decode(), made)
        else:
            yield from of_line(number, raw, lost)


def _apart(raw: bytes) -> list[bytes]:
    """The objects on one line: a writer that appends blocks without a line break runs two of them together."""
    if _JOINT.search(raw) is None:
        return [raw]
    text = raw.decode("utf-8", "surrogateescape")
    found, position = [], 0
    try:
        while position < len(text):
            end = _DECODER.raw_decode(text, position)[1]
            found.append(text[position:end].encode("utf-8", "surrogateescape"))
            position = end + len(text[end:]) - len(text[end:].lstrip())
    except (ValueError, RecursionError):
        return [raw]
    return found


def without_nan(path: Path, lost: int) -> Iterator[Warn]:
    """A word about places with NaN or Infinity, where there are any."""
    if lost:
        yield Warn(f"{path.name}: NaN or Infinity stands in {plural(lost, 'place')}; taken as missing.")


def _from_object(path: Path, wrappers: tuple[str, ...]) -> Iterator[Item]:
    data, lost = as_null(document(path))
    yield from without_nan(path, lost)
    try:
        parts = members(data)
        key = next((key for key in wrappers if key in parts and bytes(parts[key]).startswith(b"[")), None)
        if key is None:
            yield _entry(1, data)
            return
        inner = bytes(parts.pop(key))
        around = {name: decode(raw) for name, raw in parts.items()}
    except RecordError as error:
        raise broken(path, data, error) from error
    yield Entry(1, json.dumps(around, ensure_ascii=False), around, header=True)
    start = data.index(inner, data.index(b"{")) + 1
    yield from elements(shaped(path, inner, msgspec.json.Decoder(list[msgspec.Raw])), data, start)


def _from_table(path: Path, delimiter: str) -> Iterator[Item]:
    """Rows of a CSV by its header. A cell over the line limit, a stray quote or a short row is a reject."""
    csv.field_size_limit(MAX_LINE)
    queue: list[Reject | Warn | Progress] = []
    place = 0

    def texts() -> Iterator[str]:
        nonlocal place
        for item in lines(path):
            if isinstance(item, tuple):
                place = item[0]
                # Invalid bytes survive as surrogates, so that their row, not the file, is refused.
                yield item[1].decode("utf-8", "surrogateescape") + "\n"
            else:
                queue.append(item)

    reader = csv.reader(texts(), delimiter=delimiter, strict=True)
    found: Columns | None = None
    while True:
        before = place
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield from _drain(queue)
            yield Reject(before + 1, f"{bad_row(error, before + 1)}; lines {before + 1} to {place} were lost to it")
            continue
        yield from _drain(queue)
        if found is None:
            if not row or (place == 1 and stated_separator(delimiter.join(row))):
                continue
            found = columns([name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in row])
            if not found.names and found.said:  # no header, so nothing below it means anything
                yield Reject(place, found.said[0], delimiter.join(row)[:EXCERPT].encode("utf-8", "replace").decode())
                return
            yield from (Warn(f"{path.name}: {said}.") for said in found.said)
            continue
        try:
            cells = _cells(found, row)
        except RecordError as bad:
            yield Reject(place, str(bad), delimiter.join(row).encode("utf-8", "replace").decode()[:EXCERPT])
            continue
        yield Entry(place, json.dumps(cells, ensure_ascii=False), cells, table=True)
    yield from _drain(queue)


def bad_row(error: csv.Error, line: int) -> str:
    """What is wrong with the row that begins on a line, in the words of who has to mend it."""
    if "field limit" in (said := str(error)):
        return f"a quote in the row of line {line} is not closed within {csv.field_size_limit():,} characters"
    if "unexpected end of data" in said:
        return f"a quote in the row of line {line} is not closed up to the end of the file"
    return f"not a valid CSV row ({said})"


def _cells(named: Columns, row: list[str]) -> dict[str, Any]:
    width = len(named.names)
    if len(row) > width and not any(cell.strip() for cell in row[width:]):  # a comma at the end of the line
        row = row[:width]
    if len(row) != width:
        raise RecordError(f"the row has {len(row)} cells, and the header names {width} columns")
    cells = {name: cell for name, cell in zip(named.names, row, strict=True) if name is not None and cell.strip()}
    for cell in cells.values():
        if not cell.isascii() and any("\udc80" <= char <= "\udcff" for char in cell):
            raise RecordError("not valid UTF-8")
    return cells


def _drain(queue: list[Reject | Warn | Progress]) -> Iterator[Reject | Warn | Progress]:
    yield from queue
    queue.clear()


def _entry(line: int, raw: bytes) -> Entry:
    value = decode(raw)
    if type(value) is not dict:
        raise RecordError("not a JSON object")
    return Entry(line, raw.strip().decode(), value)


def _too_long(line: int, begins: bytes, size: int, longest: int) -> Reject:
    return reject(
        line, f"the line has {size / 2**20:,.1f} MiB, and a line is read up to {longest // 2**20} MiB", begins
    )
