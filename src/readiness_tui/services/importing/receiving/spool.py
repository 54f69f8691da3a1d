"""The receiver's journal on disk: what was acknowledged and is not yet in the database survives kill -9 and power cuts.

A folder beside the database holds segments, files of a few megabytes that are only appended to and locked while the
process that writes them lives. A record is on the disk when `append` returns; a segment goes once the import of what it
holds is committed. If the process dies between the two, the next one imports the segment again, which changes nothing:
a span is known by its ids.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.reports import held_file

SEGMENT = 1024 * 1024  # bytes after which a new one begins: what one import takes in, in about a second

_MAGIC = b"RDY1"
_FRAME = struct.Struct(">4sII")  # magic, length of what follows, CRC-32 of both
_MODE = 0o600
_CANDIDATES = 1_000  # places after damage that look like a record and are none; then the rest is given up


@dataclass(frozen=True, slots=True)
class SpoolRecord:
    """One acknowledged request. `about`: what else has to be known to read it (a JSON object)."""

    about: dict[str, Any]
    body: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """What a segment holds. `torn`: bytes of a last record that was being written when the process died; its sender got
    no answer. `damaged`: bytes that are unreadable although whole records follow: what they acknowledged is lost."""

    records: tuple[SpoolRecord, ...]
    torn: int = 0
    damaged: int = 0


class Segment:
    """One file of the spool, held by this process. `bodies`: bytes of the requests in it."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle
        self.size = os.fstat(handle).st_size
        self.bodies = self.size

    def append(self, data: bytes) -> None:
        """On the disk when it returns. Raises OSError; the segment then holds what it held before, if anything can."""
        at, rest = self.size, memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            os.fsync(self._handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, at)
            raise
        self.size = at + len(data)

    def read(self) -> Contents:
        """Raises ReadinessError where the file cannot be read."""
        try:
            return _contents(self.path.read_bytes())
        except OSError as error:
            raise ReadinessError(
                f"{self.path}, which holds what was received, cannot be read: {error.strerror or error}. Nothing of it was"
                " imported; the file stays."
            ) from error

    def remove(self) -> None:
        """What it holds is in the database."""
        with contextlib.suppress(OSError):
            self.path.unlink()
        self.release()

    def release(self) -> None:
        """Let the next process have it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Spool:
    """The folder of a database's segments. Raises ReadinessError where it cannot be made or written."""

    def __init__(self, database: Path) -> None:
        self.folder = folder_of(database)
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._current: Segment | None = self._new()
            _sync_folder(self.folder.parent)
        except OSError as error:
            raise ReadinessError(
                f"{self.folder}, where what is received is kept until it is stored, cannot be written:"
                f" {error.strerror or error}. Nothing is received. Make room there, or the folder writable."
            ) from error

    def append(self, records: Sequence[SpoolRecord]) -> Segment:
        """Put them on the disk, all in one segment, and return it. Raises OSError; none of them counts then."""
        if self._current is None or self._current.size >= SEGMENT:
            self._current = self._new()
        segment = self._current
        try:
            segment.append(b"".join(_framed(record) for record in records))
        except OSError:
            if segment.size:
                self._current = None  # what follows what could not be written goes to a file of its own
            raise
        return segment

    def seal(self, segment: Segment) -> None:
        """What is appended from now on goes to another segment."""
        if self._current is segment:
            self._current = None

    def left(self) -> list[Segment]:
        """What processes that died left here, the oldest first; it is this one's now. See `waiting`."""
        found = []
        for path in waiting(self.folder):
            with contextlib.suppress(OSError):
                handle = os.open(path, os.O_RDWR)
                if held_file.take(handle) and os.fstat(handle).st_nlink:
                    found.append(Segment(path, handle))
                else:
                    os.close(handle)
        return found

    def close(self) -> None:
        """Leave nothing behind that is empty."""
        if self._current is not None and not self._current.size:
            self._current.remove()
        self._current = None
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _new(self) -> Segment:
        """An empty one, locked before anybody else can see it."""
        path = self.folder / f"{time.time_ns():020d}-{os.getpid()}.spool"
        hidden = path.with_suffix(".new")
        handle = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, _MODE)
        try:
            held_file.take(handle)
            os.replace(hidden, path)
            _sync_folder(self.folder)
        except OSError:
            os.close(handle)
            raise
        return Segment(path, handle)


def waiting(folder: Path) -> list[Path]:
    """The segments in it, the oldest first, also those of a receiver that is running."""
    return sorted(folder.glob("*.spool"))


def folder_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.received")


def abandoned(database: Path) -> list[Path]:
    """The segments that no running receiver has, with something in them."""
    found = []
    for path in waiting(folder_of(database)):
        with contextlib.suppress(OSError), path.open("rb") as file:
            if path.stat().st_size and held_file.take(file.fileno()):
                found.append(path)
    return found


def _framed(record: SpoolRecord) -> bytes:
    inside = json.dumps(record.about).encode() + b"\n" + record.body
    return _FRAME.pack(_MAGIC, len(inside), _checksum(inside)) + inside


def _checksum(inside: bytes) -> int:
    """Of the length too: a head of zeros, as a power cut leaves it, is no record of nothing."""
    return zlib.crc32(inside, zlib.crc32(len(inside).to_bytes(4, "big")))


def _contents(data: bytes) -> Contents:
    records: list[SpoolRecord] = []
    damaged = bad = at = tried = 0  # `bad`: unreadable bytes since the last whole record
    while at < len(data):
        found = _record_at(data, at)
        if found is None:
            tried += 1
            later = data.find(_MAGIC, at + 1) if tried < _CANDIDATES else -1
            later = len(data) if later < 0 else later
            bad += later - at
            at = later
            continue
        damaged, bad = damaged + bad, 0
        record, at = found
        records.append(record)
    return Contents(tuple(records), bad, damaged)


def _record_at(data: bytes, at: int) -> tuple[SpoolRecord, int] | None:
    if len(data) - at < _FRAME.size:
        return None
    magic, length, checksum = _FRAME.unpack_from(data, at)
    begin = at + _FRAME.size
    inside = data[begin : begin + length]
    if magic != _MAGIC or len(inside) < length or _checksum(inside) != checksum:
        return None
    about, _, body = inside.partition(b"\n")
    return SpoolRecord(json.loads(about), body), begin + length


def _sync_folder(folder: Path) -> None:
    """Make a new name in it durable, where folders can be synced (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
