"""On which line each id of a file stood first, in memory that the number of ids does not grow."""

from __future__ import annotations

import errno
import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from struct import Struct
from typing import IO
from weakref import finalize

from readiness_tui.sources.kit.fileio import no_room

_EXACT = 2_000  # ids kept as they are; of further ones, 96 bits of hash
_BITS = 2**25  # of the filter: of a million ids each is new at the first look but for three in a thousand
_PARTS = 4_096  # of the log, by hash
_BLOCK = 1_024  # bytes of a part that are held until they are written
_WORD, _HALF = 2**64 - 1, 2**32 - 1

_entry = Struct("<QII")  # two hashes of an id, and its line
_hashes = Struct("<QI")


class FirstLines:
    """Ids and their lines, one after the other.

    Most ids are new: a filter of a few MiB says so (Bloom 1970). What may not be is looked up in a temporary file. Two ids
    that are taken for one are as likely as 1 in 10^17 in a file of a million: hashes of 64 and 32 bits, apart. Raises
    NoRoomError where the file cannot be written.
    """

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._filter = bytearray()  # two bits an id, once there are more than are kept as they are
        self._log = _LineLog()

    def before(self, ident: str, line: int) -> int | None:
        """The line on which the id stood already; else None, and from now on it stood on this one."""
        known = self._exact
        if (first := known.get(ident)) is not None:
            return first
        if type(line) is not int or (len(known) < _EXACT and not self._filter):  # a `Line` says more than its number
            known[ident] = line
            return None
        if not self._filter:
            self._filter = bytearray(_BITS // 8)
        hashed, other = hash(ident) & _WORD, hash("#" + ident) & _HALF
        seen, one, two = self._filter, hashed % _BITS, (hashed >> 32) % _BITS
        perhaps = seen[one >> 3] >> (one & 7) & seen[two >> 3] >> (two & 7) & 1
        try:
            if perhaps and (found := self._log.line_of(hashed, other)) is not None:
                return found
            self._log.add(hashed, other, min(line, _HALF))
        except OSError as error:
            raise no_room(error, "the ids of a file") from error
        seen[one >> 3] |= 1 << (one & 7)
        seen[two >> 3] |= 1 << (two & 7)
        return None

    def before_all(self, idents: Sequence[str], lines: Sequence[int]) -> list[int | None]:
        """What `before` says of each, one after the other."""
        return list(map(self.before, idents, lines))


class _LineLog:
    """Entries in parts, each of which is gone through when an id of it is looked up: what is full is on the disk."""

    def __init__(self) -> None:
        self._open = [bytearray() for _ in range(_PARTS)]
        self._written = [array("q") for _ in range(_PARTS)]  # where the blocks of each part begin
        self._file: IO[bytes] | None = None

    def add(self, hashed: int, other: int, line: int) -> None:
        part = other % _PARTS
        held = self._open[part]
        held += _entry.pack(hashed, other, line)
        if len(held) >= _BLOCK:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed with this log
                finalize(self, self._file.close)
            start = self._file.seek(0, os.SEEK_END)
            if self._file.write(held) < len(held):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._written[part].append(start)
            held.clear()

    def line_of(self, hashed: int, other: int) -> int | None:
        """The line of the first entry with these hashes."""
        sought = _hashes.pack(hashed, other)
        for block in self._blocks(other % _PARTS):
            at = block.find(sought)
            while at >= 0:
                if at % _entry.size == 0:
                    return int(_entry.unpack_from(block, at)[2])
                at = block.find(sought, at + 1)
        return None

    def _blocks(self, part: int) -> Iterator[bytes | bytearray]:
        for start in self._written[part]:
            assert self._file is not None
            self._file.seek(start)
            yield self._file.read(_BLOCK)
        yield self._open[part]
