"""Opening the one file, reading from it and writing to it.

Every write is one `BEGIN IMMEDIATE` … `COMMIT` with synchronous=FULL by the process's one writer connection; readers
have a connection of their own for each thread. Nothing in the store reads a clock: callers pass `now`.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from readiness_tui.domain.errors import AlreadySaved, ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import faults, sqlite
from readiness_tui.store.chain import seal
from readiness_tui.store.faults import explain
from readiness_tui.store.migrations import MIGRATIONS, connect, copy_database, found
from readiness_tui.store.opening import look, writing
from readiness_tui.store.rows import Shape, Tx

if TYPE_CHECKING:
    from readiness_tui.store.opening.reading import Readable

__all__ = ["Store"]

_OPENING = threading.Lock()
_OPEN: list[tuple[int, int]] = []  # device and inode of every open Store of this process
PATIENCE = 10.0  # seconds a write waits for its turn


class Store:
    """One open database. Usable from any thread; `close` it when done."""

    def __init__(
        self,
        path: Path,
        writer: sqlite.Connection,
        mode: str,
        version: int,
        backup: Path | None = None,
        reads: Readable | None = None,
        read_only: str = "",
    ) -> None:
        self.path = path
        self.journal_mode = mode  # "wal" or "delete"
        self.read_only = read_only  # why nothing can be saved here, in a sentence; then `writer` only reads
        self.copied = reads.copied if reads is not None else ""  # what was done to the copy that is read instead
        self._copy = reads
        self._source = (path, "rw") if reads is None else (reads.source, "ro")
        self.version = version
        self.migration_backup = backup  # the copy made before this opening upgraded the file
        self.importing: set[int] = set()  # imports that this process is staging
        self.refusal = read_only  # why nothing may be changed here: as above, or for a review that cannot change
        self.own_changes: set[int] = set()  # entries of the history that this process wrote
        self._lock_for_watching = threading.Lock()
        self._watching: sqlite.Connection | None = None
        self._version_seen = 0
        self._others = 0
        self._writer = writer
        self._lock = threading.RLock()
        self._shapes: dict[str, Shape] = {}
        self._local = threading.local()
        self._readers: list[sqlite.Connection] = []
        self._name = str(path)  # each save asks for it, and a Path is made to text each time
        self._wal = os.path.realpath(path) + "-wal"
        self._closed = False
        self._inode = _inode(path)
        _OPEN.append(self._inode)

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Store:
        """Open the database at `path`, upgrading an older version (a backup is made beside it first).

        Creates the file, readable by its owner alone, only with `create`. One that cannot be written is opened for
        reading alone (`read_only`). Raises ReadinessError, the file untouched: no such file or folder, not a database,
        somebody else's, written by a newer version, locked.
        """
        if sqlite.version() < sqlite.OLDEST:
            raise ReadinessError(
                f"The SQLite library here is {sqlite.sqlite3.sqlite_version}; 3.37 or newer is needed. "
                "Install the extra `readiness-tui[sqlite]` or a newer Python."
            )
        try:
            with _OPENING:
                look.ensure_file(path, create)
                alone = _inode(path) not in _OPEN
                if alone:
                    look.refuse_foreign(path, create, len(MIGRATIONS))
                if why := look.why_not(path):
                    return cls._for_reading(path, why)
                try:
                    writer, mode, backup = writing.open_writer(path, create, MIGRATIONS, PATIENCE)
                except sqlite.sqlite3.Error as error:
                    why = look.why_failed(error)
                    if create or not why or not alone:
                        raise
                    return cls._for_reading(path, why)
                return cls(path, writer, mode, len(MIGRATIONS), backup)
        except (sqlite.sqlite3.Error, OSError) as error:
            raise explain(error, path) from error

    @classmethod
    def _for_reading(cls, path: Path, why: str) -> Store:
        from readiness_tui.store.opening.reading import open_reader

        found = open_reader(path, MIGRATIONS)
        found.conn.execute("PRAGMA query_only = ON")
        return cls(
            path,
            found.conn,
            found.journal,
            len(MIGRATIONS),
            reads=found,
            read_only=str(faults.read_only(path, why)),
        )

    @property
    def told(self) -> str:
        """That the file can only be read, and what is read then, in sentences; "" where it can be written."""
        return f"{self.read_only} What is read is a private copy, {self.copied}." if self.copied else self.read_only

    def close(self) -> None:
        """Safe to call twice."""
        with self._lock, self._lock_for_watching:
            if self._closed:
                return
            self._closed = True
            for conn in (*self._readers, self._writer, self._watching):
                with suppress(sqlite.sqlite3.Error):
                    if conn is not None:
                        conn.close()
            self._readers.clear()
            if self._copy is not None and self._copy.folder is not None:
                self._copy.folder.cleanup()
        with _OPENING, suppress(ValueError):
            _OPEN.remove(self._inode)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self, *, snapshot: bool = False) -> Iterator[sqlite.Connection]:
        """This thread's reading connection; it refuses to write.

        `snapshot`: all queries of the block see the same moment. Keep such a block short: without the WAL journal
        it makes writers wait. Long scans (traces) do without.
        """
        try:
            conn = self._reader()
            nested = conn.in_transaction
            if snapshot and not nested:
                conn.execute("BEGIN")
                self._local.snapshot = True
            try:
                yield conn
            finally:
                if snapshot and not nested:
                    self._local.snapshot = False
                    if conn.in_transaction:
                        conn.execute("COMMIT")
        except sqlite.sqlite3.Error as error:
            raise explain(error, self.path) from error

    @contextmanager
    def write(
        self,
        who: str,
        what: str,
        why: str = "",
        *,
        now: datetime,
        key: str | None = None,
        review_id: int | None = None,
        system: str | None = None,
        undoable: bool = True,
        undoes: int | None = None,
    ) -> Iterator[Tx]:
        """One transaction: committed when the block ends, rolled back when it raises.

        `who` did `what` and `why`: the audit entry of all that the block puts, in the history of `system` (the
        review's, where there is one; without either everybody's). `key` makes the block happen once:
        where a transaction with it was committed before (perhaps just before a crash, unacknowledged) the block does
        not run and AlreadySaved is raised. `undoable` False: `audit.undo` refuses (publishing, freezing).
        Raises ReadinessError (disk full, locked, read-only, file gone, …); then nothing of the block is stored.
        """
        if getattr(self._local, "snapshot", False):
            raise RuntimeError("A write inside this thread's own snapshot would wait for itself.")
        if self.read_only:
            raise ReadinessError(self.read_only)
        with self._lock:
            conn = self._writer
            if conn.in_transaction:
                raise RuntimeError("A write inside a write: pass the transaction on instead.")
            try:
                _patiently(conn, "BEGIN IMMEDIATE")
                self._check(conn)
                if key is not None:
                    done = conn.execute("SELECT id FROM change WHERE idempotency_key = ?", (key,)).fetchone()
                    if done is not None:
                        raise AlreadySaved(done[0])
                tx = Tx(
                    conn,
                    self._shapes,
                    who,
                    what,
                    why,
                    now,
                    key=key,
                    review_id=review_id,
                    system=system,
                    undoable=undoable,
                    undoes=undoes,
                    refusal=self.refusal,
                )
                yield tx
                tx.close()
                _patiently(conn, "COMMIT")
                if tx.entry is not None:
                    self.own_changes.add(tx.entry)
            except BaseException as error:
                # On a full disk SQLite has rolled back already.
                if conn.in_transaction:
                    with suppress(sqlite.sqlite3.Error):
                        conn.execute("ROLLBACK")
                if isinstance(error, sqlite.sqlite3.Error):
                    raise explain(error, self.path) from error
                if isinstance(error, UnicodeEncodeError):
                    raise faults.NotUnicodeError(str(error.object)) from error
                raise

    def keep(self, put: Callable[[sqlite.Connection], None]) -> bool:
        """One short transaction for what need not be kept: it waits for nobody, and leaves no entry in the history.

        False, and nothing is stored, where the file is locked, read-only, full or gone, or where this process is writing.
        """
        if getattr(self._local, "snapshot", False) or not self._lock.acquire(blocking=False):
            return False
        try:
            conn = self._writer
            if self._closed or self.read_only or conn.in_transaction:
                return False
            try:
                conn.execute("BEGIN IMMEDIATE")
                self._check(conn)
                put(conn)
                conn.execute("COMMIT")
            except (sqlite.sqlite3.Error, ReadinessError, OSError):
                if conn.in_transaction:
                    with suppress(sqlite.sqlite3.Error):
                        conn.execute("ROLLBACK")
                return False
            return True
        finally:
            self._lock.release()

    def changes_of_others(self) -> int:
        """A number that is another one once anybody but this process's writer has committed to the file."""
        if self._lock.acquire(blocking=False):  # whoever is writing now is this process: then it is what it was
            try:
                with suppress(sqlite.sqlite3.Error):
                    self._others = int(self._writer.execute("PRAGMA data_version").fetchone()[0])
            finally:
                self._lock.release()
        return self._others

    def settle_schema(self) -> None:
        """All of the file was found to be as the program left it, so its schema is (a copy has another cookie). Where it
        cannot be written down, it is looked at again the next time."""
        self.keep(seal.settle)

    def changed_elsewhere(self) -> bool:
        """Whether anything was committed to the file since this was last asked, by this process or another; True the first
        time. It reads a few bytes, waits for nobody, and says no where the file is locked or gone for the moment.
        """
        with suppress(sqlite.sqlite3.Error), self._lock_for_watching:
            if self._closed:
                return False
            if self._watching is None:
                self._watching = connect(*self._source)
                self._watching.execute("PRAGMA query_only = ON")
                self._watching.execute("PRAGMA busy_timeout = 0")
            (now,) = self._watching.execute("PRAGMA data_version").fetchone()
            before, self._version_seen = self._version_seen, now
            return bool(now != before)
        return False

    def backup(self, to: Path) -> None:
        """A consistent copy of the whole database at `to`, made while others may read and write."""
        with self.read() as conn:
            try:
                copy_database(conn, to)
            except FileExistsError as error:
                raise ReadinessError(
                    f"{one_line(str(to))} exists already; a backup does not overwrite. Name another file."
                ) from error
            except (OSError, sqlite.sqlite3.Error) as error:
                reason = getattr(error, "strerror", None) or one_line(str(error), 200)
                raise ReadinessError(
                    f"The backup {one_line(str(to))} could not be written: {reason}. Nothing was left of it."
                ) from error

    def integrity(self) -> list[str]:
        """SQLite's own check of the whole file and of every reference: what is wrong; empty if nothing is."""
        with self.read() as conn:
            said = [str(row[0]) for row in conn.execute("PRAGMA integrity_check").fetchall()]
            broken = conn.execute("PRAGMA foreign_key_check").fetchall()
        return [line for line in said if line != "ok"] + [f"{row[0]} row {row[1]} refers to nothing" for row in broken]

    def _reader(self) -> sqlite.Connection:
        conn: sqlite.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = connect(*self._source)
            conn.execute("PRAGMA query_only = ON")
            self._local.conn = conn
            with self._lock:
                self._readers.append(conn)
        return conn

    def _check(self, conn: sqlite.Connection) -> None:
        """What another process may have done to the file since it was opened."""
        try:
            same = _inode(self._name) == self._inode
        except OSError:
            same = False
        if not same:
            raise faults.moved(self.path)
        if (now := found(conn)) != self.version:
            raise faults.newer(self.path, now, self.version) if now > self.version else faults.moved(self.path)
        # While a database is open in WAL mode its -wal file is there; asking SQLite each time would cost ten times more.
        if not sqlite.wal_is_safe() and os.path.exists(self._wal) and writing.journal_of(conn) == "wal":
            raise writing.mixed(self.path)


def _inode(path: Path | str) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino


def _patiently(conn: sqlite.Connection, sql: str) -> None:
    """Begin or commit, asking again and again for 10 s while others hold the lock."""
    began = None
    while True:
        try:
            conn.execute(sql)
            return
        except sqlite.sqlite3.OperationalError as error:
            now = time.monotonic()
            began = now if began is None else began
            if "locked" not in str(error) or now - began > PATIENCE:
                raise
        longest = _pause(now - began, sql == "COMMIT")
        time.sleep(random.uniform(longest / 8, longest))


def _pause(waited: float, commits: bool) -> float:
    """How long to pause at most before asking again, in seconds, after so many of waiting.

    SQLite's own waiting sleeps ever longer, up to 100 ms: beside busy writers it starves, and the disk idles. Here whoever
    waits asks every few milliseconds, and most often once a third of the patience is gone, so that they are next. Longer
    pauses save processor time on a disk that is quicker than they are, and lose a quarter of the saves on one that is not.
    Who commits waits for those who read this moment, and all others wait for them.
    """
    if commits:
        return min(0.004, 0.0005 + waited / 100)
    return 0.002 if waited > PATIENCE / 3 else 0.004
