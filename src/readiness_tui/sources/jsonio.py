"""Strict reading of JSON, JSON lines and CSV, shared by the sources.

What parsers let pass in silence is refused here with a reason: NaN and Infinity, integers beyond 64 bits, duplicate
keys, deep nesting, invalid UTF-8. JSON lines and CSV are streamed and refuse line by line; a whole JSON document is
read up to `MAX_DOCUMENT` and refused as a whole, except for single records in its list.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text import one_line
from readiness_tui.sources.base import Progress, Reject, Warn
from readiness_tui.sources.fileio import head, unreadable
from readiness_tui.sources.peek import BOM, Kind, peek, seen

MAX_LINE = 16 * 1024 * 1024
MAX_DOCUMENT = 256 * 1024 * 1024
MAX_DEPTH = 100
BLOCK = 1024 * 1024  # bytes between two progress records
EXCERPT = 120

_BYTE = re.compile(r" ?\(byte (\d+)\)$")
_NOT_JSON = re.compile(rb"-?(NaN|Infinity)")
_MEMBER = re.compile(rb'[\s,]*"(?:[^"\\]|\\.)*+"\s*:\s*')
_BETWEEN = re.compile(rb"[\s,]*")
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1

_decode = msgspec.json.Decoder().decode
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class RecordError(ValueError):
    """A record that cannot be used; the message says why. `position`: the byte where it went wrong, if known."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.position = position


@dataclass(slots=True)
class Entry:
    """One record: its line, its text, its value. In a `table` row every value is text and empty cells are left out."""

    line: int
    raw: str
    value: dict[str, Any]
    table: bool = False
    header: bool = False  # what stands around the list of records in an object


Item = Entry | Reject | Warn | Progress


def decode(raw: bytes | msgspec.Raw) -> Any:
    """The value of one JSON text. Raises RecordError."""
    try:
        value = _decode(raw)
    except UnicodeDecodeError as error:
        raise _bad_utf8(bytes(raw)) from error
    except RecursionError as error:
        raise RecordError(f"nested deeper than {MAX_DEPTH} levels") from error
    except msgspec.DecodeError as error:
        raise _malformed(bytes(raw), str(error)) from error
    if type(value) is dict or type(value) is list:
        _refuse_duplicates(raw if type(raw) is bytes else bytes(raw), _count_keys(value, 1))
    elif type(value) is int and not _INT64_MIN <= value <= _INT64_MAX:
        raise RecordError("an integer is beyond 64 bits")
    return value


def document(path: Path) -> bytes:
    """The whole file without a byte order mark. Raises ReadinessError where it is too large or no UTF-8 text at all."""
    try:
        size = path.stat().st_size
        if size > MAX_DOCUMENT:
            raise ReadinessError(
                f"{path} has {size / 2**20:,.0f} MiB, and one JSON document is read up to {MAX_DOCUMENT // 2**20} MiB."
                " Export it as JSON lines, or in parts."
            )
        data = path.read_bytes().removeprefix(BOM)
    except OSError as error:
        raise unreadable(path, error) from error
    if peek(data[:4096]).kind in (Kind.EMPTY, Kind.BINARY):
        raise ReadinessError(f"{path}: {seen(data[:4096])}")
    return data


def whole(path: Path, data: bytes) -> Any:
    """The value of a JSON document. Raises ReadinessError with line and column."""
    try:
        return decode(data)
    except RecordError as bad:
        raise broken(path, data, bad) from bad


def shaped(path: Path, data: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    """A document decoded by a typed decoder (with `msgspec.Raw` for its records). Raises as `whole` does."""
    try:
        return decoder.decode(data)
    except UnicodeDecodeError as error:
        raise broken(path, data, _bad_utf8(data)) from error
    except RecursionError as error:
        raise ReadinessError(f"{path}: the JSON is nested too deep to be read. Nothing of it was imported.") from error
    except msgspec.ValidationError as error:
        raise ReadinessError(
            f"{path}: the document has not the expected shape: {one_line(str(error), 200)}. Nothing of it was imported."
        ) from error
    except msgspec.DecodeError as error:
        raise broken(path, data, _malformed(data, str(error))) from error


def members(data: bytes) -> dict[str, msgspec.Raw]:
    """The members of a JSON object with their values left as text, to be decoded by themselves. Raises RecordError."""
    try:
        found = _members(data)
    except UnicodeDecodeError as error:
        raise _bad_utf8(data) from error
    except RecursionError as error:
        raise RecordError(f"nested deeper than {MAX_DEPTH} levels") from error
    except msgspec.ValidationError as error:
        raise RecordError("not a JSON object") from error
    except msgspec.DecodeError as error:
        raise _malformed(data, str(error)) from error
    position = data.index(b"{") + 1
    for raw in found.values():  # in the file's order, each directly after the one before; a gap hides a second one
        step = _MEMBER.match(data, position)
        if step is None or not data.startswith(raw, step.end()):
            decode(data)
            break
        position = step.end() + len(memoryview(raw))
    return found


def broken(path: Path, data: bytes, bad: RecordError) -> ReadinessError:
    """The error for a document that cannot be read as a whole."""
    at = ""
    if bad.position is not None:
        line = data.count(b"\n", 0, bad.position) + 1
        column = bad.position - (data.rfind(b"\n", 0, bad.position) + 1) + 1
        at = f"line {line}, column {column}: "
    return ReadinessError(f"{path}: {at}{bad}. Nothing of the file was imported; export it again.")


def lines(path: Path) -> Iterator[tuple[int, bytes] | Reject | Warn | Progress]:
    """Non-empty lines with their 1-based numbers, streamed; over-long ones as rejects, progress after each block."""
    number, done, carry, skipping = 0, 0, b"", False
    try:
        with path.open("rb") as file:
            total = path.stat().st_size
            while block := file.read(BLOCK):
                if not done and block.startswith(BOM):
                    block, done = block[len(BOM) :], len(BOM)
                    yield Warn(f"{path.name} starts with a byte order mark; it was skipped.")
                done += len(block)
                parts = (carry + block).split(b"\n")
                carry = parts.pop()
                for part in parts:
                    number += 1
                    if part.endswith(b"\r"):
                        part = part[:-1]
                    if skipping:
                        skipping = False
                    elif len(part) > MAX_LINE:
                        yield _too_long(number, part)
                    elif part and not part.isspace():
                        yield number, part
                if skipping:
                    carry = b""
                elif len(carry) > MAX_LINE:
                    yield _too_long(number + 1, carry)
                    carry, skipping = b"", True
                yield Progress(done, total)
            if carry and not carry.isspace():
                yield number + 1, carry
    except OSError as error:
        raise unreadable(path, error) from error


def records(path: Path, *wrappers: str) -> Iterator[Item]:
    """The records of a file in any of the own shapes: JSON lines, a JSON list, a table, an object.

    An object that holds its records in a list under one of the keys `wrappers` yields first itself without that list
    (line 1), then the records; any other object is one record.
    """
    look = peek(head(path, 64 * 1024))
    if look.kind is Kind.LINES:
        yield from _from_lines(path)
    elif look.kind is Kind.TABLE:
        yield from _from_table(path, look.delimiter)
    elif look.kind is Kind.ARRAY:
        data = document(path)
        yield from elements(shaped(path, data, msgspec.json.Decoder(list[msgspec.Raw])), data, data.index(b"[") + 1)
    else:
        yield from _from_object(path, wrappers)


def elements(raws: list[msgspec.Raw], data: bytes, start: int) -> Iterator[Entry | Reject | Progress]:
    """The records of a list in a document, each decoded strictly by itself. `start`: the byte after its `[`."""
    position = start
    reported = 0
    line, counted = 1, 0
    for index, raw in enumerate(raws, 1):
        text = bytes(raw)
        gap = _BETWEEN.match(data, position)
        position = gap.end() if gap else position
        line += data.count(b"\n", counted, position)
        counted = position
        try:
            yield _entry(line, text)
        except RecordError as bad:
            yield reject(line, f"record {index} of the list: {bad}", text)
        position += len(text)
        if position - reported >= BLOCK:
            reported = position
            yield Progress(position, len(data))


def reject(line: int, reason: str, raw: bytes | str) -> Reject:
    """A reject with the beginning of the record."""
    text = raw[: EXCERPT * 4].decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return Reject(line, reason, text[:EXCERPT])


def quoted(value: object) -> str:
    """A value as a message repeats it: short, one line, control characters visible."""
    return f'"{one_line(str(value), 40)}"'


def _from_lines(path: Path) -> Iterator[Item]:
    for item in lines(path):
        if not isinstance(item, tuple):
            yield item
            continue
        number, raw = item
        try:
            yield _entry(number, raw)
        except RecordError as bad:
            yield reject(number, str(bad), raw)


def _from_object(path: Path, wrappers: tuple[str, ...]) -> Iterator[Item]:
    data = document(path)
    value = whole(path, data)
    if not isinstance(value, dict):
        raise ReadinessError(f"{path}: the document is one value, not an object or a list. Nothing of it was imported.")
    key = next((key for key in wrappers if isinstance(value.get(key), list)), None)
    if key is None:
        yield Entry(1, data.decode(), value)
        return
    inner = value.pop(key)
    yield Entry(1, json.dumps(value, ensure_ascii=False), value, header=True)
    for index, record in enumerate(inner, 1):
        text = json.dumps(record, ensure_ascii=False)
        if isinstance(record, dict):
            yield Entry(index, text, record)
        else:
            yield reject(index, f"record {index} of {quoted(key)} is not an object", text)


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
    columns: list[str] | None = None
    while True:
        before = place
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Reject(before + 1, f"not a valid CSV row ({error}); lines {before + 1} to {place} were lost to it")
            continue
        yield from _drain(queue)
        if columns is None:
            columns = [name.strip() for name in row]
            continue
        try:
            cells = _cells(columns, row)
        except RecordError as bad:
            yield Reject(place, str(bad), delimiter.join(row).encode("utf-8", "replace").decode()[:EXCERPT])
            continue
        yield Entry(place, json.dumps(cells, ensure_ascii=False), cells, table=True)
    yield from _drain(queue)


def _cells(columns: list[str], row: list[str]) -> dict[str, Any]:
    if len(row) != len(columns):
        raise RecordError(f"the row has {len(row)} cells, and the header names {len(columns)} columns")
    cells = {name: cell for name, cell in zip(columns, row, strict=True) if cell.strip()}
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


def _count_keys(value: Any, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise RecordError(f"nested deeper than {MAX_DEPTH} levels")
    count = 0
    if type(value) is dict:
        count = len(value)
        value = value.values()
    for inner in value:
        kind = type(inner)
        if kind is dict or kind is list:
            count += _count_keys(inner, depth + 1)
        elif kind is int and not _INT64_MIN <= inner <= _INT64_MAX:
            raise RecordError("an integer is beyond 64 bits")
    return count


def _refuse_duplicates(raw: bytes, keys: int) -> None:
    # Without white space before a colon, `":` occurs at least once for each key that is written: as often as there
    # are keys means that none was written twice. Anything else asks the slow parser. (In one line, white space is
    # blanks: tabs and line ends cannot stand in a JSON string, and pretty-printing is the slow parser's.)
    if raw.count(b'":') == keys and b" :" not in raw and b"\t" not in raw and b"\n" not in raw and b"\r" not in raw:
        return

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise RecordError(f"the key {quoted(twice)} stands twice in one object")
        return found

    json.loads(raw, object_pairs_hook=unique)


def _malformed(raw: bytes, message: str) -> RecordError:
    if "out of range" in message:
        return RecordError("a number is out of range")
    if message == "Input data was truncated":
        return RecordError("the JSON ends in the middle", len(raw))
    found = _BYTE.search(message)
    position = int(found.group(1)) if found else None
    if position is not None and (word := _NOT_JSON.match(raw, max(position - 1, 0)) or _NOT_JSON.match(raw, position)):
        return RecordError(f"{word.group().decode()} is not JSON; write null where there is no value", position)
    reason = _BYTE.sub("", message).removeprefix("JSON is malformed: ")
    where = f" at column {position + 1}" if position is not None and b"\n" not in raw else ""
    return RecordError(f"not valid JSON: {reason}{where}", position)


def _bad_utf8(raw: bytes) -> RecordError:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return RecordError(f"not valid UTF-8 (byte 0x{raw[error.start]:02x})", error.start)
    return RecordError("not valid UTF-8")


def _too_long(line: int, raw: bytes) -> Reject:
    return reject(line, f"longer than {MAX_LINE // 2**20} MiB", raw)
