"""Opening a file that cannot be written: on a read-only disk, a full one, or somebody else's.

SQLite reads such a file as it lies where it needs nothing beside it. Where it would have to write first (an older
version to upgrade, a journal that a killed program left, WAL without its index), a private copy is made in the
temporary folder, and that one is written to. SQLite's own way for it, `immutable`, would leave out what is in the journal.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import faults, sqlite
from readiness_tui.store.migrations import Migration, connect, found, migrate
from readiness_tui.store.opening import look, writing

_BESIDE = ("-journal", "-wal")
_TRIES = 5  # to copy a file at which nothing changes meanwhile


@dataclass
class Readable:
    """`conn` is open at `source`: the file itself, else a private copy in `folder`, which goes when that is cleaned up.
    `copied`: what was done to it there, in words; else ""."""

    conn: sqlite.Connection
    source: Path
    journal: str
    folder: tempfile.TemporaryDirectory[str] | None = None
    copied: str = ""


def open_reader(path: Path, migrations: tuple[Migration, ...]) -> Readable:
    """Raises ReadinessError where the file is none of ours, or no copy can be made; and SQLite's errors."""
    try:
        reading = _as_it_lies(path, migrations)
    except sqlite.sqlite3.Error as error:
        if not look.why_failed(error):
            raise
        return _copy(path, None, "with what a program left in its journal", migrations)
    before = found(reading.conn)
    if before == len(migrations):
        return reading
    try:
        return _copy(path, reading.conn, f"upgraded from database version {before} to {len(migrations)}", migrations)
    finally:
        reading.conn.close()


def _as_it_lies(path: Path, migrations: tuple[Migration, ...]) -> Readable:
    conn = connect(path, "ro")
    try:
        if not conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise faults.empty(path)
        look.refuse(path, conn.execute("PRAGMA application_id").fetchone()[0], found(conn), len(migrations))
        return Readable(conn, path, writing.journal_of(conn))
    except BaseException:
        conn.close()
        raise


def _copy(path: Path, conn: sqlite.Connection | None, how: str, migrations: tuple[Migration, ...]) -> Readable:
    """A copy that is ours: of what `conn` reads, or of the files as they lie, with what is in their journal."""
    folder = None
    try:
        folder = tempfile.TemporaryDirectory(prefix="readiness-")
        source = Path(folder.name) / "readiness.db"
        if conn is None:
            _copy_files(path, source)
        else:
            _copy_rows(conn, source)
        _make_current(source, path, migrations)
        return Readable(connect(source, "ro"), source, "delete", folder, how)
    except BaseException as error:
        if folder is not None:
            folder.cleanup()
        if isinstance(error, OSError) or (isinstance(error, sqlite.sqlite3.Error) and look.why_failed(error)):
            raise ReadinessError(
                f"{one_line(str(path))} can only be read from a private copy, and none could be made in the temporary folder:"
                f" {getattr(error, 'strerror', None) or error}. Make room there, or name another folder by TMPDIR."
            ) from error
        raise


def _make_current(copy: Path, path: Path, migrations: tuple[Migration, ...]) -> None:
    conn = connect(copy)
    try:
        look.refuse(path, conn.execute("PRAGMA application_id").fetchone()[0], found(conn), len(migrations))
        migrate(conn, copy, migrations, backup=False)
        conn.execute("PRAGMA journal_mode = DELETE")
    finally:
        conn.close()


def _copy_rows(conn: sqlite.Connection, to: Path) -> None:
    target = connect(to, "rwc")
    try:
        conn.backup(target)
    finally:
        target.close()


def _copy_files(path: Path, to: Path) -> None:
    """The file with its journals, at a moment in which nobody changes any of them."""
    real = os.path.realpath(path)
    for _ in range(_TRIES):
        before = _seen(real)
        for ending in ("", *_BESIDE):
            if before[ending] is None:
                Path(f"{to}{ending}").unlink(missing_ok=True)
            else:
                shutil.copyfile(f"{real}{ending}", f"{to}{ending}")
        if _seen(real) == before:
            return
        time.sleep(0.2)
    raise ReadinessError(
        f"{one_line(str(path))} is being written by another program, and can only be read from a copy. Try again when the"
        " other program is done."
    )


def _seen(real: str) -> dict[str, tuple[int, int, int] | None]:
    """What tells a changed file, for the database and each of its journals; None for one that is not there."""
    found: dict[str, tuple[int, int, int] | None] = {}
    for ending in ("", *_BESIDE):
        try:
            now = os.stat(real + ending)
            found[ending] = (now.st_ino, now.st_size, now.st_mtime_ns)
        except FileNotFoundError:
            found[ending] = None
    return found
