"""Strict reading of JSON, shared by the sources.

What parsers let pass in silence is refused here with a reason: NaN and Infinity, integers beyond 64 bits, duplicate
keys, deep nesting, invalid UTF-8. `RecordError` refuses one record; a document that is broken as a whole is a
`ReadinessError` with line and column. Documents are read up to `MAX_DOCUMENT`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.fileio import HEAD, unreadable
from readiness_tui.sources.kit.peek import BOM, FileKind, peek, seen

MAX_DOCUMENT = 256 * 1024 * 1024
#: Values in one document: each costs up to a hundred times the two bytes that `1,` takes in the file.
MAX_VALUES = 16_000_000
MAX_DEPTH = 100

_BLANK = " \t\n\r"
_BEGINS = (b"{", b"[", b'"', b"t", b"f", b"n", b"-", *(str(digit).encode() for digit in range(10)), b"N", b"I")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_CONSTANT = re.compile(_STRING.pattern + "|(?P<constant>-?(?:NaN|Infinity))", re.DOTALL)
_NOT_FINITE = re.compile(rb'"(?:[^"\\]|\\.)*+"|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_MEMBER = re.compile(rb'[\s,]*"(?:[^"\\]|\\.)*+"\s*:\s*')
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1

_FLAT = 7  # levels that the quick decoder follows; its table doubles with each …
_NESTED = 13  # … and that of nested batches by a half, since it takes no list right inside of a list
LONG = 1024 * 1024  # bytes of a text that is not written out once more to be compared

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_SCALAR = None | bool | Annotated[int, msgspec.Meta(ge=_INT64_MIN, le=_INT64_MAX)] | float | str
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class RecordError(ValueError):
    """A record that cannot be used; the message says why. `position`: the byte where it went wrong, if known."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.position = position


class _ConstantError(ValueError):
    """NaN or Infinity, where a value was expected."""


def decode(raw: bytes | msgspec.Raw, *, nested: bool = False) -> Any:
    """The value of one JSON text. Raises RecordError. `nested`: it is likely to be of many levels.

    An ordinary text is told by two quick looks, and every other is read again in the strict way, which alone refuses:
    the typed decoder takes no integer beyond 64 bits and no depth; and a key that stood twice is missing from the value
    written out again, with its quotes (each quote of a text is written as `\\"` there and here, unless as `\\u0022`).
    """
    data = raw if type(raw) is bytes else bytes(raw)
    if len(data) > LONG:
        return _strictly(data)
    first, second = (_quick_nested, _quick) if nested else (_quick, _quick_nested)
    try:
        value = first()(data)
    except msgspec.ValidationError:
        try:
            value = second()(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _strictly(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _strictly(data)
    if (type(value) is dict or type(value) is list) and not has_its_quotes(data, value):
        return _strictly(data)
    return value


def has_its_quotes(data: bytes, value: Any) -> bool:
    """Whether a text has as many quotes as its value written out again: then no key stood in it twice."""
    return data.count(b'"') == _encode(value).count(b'"') and not (b"\\" in data and b"\\u0022" in data)


@cache
def _quick() -> Callable[[bytes], Any]:
    value: Any = _SCALAR
    for _ in range(_FLAT):
        value = _SCALAR | list[value] | dict[str, value]
    return msgspec.json.Decoder(value).decode


@cache
def _quick_nested() -> Callable[[bytes], Any]:
    inner: Any = _SCALAR
    value: Any = _SCALAR
    for _ in range(_NESTED):
        inner, value = value, _SCALAR | list[_SCALAR | dict[str, inner]] | dict[str, value]
    return msgspec.json.Decoder(value).decode


def _strictly(data: bytes) -> Any:
    try:
        value = _decode(data)
    except RecursionError as error:
        raise RecordError(f"nested deeper than {MAX_DEPTH} levels") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _fault(data) from error
    if type(value) is dict or type(value) is list:
        keys = _count_keys(value, 1)
        if len(data) > LONG or not has_its_quotes(data, value):
            _refuse_duplicates(data, keys)
    elif type(value) is int and not _INT64_MIN <= value <= _INT64_MAX:
        raise RecordError("an integer is beyond 64 bits")
    return value


def document(path: Path, *, json: bool = True) -> bytes:
    """The whole file without a byte order mark. Raises ReadinessError where it is too large or no UTF-8 text at all, and
    where its beginning is that of no JSON, unless it may be something else (`json`)."""
    try:
        size = path.stat().st_size
        if size > MAX_DOCUMENT:
            raise ReadinessError(
                f"{path} has {size / 2**20:,.0f} MiB, and one JSON document is read up to {MAX_DOCUMENT // 2**20} MiB."
                f" {_smaller(path)}"
            )
        with path.open("rb") as file:
            start = file.read(HEAD)
            if peek(start).kind in (FileKind.EMPTY, FileKind.BINARY):
                raise ReadinessError(f"{path}: {seen(start)}")
            if json and (text := start.removeprefix(BOM).lstrip()) and text[:1] not in _BEGINS:
                raise broken(path, start, _fault(start))
            file.seek(0)
            data = file.read().removeprefix(BOM)
    except OSError as error:
        raise unreadable(path, error) from error
    if crowded := too_crowded(data):
        raise ReadinessError(f"{path}: the document {crowded}. {_smaller(path)}")
    return data


def _smaller(path: Path) -> str:
    """What to do about a document that is too large, which may be meant as JSON lines and have one line."""
    with path.open("rb") as file:
        line, after = file.readline(MAX_DOCUMENT), file.read(1)
    size = f"{len(line) / 2**20:,.0f} MiB"
    if line.endswith(b"\n") and after:
        return "Export it as JSON lines, or in parts."
    if line.endswith(b"\n") or not after:
        return f"It is one line of {size}: export it with each record on a line of its own (JSON lines), or in parts."
    return f"Its first line alone is longer than {size}: export it with each record on a line of its own (JSON lines), or in parts."


def too_crowded(data: bytes, most: int | None = None) -> str:
    """What to say of JSON that could hold more values than memory is meant for; "" of any other. Each value but the first
    follows a comma, so that those are counted, which takes no memory; commas in texts count along."""
    most = MAX_VALUES if most is None else most
    commas = data.count(b",") if len(data) > most else 0
    return f"holds {commas:,} commas, and is read up to {most:,} values" if commas > most else ""


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
    except RecursionError as error:
        raise ReadinessError(f"{path}: the JSON is nested too deep to be read. Nothing of it was imported.") from error
    except msgspec.ValidationError as error:
        raise ReadinessError(
            f"{path}: the document has not the expected shape: {one_line(str(error), 200)}. Nothing of it was imported."
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise broken(path, data, _fault(data)) from error


def members(data: bytes) -> dict[str, msgspec.Raw]:
    """The members of a JSON object with their values left as text, to be decoded by themselves. Raises RecordError."""
    try:
        found = _members(data)
    except RecursionError as error:
        raise RecordError(f"nested deeper than {MAX_DEPTH} levels") from error
    except msgspec.ValidationError as error:
        raise RecordError("not a JSON object") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _fault(data) from error
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


def as_null(data: bytes) -> tuple[bytes, int]:
    """The JSON text with null in place of each NaN and infinity outside its strings, which Python's json module writes
    although JSON has no such values; and how many there were."""
    if b"NaN" not in data and b"Infinity" not in data:
        return data, 0
    count = 0

    def swap(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if match.group().startswith(b'"'):
            return match.group()
        count += 1
        return b"null"

    return _NOT_FINITE.sub(swap, data), count


def quoted(value: object) -> str:
    """A value as a message repeats it: short, one line, control characters visible."""
    return f'"{one_line(str(value), 40)}"'


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


def _fault(raw: bytes) -> RecordError:
    """What is wrong with a text that the decoder refused, in words of our own and with the byte: a library's change.

    The bytes are looked at first, then the standard library's scanner says how far it comes; what even that takes is a
    number or an escape beyond what JSON of ours may hold.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return RecordError(f"not valid UTF-8 (byte 0x{raw[error.start]:02x})", error.start)
    begin = len(text) - len(text.lstrip(_BLANK))
    try:
        value, end = _SCANNER.raw_decode(text, begin)
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip(_BLANK) or _is_cut(text, error.pos):
            return RecordError("the JSON ends in the middle", len(raw))
        return _at(text, error.pos, f"not valid JSON: {quoted(text[error.pos])} was not expected")
    except _ConstantError as error:
        position = next(found.start() for found in _CONSTANT.finditer(text) if found.lastgroup)
        return RecordError(f"{error} is not JSON; write null where there is no value", _bytes(text, position))
    except RecursionError:
        return RecordError(f"nested deeper than {MAX_DEPTH} levels")
    except ValueError:  # an integer of more digits than Python takes
        return RecordError("a number is out of range")
    if rest := text[end:].lstrip(_BLANK):
        return _at(text, len(text) - len(rest), "not valid JSON: more text stands after its end")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return RecordError("not valid JSON: an escape stands for half a character")
    return RecordError("a number is out of range")


def _is_cut(text: str, position: int) -> bool:
    """Whether the text ends inside the string, word or number in which the scanner stopped at `position`."""
    rest = text[position:]
    if rest.startswith('"'):
        return _STRING.match(rest) is None
    return any(word.startswith(rest) for word in ("true", "false", "null")) or rest.strip(".eE+-") == ""


def _at(text: str, position: int, reason: str) -> RecordError:
    found = _bytes(text, position)
    return RecordError(reason if "\n" in text else f"{reason} at column {found + 1}", found)


def _bytes(text: str, position: int) -> int:
    return len(text[:position].encode())


def _refuse_constant(name: str) -> None:
    raise _ConstantError(name)


_SCANNER = json.JSONDecoder(parse_constant=_refuse_constant)
