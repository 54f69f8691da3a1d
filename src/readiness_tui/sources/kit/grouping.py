"""Records that belong together but are apart in the file: collected by key, in memory that the file does not grow.

A tool writes the steps of one request as records of their own, in any order and over several files. They are spread
over temporary files by a hash of their key (partitioning, as a Grace hash join does it; Kitsuregawa et al. 1983), and
one part after another is put together. A small file is one part and never leaves memory.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, NamedTuple

import msgspec

from readiness_tui.domain.traces.refused import TOO_LARGE
from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.kit.fileio import no_room
from readiness_tui.sources.kit.jsonio import quoted

_WAITING = "spans or rows that belong together"
PART = 8 * 1024 * 1024  # bytes of records held at once, about
MAX_PARTS = 128  # open files
MOST, LARGEST = 20_000, 64 * 1024 * 1024  # records, and bytes of them, under one key: it has to fit into memory
LOST = "lost"  # the kind of a record of which no more than its key, and perhaps its id (its text), is known

_encode = msgspec.json.Encoder().encode


class GroupedRecord(NamedTuple):
    """One record, or several beside each other: what it is (the source's own word), its line in the file, its JSON text,
    how many."""

    kind: str
    line: int
    text: str
    many: int = 1


#: key, kind, line, how many, bytes of the text behind it
_head = msgspec.json.Decoder(tuple[str, str, int, int, int]).decode


@dataclass(slots=True)
class _GatheredGroup:
    """The records of one key; where there are too many of them, only how many, and where the first stood."""

    line: int
    records: list[GroupedRecord]
    count: int = 0
    bytes: int = 0

    @property
    def too_large(self) -> bool:
        return self.count > MOST or self.bytes > LARGEST

    def counts(self, count: int, size: int) -> bool:
        """Count so many more; whether they are to be kept."""
        self.count += count
        self.bytes += size
        if self.too_large:
            self.records.clear()
            return False
        return True


class Groups:
    """Collects pieces by key. Iterating gives every key once, with its pieces in the order in which they came, but for
    those with more than fits into memory: `refused` says which they were.

    `size`: about how many bytes will be added. To be used in a `with`, which removes the temporary files. Raises
    NoRoomError where these cannot be written.
    """

    def __init__(self, size: int) -> None:
        self._parts = min(max(-(-size // PART), 1), MAX_PARTS)
        self._held: dict[str, _GatheredGroup] = {}
        self._refused: list[Reject] = []
        self._files: list[IO[bytes]] = []
        self._open = ExitStack()

    def __enter__(self) -> Groups:
        if self._parts > 1:
            try:
                for _ in range(self._parts):
                    self._files.append(self._open.enter_context(tempfile.TemporaryFile()))
            except OSError as error:
                self._open.close()
                raise no_room(error, _WAITING) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):  # of what is thrown away: a buffer that had no room left
            self._open.close()

    def add(self, key: str, piece: GroupedRecord) -> None:
        if self._files:
            part = zlib.crc32(key.encode("utf-8", "surrogatepass")) % self._parts
            text = piece.text.encode("utf-8", "surrogatepass")
            head = _encode((key, piece.kind, int(piece.line), piece.many, len(text)))
            try:
                self._files[part].write(head + b"\n" + text)
            except OSError as error:
                raise no_room(error, _WAITING) from error
        elif (group := self._group(self._held, key, piece.line)).counts(piece.many, len(piece.text)):
            group.records.append(piece)

    def __iter__(self) -> Iterator[tuple[str, list[GroupedRecord]]]:
        yield from self._whole(self._held)
        for file in self._files:
            try:
                file.seek(0)  # which writes what is left to write
            except OSError as error:
                raise no_room(error, _WAITING) from error
            part: dict[str, _GatheredGroup] = {}
            while head := file.readline():
                key, kind, number, count, size = _head(head)
                if (group := self._group(part, key, number)).counts(count, size):
                    text = file.read(size).decode("utf-8", "surrogatepass")
                    group.records.append(GroupedRecord(kind, number, text, count))
                else:
                    file.seek(size, os.SEEK_CUR)
            yield from self._whole(part)

    def refused(self) -> Iterator[Reject]:
        """A reject for each key of which there was too much, once all have been gone through."""
        yield from self._refused
        self._refused.clear()

    def _group(self, groups: dict[str, _GatheredGroup], key: str, line: int) -> _GatheredGroup:
        found = groups.get(key)
        if found is None:
            found = groups[key] = _GatheredGroup(line, [])
        return found

    def _whole(self, groups: Mapping[str, _GatheredGroup]) -> Iterator[tuple[str, list[GroupedRecord]]]:
        for key, group in groups.items():
            if group.too_large:
                self._refused.append(
                    Reject(
                        group.line,
                        f"{quoted(key)} has {group.count:,} spans or rows of {group.bytes / 2**20:,.0f} MiB together; one"
                        f" request or case is read up to {MOST:,} and {LARGEST // 2**20} MiB, {TOO_LARGE}",
                    )
                )
            else:
                yield key, group.records
