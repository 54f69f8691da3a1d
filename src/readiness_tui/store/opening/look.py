"""Looking at what lies at a path before SQLite does: is it a file, is it ours, is it known here, may it be written?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import faults, sqlite
from readiness_tui.store.migrations import make_file
from readiness_tui.store.schema import APPLICATION_ID

_EFFECTIVE = os.access in os.supports_effective_ids
_KINDS = (
    (stat.S_ISDIR, "a folder. Name the database file in it"),
    (stat.S_ISFIFO, "a pipe, and a database cannot be read from one. Name a file"),
    (stat.S_ISCHR, "a device, and no database. Name a file"),
    (stat.S_ISBLK, "a disk, and no database. Name a file"),
    (stat.S_ISSOCK, "a socket, and no database. Name a file"),
)


def ensure_file(path: Path, create: bool) -> None:
    """Raise ReadinessError unless there is a regular file at `path`, or one was made because `create` asks for it.

    What is no regular file is not opened: a pipe would wait for a writer for ever.
    """
    name = one_line(str(path))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = 0
    except NotADirectoryError:
        mode = 0
    except OSError as error:
        raise ReadinessError(f"{name} cannot be looked at: {error.strerror or error}. Check the path.") from error
    for of_kind, words in _KINDS:
        if of_kind(mode):
            raise ReadinessError(f"{name} is {words}.")
    if mode:
        return
    if not path.parent.is_dir():
        raise ReadinessError(f"There is no folder {one_line(str(path.parent))}. Make it first, or name another file.")
    if not create:
        raise faults.missing(path)
    try:
        make_file(path)
    except FileExistsError:
        return  # another process made it in this moment
    except OSError as error:
        raise ReadinessError(
            f"{name} could not be created: {error.strerror}. Choose a folder you may write to."
        ) from error


def refuse_foreign(path: Path, create: bool, known: int) -> None:
    """Look at whose file it is, without SQLite: even a read-only connection leaves files beside a WAL database.

    Closing a plain file handle drops the locks that this process's connections hold on the file, so this is only for
    files that it has not open. The header: sqlite.org/fileformat2.html, "The Database Header".
    """
    with path.open("rb") as file:
        header = file.read(100)
    if not header and not create:
        raise faults.empty(path)
    magic = header[:16] == b"SQLite format 3\0"
    if header and (len(header) < 100 or (header[:16].strip(b"\0") and not magic)):
        raise faults.not_a_database(path)
    if magic:  # zeros: another process is just creating it
        version, ours = (int.from_bytes(header[at : at + 4], "big") for at in (60, 68))
        refuse(path, ours, version, known)


def refuse(path: Path, application_id: int, version: int, known: int) -> None:
    """Raise ReadinessError for another program's database, and one of a later version than the `known` one."""
    if application_id != APPLICATION_ID:
        raise faults.not_ours(path)
    if version > known:
        raise faults.newer(path, version, known)


def why_not(path: Path) -> str:
    """Why the file cannot be written, as the end of a sentence; "" where it seems that it can."""
    real = Path(os.path.realpath(path))
    if _on_read_only_disk(real):
        return "its disk is mounted read-only"
    if not _may(real, os.W_OK):
        return "you have no permission to write to the file"
    if not _may(real.parent, os.W_OK | os.X_OK):
        return "you have no permission to write to its folder, where SQLite keeps the journal"
    return ""


def why_failed(error: Exception) -> str:
    """The same of an error of SQLite while it was opened; "" where the file may be written all the same, or not read."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if not code and "disk is full" in str(error):  # pysqlite3 has no codes for some errors
        code = sqlite.sqlite3.SQLITE_FULL
    return {
        sqlite.sqlite3.SQLITE_FULL: "its disk is full",
        sqlite.sqlite3.SQLITE_IOERR: "its disk is full or failing",
        sqlite.sqlite3.SQLITE_READONLY: "SQLite finds it read-only",
        sqlite.sqlite3.SQLITE_CANTOPEN: "SQLite cannot make its journal beside it",
    }.get(code, "")


def _may(path: Path, how: int) -> bool:
    return os.access(path, how, effective_ids=_EFFECTIVE)


def _on_read_only_disk(path: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False
