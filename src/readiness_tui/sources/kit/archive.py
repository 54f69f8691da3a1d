"""Members of a zip archive, read one by one into memory: nothing is ever unpacked to disk.

Archives are hostile: a megabyte can unpack to a gigabyte, a name can stand twice (readers disagree on which counts) or
lead out of a folder, and a declared size can lie. What is refused is said. Members packed by zstd (method 93), which
Python below 3.14 cannot read, are unpacked by the zstandard library.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import IO

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.fileio import unreadable
from readiness_tui.sources.kit.jsonio import MAX_DOCUMENT, RecordError, quoted, too_crowded

MAX_ENTRIES = 500_000
MAX_TOTAL = 16 * 1024**3
#: A member may unpack to this many times its packed size; below `FREE` it may be anything.
MAX_RATIO = 250
FREE = 4 * 1024 * 1024

ZSTD = 93
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_LOCAL = struct.Struct("<4s22xHH")
_WINDOW = 2**27


class Archive:
    """An open zip archive; close it, or use it in a `with`. Raises ReadinessError when it is not to be trusted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: IO[bytes] = path.open("rb")
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            self._zip = zipfile.ZipFile(self._file)
            self.members = {info.filename: info for info in self._zip.infolist()}
            self._check()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
            self._file.close()
            raise ReadinessError(
                f"{path}: the archive cannot be read ({one_line(str(error), 80)}). It may have been cut off while it was"
                " written or copied; copy it again."
            ) from error
        except OSError as error:
            self._file.close()
            raise unreadable(path, error) from error
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def read(self, name: str) -> bytes:
        """The content of a member. Raises RecordError."""
        info = self.members[name]
        self._allow(info)
        if info.compress_type not in (_STORED, _DEFLATED, ZSTD):
            raise RecordError(f"the member {quoted(name)} is packed by method {info.compress_type}, which is not known")
        try:
            data = self._unpack(info)
        except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, struct.error, zlib.error, OSError) as error:
            raise RecordError(f"the member {quoted(name)} is damaged ({one_line(str(error), 80)})") from error
        if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
            raise RecordError(f"the member {quoted(name)} is damaged: its size or checksum is not the one declared")
        if crowded := too_crowded(data):
            raise RecordError(f"the member {quoted(name)} {crowded}")
        return data

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        if info.compress_type != ZSTD:
            with self._zip.open(info) as member:
                return member.read(info.file_size + 1)
        import zstandard  # only here: most imports never need it

        self._file.seek(info.header_offset)
        signature, name_size, extra_size = _LOCAL.unpack(self._file.read(_LOCAL.size))
        if signature != b"PK\x03\x04":
            raise ValueError("its header is missing")
        self._file.seek(name_size + extra_size, 1)
        packed = BytesIO(self._file.read(info.compress_size))
        unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        try:
            with unpacker.stream_reader(packed, read_across_frames=True) as reader:
                return bytes(reader.read(info.file_size + 1))  # a lie about the size costs no more than the lie
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from error

    def _check(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MAX_ENTRIES:
            raise ReadinessError(
                f"{self.path}: the archive has {len(infos):,} members; up to {MAX_ENTRIES:,} are read."
            )
        if len(self.members) != len(infos):
            twice = Counter(info.filename for info in infos).most_common(1)[0][0]
            raise ReadinessError(
                f"{self.path}: the archive holds two members named {quoted(twice)}, and which one counts cannot be told."
                " Write the log again."
            )
        for info in infos:
            parts = info.orig_filename.replace("\\", "/").split("/")
            if ".." in parts or not parts[0] or ":" in parts[0] or "\0" in info.orig_filename:
                raise ReadinessError(
                    f"{self.path}: the archive's member {quoted(info.orig_filename)} leads out of it. The tool that is"
                    " meant writes no such name; nothing was imported."
                )
        total = sum(info.file_size for info in infos)
        if total > MAX_TOTAL:
            raise ReadinessError(
                f"{self.path}: the archive unpacks to {total / 2**30:,.1f} GiB, and up to {MAX_TOTAL // 2**30} GiB are read."
            )

    def _allow(self, info: zipfile.ZipInfo) -> None:
        name, size = quoted(info.filename), info.file_size
        if info.flag_bits & 0x1:
            raise RecordError(f"the member {name} is encrypted")
        if size > MAX_DOCUMENT or info.compress_size > MAX_DOCUMENT:
            raise RecordError(
                f"the member {name} unpacks to {size / 2**20:,.0f} MiB, and up to {MAX_DOCUMENT // 2**20} are read"
            )
        if size > FREE and size > MAX_RATIO * info.compress_size:
            raise RecordError(
                f"the member {name} unpacks to {size // max(info.compress_size, 1):,} times its size; up to"
                f" {MAX_RATIO} times are read"
            )
