"""What the beginning of a file shows: enough to recognise a format, or to say why none fits.

Every source asks, and asks again when it reads the file; the same bytes are looked at once.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, TypeVar, cast

from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.columns import MOST, columns, stated_separator
from readiness_tui.sources.kit.fileio import HEAD

T = TypeVar("T")

BOM = b"\xef\xbb\xbf"
SAMPLES = 20  # records looked at
DEPTH = 3  # levels of keys that an outline follows
ELEMENTS = 100  # of a list that an outline follows: what stands behind them is passed over
MEMBERS = 1000  # … and of an object in another: by then, its keys are some data's
TOKENS = 200_000  # that an outline reads, so that no file, however odd, takes long
DELIMITERS = ",;\t"

_MAGIC = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Possessive, so that text full of quotes costs no more than any other.
_STRING = r'"(?:[^"\\]|\\.|\\\Z)*+(?:"|\Z)'
_TOKEN = re.compile(_STRING + r'|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_BLANK = " \t\r\n"
_BETWEEN = re.compile(r"[ \t\r\n,]*+")
_LINE = re.compile(r"^[^\S\n]*+\S[^\n]*", re.MULTILINE)  # with something on it


def _inside(levels: int) -> str:
    nested = rf"|[{{\[]{_inside(levels - 1)}[}}\]]" if levels else ""
    return rf'(?:[^{{}}\[\]"]++|{_STRING}{nested})*+'


#: The rest of a list or object, up to the bracket that closes it or one that opens more than eight levels in it.
_REST = re.compile(_inside(8), re.DOTALL)


class FileKind(StrEnum):
    EMPTY = "empty"
    BINARY = "binary"
    OBJECT = "object"
    ARRAY = "array"
    LINES = "lines"
    TABLE = "table"
    TEXT = "text"


@dataclass(frozen=True)
class Peek:
    """The beginning of a file. Shared by all who look at it, so nobody changes it.

    records: the first complete objects of an array or of JSON lines, the rows of a table, or the one object that is
    the whole file. outline: dotted key paths of the first JSON value down to three levels (`[]` is a step into a list)
    with the scalar that stands there, None for a container; it also covers a value that the head cuts off.
    spread: the first JSON document goes over several lines. followed: it ends, and another one begins.
    """

    kind: FileKind
    records: tuple[dict[str, Any], ...] = ()
    outline: dict[str, Any] = field(default_factory=dict)
    delimiter: str = ","
    spread: bool = False
    followed: bool = False

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of the object; for an array, lines or a table those of its first record."""
        if self.records:
            return frozenset(self.records[0])
        step = "[]." if self.kind is FileKind.ARRAY else ""
        paths = (path.removeprefix(step) for path in self.outline if path.startswith(step))
        return frozenset(path for path in paths if "." not in path and path != "[]")

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths of the outline; of an array's, those inside of its elements."""
        step = "[]." if self.kind is FileKind.ARRAY else ""
        return frozenset(path.removeprefix(step) for path in self.outline)

    def below(self, key: str) -> frozenset[str]:
        """Keys of the first object in the list that stands under `key` of the object."""
        step = f"{key}.[]."
        return self.once(
            step, lambda: frozenset(path.removeprefix(step) for path in self.outline if path.startswith(step))
        )

    def once(self, what: str, work_out: Callable[[], T]) -> T:
        """What is worked out of the look for the first who asks; the others are given the same."""
        known = self._worked_out
        if what not in known:
            known[what] = work_out()
        return cast(T, known[what])

    @cached_property
    def _worked_out(self) -> dict[str, Any]:
        return {}


def peek(head: bytes) -> Peek:
    """Look at the first bytes of a file. Never raises."""
    return (_short if len(head) <= HEAD else _long)(head)


def _look(head: bytes) -> Peek:
    if not head.removeprefix(BOM).strip(b" \t\r\n"):
        return Peek(FileKind.EMPTY)
    if b"\0" in head or head.startswith(_UTF16) or any(head.startswith(magic) for magic, _ in _MAGIC):
        return Peek(FileKind.BINARY)
    text = head.removeprefix(BOM).decode("utf-8", "replace").lstrip(_BLANK)
    if text[0] == "[":
        spread = _is_spread(text)
        followed = spread and _is_followed(text, _first(text))
        return Peek(FileKind.ARRAY, _elements(text), outline(text), spread=spread, followed=followed)
    lines = [match.group() for match in islice(_LINE.finditer(text), SAMPLES + 1)]
    sample = [_object(line) for line in lines[:SAMPLES]]
    objects = tuple(found for found in sample if found is not None)
    spread = sample[:1] == [None] and _is_spread(text)
    first = _first(text) if spread else None
    followed = spread and _is_followed(text, first)
    if len(objects) * 2 >= len(sample) and objects:
        if len(lines) == 1:
            return Peek(FileKind.OBJECT, objects, outline(text))
        return Peek(FileKind.LINES, objects, outline(json.dumps(objects[0])), spread=spread, followed=followed)
    if not lines:
        return Peek(FileKind.TEXT)
    if text[0] == "{":
        whole = first[0] if first is not None and not text[first[1] :].strip(_BLANK) else None
        records = (whole,) if whole is not None else ()  # none where the head cuts it off, or the file ends in it
        return Peek(FileKind.OBJECT, records, outline(text), spread=spread, followed=followed)
    if text[0] == "<":  # XML or HTML, whatever commas are in it
        return Peek(FileKind.TEXT)
    return _table(lines)


# By content: a file may change between two looks, equal bytes show the same. A long look is only taken at what no
# format fits at first sight, and is large.
_short = lru_cache(maxsize=32)(_look)
_long = lru_cache(maxsize=1)(_look)


def outline(text: str) -> dict[str, Any]:
    """Key paths down to three levels in JSON text that may be cut off anywhere; see `Peek.outline`."""
    found: dict[str, Any] = {}
    steps: list[str] = []  # of each open container, the key (or []) at which its current value stands
    commas: list[int] = []  # … and how many values of it have ended
    shown = DEPTH  # levels that are followed: fewer inside a list of which enough was seen
    expect_key = False
    position = 0
    for _ in range(TOKENS):
        match = _TOKEN.search(text, position)
        if match is None:
            break
        position = match.end()
        token = match.group()
        mark = token[0]
        if mark in "{[":
            if steps and len(steps) <= shown:
                found.setdefault(".".join(steps), None)
            steps.append("" if mark == "{" else "[]")
            commas.append(0)
            expect_key = mark == "{"
        elif mark in "}]":
            if steps:
                steps.pop()
                commas.pop()
            if not steps:
                break
            if len(steps) <= shown:
                shown = DEPTH
            expect_key = False
        elif mark == ",":
            expect_key = bool(steps) and steps[-1] != "[]"
            if steps and not (expect_key and len(steps) == 1):
                commas[-1] += 1
                if commas[-1] >= (MEMBERS if expect_key else ELEMENTS):
                    shown = min(shown, len(steps) - 1)
        elif mark == ":":
            expect_key = False
        elif expect_key and steps:
            steps[-1] = token.strip('"').replace(".", "\u2024")  # a dot in a key is not a step
        elif steps and len(steps) <= shown:
            found.setdefault(".".join(steps), _scalar(token))
        if len(steps) > shown and (rest := _REST.match(text, position)) is not None:
            position = rest.end()
    return found


def seen(head: bytes) -> str:
    """Sentences for a person whose file fits no format: what it seems to be, and what to do where that is known."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return f"this is {name} that no source knows."
    if head.startswith(_UTF16) or _looks_utf16(head):
        return "this is UTF-16 text. Save it as UTF-8 and import it again."
    look = peek(head)
    if look.kind in (FileKind.OBJECT, FileKind.ARRAY) and len(head) < HEAD and _ends_in_the_middle(head):
        return "JSON that ends in the middle: the file was cut off, or is still being written. Export it again."
    keys = ", ".join(f'"{one_line(key, 40)}"' for key in sorted(look.keys)[:8]) or "none"
    return {
        FileKind.EMPTY: "the file is empty. Export it again.",
        FileKind.BINARY: "this is binary data that no source knows.",
        FileKind.OBJECT: f"a JSON object of no known format (its keys: {keys}).",
        FileKind.ARRAY: f"a JSON list of no known format (keys of its first record: {keys}).",
        FileKind.LINES: f"JSON lines of no known format (keys of the first record: {keys}).",
        FileKind.TABLE: f"a table of no known format (its columns: {keys}).",
        FileKind.TEXT: _seen_text(head),
    }[look.kind]


def _seen_text(head: bytes) -> str:
    text = head.removeprefix(BOM).lstrip()
    if text.startswith(b"<"):
        return "XML or HTML of no known format."
    first = text.partition(b"\n")[0].decode("utf-8", "replace")
    if max(map(first.count, DELIMITERS)) >= MOST:
        return f"a table whose first line has more than {MOST:,} parts, and a table is read up to that many columns."
    return "text that is neither JSON, JSON lines nor a table."


def _ends_in_the_middle(head: bytes) -> bool:
    """Whether a JSON value that is the whole file is not complete, and nothing in it is wrong so far."""
    text = head.removeprefix(BOM).decode("utf-8", "replace").rstrip()
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos >= len(text) or error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        return False
    return False


def _looks_utf16(head: bytes) -> bool:
    sample = head[:400]
    fewer, more = sorted((sample[::2].count(0), sample[1::2].count(0)))
    return len(sample) >= 4 and more * 5 >= len(sample) * 2 and fewer * 5 < len(sample)  # zeros alone are no text


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _first(text: str) -> tuple[Any, int] | None:
    """The JSON document with which a text begins, and where it ends; None where it is none, or cut off."""
    try:
        return _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None


def _is_spread(text: str) -> bool:
    first, newline, _ = text.partition("\n")
    return text[0] in "{[" and bool(newline) and _first(first) is None


def _is_followed(text: str, first: tuple[Any, int] | None) -> bool:
    return first is not None and text[first[1] :].lstrip(_BLANK)[:1] in ("{", "[")


def ends_before_another(head: bytes) -> bool:
    """`Peek.followed` for a head so long that only this is asked of it."""
    text = head.removeprefix(BOM).decode("utf-8", "replace").lstrip(_BLANK)
    return bool(text) and _is_spread(text) and _is_followed(text, _first(text))


_DECODER = json.JSONDecoder()


def _elements(text: str) -> tuple[dict[str, Any], ...]:
    found: list[dict[str, Any]] = []
    position = 1
    while len(found) < SAMPLES:
        between = _BETWEEN.match(text, position)
        try:
            value, position = _DECODER.raw_decode(text, between.end() if between else position)
        except (ValueError, RecursionError):
            break
        if not isinstance(value, dict):
            break
        found.append(value)
    return tuple(found)


def _scalar(token: str) -> Any:
    try:
        return json.loads(token)
    except (ValueError, RecursionError):
        return token


def _table(lines: list[str]) -> Peek:
    stated = stated_separator(lines[0])
    if stated is not None:
        lines = lines[1:]
    header = lines[0].rstrip("\r") if lines else ""
    delimiter = stated or max(DELIMITERS, key=header.count)
    if delimiter not in header:
        return Peek(FileKind.TEXT)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return Peek(FileKind.TEXT)
    placed = columns(rows[0]).names
    named = [name for name in placed if name is not None]
    if not named or (len(named) < 2 and placed[0] is not None):  # "Dear all," is no header
        return Peek(FileKind.TEXT)
    empty = dict.fromkeys(named, "")
    records = tuple(
        {name: cell for name, cell in zip(placed, row, strict=False) if name is not None} for row in rows[1:]
    )
    return Peek(FileKind.TABLE, records or (empty,), dict.fromkeys(named), delimiter)
