"""Writing `gate.lock`, so that the file and the database say the same whenever the program is killed.

A file and a database cannot be changed in one moment. So the new file is first written under a pending name, inside the
transaction that stores the lock; once that is committed, it takes the place of `gate.lock`. Whoever finds a pending
file under the writer's lock knows what became of it: is its lock stored, it is finished; is it not, it never was.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.reports import atomic
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.locate import LOCK_NAME, pending_lock
from readiness_tui.sources.settings import lock as lock_file
from readiness_tui.store import gates
from readiness_tui.store.sqlite import Connection


def write_lock(path: Path, gate: Gate, lock: Lock) -> None:
    """Write a lock that no database knows of, whole or not at all. Raises ReadinessError where it cannot be written."""
    atomic.write_text(path, lock_file.lock_text(gate, lock))


def prepare(desk: Desk, folder: Path, gate: Gate, lock: Lock) -> None:
    """Write the pending file; inside the transaction that stores the lock.

    Raises ReadinessError where it, or `gate.lock` itself, cannot be written: then nothing is to be stored.
    """
    atomic.refuse(folder / LOCK_NAME)
    write_lock(pending_lock(folder, desk.store.path), gate, lock)


def finish(desk: Desk, folder: Path) -> bool:
    """Do what a `gate lock` has left to do in this folder, its own process or one that was killed. Returns whether
    `gate.lock` was written. Raises ReadinessError where it cannot be: the lock is stored, and the pending file stays.
    """
    if desk.store.read_only or not os.path.exists(pending_lock(folder, desk.store.path)):
        return False
    with desk.store.write(desk.who, "gate.lock written", now=desk.now()) as tx:
        return settle(tx.conn, desk, folder)


def settle(conn: Connection, desk: Desk, folder: Path) -> bool:
    """The same inside a transaction, whose lock keeps other writers of pending files out."""
    waits, target = pending_lock(folder, desk.store.path), folder / LOCK_NAME
    try:
        text = waits.read_text(encoding="utf-8")
        lock = lock_file.parse_lock(text, str(waits))
    except (OSError, UnicodeDecodeError, ReadinessError):
        return False  # there is none, or somebody wrote into it; the next lock replaces it
    written = bool(gates.locked_for(conn, lock)) and not _later(target, lock)
    if written:
        try:
            atomic.write_text(target, text)
        except ReadinessError as error:
            raise ReadinessError(
                f"The gate is locked in {one_line(str(desk.store.path))}, but {error} Then run `readiness gate check` or"
                " `readiness gate lock` here: either finishes it."
            ) from error
    with suppress(OSError):
        waits.unlink()
    return written


def _later(path: Path, lock: Lock) -> bool:
    """Whether the file holds a lock that was made after this one: from a checkout, say."""
    try:
        return lock_file.read_lock(path).at > lock.at
    except ReadinessError:
        return False
