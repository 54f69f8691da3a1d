"""What each version of the database added, in order. The version of a file is its `user_version`."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import faults, sqlite
from readiness_tui.store.chain import seal
from readiness_tui.store.gate_changes import gate_change
from readiness_tui.store.label_batches import metric_labels
from readiness_tui.store.schema import APPLICATION_ID, VERSION_1
from readiness_tui.store.views import make_views

Migration = Callable[[Any], None]  # takes a sqlite_utils.Database inside the migration's transaction


def first(db: Any) -> None:
    """The whole schema."""
    sqlite.script(db.conn, VERSION_1)


def blind_labels(db: Any) -> None:
    """Labels: given before the scores were seen or not, and to which answer."""
    db.conn.execute("ALTER TABLE human_label ADD COLUMN blind INTEGER NOT NULL DEFAULT 0")
    db.conn.execute("ALTER TABLE human_label ADD COLUMN answer TEXT")


def _upgrade(name: str) -> Migration:
    """The function of this name, in `upgrades/` in the module of this name: read when a file lacks it, which few do."""

    def upgrade(db: Any) -> None:
        getattr(import_module(f"readiness_tui.store.upgrades.{name}"), name)(db)

    return upgrade


MIGRATIONS: tuple[Migration, ...] = (
    first,
    _upgrade("incident_record"),
    gate_change,
    blind_labels,
    _upgrade("system_column"),
    make_views,
    _upgrade("declared_facts"),
    metric_labels,
    _upgrade("evidence_lookup"),
    _upgrade("kept_results"),
    _upgrade("kept_records"),
    _upgrade("explore"),
    _upgrade("measured_traces"),
    _upgrade("next_review"),
    _upgrade("over_time"),
    _upgrade("people_roles"),
    _upgrade("together"),
    _upgrade("chain"),
    _upgrade("review_views"),
)


def found(conn: sqlite.Connection) -> int:
    """The version of the open database."""
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def migrate(
    conn: sqlite.Connection, path: Path, migrations: tuple[Migration, ...], *, backup: bool = True
) -> Path | None:
    """Bring the file to the last version, all of it or none; returns the backup that was made before, if any.

    Runs under the writer's lock and looks there again at what is pending, because several processes may have seen the
    same old version at once. `conn` has foreign keys off (a rebuilt table would trip them);
    they are checked at the end.
    """
    if found(conn) == len(migrations):
        return None
    db = sqlite.utils(conn)  # loads sqlite-utils, which takes a while: before the lock
    conn.execute("BEGIN IMMEDIATE")
    try:
        before = found(conn)
        if before > len(migrations):
            raise faults.newer(path, before, len(migrations))
        made = _backup(path, before) if backup and 0 < before < len(migrations) else None
        for migration in migrations[before:]:
            migration(db)
        if conn.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise ReadinessError(f"{path} could not be upgraded: rows in it refer to others that do not exist.")
        if chained(conn):
            seal.settle(conn)
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version = {len(migrations)}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    return made


def chained(conn: sqlite.Connection) -> bool:
    """Whether the file is of a version that binds its audit trail."""
    return conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'chain'").fetchone() is not None


def _backup(path: Path, version: int) -> Path:
    """A copy beside the file, by a second connection: the first holds the writer's lock, so nothing can change."""
    source = connect(path)
    try:
        number = 1
        while True:
            copy = path.with_name(f"{path.name}.v{version}-{number}.backup")
            try:
                copy_database(source, copy)
                return copy
            except FileExistsError:
                number += 1
    finally:
        source.close()


def connect(path: Path, mode: str = "rw") -> sqlite.Connection:
    """A connection in autocommit: transactions are begun and ended by us alone. Waits 10 s for a lock."""
    conn = sqlite.sqlite3.connect(
        f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}",
        uri=True,
        timeout=10.0,
        isolation_level=None,
        check_same_thread=False,
        factory=sqlite.SayingConnection,
    )
    conn.create_function(sqlite.WITHOUT_NUL, 1, sqlite.without_nul, deterministic=True)
    return conn


def copy_database(source: sqlite.Connection, to: Path) -> None:
    """A consistent copy by SQLite's backup API, readable by its owner alone, there whole or not at all.

    Raises FileExistsError where there is anything at `to`, and OSError and SQLite's errors where it cannot be written.
    """
    if os.path.lexists(to):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(to))
    unfinished = to.with_name(f".{to.name[:40]}.{os.urandom(6).hex()}.tmp")
    try:
        make_file(unfinished)
        target = connect(unfinished)
        try:
            source.backup(target)
            if chained(target) and seal.unmoved(source):
                seal.settle(target)  # a copy has another number of its schema
        finally:
            target.close()
        _flush(unfinished)
        _name_new(unfinished, to)
        _flush(to.parent)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(f"{unfinished}{ending}")


def _name_new(file: Path, name: Path) -> None:
    """Give the file this name, which nothing may have."""
    try:
        os.link(file, name)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if os.path.lexists(name):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(name)) from None
        os.rename(file, name)


def _flush(path: Path) -> None:
    """To the disk, where the system can flush such a thing (not folders on Windows)."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_file(path: Path) -> None:
    """An empty file with mode 0600; SQLite gives its journals the mode of the database."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
