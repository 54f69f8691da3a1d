"""Reads the records of a `.wandb` file, protobuf messages in LevelDB's log format, without either library.

Seen from wandb 0.31: a header `:W&B`, 0xBEE1 as little-endian 16 bits, version 0; then blocks of 32 KiB with records as in
LevelDB (github.com/google/leveldb, doc/log_format.md): checksum, length, type; a record that does not fit continues in
the next block. The checksum is zlib's CRC-32 of type and data, not LevelDB's. A record is `wandb_internal.Record`; only
the field numbers that a review needs are defined here (wandb_internal.proto).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from readiness_tui.sources.kit.base import Progress, Reject
from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.kit.jsonio import RecordError

MAGIC = b":W&B\xe1\xbe"
HEADER = 7
BLOCK = 32 * 1024
MAX_RECORD = 64 * 1024 * 1024
_EVERY = 32  # blocks between two progress records

#: field number → values in the order written: whole numbers, or the bytes of texts, messages and fixed-width numbers
Message = dict[int, list[int | bytes]]


def log_records(path: Path) -> Iterator[tuple[int, bytes] | Reject | Progress]:
    """The records with their 1-based numbers. Damaged or truncated records become rejects."""
    number, whole, broken = 1, bytearray(), ""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            for at in range(0, size, BLOCK):
                block = file.read(BLOCK)
                if at // BLOCK % _EVERY == _EVERY - 1:
                    yield Progress(at, size)
                for kind, data, bad in _chunks(block, HEADER if at == 0 else 0, at):
                    if kind in (1, 2):
                        if whole or broken:
                            yield Reject(number, broken or "a record has no end; the next one begins before it")
                            number += 1
                        whole, broken = bytearray(), ""
                    broken = broken or bad
                    if len(whole) + len(data) > MAX_RECORD:
                        broken = f"a record is longer than {MAX_RECORD // 2**20} MiB"
                    if not broken:
                        whole += data
                    if kind in (1, 4):
                        yield Reject(number, broken) if broken else (number, bytes(whole))
                        number += 1
                        whole, broken = bytearray(), ""
    except OSError as error:
        raise unreadable(path, error) from error
    if whole or broken:
        yield Reject(number, broken or "the file ends in the middle of a record")


def _chunks(block: bytes, at: int, base: int) -> Iterator[tuple[int, bytes, str]]:
    """The type, data and error of each part of a record in a block."""
    while at + 7 <= len(block):
        crc, length, kind = struct.unpack_from("<IHB", block, at)
        at += 7
        if kind == 0 and length == 0:
            return  # the rest of the block is padding
        data = block[at : at + length]
        at += length
        place = f"at byte {base + at - length:,}"
        if len(data) < length:
            yield 4, b"", f"the file ends in the middle of a record, {place}"
        elif kind not in (1, 2, 3, 4):
            yield 4, b"", f"a part of a record has the unknown type {kind}, {place}"
        elif zlib.crc32(bytes([kind]) + data) != crc:
            yield kind, b"", f"the checksum of a record does not match, {place}: its bytes were changed"
        else:
            yield kind, data, ""


def message(data: bytes) -> Message:
    """The fields of a protobuf message (protobuf.dev, encoding). Raises RecordError."""
    found: Message = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value: int | bytes
        width = {1: 8, 5: 4}.get(key & 7)
        if key & 7 == 0:
            value, at = _varint(data, at)
        elif key & 7 == 2 or width is not None:
            length, at = (width, at) if width is not None else _varint(data, at)
            value = data[at : at + length]
            if len(value) < length:
                raise RecordError("a protobuf message is cut off")
            at += length
        else:
            raise RecordError("not a protobuf message")
        found.setdefault(key >> 3, []).append(value)
    return found


def texts(found: Message, field: int) -> list[str]:
    """The texts of a field. Raises RecordError."""
    try:
        return [value.decode() for value in found.get(field, ()) if isinstance(value, bytes)]
    except UnicodeDecodeError as error:
        raise RecordError("not valid UTF-8") from error


def text(found: Message, field: int) -> str:
    """The last text of a field, "" without one."""
    return next(reversed(texts(found, field)), "")


def inner(found: Message, field: int) -> list[Message]:
    """The messages of a field. Raises RecordError."""
    return [message(value) for value in found.get(field, ()) if isinstance(value, bytes)]


def number(found: Message, field: int) -> int:
    """The last whole number of a field, 0 without one (which protobuf does not write)."""
    return next((value for value in reversed(found.get(field, [])) if isinstance(value, int)), 0)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise RecordError("a protobuf message is cut off")
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise RecordError("not a protobuf message")
