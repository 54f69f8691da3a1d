"""Opens what stands around records, once, before any source looks: every source sees plain JSON lines of records.

Two kinds of wrapping. What is certain is opened at once: gzip, Parquet, several JSON documents one after another. The
rest is opened where no source knows the file as it stands: an answer of an interface around its list of records
(`{"data": [...]}`), a list, or a data frame written by columns (`to_dict("list")`, `to_json()`).
"""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.base import Joins, Recognised, Record, Source
from readiness_tui.sources.kit.fileio import HEAD, NO_ROOM, digest, no_room, unreadable
from readiness_tui.sources.kit.fileio import head as head_of
from readiness_tui.sources.kit.jsonio import RecordError, as_null, document, members
from readiness_tui.sources.kit.large.gzipped import unpacked
from readiness_tui.sources.kit.large.one_by_one import on_lines
from readiness_tui.sources.kit.large.skim import EACH, is_large, skim
from readiness_tui.sources.kit.paging import paging
from readiness_tui.sources.kit.peek import FileKind, ends_before_another, peek
from readiness_tui.sources.kit.pieces.piece import InPieces, PieceReader
from readiness_tui.sources.kit.pieces.unwrapped import UnwrappedReader, as_outer, held
from readiness_tui.sources.kit.split_frame import split_rows

#: Keys under which interfaces and exports put their list of records, whatever the tool.
ENVELOPES = (
    "data", "runs", "traces", "spans", "observations", "items", "results", "records", "rows", "examples", "hits",
    "events", "calls", "logs", "value", "values", "content", "generations", "sessions", "batches", "trace", "result",
    "response", "page", "edges", "nodes", "body", "objects", "test_results", "testCases", "samples",
)  # fmt: skip
BY_COLUMNS = "a data frame by columns or labels"
_ONE_BY_ONE = "JSON documents one after another"
_SQUAD = ("paragraphs", "qas")  # SQuAD: questions in paragraphs in articles
_DEEP = 4  # envelopes in each other
LONGER = 4 * 1024 * 1024  # bytes in which a first document must end, that another is seen to follow it
_ROWS = 20_000  # of a large table, by which it is seen whether a source knows them
_KEPT = 4  # opened files held at once

_raws = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Container:
    """A wrapping: what it is, the name of what is inside, and what writes that as JSON lines (or as it is).

    `write` returns sentences for the person who imports. `part`: it writes the beginning alone of what is in a large
    file, by which to see whether any source knows it.
    """

    how: str
    name: str
    write: Callable[[IO[bytes]], tuple[str, ...]]
    part: bool = False


class Unwrapped:
    """A source that reads what is inside a container; the file itself is named wherever the source names its own."""

    def __init__(self, source: Source, outer: Path, inner: Path, said: tuple[str, ...]) -> None:
        self.name, self.title = source.name, source.title
        self._source, self._outer, self._inner, self._said = source, outer, inner, said

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        return self._source.recognise(path, head)

    def along(self, path: Path) -> tuple[Path, ...]:
        return self._source.along(self._inner) if isinstance(self._source, Joins) else ()

    def in_pieces(self, path: Path) -> PieceReader | None:
        reader = self._source.in_pieces(self._inner) if isinstance(self._source, InPieces) else None
        return None if reader is None else UnwrappedReader(reader, self._outer, self._inner, self._said)

    def read(self, path: Path) -> Iterator[Record]:
        yield from as_outer(self._source.read(self._inner), self._outer, self._inner, self._said)


def certain(path: Path, head: bytes, *, part: bool = False) -> Container | None:
    """The container that a file surely is, whatever is in it. `part`: of a large one the beginning is enough."""
    if head.startswith(b"\x1f\x8b"):
        return Container("gzip", path.name.removesuffix(".gz"), lambda out: unpacked(path, out))
    if head.startswith(b"PAR1"):
        return Container("Parquet", path.name, lambda out: _from_parquet(path, out))
    look = peek(head)
    if look.followed or (len(head) == HEAD and look.spread and ends_before_another(head_of(path, LONGER))):
        part = part and is_large(path)
        most = EACH if part else None
        return Container(_ONE_BY_ONE, path.name, lambda out: _one_by_one(path, out, most), part)
    if _begins_with_a_column(head):
        found = possible(path, head, part=part)
        return found if found is not None and found.how == BY_COLUMNS else None
    return None


def _begins_with_a_column(head: bytes) -> bool:
    """Whether a JSON object begins with a list of plain cells, or with an object of cells by their number."""
    look = peek(head)
    if look.kind is not FileKind.OBJECT or {"columns", "data"} <= look.keys:
        return False
    first = next(iter(look.outline), "")
    second = next((path for path in look.outline if path != first), "")
    inner = second.removeprefix(f"{first}.")
    inside = second != inner and look.outline[first] is None and (inner == "[]" or inner.isdigit())
    return inside and look.outline[second] is not None  # a list of objects is one record's own: messages, calls


def possible(path: Path, head: bytes, *, part: bool = False) -> Container | None:
    """The container that a file may be if no source knows it as it stands. Never raises.

    `part`: of a large one, only the beginning of what it would be; the whole alone shows whether it is.
    """
    kind = peek(head).kind
    if kind not in (FileKind.OBJECT, FileKind.ARRAY, FileKind.LINES):
        return None
    try:
        part = part and is_large(path)
        data = _beginning(path, kind) if part else None
        part = data is not None
        data, lost = as_null(document(path) if data is None else data)
        found = _inside_lines(data) if kind is FileKind.LINES else _inside(data, part=part)
    except (ReadinessError, RecordError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if found is None:
        return None
    how, rows, said = found
    return _of_rows(path, how, rows, lost, said, part)


def _beginning(path: Path, kind: FileKind) -> bytes | None:
    """The first lines of a large file, or its document cut short; None where the whole is needed to tell. Raises
    RecordError where it shows nothing."""
    data = head_of(path, EACH).rpartition(b"\n")[0] if kind is FileKind.LINES else skim(path)
    if data is not None and not data.strip():
        raise RecordError("its beginning shows nothing that is complete")
    return data


def split(path: Path, *, part: bool = False) -> Container | None:
    """A table of columns and data (see `split_frame.is_split`) as its rows, `part` as above. Never raises."""
    try:
        part = part and is_large(path)
        data = skim(path) if part else None
        part = data is not None
        data = document(path) if data is None else data
    except ReadinessError:
        return None
    found = split_rows(data, _ROWS if part else None)
    return None if found is None else _of_rows(path, BY_COLUMNS, _encoded(found[0]), found[1], (), part)


def _of_rows(path: Path, how: str, rows: Iterable[bytes], lost: int, said: tuple[str, ...], part: bool) -> Container:
    if lost:
        said = (*said, f"NaN or Infinity stands in {plural(lost, 'place')}; taken as missing")

    def write(out: IO[bytes]) -> tuple[str, ...]:
        _write_lines(rows, out)
        return said

    return Container(how, path.name, write, part)


_opened: OrderedDict[tuple[str, str, str], tuple[Path, tuple[str, ...]]] = OrderedDict()
_outer: dict[Path, Path] = {}  # opened file → the one it was in


def opened(path: Path, container: Container) -> tuple[Path, tuple[str, ...]]:
    """The file with what is inside, and what there is to say of it. It lasts until others were opened after it.

    Raises ReadinessError where it cannot be opened.
    """
    key = (digest(path), container.how, container.name)
    if key in _opened and _opened[key][0].exists():
        _opened.move_to_end(key)
        _outer[_opened[key][0]] = path
        return _opened[key]
    inner = _temporary(path) / (container.name or "inside")
    try:
        said = _written(path, container, inner)
    except ReadinessError:
        shutil.rmtree(inner.parent, ignore_errors=True)
        raise
    _opened[key] = inner, said
    _outer[inner] = path
    spare = [key for key, (file, _) in _opened.items() if not held[file]][: max(len(_opened) - _KEPT, 0)]
    for key in spare:
        old, _ = _opened.pop(key)
        _outer.pop(old, None)
        shutil.rmtree(old.parent, ignore_errors=True)
    return inner, said


@contextmanager
def begun(path: Path, container: Container) -> Iterator[Path]:
    """A file with the beginning of what is inside (a `part`), for as long as it is looked at. Raises ReadinessError."""
    inner = _temporary(path) / (container.name or "inside")
    try:
        _written(path, container, inner)
        _outer[inner] = path
        yield inner
    finally:
        _outer.pop(inner, None)
        shutil.rmtree(inner.parent, ignore_errors=True)


def _temporary(path: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(dir=_folder().name))
    except OSError as error:
        raise no_room(error, _contents(path)) from error


def _written(path: Path, container: Container, inner: Path) -> tuple[str, ...]:
    try:
        with inner.open("wb") as out:
            return container.write(out)
    except OSError as error:
        full = error.errno in NO_ROOM
        raise (no_room(error, _contents(path)) if full else unreadable(path, error)) from error


def _contents(path: Path) -> str:
    return f"the contents of {one_line(path.name, 60)}"


def inside(path: Path) -> Path:
    """What is inside a file that is surely a container; any other file itself. Raises ReadinessError."""
    container = certain(path, head_of(path))
    return path if container is None else opened(path, container)[0]


def outside(path: Path) -> Path:
    """The file that this one was opened from, whose folder holds what belongs to it; any other file itself."""
    while path in _outer:
        path = _outer[path]
    return path


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="readiness-")


def _one_by_one(path: Path, out: IO[bytes], most: int | None) -> tuple[str, ...]:
    on_lines(path, out, most)
    return ()


Found = tuple[str, Iterable[bytes], tuple[str, ...]]


def _inside(data: bytes, depth: int = 0, *, part: bool = False) -> Found | None:
    """What is inside a JSON document: how it was wrapped, the records as JSON, and what to say. `part`: columns of it may be
    cut short."""
    start = data.lstrip()[:1]
    if start == b"[":
        return "a list", _flat(_raws.decode(data)), ()
    if start != b"{" or depth >= _DEEP:
        return None
    parts = members(data)
    if (by_columns := _by_columns(data, parts, part)) is not None:
        return by_columns
    for key in (*(key for key in ENVELOPES if key in parts), *_only_list(parts)):
        raw = bytes(parts[key])
        if raw.startswith(b"[") and _holds_objects(raw):
            rows = list(_flat(_raws.decode(raw)))
            return f'a list under "{key}"', rows, tuple(paging(parts, len(rows)))
        if raw.startswith(b"{") and (deeper := _inside(raw, depth + 1, part=part)) is not None:
            return f'"{key}" around {deeper[0]}', deeper[1], (*paging(parts, len(list(deeper[1]))), *deeper[2])
    return None


def _inside_lines(data: bytes) -> Found | None:
    """JSON lines of which each is an envelope."""
    if (nested := _of_squad(data)) is not None:
        return nested
    lines = [line for line in data.splitlines() if line.strip()]
    found = []
    for line in lines:
        parts = members(line)
        key = next((key for key in ENVELOPES if key in parts), None)
        raw = bytes(parts[key]) if key is not None and len(parts) <= 3 else b""
        if raw.startswith(b"{"):
            found.append([raw])
        elif raw.startswith(b"[") and _holds_objects(raw):
            found.append(list(_flat(_raws.decode(raw))))
        else:
            return None
    return "an envelope on each line", list(itertools.chain.from_iterable(found)), ()


def _of_squad(data: bytes) -> Found | None:
    """SQuAD's articles or paragraphs, one a line: what is in all of them."""
    found = [members(line) for line in data.splitlines() if line.strip()]
    key = next((key for key in _SQUAD if all(bytes(parts.get(key, b"")).startswith(b"[") for parts in found)), None)
    if key is None:
        return None
    rows = [row for parts in found for row in _flat(_raws.decode(bytes(parts[key])))]
    return (f'a list under "{key}"', rows, ()) if rows else None


def _holds_objects(raw: bytes) -> bool:
    listed = _raws.decode(raw)
    return bool(listed) and bytes(listed[0])[:1] in (b"{", b"[")


def _only_list(parts: dict[str, msgspec.Raw]) -> tuple[str, ...]:
    """The one member that is a list of objects, if the others are small; or the only member."""
    if len(parts) == 1:
        return tuple(parts)
    lists = [key for key, raw in parts.items() if bytes(raw).startswith(b"[") and _holds_objects(bytes(raw))]
    others = [raw for key, raw in parts.items() if key not in lists]
    return tuple(lists) if len(lists) == 1 and all(len(bytes(raw)) < 4096 for raw in others) else ()


def _flat(listed: Iterable[msgspec.Raw]) -> Iterator[bytes]:
    """The records of a list, of lists in it, or of the nodes that GraphQL puts around each."""
    for raw in listed:
        text = bytes(raw)
        if text.startswith(b"["):
            yield from _flat(_raws.decode(text))
        elif text.startswith(b"{") and b'"node"' in text[:80] and (parts := members(text)).keys() <= {"node", "cursor"}:
            yield bytes(parts["node"])
        else:
            yield text


def _by_columns(data: bytes, parts: dict[str, msgspec.Raw], part: bool) -> Found | None:
    """The rows of a data frame that was written by columns, or by the labels of its index."""
    if len(parts) < 2 and not all(key.isdigit() for key in parts):
        return None
    kinds = {bytes(raw)[:1] for raw in parts.values()}
    if kinds not in ({b"["}, {b"{"}):
        return None
    value: dict[str, Any] = json.loads(data)
    if kinds == {b"{"} and all(key.isdigit() for key in value):
        rows = list(value.values())
        rows = rows[:-1] if part and len(rows) > 1 else rows  # the last may be half a row
        alike = len({tuple(row) for row in rows}) == 1
        if alike and any(_is_plain(cell) for row in rows for cell in row.values()):
            return BY_COLUMNS, _encoded(rows), ()
        return None
    columns = {name: list(cells.values()) if isinstance(cells, dict) else cells for name, cells in value.items()}
    labels = {tuple(cells) for cells in value.values()} if kinds == {b"{"} else {()}
    lengths = {len(cells) for cells in columns.values()}
    plain = any(_is_plain(cell) for cells in columns.values() for cell in cells)
    if not plain or 0 in lengths or (not part and (len(lengths) != 1 or len(labels) != 1)):
        return None
    if part and len(lengths) > 1:
        sizes = {name: len(bytes(raw)) for name, raw in parts.items()}
        least = min(columns, key=lambda name: (len(columns[name]), sizes[name]))
        if sizes[least] * 2 < max(sizes.values()):  # it was not cut, and others have more cells
            return None
    if kinds == {b"{"} and not all(name.isdigit() for cells in value.values() for name in cells):
        return None
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=not part)]
    return BY_COLUMNS, _encoded(rows), ()


def _is_plain(cell: Any) -> bool:
    return cell is not None and not isinstance(cell, (dict, list))


def _encoded(rows: Iterable[Any]) -> list[bytes]:
    return [json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass") for row in rows]


def _write_lines(rows: Iterable[bytes], out: IO[bytes]) -> None:
    """A line break in JSON stands between its parts, never in a text: a blank says the same."""
    for row in rows:
        out.write(row.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n")


def _from_parquet(path: Path, out: IO[bytes]) -> tuple[str, ...]:
    from readiness_tui.sources.kit.parquet import rows

    lost = 0
    for row, missing in rows(path):
        lost += missing
        _write_lines(_encoded([row]), out)
    return (f"NaN or Infinity stands in {plural(lost, 'place')}; taken as missing",) if lost else ()
