"""Reading the bytes of a file, with a sentence where that fails."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path
from tempfile import gettempdir

from readiness_tui.domain.errors import NoRoomError, ReadinessError
from readiness_tui.domain.text.sanitise import one_line

HEAD = 64 * 1024  # bytes of a file by which its format is known
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # numbers of errors that come of writing, never of reading


def digest(path: Path) -> str:
    """SHA-256 of the raw bytes, in hex. Raises ReadinessError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def head(path: Path, size: int = HEAD) -> bytes:
    """The first bytes of a regular file. Raises ReadinessError for anything else."""
    name = one_line(str(path))
    try:
        if path.is_dir():
            raise ReadinessError(f"{name} is a folder, and a single file is asked for here. Name the files in it.")
        if not path.exists():
            raise ReadinessError(f"{name}: there is no such file. Check the path.")
        if not path.is_file():  # a pipe or device would block, and could not be read twice
            raise ReadinessError(f"{name} is not a regular file. Save its content to a file and import that.")
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> ReadinessError:
    """What a person is told when the operating system refuses a file."""
    name = one_line(str(path))
    return ReadinessError(f"{name} cannot be read: {error.strerror or error}. Check the path and its permissions.")


def no_room(error: OSError, waiting: str) -> NoRoomError:
    """What a person is told when what is `waiting` (in words) cannot be laid down between two readings of a file."""
    try:
        folder = one_line(gettempdir())
    except OSError:  # there is none, as the reason says
        folder = ""
    return NoRoomError(one_line(error.strerror or str(error)), waiting, folder)
