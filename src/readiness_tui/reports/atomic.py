"""The one place that writes files for people: a regular file is there whole or not at all, and nothing else is replaced.

A reader, or a power cut, never meets half a document. What is no regular file (a device, a pipe, `/dev/stdout`) is
written into and stays what it is; a link stays a link, and what it points to is written.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.reports import held_file

_LINES = 1_000  # written at once
_LEFT_AFTER = 3600.0  # seconds after which a file of a write that has not ended is looked at
_WINDOWS = os.name == "nt"
#: Names that Windows keeps for devices, in every folder and with every ending; NUL alone may be meant, and swallows all.
_DEVICE = re.compile(r"(?:CON|PRN|AUX|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]|NUL(?=[ ]*\.))[ ]*(?:\..*)?", re.IGNORECASE)
#: How a SQLite database, and what one holds back of a transaction, begins (sqlite.org/fileformat.html).
_DATABASE = (b"SQLite format 3\0", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
#: What SQLite keeps beside one, under its name: it may be empty, or not there yet.
_BESIDE = ("-wal", "-shm", "-journal")
_DESCRIPTOR = re.compile(r"(?:/proc/(\d+)(?:/task/\d+)?|/dev)/fd/(\d+)")


def write_text(path: Path, text: str) -> None:
    """Put `text` (UTF-8, newlines as given) at `path`. A regular file is replaced by a new one in the same folder,
    flushed to the disk and renamed; permissions, and where the system lets us the owner, are kept.

    Raises ReadinessError where the folder is missing or cannot be written, the file is read-only or a database, or a folder
    is in the way; then what was at `path` is unchanged. Of a device or a pipe the error says that part of it may have been written.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """The same for more lines, each with its end, than are held at once."""
    left = iter(lines)
    texts = iter(lambda: "".join(islice(left, _LINES)), "")
    _write(path, (text.encode("utf-8", "backslashreplace") for text in texts))


def write_bytes(path: Path, data: bytes) -> None:
    """The same for what is no text."""
    _write(path, (data,))


def _write(path: Path, data: Iterable[bytes]) -> None:
    _refuse_device_name(path)
    try:
        there = _what_is_at(path)
        if there is not None and not stat.S_ISREG(there.st_mode):
            _write_into(path, there, data)
            return
        descriptor = _own_descriptor(path)
        if descriptor is not None:  # a shell's `> file`: it goes on writing to the file that it opened
            _write_all(os.dup(descriptor), data)
            return
        path = Path(os.path.realpath(path))
    except OSError as error:
        raise _failed(path, error, "Nothing was replaced.") from error
    _refuse(path, there)
    _replace(path, there, data)


def refuse(path: Path) -> None:
    """Raise ReadinessError if `write_text` would refuse this path, as far as can be seen without writing."""
    _refuse_device_name(path)
    try:
        there = _what_is_at(path)
    except OSError as error:
        raise _failed(path, error, "Nothing was replaced.") from error
    if there is not None and not stat.S_ISREG(there.st_mode):
        _refuse_kind(path, there)
    else:
        _refuse(Path(os.path.realpath(path)), there)


def _refuse_device_name(path: Path) -> None:
    if _WINDOWS and _DEVICE.fullmatch(path.name):
        raise ReadinessError(
            f"{_shown(path)} cannot be a file: Windows keeps the name {one_line(path.name, 40)} for a device. Choose another"
            " name."
        )


def _what_is_at(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write_into(path: Path, there: os.stat_result, data: Iterable[bytes]) -> None:
    """Into what is no regular file, which stays: it may be the null device, a terminal, or a program that reads."""
    _refuse_kind(path, there)
    try:
        _write_all(os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0)), data)
    except OSError as error:
        raise _failed(path, error, "Part of it may have been written.") from error


def _refuse_kind(path: Path, there: os.stat_result) -> None:
    if stat.S_ISDIR(there.st_mode):
        raise ReadinessError(
            f"{_shown(path)} is a directory, so the document cannot be written there. Give the name of a file."
        )
    if not (stat.S_ISCHR(there.st_mode) or stat.S_ISFIFO(there.st_mode)):
        kind = "a socket" if stat.S_ISSOCK(there.st_mode) else "a disk device"
        raise ReadinessError(
            f"{_shown(path)} is {kind}, so the document cannot be written there. Give the name of a file."
        )


def _own_descriptor(path: Path) -> int | None:
    """The number of this process's open file that a path such as `/dev/stdout` leads to; None for any other path."""
    for _ in range(40):  # links that the system itself would follow
        found = _DESCRIPTOR.fullmatch(os.path.join(os.path.realpath(path.parent), path.name))
        if found is not None:
            return int(found[2]) if found[1] in (None, str(os.getpid())) else None
        if not path.is_symlink():
            return None
        path = path.parent / os.readlink(path)
    return None


def _refuse(path: Path, there: os.stat_result | None) -> None:
    if not path.parent.is_dir():
        raise ReadinessError(
            f"The folder {_shown(path.parent)} does not exist, so {_shown(Path(path.name))} cannot be written. Create it"
            " first."
        )
    if there is not None and not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise ReadinessError(f"{_shown(path)} is read-only, so it was not replaced. Make it writable, or name another.")
    if (there is not None and _is_database(path)) or _beside_database(path):
        raise ReadinessError(
            f"{_shown(path)} is a database, or a part of one, which no document replaces: all that is in it would be gone."
            " Nothing was replaced. Give the name of another file."
        )


def _is_database(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(_DATABASE[0])).startswith(_DATABASE)
    except OSError:  # whoever may write it and not read it has no review in it
        return False


def _beside_database(path: Path) -> bool:
    """Who has the database open goes on writing to the file that was replaced, and what is saved so is in no file."""
    end = next((end for end in _BESIDE if path.name.endswith(end)), "")
    return bool(end) and _is_database(path.with_name(path.name.removesuffix(end)))


def _replace(path: Path, there: os.stat_result | None, data: Iterable[bytes]) -> None:
    """A new file beside it takes its name, all at once. What a killed try leaves has a name that no other try uses."""
    beside = f".{path.name[:40]}."
    _sweep(path.parent, beside)
    temporary = path.with_name(f"{beside}{os.urandom(6).hex()}.tmp")
    try:
        # Nobody else reads the new file before it has the permissions of the old one.
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if there is None else 0o600)
        try:
            held_file.take(handle)
            if there is not None and hasattr(os, "fchmod"):
                with contextlib.suppress(OSError):  # somebody else's file in a folder that we may write to
                    os.fchown(handle, there.st_uid, there.st_gid)
                os.fchmod(handle, stat.S_IMODE(there.st_mode))
        finally:
            _write_all(handle, data, flush=True)
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise _failed(path, error, "What was there before is unchanged. Choose another folder.") from error
        raise


def _sweep(folder: Path, beside: str) -> None:
    """Take away what killed tries of this name have left: old enough, and held by no living process (which has its own
    locked; on Windows what is open cannot be removed)."""
    left = re.compile(re.escape(beside) + r"[0-9a-f]{12}\.tmp")
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if not left.fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError):
                then = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(then.st_mode) or time.time() - then.st_mtime < _LEFT_AFTER:
                    continue
                handle = os.open(entry.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                try:
                    if held_file.take(handle):
                        os.unlink(entry.path)
                finally:
                    os.close(handle)


def _write_all(handle: int, data: Iterable[bytes], *, flush: bool = False) -> None:
    """All of it, to a descriptor that is closed in any case; `flush`: to the disk."""
    with os.fdopen(handle, "wb", buffering=0) as file:
        for part in data:
            left = memoryview(part)
            while left:
                left = left[file.write(left) :]
        if flush:
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where folders can be synced (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _failed(path: Path, error: OSError, then: str) -> ReadinessError:
    return ReadinessError(f"{_shown(path)} could not be written: {error.strerror or error}. {then}")


def _shown(path: Path) -> str:
    return one_line(str(path), 300)
