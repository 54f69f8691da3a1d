"""What SQLite's errors mean, in sentences that a person can act on."""

from __future__ import annotations

import os
import re
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError, TamperedError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sqlite import sqlite3

_LACKS = re.compile(r"no such (table|column): (\S+)")
_FOREIGN_KEY = 787  # SQLITE_CONSTRAINT_FOREIGNKEY (sqlite.org/rescode.html), which pysqlite3 does not name


def missing(path: Path) -> ReadinessError:
    return ReadinessError(
        f"There is no database at {one_line(str(path))}. "
        "Create one with `readiness new`, or name another file with --db."
    )


def moved(path: Path) -> ReadinessError:
    return ReadinessError(
        f"The database {one_line(str(path))} was moved, deleted or replaced while it was open, so nothing was saved "
        "to it. Put the file back, or open the other one again."
    )


def not_ours(path: Path) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} is a SQLite database, but not one of readiness-tui. It was left untouched. "
        "Name another file with --db."
    )


def not_a_database(path: Path) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} is not a SQLite database (or it is encrypted). It was left untouched. "
        "Name another file with --db."
    )


def empty(path: Path) -> ReadinessError:
    return ReadinessError(f"{one_line(str(path))} is empty. Create a database in it with `readiness new`.")


def newer(path: Path, found: int, known: int) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} was written by a newer readiness-tui (database version {found}; this one knows "
        f"{known}). It was left untouched. Upgrade readiness-tui to open it."
    )


def read_only(path: Path, why: str) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} can only be read: {why}. Nothing can be saved in it. To work on it, copy it to where you may"
        " write, and open the copy."
    )


class NotUnicodeError(ReadinessError, ValueError):
    """SQLite takes no text that is not Unicode (a lone surrogate from a broken paste or file name). Whoever typed it reads the
    sentence; to an import it is a value that cannot be stored, whose record is rejected and no other."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"The text “{one_line(text, 60)}” holds a character that is not valid Unicode, so it cannot be stored. Nothing was"
            " saved. Take it out and save again."
        )


def explain(error: Exception, path: Path) -> ReadinessError:
    """The sentence for an error of the SQLite module while working on `path`."""
    if isinstance(error, OSError) and error.strerror:
        return ReadinessError(
            f"{one_line(str(path))} cannot be read: {error.strerror}. Check its permissions and its disk."
        )
    code, name = getattr(error, "sqlite_errorcode", 0) & 0xFF, one_line(str(path))  # an extended code ends in its kind
    nothing = "Nothing of this save was stored; what was stored before is intact."
    if code == sqlite3.SQLITE_FULL:
        text = f"The disk that holds {name}{_or_temporary(path)} is full. {nothing} Free some space and save again."
    elif code == sqlite3.SQLITE_IOERR:
        text = (
            f"{name} could not be written (disk I/O error): the disk{_or_temporary(path)} is full or failing. {nothing} "
            "Check the disk and save again."
        )
    elif code == sqlite3.SQLITE_READONLY:
        text = (
            f"{name} is read-only. {nothing} Make the file and its folder writable, or copy it elsewhere and open the "
            "copy."
        )
    elif code == sqlite3.SQLITE_CANTOPEN:
        if not path.exists():
            return missing(path)
        text = (
            f"{name} cannot be opened, or its folder does not let SQLite write the journal beside it. {nothing} "
            "Check the permissions of the file and of its folder."
        )
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        text = (
            f"{name} is locked by another program that is still writing. {nothing} Wait for it or close it, then save "
            "again."
        )
    elif code == sqlite3.SQLITE_NOTADB:
        return not_a_database(path)
    elif code == sqlite3.SQLITE_CORRUPT:
        text = (
            f"{name} is damaged ({one_line(str(error), 100)}). "
            "Restore a backup, or rescue what is readable with `sqlite3 FILE .recover`."
        )
    elif (lacks := _LACKS.match(str(error))) is not None:
        return TamperedError(
            f"{name} has no {lacks[1]} {one_line(lacks[2], 80)}, which readiness-tui made in it: something else has changed the"
            " file. Nothing was read or saved. Restore a backup; `readiness doctor` says what else was changed."
        )
    elif _is_foreign_key(error):
        text = (
            f"This cannot be stored in {name}: something it refers to is missing, or something else still refers to it."
        )
    else:
        text = f"{name} could not be used: {one_line(str(error), 200)}. {nothing}"
    return ReadinessError(text)


def _or_temporary(path: Path) -> str:
    """SQLite does not say which disk is full: the file's, or that of its temporary files, where this is another one."""
    folder = temporary_folder()
    try:
        if folder.stat().st_dev == path.parent.stat().st_dev:
            return ""
    except OSError:
        return ""
    return f", or the one for temporary files, {one_line(str(folder))},"


def temporary_folder() -> Path:
    """Where SQLite lays down what does not fit into memory (sqlite.org/tempfiles.html, 5)."""
    named = (os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR"))
    for folder in filter(None, (*named, "/var/tmp", "/usr/tmp")):
        if os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder)
    from tempfile import gettempdir  # only here: few errors are about a disk

    return Path(gettempdir())


def _is_foreign_key(error: Exception) -> bool:
    """pysqlite3 tells of any constraint with one code, and leaves which it was to the words."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code == _FOREIGN_KEY or (code == _FOREIGN_KEY & 0xFF and "FOREIGN KEY" in str(error))
