"""Records that belong together but are apart in the file: collected by key, in memory that the file does not grow.

A tool writes the steps of one request as records of their own, in any order and over several files. They are spread
over temporary files by a hash of their key (partitioning, as a Grace hash join does it; Kitsuregawa et al. 1983), and
one part after another is put together. A small file is one part and never leaves memory.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, NamedTuple

import msgspec

PART = 32 * 1024 * 1024  # bytes of records held at once, about
MAX_PARTS = 128  # open files
LOST = "lost"  # the kind of a record of which no more than its key, and perhaps its id (its text), is known

_encode = msgspec.json.Encoder().encode


class GroupedRecord(NamedTuple):
    """One record: what it is (the source's own word), its line in the file, its JSON text."""

    kind: str
    line: int
    text: str


_decode = msgspec.json.Decoder(tuple[str, str, int, str]).decode


class Groups:
    """Collects pieces by key. Iterating gives every key once, with its pieces in the order in which they came.

    `size`: about how many bytes will be added. To be used in a `with`, which removes the temporary files.
    """

    def __init__(self, size: int) -> None:
        self._parts = min(max(-(-size // PART), 1), MAX_PARTS)
        self._held: dict[str, list[GroupedRecord]] = {}
        self._files: list[IO[bytes]] = []
        self._open = ExitStack()

    def __enter__(self) -> Groups:
        if self._parts > 1:
            for _ in range(self._parts):
                self._files.append(self._open.enter_context(tempfile.TemporaryFile()))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def add(self, key: str, piece: GroupedRecord) -> None:
        if self._files:
            part = zlib.crc32(key.encode("utf-8", "surrogatepass")) % self._parts
            self._files[part].write(_encode((key, piece.kind, int(piece.line), piece.text)) + b"\n")
        else:
            self._held.setdefault(key, []).append(piece)

    def __iter__(self) -> Iterator[tuple[str, list[GroupedRecord]]]:
        yield from self._held.items()
        for file in self._files:
            file.seek(0)
            part: dict[str, list[GroupedRecord]] = {}
            for line in file:
                key, kind, number, text = _decode(line)
                part.setdefault(key, []).append(GroupedRecord(kind, number, text))
            yield from part.items()
